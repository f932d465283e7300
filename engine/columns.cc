// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/columns.h"

#include <algorithm>
#include <cassert>

namespace slowburn {
namespace {

// A window's edge may be off by at most this share of it.
constexpr std::int64_t kEdgesPerWindow = 60;

// Rows are hundreds of columns deep: room for new ones is made in
// sixteenths of what is there.
constexpr std::size_t kFewestRows = 8;
constexpr std::size_t kGrowthPart = 16;

}  // namespace

Columns::Columns(std::vector<std::int64_t> windows) : ladder_(Ladder(std::move(windows))) {}

std::vector<Columns::Rung> Columns::Ladder(std::vector<std::int64_t> windows) {
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  std::vector<Rung> ladder;
  std::int64_t resolution = 1;
  for (const std::int64_t window : windows) {
    assert(window >= 1);
    // Nested resolutions let one column serve every window.
    const std::int64_t steps = window / kEdgesPerWindow / resolution;
    resolution *= std::max<std::int64_t>(1, steps);
    ladder.push_back({window, resolution});
  }
  return ladder;
}

void Columns::Column::Reserve(std::size_t rows) {
  bad.reserve(rows);
  total.reserve(rows);
  bad_ticks.reserve(rows);
}

void Columns::Column::Resize(std::size_t rows) {
  bad.resize(rows);
  total.resize(rows);
  bad_ticks.resize(rows);
}

void Columns::Column::Push() {
  bad.push_back(0);
  total.push_back(0);
  bad_ticks.push_back(0);
}

Counts Columns::Column::Get(Row row) const {
  return {bad[row], total[row], bad_ticks[row]};
}

void Columns::Column::Set(Row row, Counts counts) {
  bad[row] = counts.bad;
  total[row] = counts.total;
  bad_ticks[row] = static_cast<std::uint32_t>(counts.bad_ticks);
}

void Columns::Column::Add(Row row, Counts counts) {
  bad[row] += counts.bad;
  total[row] += counts.total;
  bad_ticks[row] += static_cast<std::uint32_t>(counts.bad_ticks);
}

void Columns::Column::Scale(Row row, int shift) {
  bad[row] *= std::int64_t{1} << shift;
  total[row] *= std::int64_t{1} << shift;
}

template <typename Visit>
void Columns::ForEach(Visit visit) {
  for (Column& column : columns_) visit(column);
  visit(now_);
  visit(newest_);
}

Columns::Row Columns::AddRow() {
  if (!free_.empty()) {
    const Row row = free_.back();
    free_.pop_back();
    JournalClear(row);  // A save may still have the counts of its last owner.
    return row;
  }
  const std::size_t rows = now_.bad.size();
  if (rows == now_.bad.capacity()) {
    const std::size_t room = rows + std::max(kFewestRows, rows / kGrowthPart);
    ForEach([room](Column& column) { column.Reserve(room); });
    spare_ = {};
  }
  ForEach([](Column& column) { column.Push(); });
  whole_since_.push_back(kNever);
  JournalClear(rows);  // So that a restored ladder has the row, whatever column came last.
  return rows;
}

void Columns::RemoveRow(Row row) {
  ForEach([row](Column& column) { column.Set(row, {}); });
  whole_since_[row] = kNever;
  free_.push_back(row);
}

void Columns::Append(std::int64_t slot) {
  assert(slots_.empty() || slot > slots_.back());
  Thin(slot);
  // A column that has just been thinned gives its memory, which is there already.
  Column column = std::exchange(spare_, {});
  column.written = kUnwritten;
  column.Reserve(now_.bad.capacity());
  column.bad = now_.bad;
  column.total = now_.total;
  column.bad_ticks = now_.bad_ticks;
  column.dies_at = slot + Lifetime(slot);
  columns_.push_back(std::move(column));
  slots_.push_back(slot);
}

void Columns::AppendUntil(std::int64_t slot) {
  assert(!slots_.empty());
  for (std::int64_t k = slots_.back() + 1; k <= slot; ++k) {
    if (k == slot || k + Lifetime(k) > slot) Append(k);
  }
}

void Columns::Reach(std::int64_t slot) {
  assert(!slots_.empty());
  const std::int64_t oldest = slots_.front();
  const std::int64_t newest = slots_.back();
  std::vector<std::int64_t> slots;
  std::vector<Column> columns;
  for (std::int64_t k = slot; k < oldest; ++k) {
    const std::int64_t dies_at = k + Lifetime(k);
    // The first is where time begins: `Thin` tells for how long it stays.
    if (k != slot && newest >= dies_at) continue;
    slots.push_back(k);
    columns.push_back(columns_.front());
    columns.back().Reserve(now_.bad.capacity());
    columns.back().dies_at = dies_at;
    columns.back().written = kUnwritten;
  }
  slots_.insert(slots_.begin(), slots.begin(), slots.end());
  columns_.insert(columns_.begin(), std::make_move_iterator(columns.begin()),
                  std::make_move_iterator(columns.end()));
  Thin(newest);
}

void Columns::Add(Row row, std::int64_t slot, Counts counts) {
  JournalAdd(row, slot, counts);
  for (std::size_t i = slots_.size(); i-- > 0 && slots_[i] >= slot;) columns_[i].Add(row, counts);
  now_.Add(row, counts);
  newest_.Add(row, counts);
}

void Columns::AddAll(Row row, std::span<const std::pair<std::int64_t, Counts>> by_slot) {
  Counts sum;
  auto next = by_slot.begin();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Counts before = sum;
    for (; next != by_slot.end() && next->first <= slots_[i]; ++next) sum = sum + next->second;
    columns_[i].Add(row, sum);
    if (sum != before) JournalAdd(row, slots_[i], sum - before);
  }
  for (; next != by_slot.end(); ++next) sum = sum + next->second;
  now_.Add(row, sum);
  newest_.Add(row, sum);
}

