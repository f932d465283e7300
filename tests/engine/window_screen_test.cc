// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/window_screen.h"

#include <random>

#include <catch2/catch.hpp>

#include "engine/window_edge.h"

namespace slowburn {
namespace {

constexpr SlotGrid kGrid;

Tier MakeTier(Ratio factor, absl::Duration long_window, absl::Duration short_window) {
  return {.factor = factor, .long_window = long_window, .short_window = short_window};
}

const std::vector<Tier> kTiers = {
    MakeTier({72, 5}, absl::Hours(1), absl::Minutes(5)),
    MakeTier({6, 1}, absl::Hours(6), absl::Minutes(30)),
    MakeTier({3, 1}, absl::Hours(24), absl::Hours(2)),
};
const std::vector<std::int64_t> kLadder = {10, 60, 120, 240, 720, 2880};

// What is known of a window of a row, as a meter would say.
WindowCounts Window(const Columns& columns, Columns::Row row, std::int64_t slot,
                    absl::Duration window) {
  const WindowEdge edge = EdgeOf(columns, kGrid, slot, window, WindowEnd::kNewest);
  const Counts then = edge.column ? columns.At(*edge.column, row) : Counts{};
  const Counts now = columns.Newest(row);
  WindowCounts counts;
  counts.total = std::max<std::int64_t>(0, now.total - then.total);
  counts.bad = std::clamp<std::int64_t>(now.bad - then.bad, 0, counts.total);
  const std::int64_t whole_since = columns.WholeSince()[row];
  std::int64_t known_from = edge.until_ms;
  if (whole_since != Columns::kNever) known_from = kGrid.Horizon(whole_since);
  // Without a column that reaches back so far, some of the window was never counted.
  known_from = std::clamp(known_from, edge.from_ms + (edge.column ? 0 : 1), edge.until_ms);
  counts.covered = absl::Milliseconds(edge.until_ms - known_from);
  counts.unknown = absl::Milliseconds(known_from - edge.from_ms);
  return counts;
}

bool AllFalse(const Columns& columns, Columns::Row row, std::int64_t slot,
              const std::vector<Tier>& tiers, Ratio budget) {
  return std::all_of(tiers.begin(), tiers.end(), [&](const Tier& tier) {
    const Ratio threshold = *Multiply(tier.factor, budget);
    return And(Exceeds(Window(columns, row, slot, tier.long_window), threshold),
               Exceeds(Window(columns, row, slot, tier.short_window), threshold)) == Truth::kFalse;
  });
}

TEST_CASE("WindowScreen: clears no row that the exact comparison would not", "[engine]") {
  const unsigned seed = 20261121;
  INFO("seed " << seed);
  std::mt19937_64 generator(seed);
  const auto random = [&generator](std::int64_t below) {
    return static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(below));
  };
  const Ratio budgets[] = {{1, 1000}, {1, 100}, {0, 1}, {1, 3}, {1, 1'000'000}};
  std::size_t cleared = 0;
  std::size_t judged = 0;
  for (int round = 0; round < 60; ++round) {
    Columns columns(kLadder);
    WindowScreen screen;
    std::int64_t slot = 1'000'000 + random(5000);
    const std::int64_t first = slot;
    const std::size_t rows = static_cast<std::size_t>(random(200)) + 1;
    std::vector<std::vector<Tier>> tiers(rows);
    std::vector<Ratio> budget(rows);
    for (Columns::Row row = 0; row < rows; ++row) {
      columns.AddRow();
      budget[row] = budgets[static_cast<std::size_t>(random(5))];
      for (const Tier& tier : kTiers) {
        if (random(4) > 0) tiers[row].push_back(tier);
        // The same windows twice: the lower factor counts.
        if (random(9) == 0)
          tiers[row].push_back(MakeTier({1, 2}, tier.long_window, tier.short_window));
      }
      screen.SetRow(row, tiers[row], budget[row]);
    }
    columns.Append(slot);
    const std::int64_t steps = random(2) == 0 ? 60 : 5;
    for (std::int64_t step = 0; step < steps; ++step) {
      slot += step < 50 ? 60 : 1;
      columns.Append(slot);
      for (Columns::Row row = 0; row < rows; ++row) {
        // Around a threshold, to the last event, from few events to as many as there can be.
        const Ratio factor = kTiers[static_cast<std::size_t>(random(3))].factor;
        const Ratio threshold = *Multiply(factor, budget[row]);
        const std::int64_t scale = std::int64_t{1} << random(row % 3 == 0 ? 34 : 8);
        Counts counts = {threshold.num * scale + random(3) - 1, threshold.den * scale, 0};
        if (row % 5 == 1) counts.bad = 0;
        if (row % 5 == 2) counts = {0, 0, 0};
        if (row % 5 == 3 && random(20) == 0) counts = {-random(1000), -random(1000), 0};
        if (row % 7 == 3) counts.bad /= 2;
        columns.Add(row, slot + 1, counts);
        if (step + 1 == steps && random(3) == 0) columns.SetOpen(row, {random(3), random(5), 0});
      }
    }
    for (Columns::Row row = 0; row < rows; ++row) {
      if (random(8) > 0) columns.SetWholeSince(row, random(3) == 0 ? slot - random(800) : first);
    }
    std::vector<bool> clears;
    for (const Isa isa : UsableIsas()) {
      screen.Run(isa, columns, kGrid, slot);
      std::vector<bool> found;
      for (Columns::Row row = 0; row < rows; ++row) found.push_back(screen.Clears(row));
      if (clears.empty()) clears = found;
      REQUIRE(found == clears);
    }
    for (Columns::Row row = 0; row < rows; ++row) {
      ++judged;
      if (!clears[row]) continue;
      ++cleared;
      INFO("round " << round << " row " << row);
      REQUIRE(AllFalse(columns, row, slot, tiers[row], budget[row]));
    }
  }
  CHECK(cleared > judged / 8);  // It is of use.
}

// One row of a thousand events a slot for a day, `bad` of them bad.
struct OneRow {
  explicit OneRow(std::int64_t bad) {
    for (; slot < 1'003'000; ++slot) {
      columns.Append(slot);
      columns.Add(row, slot, {bad, 1000, 0});
    }
    --slot;
    columns.SetWholeSince(row, 1'000'000);
    screen.SetRow(row, kTiers, {1, 1000});
  }

