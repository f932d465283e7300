// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/counter_meter.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace slowburn {
namespace {

CounterMeter::Newcomer TargetOf(const Labels& labels) {
  const auto value = [&labels](std::string_view name) {
    const auto label = labels.find(name);
    return label == labels.end() ? std::string() : label->second;
  };
  CounterMeter::Newcomer target{value("job"), value("instance"), 0};
  target.target = SeriesKeyOf(target.job + '\0' + target.instance).low;
  return target;
}

}  // namespace

CounterMeter::CounterMeter(CounterPlan plan, SlotGrid grid, Columns& columns, bool deduplicated)
    : plan_(std::move(plan)),
      grid_(grid),
      deduplicated_(deduplicated),
      columns_(&columns),
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

std::uint32_t CounterMeter::SeriesOf(std::size_t term, const Labels& labels, SeriesKey key) {
  if (plan_.terms[term].le) {
    // `le="1"` and `le="1.0"` are one bucket, and one series when a server writes it anew.
    Labels rest = labels;
    rest.erase("le");
    key = SeriesKeyOf(LabelsToString(rest));
  }
  const auto next = static_cast<std::uint32_t>(free_.empty() ? series_.size() : free_.back());
  const auto term_number = static_cast<std::uint32_t>(term);
  const auto [known, is_new] = numbers_.try_emplace({key, term_number}, next);
  if (!is_new) return known->second;
  if (free_.empty()) {
    series_.emplace_back();
  } else {
    free_.pop_back();
  }
  Series& series = series_[next];
  series = {};
  series.key = key;
  Newcomer target = TargetOf(labels);
  series.target = target.target;
  if (targets_.try_emplace(target.target).second) newcomers_.push_back(std::move(target));
  series.group = static_cast<std::uint32_t>(GroupOf(labels));
  series.term = term_number;
  ever_matched_[term] = true;
  return next;
}

void CounterMeter::SetStarted(std::uint64_t target, std::int64_t started_ms) {
  if (started_ms > since_ms_) targets_[target] = started_ms;
}

bool CounterMeter::AppearedLately(std::uint64_t target, std::span<const Found> found) const {
  return std::all_of(found.begin(), found.end(), [&](const Found& one) {
    return series_[one.series].target != target || one.samples.front().at_ms > since_ms_;
  });
}

std::optional<std::int64_t> CounterMeter::newest_ms() const {
  std::optional<std::int64_t> newest;
  for (const Group& group : groups_) newest = std::max(newest, group.newest_ms);
  return newest;
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

void CounterMeter::ReportCounts(Group& group) const {
  const Counts now = columns_->Now(group.row);
  const std::int64_t bad = std::clamp<std::int64_t>(now.bad, 0, now.total);
  group.bad_reported = std::max(group.bad_reported, bad - group.bad_before);
  group.good_reported = std::max(group.good_reported, now.total - bad - group.good_before);
}

void CounterMeter::TakeOver(const CounterMeter& before) {
  for (std::size_t term = 0; term < ever_matched_.size(); ++term) {
    ever_matched_[term] = ever_matched_[term] || before.ever_matched_[term];
  }
  for (Group& group : groups_) {
    const auto old = before.group_index_.find(group.key);
    const int rescale = old == before.group_index_.end() ? 0 : shift_ - before.shift_;
    const auto reported = [&](std::int64_t Group::*count) -> std::int64_t {
      if (old == before.group_index_.end()) return 0;
      const std::int64_t units = before.groups_[old->second].*count;
      return rescale >= 0 ? units << rescale : units >> -rescale;
    };
    const Counts now = columns_->Now(group.row);
    const std::int64_t bad = std::clamp<std::int64_t>(now.bad, 0, now.total);
    group.bad_reported = reported(&Group::bad_reported);
    group.good_reported = reported(&Group::good_reported);
    group.bad_before = bad - group.bad_reported;
    group.good_before = now.total - bad - group.good_reported;
  }
}

void CounterMeter::AddPast(std::int64_t from_ms, std::span<const Past> groups,
                           std::span<const std::pair<std::int64_t, std::int64_t>> unknown) {
  const auto units = [this](double events) {
    return static_cast<std::int64_t>(std::llround(events / unit()));
  };
  for (const Past& past : groups) {
    Group& group = groups_[GroupOf(past.labels)];
    std::vector<std::pair<std::int64_t, Counts>> by_slot;
    for (const auto& [slot, events] : past.by_slot) {
      const std::int64_t total = std::max<std::int64_t>(0, units(events.second));
      const std::int64_t bad = std::clamp<std::int64_t>(units(events.first), 0, total);
      by_slot.push_back({slot, {bad, total, bad > 0 ? 1 : 0}});
      group.bad_before += bad;
      group.good_before += total - bad;
    }
    columns_->AddAll(group.row, by_slot);
  }
  for (Group& group : groups_) {
    for (const auto& [from, to] : unknown) group.unknown.Insert(from, to);
  }
  since_ms_ = from_ms;
  if (known_from_ms_) known_from_ms_ = from_ms;
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
