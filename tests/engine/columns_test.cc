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

TEST_CASE("Columns: reaching back is as if appended from there", "[engine]") {
  const std::vector<std::int64_t> ladders[] = {kDefault, {7}, {5, 40, 700}, {120, 10000}};
  constexpr std::int64_t kFirst = 1'000'003;
  for (const std::vector<std::int64_t>& windows : ladders) {
    for (const std::int64_t late : {1, 13, 2000}) {
      const std::int64_t now = kFirst + late + 300;
      Columns whole(windows);
      Columns reached(windows);
      const Columns::Row row = whole.AddRow();
      REQUIRE(reached.AddRow() == row);
      std::vector<std::pair<std::int64_t, Counts>> past;
      for (std::int64_t slot = kFirst; slot <= now; ++slot) {
        const Counts counts = {slot % 3, slot % 7, slot % 2};
        whole.Append(slot);
        whole.Add(row, slot, counts);
        if (slot >= kFirst + late) reached.Append(slot);
        if (slot > kFirst + late) {
          reached.Add(row, slot, counts);
        } else {
          past.emplace_back(slot, counts);
        }
      }
      reached.Reach(kFirst);
      reached.AddAll(row, past);

      const auto same = [&](std::int64_t until) {
        bool equal = reached.size() == whole.size() && reached.Now(row) == whole.Now(row);
        for (std::int64_t slot = kFirst - 1; slot <= until; ++slot) {
          const auto a = whole.EdgeAt(slot);
          const auto b = reached.EdgeAt(slot);
          equal &= a.has_value() == b.has_value();
          if (a && b) equal &= a->slot == b->slot && whole.At(*a, row) == reached.At(*b, row);
        }
        return equal;
      };
      CHECK(same(now));
      for (std::int64_t slot = now + 1; slot < now + 1000; ++slot) {
        whole.Append(slot);
        reached.Append(slot);
      }
      CHECK(same(now + 999));
      const std::size_t size = reached.size();
      reached.Reach(kFirst + late);  // Not older than the oldest.
      CHECK(reached.size() == size);
    }
  }
}

TEST_CASE("Columns: adding many is adding each", "[engine]") {
  Columns each({5, 40, 700});
  Columns many({5, 40, 700});
  const Columns::Row row = each.AddRow();
  REQUIRE(many.AddRow() == row);
  for (std::int64_t slot = 100; slot < 400; ++slot) {
    each.Append(slot);
    many.Append(slot);
  }
  // Before the oldest column, on columns and between them, twice in one slot, after the newest.
  const std::vector<std::pair<std::int64_t, Counts>> bookings = {
      {1, {1, 2, 1}},    {100, {0, 3, 0}},  {101, {4, 5, 1}}, {250, {1, 100, 1}},
      {250, {0, 10, 0}}, {399, {7, 70, 1}}, {405, {1, 1, 1}}};
  for (const auto& [slot, counts] : bookings) each.Add(row, slot, counts);
  many.AddAll(row, bookings);
  CHECK(many.Now(row) == each.Now(row));
  CHECK(many.Newest(row) == each.Now(row));
  for (std::int64_t slot = 100; slot < 400; ++slot) {
    REQUIRE(many.At(*many.EdgeAt(slot), row) == each.At(*each.EdgeAt(slot), row));
  }
}

TEST_CASE("Columns: what is open is in the newest counts alone", "[engine]") {
  Columns columns({5});
  const Columns::Row row = columns.AddRow();
  columns.Append(1);
  columns.Add(row, 1, {1, 10, 1});
  columns.SetOpen(row, {2, 3, 1});
  CHECK(columns.Newest(row) == Counts{3, 13, 2});
  columns.Add(row, 1, {0, 5, 0});
  CHECK(columns.Newest(row) == Counts{3, 18, 2});
  columns.SetOpen(row, {});
  CHECK(columns.Newest(row) == Counts{1, 15, 1});
  columns.Append(2);
  CHECK(columns.At(*columns.EdgeAt(2), row) == Counts{1, 15, 1});
  columns.SetOpen(row, {1, 1, 1});
  columns.RemoveRow(row);
  REQUIRE(columns.AddRow() == row);
  CHECK(columns.Newest(row) == Counts{});
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
