// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <absl/time/time.h>

#include "engine/columns.h"
#include "engine/slot_grid.h"
#include "engine/window_kernel.h"
#include "rules/slo.h"

namespace slowburn {

// Tells for all rows of one set of columns which of them could exceed in a tier at all.
//
// Most series are healthy: one pass over the columns as arrays costs some nanoseconds a row, and
// leaves few to be judged exactly.  It errs to one side alone: a row that it clears does not exceed
// in any of its tiers, in windows that end at the newest data, by `Exceeds` in integers; one that
// it does not clear may do either.  Thread-compatible.
//
// Example:
//   screen.SetRow(row, slo.alerts.tiers, slo.ErrorBudget());
//   screen.Run(columns, grid, slot);
//   if (screen.Clears(row)) ...  // Every tier's firing verdict is false.
class WindowScreen {
 public:
  // Sets the tiers that `row` has, and its error budget.
  void SetRow(Columns::Row row, std::span<const Tier> tiers, Ratio budget);

  // Forgets a row: it is cleared no more, until it is set again.
  void RemoveRow(Columns::Row row);

  // Looks at all rows, for windows that end at `slot`'s time.  The columns have its column, their
  // newest counts, and say since when each row is whole.
  void Run(const Columns& columns, const SlotGrid& grid, std::int64_t slot);

  // Likewise, by the code of one instruction set: all give the same.
  void Run(Isa isa, const Columns& columns, const SlotGrid& grid, std::int64_t slot);

  // Whether the last run found that `row` exceeds in none of its tiers.
  bool Clears(Columns::Row row) const {
    const std::size_t word = row / kRowsPerWord;
    return word < may_exceed_.size() && (may_exceed_[word] >> (row % kRowsPerWord) & 1) == 0;
  }

 private:
  // A pair of windows that some row has, and the threshold of each row.
  struct Pair {
    absl::Duration long_window;
    absl::Duration short_window;
    std::vector<float> thresholds;  // By row; the lowest of its tiers with these windows.
  };

  Pair& PairOf(const Tier& tier);
  void Grow(Columns::Row row);

  std::vector<Pair> pairs_;
  std::vector<std::uint64_t> set_;  // Rows whose thresholds are known, a bit each.
  std::vector<std::uint64_t> may_exceed_;
};

}  // namespace slowburn
