// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"

// What the evaluator hands on to be kept as history: transitions and hours.

namespace slowburn {
namespace {

constexpr std::size_t kMostEvents = 10'000;
constexpr std::int64_t kHourMs = 3'600'000;

// Hours that are summed up late, as after an outage: what came in since belongs to them.
constexpr std::int64_t kHoursAnew = 2;
constexpr std::int64_t kMostHours = 24;

}  // namespace

void Evaluator::KeepEvents(const std::vector<AlertEvent>& events) {
  if (!options_.keeps_state) return;
  for (const AlertEvent& event : events) {
    // While nothing can be written, the oldest give way.
    if (unsaved_events_.size() >= kMostEvents) unsaved_events_.erase(unsaved_events_.begin());
    unsaved_events_.push_back({event.at, "alert", event.alert.slo_id, event.alert.group_key,
                               ToString(event.alert.Key()), std::string(ToString(event.from)),
                               std::string(ToString(event.to)), event.cause});
  }
}

// Sums up the hour whose last slot is `end_slot` for each group of an SLO.
void Evaluator::SaveRollup(const Running& running, std::int64_t end_slot,
                           SourceDelta& delta) const {
  const Meter& meter = running.meter();
  const absl::Duration after = absl::Milliseconds((last_slot_ - end_slot) * options_.grid.step_ms);
  for (std::size_t i = 0; i < meter.group_count(); ++i) {
    const WindowCounts with = meter.Read(i, after + absl::Hours(1), WindowEnd::kSealed).counts;
    WindowCounts without;
    if (after > absl::ZeroDuration()) without = meter.Read(i, after, WindowEnd::kSealed).counts;
    SavedRollup rollup;
    rollup.slo_id = running.slo->Id();
    rollup.group = meter.group(i).key;
    rollup.hour = absl::FromUnixMillis(options_.grid.TimeOf(end_slot)) - absl::Hours(1);
    rollup.bad = static_cast<double>(with.bad - without.bad) * meter.unit();
    rollup.total = static_cast<double>(with.total - without.total) * meter.unit();
    rollup.known =
        std::clamp(absl::FDivDuration(with.covered - without.covered, absl::Hours(1)), 0.0, 1.0);
    delta.rollups.push_back(std::move(rollup));
  }
}

// An hour is that of the sealed horizons of its slots.  The one before is summed up once more, for
// what came in late.
void Evaluator::SaveRollups(SourceDelta& delta) {
  if (kHourMs % options_.grid.step_ms != 0) return;
  const std::int64_t hour = kHourMs / options_.grid.step_ms;
  const std::int64_t ended = last_slot_ / hour * hour;
  if (ended == rolled_up_) return;
  const std::int64_t missed = rolled_up_ == 0 ? 1 : (ended - rolled_up_) / hour;
  const std::int64_t hours = std::clamp<std::int64_t>(missed + kHoursAnew - 1, 1, kMostHours);
  for (std::int64_t end = ended - (hours - 1) * hour; end <= ended; end += hour) {
    for (const auto& running : running_) {
      if (!running->running_since) continue;
      SaveRollup(*running, end, delta);
    }
  }
  rolled_up_ = ended;
}

}  // namespace slowburn