void Columns::SetOpen(Row row, Counts open) {
  newest_.Set(row, now_.Get(row) + open);
}

void Columns::SetWholeSince(Row row, std::int64_t slot) {
  whole_since_[row] = slot;
}

void Columns::Rescale(Row row, int shift) {
  JournalScale(row, shift);
  ForEach([row, shift](Column& column) { column.Scale(row, shift); });
}

void Columns::AppendLike(const Columns& other) {
  for (const std::int64_t slot : other.slots_) {
    if (slots_.empty() || slot > slots_.back()) Append(slot);
  }
}

void Columns::CopyRow(const Columns& other, Row from, Row to) {
  JournalClear(to);
  Counts before;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::optional<Edge> edge = other.EdgeAt(slots_[i]);
    const Counts counts = edge ? other.At(*edge, from) : Counts{};
    columns_[i].Set(to, counts);
    if (counts != before) JournalAdd(to, slots_[i], counts - before);
    before = counts;
  }
  now_.Set(to, other.Now(from));
  newest_.Set(to, other.Newest(from));
  whole_since_[to] = other.whole_since_[from];
}

std::optional<Columns::Edge> Columns::EdgeAt(std::int64_t slot) const {
  const auto after = std::upper_bound(slots_.begin(), slots_.end(), slot);
  if (after == slots_.begin()) return std::nullopt;
  const auto edge = std::prev(after);
  return Edge{*edge, static_cast<std::size_t>(edge - slots_.begin())};
}

Counts Columns::At(Edge edge, Row row) const {
  return columns_[edge.index].Get(row);
}

Counts Columns::Now(Row row) const {
  return now_.Get(row);
}

Counts Columns::Newest(Row row) const {
  return newest_.Get(row);
}

std::optional<std::int64_t> Columns::newest() const {
  if (slots_.empty()) return std::nullopt;
  return slots_.back();
}

std::int64_t Columns::Lifetime(std::int64_t slot) const {
  std::int64_t lifetime = 0;
  for (const Rung& rung : ladder_) {
    if (slot % rung.resolution == 0) lifetime = std::max(lifetime, rung.window + rung.resolution);
  }
  return lifetime;
}

// Deletes what is too old when `newest` is the newest.
void Columns::Thin(std::int64_t newest) {
  if (slots_.empty()) return;
  // The oldest stays until every window reaches past it: what came before it is not known.
  const std::int64_t oldest = slots_.front();
  const bool keep_oldest = newest - oldest < ladder_.back().window + ladder_.back().resolution;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const bool dead =
        newest >= columns_[i].dies_at && slots_[i] != newest && !(keep_oldest && i == 0);
    if (dead) {
      if (tracks_ && columns_[i].written != kUnwritten) dropped_.push_back(slots_[i]);
      spare_ = std::move(columns_[i]);
      continue;
    }
    if (kept != i) {
      slots_[kept] = slots_[i];
      columns_[kept] = std::move(columns_[i]);
    }
    ++kept;
  }
  slots_.resize(kept);
  columns_.resize(kept);
}

}  // namespace slowburn
