// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/columns.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

// The ladder of 30 s slots for the default tiers and 30 d.
const std::vector<std::int64_t> kDefault = {10, 60, 120, 240, 720, 2880, 8640, 86400};

TEST_CASE("Columns: every window is answered within 1/60 of it, forever", "[engine]") {
  const std::vector<std::int64_t> ladders[] = {
      kDefault, {1}, {7}, {59, 60, 61}, {3, 100, 1000, 1001}, {120, 10000}};
  for (const std::vector<std::int64_t>& windows : ladders) {
    Columns columns(windows);
    const std::int64_t first = 1'000'003;
    const std::int64_t slots = windows.back() + windows.back() / 3;
    std::size_t most = 0;
    bool within = true;
    for (std::int64_t slot = first; slot < first + slots; ++slot) {
      columns.Append(slot);
      most = std::max(most, columns.size());
      for (const std::int64_t window : windows) {
        if (slot - window < first) continue;
        const auto edge = columns.EdgeAt(slot - window);
        const std::int64_t resolution = std::max<std::int64_t>(1, window / 60);
        within &= edge && slot - edge->slot >= window && slot - edge->slot < window + resolution;
        // A window of under two minutes of slots is exact.
        if (window < 120) within &= edge && slot - edge->slot == window;
      }
    }
    CHECK(within);
    CHECK(most <= 70 * windows.size());
  }
}

TEST_CASE("Columns: equal a slow count over random streams", "[engine]") {
  const unsigned seed = 20261121;
  INFO("seed " << seed);
  std::mt19937 generator(seed);
  const auto random = [&generator](std::int64_t below) {
    return static_cast<std::int64_t>(generator() % static_cast<unsigned>(below));
  };
  Columns columns({5, 40, 700});

  struct Event {
    std::int64_t slot;
    Counts counts;
  };

  std::map<Columns::Row, std::vector<Event>> events;
  std::map<Columns::Row, std::int64_t> born;
  std::vector<Columns::Row> rows;
  for (std::int64_t slot = 0; slot < 2000; ++slot) {
    columns.Append(slot);
    if (random(50) == 0) {
      const Columns::Row row = columns.AddRow();
      rows.push_back(row);
      events[row].clear();
      born[row] = slot;
    }
    if (rows.size() > 20) {
      columns.RemoveRow(rows.front());
      rows.erase(rows.begin());
    }
    for (const Columns::Row row : rows) {
      if (random(3) == 0) continue;
      // Mostly now, sometimes late, by less than the age at which the next column may be thinned.
      const std::int64_t at = std::max(born[row], slot - (random(10) == 0 ? random(30) : 0));
      const Counts counts = {random(3), random(100), random(2)};
      columns.Add(row, at, counts);
      events[row].push_back({at, counts});
    }
    for (const Columns::Row row : rows) {
      for (const std::int64_t window : {5, 40, 700}) {
        const auto edge = columns.EdgeAt(slot - window);
        if (!edge) continue;
        Counts want;
        for (const Event& event : events[row]) {
          if (event.slot <= edge->slot) continue;
          want.bad += event.counts.bad;
          want.total += event.counts.total;
          want.bad_ticks += event.counts.bad_ticks;
        }
        const Counts now = columns.Now(row);
        const Counts before = columns.At(*edge, row);
        const Counts got = {now.bad - before.bad, now.total - before.total,
                            now.bad_ticks - before.bad_ticks};
        REQUIRE(got == want);
      }
    }
  }
}

TEST_CASE("Columns: a row moves to another ladder with its history", "[engine]") {
  Columns from({5, 100});
  const Columns::Row row = from.AddRow();
  for (std::int64_t slot = 0; slot < 300; ++slot) {
    from.Append(slot);
    from.Add(row, slot, {1, 10, 0});
  }
  Columns to({5, 20, 100});
  to.AppendLike(from);
  const Columns::Row moved = to.AddRow();
  to.CopyRow(from, row, moved);
  for (const std::int64_t window : {5, 100}) {
    const auto edge = to.EdgeAt(299 - window);
    REQUIRE(edge);
    CHECK(to.Now(moved).total - to.At(*edge, moved).total == 10 * (299 - edge->slot));
  }
}

}  // namespace
}  // namespace slowburn
