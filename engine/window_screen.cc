// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/window_screen.h"

#include <algorithm>
#include <cmath>

#include "engine/window_edge.h"

namespace slowburn {
namespace {

// `threshold` as a float that is not above it, not even after the kernel's own rounding: the
// distance between floats is many times that between doubles.
float Below(Ratio threshold) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  return std::nextafter(static_cast<float>(threshold.AsDouble()), kLowest);
}

KernelWindow WindowOf(const Columns& columns, const SlotGrid& grid, std::int64_t slot,
                      absl::Duration window) {
  const WindowEdge edge = EdgeOf(columns, grid, slot, window, WindowEnd::kNewest);
  if (!edge.column) return {};
  const Columns::Rows rows = columns.RowsAt(*edge.column);
  return {rows.bad.data(), rows.total.data(), edge.column->slot};
}

}  // namespace

void WindowScreen::Grow(Columns::Row row) {
  if (row / kRowsPerWord < set_.size()) return;
  set_.resize(row / kRowsPerWord + 1);
  for (Pair& pair : pairs_) pair.thresholds.resize(set_.size() * kRowsPerWord, kNoThreshold);
}

WindowScreen::Pair& WindowScreen::PairOf(const Tier& tier) {
  const auto known = std::find_if(pairs_.begin(), pairs_.end(), [&tier](const Pair& pair) {
    return pair.long_window == tier.long_window && pair.short_window == tier.short_window;
  });
  if (known != pairs_.end()) return *known;
  const std::vector<float> none(set_.size() * kRowsPerWord, kNoThreshold);
  return pairs_.emplace_back(Pair{tier.long_window, tier.short_window, none});
}

void WindowScreen::SetRow(Columns::Row row, std::span<const Tier> tiers, Ratio budget) {
  Grow(row);
  RemoveRow(row);
  for (const Tier& tier : tiers) {
    const absl::StatusOr<Ratio> threshold = Multiply(tier.factor, budget);
    if (!threshold.ok()) return;
    float& lowest = PairOf(tier).thresholds[row];
    lowest = std::min(lowest, Below(*threshold));
  }
  set_[row / kRowsPerWord] |= std::uint64_t{1} << (row % kRowsPerWord);
}

void WindowScreen::RemoveRow(Columns::Row row) {
  if (row / kRowsPerWord >= set_.size()) return;
  for (Pair& pair : pairs_) pair.thresholds[row] = kNoThreshold;
  set_[row / kRowsPerWord] &= ~(std::uint64_t{1} << (row % kRowsPerWord));
}

void WindowScreen::Run(const Columns& columns, const SlotGrid& grid, std::int64_t slot) {
  Run(UsableIsas().back(), columns, grid, slot);
}

void WindowScreen::Run(Isa isa, const Columns& columns, const SlotGrid& grid, std::int64_t slot) {
  const Columns::Rows newest = columns.NewestRows();
  std::vector<KernelTier> tiers;
  for (const Pair& pair : pairs_) {
    tiers.push_back({WindowOf(columns, grid, slot, pair.long_window),
                     WindowOf(columns, grid, slot, pair.short_window), pair.thresholds.data()});
  }
  KernelInput input;
  // Rows after the last that was set are not cleared: the bitmap ends before them.
  input.rows = std::min(newest.bad.size(), set_.size() * kRowsPerWord);
  input.bad = newest.bad.data();
  input.total = newest.total.data();
  input.whole_since = columns.WholeSince().data();
  input.tiers = tiers;
  RunKernel(isa, input, may_exceed_);
  for (std::size_t word = 0; word < may_exceed_.size(); ++word) may_exceed_[word] |= ~set_[word];
}

}  // namespace slowburn
