// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "engine/columns.h"
#include "tests/fakes/saved_source.h"

namespace slowburn {
namespace {

// Every count that windows can be answered from.
void CheckSame(const Columns& restored, const Columns& original, const std::set<std::size_t>& rows,
               std::int64_t newest) {
  REQUIRE(restored.newest() == original.newest());
  for (std::int64_t slot = newest - 800; slot <= newest; ++slot) {
    const auto a = restored.EdgeAt(slot);
    const auto b = original.EdgeAt(slot);
    REQUIRE(a.has_value() == b.has_value());
    if (!a) continue;
    REQUIRE(a->slot == b->slot);
    for (const std::size_t row : rows) REQUIRE(restored.At(*a, row) == original.At(*b, row));
  }
  for (const std::size_t row : rows) REQUIRE(restored.Now(row) == original.Now(row));
}

const std::vector<std::int64_t> kWindows = {10, 60, 600};

TEST_CASE("Columns: what was saved is restored, whatever was done to them", "[engine]") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&random](std::int64_t below) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
  };
  for (int round = 0; round < 20; ++round) {
    Columns columns(kWindows);
    columns.TrackChanges();
    SavedLadder saved;
    std::set<std::size_t> rows;
    std::int64_t slot = 1000;
    std::int64_t written = 0;
    columns.Append(slot);
    rows.insert(columns.AddRow());
    for (int step = 0; step < 400; ++step) {
      const std::size_t row =
          *std::next(rows.begin(), pick(static_cast<std::int64_t>(rows.size())));
      switch (pick(10)) {
        case 0:
          rows.insert(columns.AddRow());
          break;
        case 1:
          if (rows.size() > 1) {
            columns.RemoveRow(row);
            rows.erase(row);
          }
          break;
        case 2:  // A late sample.
          columns.Add(row, slot - pick(30), {pick(3), 3 + pick(5), 1});
          break;
        case 3: {  // A gap that was bridged.
          std::vector<std::pair<std::int64_t, Counts>> by_slot;
          for (std::int64_t k = slot - pick(300); k <= slot; ++k) by_slot.push_back({k, {1, 2, 0}});
          columns.AddAll(row, by_slot);
          break;
        }
        case 4:
          if (columns.Now(row).total < 1000) columns.Rescale(row, 3);
          break;
        case 5:
          columns.Reach(slot - pick(700));
          break;
        default:
          slot += 1 + (pick(20) == 0 ? pick(100) : 0);
          columns.AppendUntil(slot);
          columns.Add(row, slot, {pick(2), 2, 0});
      }
      if (pick(4) == 0) ApplyDelta(columns.Save("ladder", ++written, pick(50) == 0), saved);
    }
    ApplyDelta(columns.Save("ladder", ++written, false), saved);
    const auto restored = Columns::Restore(kWindows, saved, 30'000, 30'000);
    REQUIRE(restored.ok());
    CheckSame(*restored, columns, rows, slot);
  }
}

TEST_CASE("Columns: a quiet save writes one column", "[engine]") {
  Columns columns(kWindows);
  columns.TrackChanges();
  columns.Append(1);
  const auto row = columns.AddRow();
  columns.Save("ladder", 1, true);
  for (std::int64_t slot = 2; slot < 2000; ++slot) {
    columns.Append(slot);
    columns.Add(row, slot, {0, 1, 0});
    const SourceDelta::Ladder delta = columns.Save("ladder", slot, false);
    REQUIRE_FALSE(delta.whole);
    REQUIRE(delta.columns.size() == 1);
    REQUIRE(delta.journal.empty());
  }
}

TEST_CASE("Columns: a journal that outgrows its columns gives way to them", "[engine]") {
  Columns columns({10});
  columns.TrackChanges();
  columns.Append(1);
  const auto row = columns.AddRow();
  columns.Save("ladder", 1, true);
  bool whole = false;
  std::size_t bytes = 0;
  for (int save = 2; !whole && save < 100; ++save) {
    for (int i = 0; i < 10'000; ++i) columns.Add(row, 1, {0, 1, 0});
    const SourceDelta::Ladder delta = columns.Save("ladder", save, false);
    whole = delta.whole;
    for (const SavedColumn& piece : delta.journal) bytes += piece.data.size();
    if (whole) CHECK(delta.columns.size() == columns.size());
  }
  CHECK(whole);
  CHECK(bytes < std::size_t{4} << 20);
}

TEST_CASE("Columns: a journal that nobody takes does not grow without end", "[engine]") {
  Columns columns({10});
  columns.TrackChanges();
  columns.Append(1);
  const auto row = columns.AddRow();
  columns.Save("ladder", 1, true);
  for (int i = 0; i < 1'000'000; ++i) {
    columns.Add(row, 1, {0, 1, 0});
    REQUIRE(columns.JournalBytesForTest() < std::size_t{2} << 20);
  }
  const SourceDelta::Ladder delta = columns.Save("ladder", 2, false);
  CHECK(delta.whole);
  CHECK(delta.journal.empty());
  SavedLadder saved;
  ApplyDelta(delta, saved);
  const auto restored = Columns::Restore({10}, saved, 1, 1);
  REQUIRE(restored.ok());
  CHECK(restored->Now(row).total == 1'000'000);
}

TEST_CASE("Columns: damaged bytes are told", "[engine]") {
  Columns columns({10});
  columns.TrackChanges();
  columns.Append(1);
  columns.Add(columns.AddRow(), 1, {1, 1000, 1});
  SavedLadder saved;
  ApplyDelta(columns.Save("ladder", 1, true), saved);
  columns.Add(0, 1, {0, 1, 0});
  ApplyDelta(columns.Save("ladder", 2, false), saved);
  REQUIRE(saved.journal.size() == 1);
  REQUIRE(Columns::Restore({10}, saved, 1, 1).ok());
  for (std::string* data : {&saved.columns[0].data, &saved.journal[0].data}) {
    const std::string good = *data;
    for (std::size_t size = 0; size < good.size(); ++size) {
      *data = good.substr(0, size);
      // A journal that ends between two entries is only shorter.
      if (!data->empty()) CHECK(absl::IsDataLoss(Columns::Restore({10}, saved, 1, 1).status()));
    }
    *data = good;
  }
}

TEST_CASE("Columns: another interval keeps the counts", "[engine]") {
  Columns columns({600});
  columns.TrackChanges();
  for (std::int64_t slot = 1000; slot <= 1600; ++slot) {
    columns.Append(slot);
    if (slot == 1000) columns.AddRow();
    columns.Add(0, slot, {1, 10, 0});
  }
  SavedLadder saved;
  ApplyDelta(columns.Save("ladder", 1, true), saved);
  const auto restored = Columns::Restore({300}, saved, 30'000, 60'000);
  REQUIRE(restored.ok());
  CHECK(restored->newest() == 800);
  CHECK(restored->Now(0) == columns.Now(0));
  const auto edge = restored->EdgeAt(550);
  REQUIRE(edge);
  CHECK(restored->At(*edge, 0).total == (edge->slot * 2 - 999) * 10);
}

}  // namespace
}  // namespace slowburn
