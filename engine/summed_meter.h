// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "engine/columns.h"
#include "engine/counted_groups.h"
#include "engine/meter.h"
#include "engine/sample.h"
#include "engine/slot_grid.h"
#include "engine/source.h"
#include "engine/telemetry.h"
#include "rules/plan.h"

namespace slowburn {

// Counts the events of one SLO from sums that the source computes: for selectors that match more
// series than anyone wants to read sample by sample.
//
// Time is cut into tiles that end at the slots' sealed horizons; the source adds up what each
// series grew by within a tile, on a grid of `grid_ms()`.  The sums of adjacent tiles telescope: a
// sample counts in one tile, and the counts are those of CounterMeter, over resets, gaps of up to
// five minutes, and births of series while their target is scraped.  What differs:
// - After a gap of over five minutes the growth in it does not count.  A series that was away for
//   as long while its target was scraped counts as new.
// - Where scrapes are closer than the grid, what happened within one step before a reset is lost.
// - What comes after its tile was sealed is lost.
// - The growth over a bridged gap counts at the gap's end.  Time is unknown where no series of the
//   group had a sample for two minutes.
//
// Nothing after the sealed horizon counts where good events are taken off the total: two answers
// need not see the same scrapes, and the difference would look like errors.
class SummedMeter : public Meter {
 public:
  // Whether `plan` can be counted so: no probe, and each term of one metric.
  static bool Supports(const CounterPlan& plan);

  // `plan` is supported; `columns` must outlive this, its slots are those of `grid`.
  SummedMeter(CounterPlan plan, SlotGrid grid, Columns& columns);

  const CounterPlan& plan() const { return plan_; }

  // Until when it has counted for good; nullopt before `Begin`.
  std::optional<std::int64_t> sealed_ms() const { return sealed_ms_; }

  // The step of the grid on which the source compares values: a whole number of them makes a tile,
  // and scrapes that are at least as far apart are all told from each other.
  std::int64_t grid_ms() const { return grid_ms_; }

  // Begins counting at `since_ms` or up to a grid step later; before the first `Queries`.
  void Begin(std::int64_t since_ms);

  // The queries of a read at `slot`: of each tile not yet counted, oldest first, up to twenty; of
  // what lies between the sealed horizon and the slot's time; and how old the data is.
  std::vector<Query> Queries(std::int64_t slot) const;

  // Whether not all tiles until the sealed horizon of `slot` are counted.
  bool IsBehind(std::int64_t slot) const { return *sealed_ms_ < EndOf(slot); }

  // Counts the answers to `Queries(slot)`, in order and all of them.
  Telemetry::Counted Absorb(std::span<const QueryResult* const> results, std::int64_t slot);

  // Says that a query of `Queries` failed with `status`.  True when the source does not know the
  // form: from then on `Queries` has `increase` in its place, which extrapolates; ask again.
  bool Refused(const absl::Status& status);

  // Moves to `slot`, read or not: windows end there.  The columns have its column.
  void MoveTo(std::int64_t slot) { slot_ = slot; }

  // Moves the counts to other columns, history and all.  `columns` must outlive this.
  void Rebase(Columns& columns) { groups_.Rebase(columns); }

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
  enum class Kind {
    kTile,    // What a term grew by in (from, to], sealed.
    kOpen,    // As kTile, not sealed.
    kNewest,  // When the newest samples of a term were taken, in seconds, at `to`.
    kSeries,  // How many series a term has, at `to`.
  };

  struct Request {
    Kind kind = Kind::kTile;
    std::size_t term = 0;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
    std::int64_t slot = 0;  // That `to_ms` is the horizon or time of.
  };

  // What one group has in one tile.
  struct Part {
    Counts counts;
    bool total = false;              // A term of the total has series,
    std::set<std::size_t> required;  // and so have these.
    bool invalid = false;
  };

  struct Tile {
    Request request;
    std::map<std::size_t, Part> parts;  // By group.
  };

  std::int64_t EndOf(std::int64_t slot) const;
  std::vector<Request> Requests(std::int64_t slot) const;
  std::string TextOf(const Request& request) const;
  void MeasureUnit(std::span<const QueryResult* const> results,
                   const std::vector<Request>& requests);
  void TakeSums(const QueryResult& result, const Request& request, std::vector<Tile>& tiles,
                Telemetry::Counted& counted);
  void TakeFacts(const QueryResult& result, const Request& request, Telemetry::Counted& counted);
  bool IsKnown(const Tile& tile, std::size_t group) const;
  void Seal(const Tile& tile, Telemetry::Counted& counted);
  void UpdateKnown(const Tile* open, std::int64_t at_ms);

  CounterPlan plan_;
  SlotGrid grid_;
  std::int64_t grid_ms_ = 0;
  CountedGroups groups_;
  std::vector<bool> ever_matched_;   // Of the terms.
  std::vector<bool> ever_total_;     // Of the groups: the total had series.
  std::set<std::size_t> required_;   // Terms without which nothing is known.
  bool takes_good_ = false;          // Some term takes back errors.
  bool telescopes_ = true;           // The source has not refused the form yet.
  int shift_ = 0;                    // Counts are in units of 2^-shift.
  std::int64_t next_series_ms_ = 0;  // When series are to be counted again.
  std::optional<std::int64_t> sealed_ms_;
  std::optional<std::int64_t> known_from_ms_;  // Before it, nothing is known.
  std::int64_t slot_ = 0;
};

}  // namespace slowburn
