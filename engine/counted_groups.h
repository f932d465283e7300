// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <absl/time/time.h>

#include "engine/columns.h"
#include "engine/meter.h"
#include "engine/slot_grid.h"
#include "engine/time_spans.h"
#include "rules/label.h"

namespace slowburn {

// The budgets of one SLO whose events are counted into columns: what is counted and what is known
// of each, and its windows.  Thread-compatible.
class CountedGroups {
 public:
  struct Group {
    Labels labels;
    std::string key;
    Columns::Row row = 0;
    std::int64_t series = 0;                // That fed it in the last read.
    std::optional<std::int64_t> newest_ms;  // Newest sample of the total, sealed or not.
    std::int64_t known_until_ms = 0;        // For windows that end at the newest data.
    std::int64_t sealed_known_until_ms = 0;
    TimeSpans unknown;                        // Of the time before these two.
    std::optional<std::int64_t> bad_tick_ms;  // Of the last bad tick.
    std::int64_t bad_reported = 0;  // High-water marks, so that what is exported never falls.
    std::int64_t good_reported = 0;
    std::int64_t bad_before = 0;  // Counted of the time before, which is not reported.
    std::int64_t good_before = 0;
  };

  // `by` are the labels that tell groups apart; without any, there is one group from the start.
  // `columns` must outlive this; its slots are those of `grid`.
  CountedGroups(std::vector<std::string> by, SlotGrid grid, Columns& columns);
  ~CountedGroups();
  CountedGroups(const CountedGroups&) = delete;
  CountedGroups& operator=(const CountedGroups&) = delete;

  // The group of a series with `labels`; made when it is new.
  std::size_t IndexOf(const Labels& labels);

  std::size_t size() const { return groups_.size(); }

  Group& operator[](std::size_t index) { return groups_[index]; }

  const Group& operator[](std::size_t index) const { return groups_[index]; }

  // Counts that happened by a slot (and after the slot before).
  using SlotCounts = std::pair<std::int64_t, Counts>;

  // Adds counts for good, by slot in ascending order.  Those with errors are a bad moment if the
  // last one is at least `spacing_ms` ago.
  void Book(std::size_t index, std::span<SlotCounts> by_slot, std::int64_t spacing_ms);

  // Adds what happened before counting began: it is not reported.
  void BookPast(std::size_t index, std::span<const SlotCounts> by_slot);

  // Goes on, in what is reported, from where `before`, the groups of another meter of the same SLO,
  // stand; their counts are in units of 2^shift of these.
  void TakeOver(const CountedGroups& before, int shift);

  // Sets what lies after the sealed horizon, as of `at_ms`; bad moments as in `Book`.
  void SetOpen(std::size_t index, Counts counts, std::int64_t at_ms, std::int64_t spacing_ms);

  // Moves the high-water marks of what is exported to what is counted now.
  void UpdateReported();

  // Forgets unknown time that no window reaches back to at `now_ms`.
  void ForgetOldGaps(std::int64_t now_ms);

  // Multiplies all counts by 2^shift.
  void Rescale(int shift);

  // Moves the counts to other columns, history and all.  `columns` must outlive this.
  void Rebase(Columns& columns);

  // What `Meter::Save` writes of the groups, and takes back.  Times near `base_ms` take few bytes;
  // it is the same for both.
  void Save(ByteWriter& slow, ByteWriter& heads, std::int64_t base_ms) const;
  bool Restore(ByteReader& slow, ByteReader& heads, std::int64_t base_ms);
  std::vector<Columns::Row> rows() const;

  // `unit` is in events per unit of the counts.
  MeterGroup Describe(std::size_t index, double unit) const;

  // The last `window` of a group at `slot`.  Nothing is known before `known_from_ms`, or, without
  // one, at all.
  Reading Read(std::size_t index, std::int64_t slot, std::optional<std::int64_t> known_from_ms,
               absl::Duration window, WindowEnd end) const;

 private:
  std::vector<std::string> by_;
  SlotGrid grid_;
  Columns* columns_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> index_;  // By key.
};

}  // namespace slowburn
