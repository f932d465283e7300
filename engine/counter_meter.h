// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "engine/columns.h"
#include "engine/counted_groups.h"
#include "engine/increment.h"
#include "engine/meter.h"
#include "engine/sample.h"
#include "engine/series_key.h"
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
  // `columns` must outlive this; its slots are those of `grid`.  `deduplicated`: the source merges
  // replicas, so that a counter may seem to drop a little where it goes over from one to another.
  CounterMeter(CounterPlan plan, SlotGrid grid, Columns& columns, bool deduplicated = false);

  const CounterPlan& plan() const { return plan_; }

  // Until when it has counted for good; nullopt before the first read.
  std::optional<std::int64_t> sealed_ms() const { return sealed_ms_; }

  // How far before the sealed horizon a read must reach: two scrape intervals, as measured.
  std::int64_t overlap_ms() const { return 2 * interval_ms_; }

  // The newest sample of a total, sealed or not; nullopt before the first.
  std::optional<std::int64_t> newest_ms() const;

  // Begins counting at `since_ms`; before the first `Absorb`.
  void Begin(std::int64_t since_ms);

  // Whether a series with `labels` belongs to a term.
  bool Matches(std::size_t term, const Labels& labels) const {
    return matchers_[term].Matches(labels);
  }

  // The number of a series of `term` among this meter's, new or known; `key` is that of its labels.
  // It stands for that series until `renumbered` changes.
  std::uint32_t SeriesOf(std::size_t term, const Labels& labels, SeriesKey key);

  // Changes whenever a number may come to stand for another series.
  std::uint32_t renumbered() const { return renumbered_; }

  // A target (job, instance) whose series were not in any read before.
  struct Newcomer {
    std::string job;
    std::string instance;
    std::uint64_t target = 0;

    bool operator==(const Newcomer&) const = default;
  };

  // The newcomers since the last call.
  std::vector<Newcomer> TakeNewcomers() { return std::exchange(newcomers_, {}); }

  // Tells that a target's process began at `started_ms`.  When that is after this began to count,
  // its counters have grown from zero since; unless it began so long ago that its series may have
  // been counted once and then forgotten.
  void SetStarted(std::uint64_t target, std::int64_t started_ms);

  // A series in a read: its term, its number, and its samples in ascending time, at least one.
  struct Found {
    std::size_t term = 0;
    std::uint32_t series = 0;
    std::span<const Sample> samples;
  };

  // Whether the first sample of a target in a read lies in the time that this counts.
  bool AppearedLately(std::uint64_t target, std::span<const Found> found) const;

  // What a read covers: every sample after `from_ms` that was visible at `slot`'s time.
  struct ReadSpan {
    std::int64_t from_ms = 0;
    std::int64_t slot = 0;
    int replica = 0;  // Of the source, which one answered: another has scraped at other times.
  };

  // Counts a read.  All samples of all terms count, or, without any, none: there is no partial
  // effect.
  Telemetry::Counted Absorb(std::span<const Found> found, const ReadSpan& read);

  // Moves to `slot`, read or not: windows end there.  The columns have its column.
  void MoveTo(std::int64_t slot) { slot_ = slot; }

  // Moves the counts to other columns, history and all.  `columns` must outlive this.
  void Rebase(Columns& columns) { groups_.Rebase(columns); }

  // Goes on, in what it reports as counted so far, from where `before`, another meter of the same
  // SLO, stands: what this one knows of the past must not look as if it happened now.
  void TakeOver(const CounterMeter& before);

  // Since when it counts, and whether the source's samples went back that far.
  std::int64_t since_ms() const { return since_ms_; }

  bool known_since_start() const { return known_from_ms_ == since_ms_; }

  // What sums tell of the past: `by_slot` holds the events of a group, ascending, each of the time
  // between one slot and the next one here.
  struct Past {
    Labels labels;
    std::vector<std::pair<std::int64_t, std::pair<double, double>>> by_slot;  // Bad and total.
  };

  // Adds what happened in (from, since_ms()], which is then where counting began.  `unknown` are
  // the parts of it that nothing is known of.
  void AddPast(std::int64_t from_ms, std::span<const Past> groups,
               std::span<const std::pair<std::int64_t, std::int64_t>> unknown);

  // Terms that no series has ever matched; their index in the plan.
  std::vector<std::size_t> UnmatchedTerms() const;

  std::size_t group_count() const override { return groups_.size(); }

  MeterGroup group(std::size_t index) const override;
  double unit() const override;
  Reading Read(std::size_t group, absl::Duration window, WindowEnd end) const override;
  void Save(ByteWriter& slow, ByteWriter& heads) const override;
  bool Restore(ByteReader& slow, ByteReader& heads) override;

  std::vector<Columns::Row> rows() const override { return groups_.rows(); }

 private:
  // One series of one term.
  struct Series {
    SeriesKey key;
    std::uint64_t target = 0;        // Of its job and instance.
    std::optional<Carried> carried;  // Its last sealed sample.
    std::int64_t seen_ms = 0;        // When it was last in a read; 0: the number is free.
    std::uint32_t group = 0;
    std::uint32_t term = 0;
  };

  struct Pass;  // The working state of one Absorb.

  // A series that was not seen for this long is forgotten; if it returns, it counts as new.
  static constexpr std::int64_t kForgetMs = 6 * 3600 * 1000;

  // Counts of one group that belong to a slot.
  struct Booking {
    std::size_t group = 0;
    std::int64_t slot = 0;
    Counts counts;
  };

  void Resolve(Pass& pass);
  void LimitOpen(Pass& pass) const;
  void MeasureUnit(const Pass& pass);
  void MeasureInterval(const Pass& pass);
  void ProveBirths(Pass& pass) const;
  void CountCounter(std::size_t seen, Pass& pass);
  void CountProbe(std::size_t seen, Pass& pass);
  void Book(std::size_t seen, const Increment& increment, Counts counts, Pass& pass);
  void DropUnknown(Pass& pass);
  static void Combine(std::vector<Booking>& booked);
  void Apply(Pass& pass);
  void UpdateKnown(std::size_t index, std::vector<std::int64_t>& times, const Pass& pass);
  void ForgetOldSeries(std::int64_t now_ms);
  bool IsQuiet(const Series& series) const;

  // Until when samples of a series that is new here have been counted already.
  std::int64_t counted_until_ms() const { return std::max(since_ms_, resumed_ms_); }

  CounterPlan plan_;
  SlotGrid grid_;
  bool deduplicated_ = false;
  CountedGroups groups_;
  std::vector<std::optional<std::int64_t>> sealed_newest_ms_;  // Of a total, by group.
  std::vector<SeriesMatcher> matchers_;                        // Of the terms.
  std::vector<Series> series_;                                 // By number.
  std::vector<std::uint32_t> free_;                            // Numbers that stand for no series.
  absl::flat_hash_map<std::pair<SeriesKey, std::uint32_t>, std::uint32_t> numbers_;  // By term too.
  std::uint32_t renumbered_ = 0;
  // Targets, and when they began where that proves a birth.
  absl::flat_hash_map<std::uint64_t, std::optional<std::int64_t>> targets_;
  std::vector<Newcomer> newcomers_;
  std::vector<bool> ever_matched_;     // Of the terms.
  std::set<std::size_t> required_;     // Terms without which nothing is known.
  int shift_ = 0;                      // Counts are in units of 2^-shift events.
  std::int64_t interval_ms_ = 15'000;  // Between scrapes, as measured.
  std::int64_t since_ms_ = 0;          // When counting began.
  std::int64_t resumed_ms_ = 0;        // Restored: until when another process has counted.
  std::optional<std::int64_t> sealed_ms_;
  std::optional<std::int64_t> known_from_ms_;  // Before it, nothing is known.
  std::int64_t slot_ = 0;
  std::int64_t next_sweep_ms_ = 0;
  std::optional<int> replica_;  // That the last read came from.
};

}  // namespace slowburn
