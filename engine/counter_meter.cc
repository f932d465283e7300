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
      groups_(plan_.by, grid, columns),
      ever_matched_(plan_.terms.size()) {
  for (std::size_t term = 0; term < plan_.terms.size(); ++term) {
    matchers_.emplace_back(plan_.terms[term]);
    if (plan_.terms[term].required) required_.insert(term);
  }
}

void CounterMeter::Begin(std::int64_t since_ms) {
  assert(!sealed_ms_);
  since_ms_ = since_ms;
  sealed_ms_ = since_ms;
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
  series.group = static_cast<std::uint32_t>(groups_.IndexOf(labels));
  series.term = term_number;
  ever_matched_[term] = true;
  return next;
}

void CounterMeter::SetStarted(std::uint64_t target, std::int64_t started_ms) {
  if (started_ms > since_ms_ && started_ms > *sealed_ms_ - kForgetMs) {
    targets_[target] = started_ms;
  }
}

bool CounterMeter::AppearedLately(std::uint64_t target, std::span<const Found> found) const {
  return std::all_of(found.begin(), found.end(), [&](const Found& one) {
    return series_[one.series].target != target || one.samples.front().at_ms > counted_until_ms();
  });
}

std::optional<std::int64_t> CounterMeter::newest_ms() const {
  std::optional<std::int64_t> newest;
  for (std::size_t i = 0; i < groups_.size(); ++i) newest = std::max(newest, groups_[i].newest_ms);
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
  return groups_.Describe(index, unit());
}

void CounterMeter::TakeOver(const CounterMeter& before) {
  for (std::size_t term = 0; term < ever_matched_.size(); ++term) {
    ever_matched_[term] = ever_matched_[term] || before.ever_matched_[term];
  }
  groups_.TakeOver(before.groups_, shift_ - before.shift_);
}

void CounterMeter::AddPast(std::int64_t from_ms, std::span<const Past> groups,
                           std::span<const std::pair<std::int64_t, std::int64_t>> unknown) {
  const auto units = [this](double events) {
    return static_cast<std::int64_t>(std::llround(events / unit()));
  };
  for (const Past& past : groups) {
    std::vector<CountedGroups::SlotCounts> by_slot;
    for (const auto& [slot, events] : past.by_slot) {
      const std::int64_t total = std::max<std::int64_t>(0, units(events.second));
      const std::int64_t bad = std::clamp<std::int64_t>(units(events.first), 0, total);
      by_slot.push_back({slot, {bad, total, bad > 0 ? 1 : 0}});
    }
    groups_.BookPast(groups_.IndexOf(past.labels), by_slot);
  }
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    for (const auto& [from, to] : unknown) groups_[i].unknown.Insert(from, to);
  }
  since_ms_ = from_ms;
  if (known_from_ms_) known_from_ms_ = from_ms;
}

Reading CounterMeter::Read(std::size_t index, absl::Duration window, WindowEnd end) const {
  return groups_.Read(index, slot_, known_from_ms_, window, end);
}

}  // namespace slowburn
