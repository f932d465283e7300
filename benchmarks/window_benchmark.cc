// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <benchmark/benchmark.h>

#include "engine/columns.h"
#include "engine/window_screen.h"
#include "rules/alert_window.h"

namespace slowburn {
namespace {

const absl::Duration kWindow = absl::Hours(30 * 24);

// Columns of many rows over three days and some, default tiers; a share of the rows burns.
struct Filled {
  Filled(std::int64_t rows, std::int64_t burning_percent) {
    const std::vector<Tier> tiers = DefaultTiers(kWindow);
    for (Columns::Row row = 0; row < static_cast<Columns::Row>(rows); ++row) {
      columns.AddRow();
      screen.SetRow(row, tiers, {1, 1000});
      columns.SetWholeSince(row, slot);
    }
    columns.Append(slot);
    // Slot by slot for the short windows; before that, only columns that live on.
    for (int i = 0; i < 80; ++i) Fill(rows, burning_percent, 120);
    for (int i = 0; i < 800; ++i) Fill(i % 10 == 0 ? rows : 0, burning_percent, 1);
  }

  // Counts for all rows, and a column.
  void Fill(std::int64_t rows, std::int64_t burning_percent, std::int64_t slots) {
    slot += slots;
    columns.Append(slot);
    for (std::int64_t row = 0; row < rows; ++row) {
      const bool burns = row * 37 % 100 < burning_percent;
      columns.Add(static_cast<Columns::Row>(row), slot + 1, {burns ? 5000 : row % 20, 100'000, 1});
    }
  }

  Columns columns{{10, 60, 120, 240, 720, 2880, 8640, 86400}};
  WindowScreen screen;
  SlotGrid grid;
  std::int64_t slot = 56'666'667;
};

// The last one made is kept: it takes long to fill.
Filled& FilledWith(std::int64_t rows, std::int64_t burning_percent) {
  static std::unique_ptr<Filled> filled;
  static std::pair<std::int64_t, std::int64_t> with;
  if (!filled || with != std::pair(rows, burning_percent)) {
    filled.reset();
    filled = std::make_unique<Filled>(rows, burning_percent);
    with = {rows, burning_percent};
  }
  return *filled;
}

// Which of N rows may exceed in a tier, with P percent of them burning, by instruction set.
void BM_Screen(benchmark::State& state) {
  const auto isa = static_cast<Isa>(state.range(2));
  const std::span<const Isa> usable = UsableIsas();
  if (std::find(usable.begin(), usable.end(), isa) == usable.end()) {
    state.SkipWithError("this processor lacks it");
    return;
  }
  Filled& filled = FilledWith(state.range(0), state.range(1));
  for (auto _ : state) {
    filled.screen.Run(isa, filled.columns, filled.grid, filled.slot);
  }
  std::int64_t left = 0;
  for (std::int64_t row = 0; row < state.range(0); ++row) {
    left += filled.screen.Clears(static_cast<Columns::Row>(row)) ? 0 : 1;
  }
  state.counters["left"] = static_cast<double>(left);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_Screen)
    ->ArgNames({"rows", "burning", "isa"})
    ->ArgsProduct({{1000, 100'000, 1'000'000}, {0, 1, 100}, {0, 1, 2}})
    ->Unit(benchmark::kMicrosecond);

// One column more, and those that are too old away, for N rows.
void BM_AppendAndThin(benchmark::State& state) {
  Filled& filled = FilledWith(state.range(0), 1);
  for (auto _ : state) filled.columns.Append(++filled.slot);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_AppendAndThin)
    ->ArgName("rows")
    ->Arg(1000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace slowburn
