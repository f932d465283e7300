// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/counter_meter.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace slowburn {

CounterMeter::CounterMeter(CounterPlan plan, SlotGrid grid, Columns& columns)
    : plan_(std::move(plan)),
      grid_(grid),
      columns_(&columns),
      series_(plan_.terms.size()),
      ever_matched_(plan_.terms.size()) {
  for (std::size_t term = 0; term < plan_.terms.size(); ++term) {
    matchers_.emplace_back(plan_.terms[term]);
    if (plan_.terms[term].required) required_.insert(term);
  }
  if (plan_.by.empty()) GroupOf({});
}

CounterMeter::~CounterMeter() {
  for (const Group& group : groups_) columns_->RemoveRow(group.row);
}

void CounterMeter::Rebase(Columns& columns) {
  for (Group& group : groups_) {
    const Columns::Row row = columns.AddRow();
    columns.CopyRow(*columns_, group.row, row);
    columns_->RemoveRow(group.row);
    group.row = row;
  }
  columns_ = &columns;
}

void CounterMeter::Begin(std::int64_t since_ms) {
  assert(!sealed_ms_);
  since_ms_ = since_ms;
  sealed_ms_ = since_ms;
}

std::size_t CounterMeter::GroupOf(const Labels& labels) {
  Labels by;
  for (const std::string& name : plan_.by) {
    const auto label = labels.find(name);
    by[name] = label == labels.end() ? "" : label->second;
  }
  const std::string key = GroupKey(by);
  const auto [known, is_new] = group_index_.try_emplace(key, groups_.size());
  if (is_new) {
    Group group;
    group.labels = std::move(by);
    group.key = key;
    group.row = columns_->AddRow();
    groups_.push_back(std::move(group));
  }
  return known->second;
}

std::vector<std::size_t> CounterMeter::UnmatchedTerms() const {
  std::vector<std::size_t> unmatched;
  for (std::size_t term = 0; term < ever_matched_.size(); ++term) {
    if (!ever_matched_[term]) unmatched.push_back(term);
  }
  return unmatched;
}

double CounterMeter::unit() const {
  return std::ldexp(1.0, -shift_) / static_cast<double>(plan_.units_per_event);
}

MeterGroup CounterMeter::group(std::size_t index) const {
  const Group& group = groups_[index];
  MeterGroup out;
  out.labels = group.labels;
  out.key = group.key;
  out.newest_ms = group.newest_ms;
  out.series = group.series;
  out.bad_events = static_cast<double>(group.bad_reported) * unit();
  out.total_events = static_cast<double>(group.bad_reported + group.good_reported) * unit();
  return out;
}

Reading CounterMeter::Read(std::size_t index, absl::Duration window, WindowEnd end) const {
  const Group& group = groups_[index];
  const bool newest = end == WindowEnd::kNewest;
  const std::int64_t until = newest ? grid_.TimeOf(slot_) : grid_.Horizon(slot_);
  const std::int64_t wanted = until - absl::ToInt64Milliseconds(window);
  const std::optional<Columns::Edge> edge = columns_->EdgeAt(grid_.SlotBefore(wanted));
  const std::int64_t start = edge ? grid_.Horizon(edge->slot) : wanted;
  const Counts before = edge ? columns_->At(*edge, group.row) : Counts{};
  Counts now = columns_->Now(group.row);
  if (newest) now = now + group.open;

  Reading reading;
  WindowCounts& counts = reading.counts;
  counts.total = std::max<std::int64_t>(0, now.total - before.total);
  counts.bad = std::clamp<std::int64_t>(now.bad - before.bad, 0, counts.total);
  counts.bad_ticks = now.bad_ticks - before.bad_ticks;
  std::int64_t covered = 0;
  if (known_from_ms_) {
    const std::int64_t from = std::max(start, *known_from_ms_);
    const std::int64_t to =
        std::min(until, newest ? group.known_until_ms : group.sealed_known_until_ms);
    if (to > from) covered = to - from - group.unknown.Overlap(from, to);
  }
  counts.covered = absl::Milliseconds(covered);
  counts.unknown = absl::Milliseconds(until - start - covered);
  if (counts.total > 0) {
    reading.ratio = static_cast<double>(counts.bad) / static_cast<double>(counts.total);
  }
  return reading;
}

}  // namespace slowburn
