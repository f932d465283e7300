// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/columns.h"

#include <algorithm>
#include <cassert>

namespace slowburn {
namespace {

// A window's edge may be off by at most this share of it.
constexpr std::int64_t kEdgesPerWindow = 60;

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

Columns::Row Columns::AddRow() {
  if (!free_.empty()) {
    const Row row = free_.back();
    free_.pop_back();
    return row;
  }
  const auto grow = [](Column& column) {
    column.bad.push_back(0);
    column.total.push_back(0);
    column.bad_ticks.push_back(0);
  };
  for (Column& column : columns_) grow(column);
  grow(now_);
  return now_.bad.size() - 1;
}

void Columns::RemoveRow(Row row) {
  const auto clear = [row](Column& column) {
    column.bad[row] = 0;
    column.total[row] = 0;
    column.bad_ticks[row] = 0;
  };
  for (Column& column : columns_) clear(column);
  clear(now_);
  free_.push_back(row);
}

void Columns::Append(std::int64_t slot) {
  assert(columns_.empty() || slot > columns_.back().slot);
  columns_.push_back(now_);
  columns_.back().slot = slot;
  columns_.back().dies_at = slot + Lifetime(slot);
  Thin();
}

void Columns::Add(Row row, std::int64_t slot, Counts counts) {
  const auto add = [row, &counts](Column& column) {
    column.bad[row] += counts.bad;
    column.total[row] += counts.total;
    column.bad_ticks[row] += static_cast<std::uint32_t>(counts.bad_ticks);
  };
  for (auto column = columns_.rbegin(); column != columns_.rend() && column->slot >= slot;
       ++column) {
    add(*column);
  }
  add(now_);
}

void Columns::Rescale(Row row, int shift) {
  const auto scale = [row, shift](Column& column) {
    column.bad[row] *= std::int64_t{1} << shift;
    column.total[row] *= std::int64_t{1} << shift;
  };
  for (Column& column : columns_) scale(column);
  scale(now_);
}

void Columns::AppendLike(const Columns& other) {
  for (const Column& column : other.columns_) {
    if (columns_.empty() || column.slot > columns_.back().slot) Append(column.slot);
  }
}

void Columns::CopyRow(const Columns& other, Row from, Row to) {
  const auto set = [to](Column& column, const Counts& counts) {
    column.bad[to] = counts.bad;
    column.total[to] = counts.total;
    column.bad_ticks[to] = static_cast<std::uint32_t>(counts.bad_ticks);
  };
  for (Column& column : columns_) {
    const std::optional<Edge> edge = other.EdgeAt(column.slot);
    set(column, edge ? other.At(*edge, from) : Counts{});
  }
  set(now_, other.Now(from));
}

std::optional<Columns::Edge> Columns::EdgeAt(std::int64_t slot) const {
  const auto after =
      std::upper_bound(columns_.begin(), columns_.end(), slot,
                       [](std::int64_t at, const Column& column) { return at < column.slot; });
  if (after == columns_.begin()) return std::nullopt;
  const auto edge = std::prev(after);
  return Edge{edge->slot, static_cast<std::size_t>(edge - columns_.begin())};
}

Counts Columns::At(Edge edge, Row row) const {
  const Column& column = columns_[edge.index];
  return {column.bad[row], column.total[row], column.bad_ticks[row]};
}

Counts Columns::Now(Row row) const {
  return {now_.bad[row], now_.total[row], now_.bad_ticks[row]};
}

std::optional<std::int64_t> Columns::newest() const {
  if (columns_.empty()) return std::nullopt;
  return columns_.back().slot;
}

std::int64_t Columns::Lifetime(std::int64_t slot) const {
  std::int64_t lifetime = 0;
  for (const Rung& rung : ladder_) {
    if (slot % rung.resolution == 0) lifetime = std::max(lifetime, rung.window + rung.resolution);
  }
  return lifetime;
}

void Columns::Thin() {
  const std::int64_t newest = columns_.back().slot;
  // The oldest stays until every window reaches past it: what came before it is not known.
  const std::int64_t oldest = columns_.front().slot;
  const bool keep_oldest = newest - oldest < ladder_.back().window + ladder_.back().resolution;
  std::erase_if(columns_, [&](const Column& column) {
    if (column.slot == newest || (keep_oldest && column.slot == oldest)) return false;
    return newest >= column.dies_at;
  });
}

}  // namespace slowburn
