// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/opaque_meter.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "engine/prometheus_json.h"

namespace slowburn {
namespace {

// One evaluation in the columns: its ratio is kept to 2^-20.
constexpr std::int64_t kWhole = std::int64_t{1} << 20;

}  // namespace

OpaqueMeter::OpaqueMeter(OpaquePlan plan, std::vector<absl::Duration> windows,
                         absl::Duration fallback, std::vector<std::string> by, SlotGrid grid,
                         Columns& columns)
    : plan_(std::move(plan)),
      windows_(std::move(windows)),
      by_(std::move(by)),
      grid_(grid),
      columns_(columns) {
  if (windows_.empty()) windows_.push_back(fallback);
  std::sort(windows_.begin(), windows_.end());
  windows_.erase(std::unique(windows_.begin(), windows_.end()), windows_.end());
  if (by_.empty()) GroupOf({});
}

OpaqueMeter::~OpaqueMeter() {
  for (const Group& group : groups_) columns_.RemoveRow(group.row);
}

std::vector<Query> OpaqueMeter::Queries(std::int64_t slot, WindowEnd end) const {
  const std::int64_t at = end == WindowEnd::kNewest ? grid_.TimeOf(slot) : grid_.Horizon(slot);
  std::vector<Query> queries;
  for (const absl::Duration window : windows_) {
    queries.push_back({WithWindow(plan_.query, window), absl::FromUnixMillis(at)});
  }
  return queries;
}

OpaqueMeter::Group& OpaqueMeter::GroupOf(const Labels& labels) {
  Labels by;
  if (by_.empty()) {
    by = labels;
    by.erase("__name__");
  } else {
    for (const std::string& name : by_) {
      const auto label = labels.find(name);
      by[name] = label == labels.end() ? "" : label->second;
    }
  }
  const std::string key = GroupKey(by);
  for (Group& group : groups_) {
    if (group.key == key) return group;
  }
  // The group that stands in until anything is known takes the first name that comes.
  const bool stands_in = groups_.size() == 1 && groups_[0].key.empty() && !groups_[0].ever;
  if (!stands_in) {
    groups_.emplace_back();
    groups_.back().row = columns_.AddRow();
  }
  groups_.back().labels = std::move(by);
  groups_.back().key = key;
  return groups_.back();
}

Telemetry::Counted OpaqueMeter::Absorb(std::span<const QueryResult* const> results,
                                       std::int64_t slot, WindowEnd end) {
  Telemetry::Counted counted;
  problem_.clear();
  std::set<std::pair<std::string, absl::Duration>> answered;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    for (const QueryResult::Series& series : results[i]->series) {
      const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
      if (!labels.ok() || series.samples.empty()) {
        ++counted.invalid;
        continue;
      }
      Group& group = GroupOf(*labels);
      Asked asked = {slot, end == WindowEnd::kSealed, std::nullopt};
      const double value = series.samples.back().value;
      ++counted.samples;
      if (!answered.emplace(group.key, windows_[i]).second) {
        problem_ = "the expression gives several series for one group: aggregate them";
      } else if (std::isfinite(value)) {
        asked.ratio = std::clamp(value, 0.0, 1.0);
        if (value < 0 || value > 1) ++counted.clamped;
      }
      group.ever = true;
      group.asked[windows_[i]] = asked;
    }
  }
  if (answered.empty()) problem_ = "the expression gives no result";
  for (Group& group : groups_) {
    const auto shortest = group.asked.find(windows_.front());
    if (shortest == group.asked.end() || shortest->second.slot != slot) continue;
    if (!shortest->second.ratio) continue;
    const auto bad =
        static_cast<std::int64_t>(std::llround(*shortest->second.ratio * double{kWhole}));
    columns_.Add(group.row, slot, {bad, kWhole, bad > 0 ? 1 : 0});
    group.newest_ms = grid_.TimeOf(slot);
  }
  return counted;
}

MeterGroup OpaqueMeter::group(std::size_t index) const {
  const Group& group = groups_[index];
  MeterGroup out;
  out.labels = group.labels;
  out.key = group.key;
  out.newest_ms = group.newest_ms;
  out.series = group.ever ? 1 : 0;
  return out;
}

Reading OpaqueMeter::Read(std::size_t index, absl::Duration window, WindowEnd end) const {
  const Group& group = groups_[index];
  const std::int64_t until = grid_.Horizon(slot_);
  const std::int64_t wanted = until - absl::ToInt64Milliseconds(window);
  const std::optional<Columns::Edge> edge = columns_.EdgeAt(grid_.SlotBefore(wanted));
  const Counts before = edge ? columns_.At(*edge, group.row) : Counts{};
  const Counts now = columns_.Now(group.row);

  Reading reading;
  reading.opaque = true;
  reading.counts.bad = now.bad - before.bad;
  reading.counts.total = now.total - before.total;
  reading.counts.bad_ticks = now.bad_ticks - before.bad_ticks;
  const absl::Duration evaluated =
      absl::Milliseconds(grid_.step_ms) * (reading.counts.total / kWhole);
  reading.counts.covered = std::min(evaluated, window);
  reading.counts.unknown = window - reading.counts.covered;

  const auto asked = group.asked.find(window);
  if (asked != group.asked.end()) {
    const bool fits = end == WindowEnd::kNewest || asked->second.sealed;
    if (asked->second.slot == slot_ && fits) reading.ratio = asked->second.ratio;
  } else if (reading.counts.total > 0) {
    reading.ratio =
        static_cast<double>(reading.counts.bad) / static_cast<double>(reading.counts.total);
  }
  return reading;
}

}  // namespace slowburn
