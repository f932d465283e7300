// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/evaluator.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/evaluator_running.h"

namespace slowburn {
namespace {

std::vector<absl::Duration> TierWindows(const Slo& slo) {
  std::vector<absl::Duration> windows;
  for (const Tier& tier : slo.alerts.tiers) {
    windows.push_back(tier.short_window);
    windows.push_back(tier.long_window);
  }
  return windows;
}

}  // namespace

Evaluator::Evaluator(Options options, Source& source, Telemetry& telemetry)
    : options_(std::move(options)),
      source_(source),
      telemetry_(telemetry),
      reader_({options_.source_name, options_.grid, {}}, source, telemetry),
      watch_({options_.source_name, options_.source_down_after, options_.source_down_severity,
              options_.around}) {}

Evaluator::~Evaluator() = default;

Columns& Evaluator::ColumnsFor(const Slo& slo) {
  std::set<std::int64_t> slots;
  std::vector<absl::Duration> windows = TierWindows(slo);
  windows.push_back(slo.window);
  for (const absl::Duration window : windows) {
    const std::int64_t ms = absl::ToInt64Milliseconds(window);
    const std::int64_t step = options_.grid.step_ms;
    slots.insert(std::max<std::int64_t>(1, (ms + step - 1) / step));
  }
  const std::vector<std::int64_t> ladder(slots.begin(), slots.end());
  std::unique_ptr<Columns>& columns = columns_[ladder];
  if (!columns) {
    columns = std::make_unique<Columns>(ladder);
    if (options_.keeps_state) columns->TrackChanges();
  }
  return *columns;
}

void Evaluator::SetSlos(const std::vector<ActiveSlo>& slos) {
  batch_.reset();
  std::unordered_map<std::string, std::unique_ptr<Running>> before;
  for (auto& running : running_) {
    std::string id = running->slo->Id();
    before[std::move(id)] = std::move(running);
  }
  running_.clear();
  for (const ActiveSlo& active : slos) {
    auto next = std::make_unique<Running>();
    const auto old = before.find(active.slo->Id());
    if (old != before.end()) {
      next = std::move(old->second);
      before.erase(old);
      for (auto& [group, alerts] : next->alerts) {
        alerts = CarryOver(alerts, *next->slo, *active.slo);
      }
    } else {
      const auto retired = std::find_if(
          retired_.begin(), retired_.end(),
          [&active](const Retired& candidate) { return candidate.id == active.slo->Id(); });
      if (retired != retired_.end()) {
        next->alerts = retired->records;
        next->shown = std::move(retired->alerts);
        for (auto& [group, alerts] : next->alerts) {
          if (retired->slo) alerts = CarryOver(alerts, *retired->slo, *active.slo);
        }
        retired_.erase(retired);
      }
    }
    auto plan = std::make_shared<const Plan>(MakePlan(*active.slo));
    const bool same_sli = next->plan && *next->plan == *plan && next->slo->by == active.slo->by;
    const bool same_tiers = next->slo && TierWindows(*next->slo) == TierWindows(*active.slo);
    Columns& columns = ColumnsFor(*active.slo);
    const bool moves = next->columns != &columns;
    if (!same_sli || (next->opaque && (!same_tiers || moves))) {
      next->counter.reset();
      next->summed.reset();
      next->opaque.reset();
      next->running_since.reset();
      next->past_ends = false;
      next->sized = false;
      next->dead.clear();
    } else if (moves) {
      columns.AppendLike(*next->columns);
      if (next->counter) next->counter->Rebase(columns);
      if (next->summed) next->summed->Rebase(columns);
    }
    next->slo = active.slo;
    next->judge.emplace(*active.slo);
    next->plan = std::move(plan);
    next->fingerprint.reset();
    next->stale = active.stale;
    next->columns = &columns;
    if (!next->counter && !next->summed && !next->opaque) MakeMeter(*next, false);
    running_.push_back(std::move(next));
  }
  for (auto& [id, gone] : before) {
    std::erase_if(gone->shown,
                  [](const Alert& alert) { return alert.state != AlertState::kFiring; });
    if (gone->shown.empty()) continue;
    retired_.push_back({id, gone->slo, last_at_, gone->alerts, std::move(gone->shown)});
  }
  before.clear();  // Their meters give back rows of columns that may go next.
  std::sort(running_.begin(), running_.end(),
            [](const auto& a, const auto& b) { return a->slo->Id() < b->slo->Id(); });
  std::erase_if(columns_, [this](const auto& entry) {
    return std::none_of(running_.begin(), running_.end(), [&entry](const auto& running) {
      return running->columns == entry.second.get();
    });
  });
  AssignReader();
}

// Makes the meter that the plan asks for, on the SLO's columns.
void Evaluator::MakeMeter(Running& running, bool summed) const {
  const Slo& slo = *running.slo;
  const auto* counter = std::get_if<CounterPlan>(running.plan.get());
  if (counter == nullptr) {
    running.opaque =
        std::make_unique<OpaqueMeter>(std::get<OpaquePlan>(*running.plan), TierWindows(slo),
                                      slo.window, slo.by, options_.grid, *running.columns);
  } else if (summed) {
    running.summed = std::make_unique<SummedMeter>(*counter, options_.grid, *running.columns);
  } else {
    running.counter = std::make_unique<CounterMeter>(*counter, options_.grid, *running.columns,
                                                     options_.deduplicated);
  }
}

void Evaluator::AssignReader() {
  std::vector<CounterMeter*> meters;
  for (const auto& running : running_) {
    if (!running->counter) continue;
    running->reader_index = meters.size();
    meters.push_back(running->counter.get());
  }
  reader_.SetMeters(std::move(meters));
}

void Evaluator::Start(Running& running, std::int64_t slot) {
  if (running.running_since) return;
  running.chunk_ms = LargestChunkMs();
  const std::int64_t back = absl::ToInt64Milliseconds(options_.lookback) / options_.grid.step_ms;
  if (running.counter) running.counter->Begin(options_.grid.Horizon(slot - back));
  running.running_since = absl::FromUnixMillis(options_.grid.TimeOf(slot));
}

Evaluator::Result Evaluator::Evaluate(std::int64_t slot) {
  const absl::Time at = absl::FromUnixMillis(options_.grid.TimeOf(slot));
  const std::int64_t back = absl::ToInt64Milliseconds(options_.lookback) / options_.grid.step_ms;
  for (auto& [ladder, columns] : columns_) {
    if (!columns->newest()) columns->Append(slot - back);
    columns->AppendUntil(slot);
  }
  heard_.reset();
  BeginAdopting(at);
  for (const auto& running : running_) Start(*running, slot);
  CheckSizes(slot);
  Read(slot);
  CheckSelectors(slot);
  const AlertState source_was = watch_.record().state;
  if (heard_) watch_.Note(*heard_, at);
  CheckTargets(slot);

  auto snapshot = std::make_shared<SourceSnapshot>();
  Result result;
  snapshot->source = options_.source_name;
  snapshot->at = at;
  snapshot->sealed_until = absl::FromUnixMillis(options_.grid.Horizon(slot));
  snapshot->readable = true;
  for (const auto& running : running_) {
    if (running->counter) running->counter->MoveTo(slot);
    if (running->summed) running->summed->MoveTo(slot);
    if (running->opaque) running->opaque->MoveTo(slot);
    if (!running->read) {
      if (snapshot->readable) snapshot->problem = running->failure;
      snapshot->readable = false;
    }
    snapshot->slos.push_back(Judge(*running, slot, snapshot->alerts, result.events));
  }
  KeepRetired(at, snapshot->alerts, result.events);
  WatchSource(source_was, *snapshot, result.events);
  ShowDeparted(at, snapshot->alerts);
  releases_.clear();
  KeepEvents(result.events);
  last_at_ = at;
  last_slot_ = slot;
  result.snapshot = std::move(snapshot);
  result.warnings = std::exchange(warnings_, {});
  return result;
}

}  // namespace slowburn
