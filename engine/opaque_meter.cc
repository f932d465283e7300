// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/opaque_meter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <set>

#include "engine/prometheus_json.h"
#include "engine/series_key.h"

namespace slowburn {
namespace {

// One slot's evaluation in the columns: its ratio is kept to 2^-20.
constexpr std::int64_t kWhole = std::int64_t{1} << 20;

// A window is asked for this often in its length.
constexpr std::int64_t kAskedPerWindow = 60;

}  // namespace

OpaqueMeter::OpaqueMeter(OpaquePlan plan, std::vector<absl::Duration> windows,
                         absl::Duration fallback, std::vector<std::string> by, SlotGrid grid,
                         Columns& columns)
    : plan_(std::move(plan)), by_(std::move(by)), grid_(grid), columns_(columns) {
  if (windows.empty()) windows.push_back(fallback);
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  for (const absl::Duration window : windows) {
    Schedule schedule;
    schedule.window = window;
    const std::int64_t every_ms = absl::ToInt64Milliseconds(window) / kAskedPerWindow;
    schedule.period = std::max<std::int64_t>(1, every_ms / grid_.step_ms);
    const std::uint64_t hash = SeriesKeyOf(WithWindow(plan_.query, window)).low;
    schedule.phase = static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(schedule.period));
    schedules_.push_back(schedule);
  }
  if (by_.empty()) GroupOf({});
}

OpaqueMeter::~OpaqueMeter() {
  for (const Group& group : groups_) columns_.RemoveRow(group.row);
}

bool OpaqueMeter::Schedule::IsDue(std::int64_t slot) const {
  if (!answered) return true;
  const std::int64_t last_scheduled = slot - (slot + phase) % period;
  return last_scheduled > *answered;
}

std::vector<absl::Duration> OpaqueMeter::Due(std::int64_t slot) const {
  std::vector<absl::Duration> due;
  for (const Schedule& schedule : schedules_) {
    if (schedule.IsDue(slot)) due.push_back(schedule.window);
  }
  return due;
}

std::vector<Query> OpaqueMeter::Queries(std::int64_t slot, WindowEnd end) const {
  const std::int64_t at = end == WindowEnd::kNewest ? grid_.TimeOf(slot) : grid_.Horizon(slot);
  std::vector<Query> queries;
  for (const absl::Duration window : Due(slot)) {
    queries.push_back({WithWindow(plan_.query, window), absl::FromUnixMillis(at)});
  }
  return queries;
}

OpaqueMeter::Group& OpaqueMeter::GroupOf(const Labels& labels) {
  Labels by = by_.empty() ? labels : GroupLabels(labels, by_);
  if (by_.empty()) by.erase("__name__");
  const std::string key = GroupKey(by);
  for (Group& group : groups_) {
    if (group.key == key) return group;
  }
  // The group that stands in until anything is known takes the first name that comes.
  const bool stands_in = groups_.size() == 1 && groups_[0].key.empty() && !groups_[0].ever;
  if (!stands_in) {
    groups_.emplace_back();
    groups_.back().asked.resize(schedules_.size());
    groups_.back().row = columns_.AddRow();
  }
  groups_.back().labels = std::move(by);
  groups_.back().key = key;
  return groups_.back();
}

void OpaqueMeter::Take(const QueryResult& result, std::size_t index, std::int64_t slot,
                       WindowEnd end, Telemetry::Counted& counted) {
  Schedule& schedule = schedules_[index];
  schedule.ambiguous = false;
  std::set<std::string> answered;
  const Asked nothing = {slot, end == WindowEnd::kSealed, std::nullopt};
  for (Group& group : groups_) group.asked[index] = nothing;
  for (const QueryResult::Series& series : result.series) {
    const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
    if (!labels.ok() || series.samples.empty()) {
      ++counted.invalid;
      continue;
    }
    Group& group = GroupOf(*labels);
    Asked asked = nothing;
    const double value = series.samples.back().value;
    ++counted.samples;
    if (!answered.insert(group.key).second) {
      schedule.ambiguous = true;
    } else if (std::isfinite(value)) {
      asked.ratio = std::clamp(value, 0.0, 1.0);
      if (value < 0 || value > 1) ++counted.clamped;
    }
    group.ever = true;
    group.asked[index] = asked;
  }
  schedule.empty = answered.empty();
  schedule.answered = slot;
}

// Adds the shortest window's ratio at `slot`, which stands for `slots`.
void OpaqueMeter::Account(std::int64_t slot, std::int64_t slots) {
  for (Group& group : groups_) {
    const std::optional<Asked>& shortest = group.asked.front();
    if (!shortest || shortest->slot != slot || !shortest->ratio) continue;
    const auto bad = static_cast<std::int64_t>(std::llround(*shortest->ratio * double{kWhole}));
    columns_.Add(group.row, slot, {bad * slots, kWhole * slots, bad > 0 ? 1 : 0});
    group.newest_slot = slot;
  }
}

void OpaqueMeter::FindProblem() {
  problem_.clear();
  if (schedules_.front().empty) problem_ = "the expression gives no result";
  for (const Schedule& schedule : schedules_) {
    if (!schedule.ambiguous) continue;
    problem_ = "the expression gives several series for one group: aggregate them";
  }
}

Telemetry::Counted OpaqueMeter::Absorb(std::span<const QueryResult* const> results,
                                       std::int64_t slot, WindowEnd end) {
  Telemetry::Counted counted;
  const std::optional<std::int64_t> before = schedules_.front().answered;
  std::size_t next = 0;
  for (std::size_t i = 0; i < schedules_.size(); ++i) {
    if (!schedules_[i].IsDue(slot)) continue;
    assert(next < results.size());
    const QueryResult* result = results[next++];
    if (result != nullptr) Take(*result, i, slot, end, counted);
  }
  assert(next == results.size());
  const Schedule& shortest = schedules_.front();
  if (shortest.answered == slot && before != slot) {
    // A ratio stands for the time since the one before; the first for its own slot alone.
    Account(slot, before ? std::min(slot - *before, shortest.period) : 1);
  }
  FindProblem();
  return counted;
}

MeterGroup OpaqueMeter::group(std::size_t index) const {
  const Group& group = groups_[index];
  MeterGroup out;
  out.labels = group.labels;
  out.key = group.key;
  if (group.newest_slot) {
    // An answer stands for its period, so it does not age until that has passed.
    const std::int64_t until = *group.newest_slot + schedules_.front().period - 1;
    out.newest_ms = grid_.TimeOf(std::max(*group.newest_slot, std::min(slot_, until)));
  }
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

  for (std::size_t i = 0; i < schedules_.size(); ++i) {
    const Schedule& schedule = schedules_[i];
    if (schedule.window != window) continue;
    const std::optional<Asked>& asked = group.asked[i];
    const bool fits = asked && (end == WindowEnd::kNewest || asked->sealed);
    if (fits && slot_ - asked->slot <= schedule.period + 1) reading.ratio = asked->ratio;
    return reading;
  }
  if (reading.counts.total > 0) {
    reading.ratio =
        static_cast<double>(reading.counts.bad) / static_cast<double>(reading.counts.total);
  }
  return reading;
}

}  // namespace slowburn
