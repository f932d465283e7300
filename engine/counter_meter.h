// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <absl/container/node_hash_map.h>

#include "engine/columns.h"
#include "engine/increment.h"
#include "engine/meter.h"
#include "engine/sample.h"
#include "engine/series_matcher.h"
#include "engine/slot_grid.h"
#include "engine/telemetry.h"
#include "engine/time_spans.h"
#include "rules/plan.h"

namespace slowburn {

// Counts the events of one SLO from raw samples, each once.
//
// What a read shows until the sealed horizon is counted for good, into the columns; what lies after
// it is the open part, and is counted anew by each read.  A read that failed is simply not given
// here: the next one reaches back to where this meter stands, so nothing is lost.
class CounterMeter : public Meter {
 public:
  // `columns` must outlive this; its slots are those of `grid`.
  CounterMeter(CounterPlan plan, SlotGrid grid, Columns& columns);
  ~CounterMeter() override;

  const CounterPlan& plan() const { return plan_; }

  // Until when it has counted for good; nullopt before the first read.
  std::optional<std::int64_t> sealed_ms() const { return sealed_ms_; }

  // How far before the sealed horizon a read must reach: two scrape intervals, as measured.
  std::int64_t overlap_ms() const { return 2 * interval_ms_; }

  // Begins counting at `since_ms`; before the first `Absorb`.
  void Begin(std::int64_t since_ms);

  // Counts a read.  `results` are of the plan's terms, in order; each may hold series that are not
  // the term's.  They hold every sample after `from_ms` that was visible at `slot`'s time.  All
  // samples of all terms count, or, without any, none: there is no partial effect.
  Telemetry::Counted Absorb(std::span<const QueryResult* const> results, std::int64_t from_ms,
                            std::int64_t slot);

  // Moves to `slot`, read or not: windows end there.  The columns have its column.
  void MoveTo(std::int64_t slot) { slot_ = slot; }

  // Moves the counts to other columns, history and all.  `columns` must outlive this.
  void Rebase(Columns& columns);

  // Terms that no series has ever matched; their index in the plan.
  std::vector<std::size_t> UnmatchedTerms() const;

  std::size_t group_count() const override { return groups_.size(); }

  MeterGroup group(std::size_t index) const override;
  double unit() const override;
  Reading Read(std::size_t group, absl::Duration window, WindowEnd end) const override;

 private:
  // One series of one term.
  struct Series {
    bool ours = false;  // The term's matchers hold.
    std::size_t group = 0;
    std::size_t target = 0;          // Its (job, instance).
    std::optional<Carried> carried;  // Its last sealed sample.
    std::int64_t seen_ms = 0;        // When it was last in a read.
  };

  struct Group {
    Labels labels;
    std::string key;
    Columns::Row row = 0;
    Counts open;
    std::int64_t series = 0;
    std::optional<std::int64_t> newest_ms;  // Newest sample of the total, sealed or not.
    std::optional<std::int64_t> sealed_newest_ms;
    std::optional<std::int64_t> bad_tick_ms;  // Of the last bad tick.
    std::int64_t known_until_ms = 0;          // For windows that end at the newest data.
    std::int64_t sealed_known_until_ms = 0;
    TimeSpans unknown;
    std::int64_t bad_reported = 0;  // High-water marks, so that what is exported never falls.
    std::int64_t good_reported = 0;
  };

  struct Hash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  struct Equal {
    using is_transparent = void;

    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
  };

  using SeriesMap = absl::node_hash_map<std::string, Series, Hash, Equal>;
  struct Pass;  // The working state of one Absorb.

  void Resolve(Pass& pass);
  Series& SeriesOf(std::size_t term, std::string_view labels_json, Pass& pass);
  std::size_t GroupOf(const Labels& labels);
  void LimitOpen(Pass& pass) const;
  void MeasureUnit(const Pass& pass);
  void MeasureInterval(const Pass& pass);
  void ProveBirths(Pass& pass) const;
  void CountCounter(std::size_t seen, Pass& pass);
  void CountProbe(std::size_t seen, Pass& pass);
  void Book(std::size_t seen, const Increment& increment, Counts counts, Pass& pass);
  void DropUnknown(Pass& pass);
  void Apply(Pass& pass);
  void UpdateKnown(Group& group, std::vector<std::int64_t>& times, const Pass& pass);
  void ForgetOldSeries(std::int64_t now_ms);

  CounterPlan plan_;
  SlotGrid grid_;
  Columns* columns_;
  std::vector<SeriesMatcher> matchers_;  // Of the terms.
  std::vector<SeriesMap> series_;        // Of the terms.
  std::vector<bool> ever_matched_;       // Of the terms.
  std::set<std::size_t> required_;       // Terms without which nothing is known.
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> group_index_;
  std::unordered_map<std::string, std::size_t> targets_;
  int shift_ = 0;                      // Counts are in units of 2^-shift events.
  std::int64_t interval_ms_ = 15'000;  // Between scrapes, as measured.
  std::int64_t since_ms_ = 0;          // When counting began.
  std::optional<std::int64_t> sealed_ms_;
  std::optional<std::int64_t> known_from_ms_;  // Before it, nothing is known.
  std::int64_t slot_ = 0;
  std::int64_t next_sweep_ms_ = 0;
};

}  // namespace slowburn