  bool Clears() {
    screen.Run(columns, kGrid, slot);
    return screen.Clears(row);
  }

  Columns columns{kLadder};
  const Columns::Row row = columns.AddRow();
  WindowScreen screen;
  std::int64_t slot = 1'000'000;
};

TEST_CASE("WindowScreen: clears what is healthy and known", "[engine]") {
  CHECK(OneRow(0).Clears());
  CHECK(OneRow(2).Clears());
  CHECK_FALSE(OneRow(3).Clears());  // At the ticket's threshold: for the exact comparison to say.
  CHECK_FALSE(OneRow(20).Clears());

  SECTION("a short window suffices") {
    OneRow row(20);
    for (int i = 0; i < 250; ++i) {
      row.columns.Append(++row.slot);
      row.columns.Add(row.row, row.slot, {0, 1000, 0});
    }
    CHECK(row.Clears());
  }
  SECTION("not what may be unknown") {
    OneRow row(0);
    row.columns.SetWholeSince(row.row, row.slot - 5);
    CHECK_FALSE(row.Clears());
    row.columns.SetWholeSince(row.row, row.slot - 250);  // The short windows are whole.
    CHECK(row.Clears());
    row.columns.SetWholeSince(row.row, Columns::kNever);
    CHECK_FALSE(row.Clears());
  }
  SECTION("what is open counts") {
    OneRow row(0);
    row.columns.SetOpen(row.row, {600, 600, 1});
    CHECK(row.Clears());  // More than the page's share of 5 m, less than that of an hour.
    row.columns.SetOpen(row.row, {6000, 6000, 1});
    CHECK_FALSE(row.Clears());
  }
  SECTION("not what was never set or was removed") {
    OneRow row(0);
    const Columns::Row other = row.columns.AddRow();
    CHECK(row.Clears());
    CHECK_FALSE(row.screen.Clears(other));
    CHECK_FALSE(row.screen.Clears(1000));
    row.screen.RemoveRow(row.row);
    CHECK_FALSE(row.Clears());
  }
  SECTION("not a tier whose threshold is too fine to compute") {
    OneRow row(0);
    constexpr std::int64_t kFine = 1'000'000'000'000'037;
    const std::vector<Tier> fine = {MakeTier({kFine - 1, kFine}, absl::Hours(1), absl::Minutes(5))};
    row.screen.SetRow(row.row, fine, {1, 1'000'003'000});
    REQUIRE_FALSE(Multiply(fine[0].factor, {1, 1'000'003'000}).ok());
    CHECK_FALSE(row.Clears());
  }
}

}  // namespace
}  // namespace slowburn
