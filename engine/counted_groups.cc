// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/counted_groups.h"

#include <algorithm>

#include "engine/window_edge.h"

namespace slowburn {

CountedGroups::CountedGroups(std::vector<std::string> by, SlotGrid grid, Columns& columns)
    : by_(std::move(by)), grid_(grid), columns_(&columns) {
  if (by_.empty()) IndexOf({});
}

CountedGroups::~CountedGroups() {
  for (const Group& group : groups_) columns_->RemoveRow(group.row);
}

std::size_t CountedGroups::IndexOf(const Labels& labels) {
  Labels by = GroupLabels(labels, by_);
  const std::string key = GroupKey(by);
  const auto [known, is_new] = index_.try_emplace(key, groups_.size());
  if (is_new) {
    Group group;
    group.labels = std::move(by);
    group.key = key;
    group.row = columns_->AddRow();
    groups_.push_back(std::move(group));
  }
  return known->second;
}

void CountedGroups::Book(std::size_t index, std::span<SlotCounts> by_slot,
                         std::int64_t spacing_ms) {
  Group& group = groups_[index];
  for (auto& [slot, counts] : by_slot) {
    const std::int64_t at_ms = grid_.Horizon(slot);
    if (counts.bad <= 0 || (group.bad_tick_ms && at_ms - *group.bad_tick_ms < spacing_ms)) continue;
    counts.bad_ticks = 1;
    group.bad_tick_ms = at_ms;
  }
  columns_->AddAll(group.row, by_slot);
}

void CountedGroups::BookPast(std::size_t index, std::span<const SlotCounts> by_slot) {
  Group& group = groups_[index];
  for (const auto& [slot, counts] : by_slot) {
    group.bad_before += counts.bad;
    group.good_before += counts.total - counts.bad;
  }
  columns_->AddAll(group.row, by_slot);
}

void CountedGroups::TakeOver(const CountedGroups& before, int shift) {
  const auto here = [shift](std::int64_t units) {
    return shift >= 0 ? units << shift : units >> -shift;
  };
  for (Group& group : groups_) {
    const auto old = before.index_.find(group.key);
    const bool known = old != before.index_.end();
    group.bad_reported = known ? here(before.groups_[old->second].bad_reported) : 0;
    group.good_reported = known ? here(before.groups_[old->second].good_reported) : 0;
    const Counts now = columns_->Now(group.row);
    const std::int64_t bad = std::clamp<std::int64_t>(now.bad, 0, now.total);
    group.bad_before = bad - group.bad_reported;
    group.good_before = now.total - bad - group.good_reported;
  }
}

void CountedGroups::SetOpen(std::size_t index, Counts counts, std::int64_t at_ms,
                            std::int64_t spacing_ms) {
  const Group& group = groups_[index];
  if (counts.bad > 0 && (!group.bad_tick_ms || at_ms - *group.bad_tick_ms >= spacing_ms)) {
    counts.bad_ticks = 1;
  }
  columns_->SetOpen(group.row, counts);
}

void CountedGroups::UpdateReported() {
  for (Group& group : groups_) {
    const Counts now = columns_->Now(group.row);
    const std::int64_t bad = std::clamp<std::int64_t>(now.bad, 0, now.total);
    group.bad_reported = std::max(group.bad_reported, bad - group.bad_before);
    group.good_reported = std::max(group.good_reported, now.total - bad - group.good_before);
  }
}

void CountedGroups::ForgetOldGaps(std::int64_t now_ms) {
  const std::int64_t slots = columns_->longest() + 2 * columns_->coarsest();
  for (Group& group : groups_) group.unknown.Prune(now_ms - slots * grid_.step_ms);
}

void CountedGroups::Rescale(int shift) {
  for (Group& group : groups_) {
    columns_->Rescale(group.row, shift);
    group.bad_reported <<= shift;
    group.good_reported <<= shift;
    group.bad_before <<= shift;
    group.good_before <<= shift;
  }
}

void CountedGroups::Rebase(Columns& columns) {
  for (Group& group : groups_) {
    const Columns::Row row = columns.AddRow();
    columns.CopyRow(*columns_, group.row, row);
    columns_->RemoveRow(group.row);
    group.row = row;
  }
  columns_ = &columns;
}

MeterGroup CountedGroups::Describe(std::size_t index, double unit) const {
  const Group& group = groups_[index];
  MeterGroup out;
  out.labels = group.labels;
  out.key = group.key;
  out.newest_ms = group.newest_ms;
  out.series = group.series;
  out.bad_events = static_cast<double>(group.bad_reported) * unit;
  out.total_events = static_cast<double>(group.bad_reported + group.good_reported) * unit;
  return out;
}

Reading CountedGroups::Read(std::size_t index, std::int64_t slot,
                            std::optional<std::int64_t> known_from_ms, absl::Duration window,
                            WindowEnd end) const {
  const Group& group = groups_[index];
  const bool newest = end == WindowEnd::kNewest;
  const WindowEdge edge = EdgeOf(*columns_, grid_, slot, window, end);
  const Counts before = edge.column ? columns_->At(*edge.column, group.row) : Counts{};
  const Counts now = newest ? columns_->Newest(group.row) : columns_->Now(group.row);

  Reading reading;
  WindowCounts& counts = reading.counts;
  counts.total = std::max<std::int64_t>(0, now.total - before.total);
  counts.bad = std::clamp<std::int64_t>(now.bad - before.bad, 0, counts.total);
  counts.bad_ticks = now.bad_ticks - before.bad_ticks;
  std::int64_t covered = 0;
  if (known_from_ms) {
    const std::int64_t from = std::max(edge.from_ms, *known_from_ms);
    const std::int64_t known = newest ? group.known_until_ms : group.sealed_known_until_ms;
    const std::int64_t to = std::min(edge.until_ms, known);
    if (to > from) covered = to - from - group.unknown.Overlap(from, to);
  }
  counts.covered = absl::Milliseconds(covered);
  counts.unknown = absl::Milliseconds(edge.until_ms - edge.from_ms - covered);
  if (counts.total > 0) {
    reading.ratio = static_cast<double>(counts.bad) / static_cast<double>(counts.total);
  }
  return reading;
}

}  // namespace slowburn
