// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"
#include "engine/selector_check.h"
#include "rules/duration.h"

// How the evaluator reads its source.

namespace slowburn {
namespace {

// One read spans at most this much; a longer catch-up is read piece by piece.
constexpr std::int64_t kChunkMs = 3600 * 1000;
constexpr std::int64_t kSmallestChunkMs = 2 * 60 * 1000;
constexpr int kCatchUpReads = 8;  // In one evaluation, so that it still ends.

// Looking up whether a selector can match anything is done for few SLOs at a time.
constexpr int kChecksPerEvaluation = 4;
constexpr std::int64_t kCheckAgainMs = 60 * 1000;

// Whether the targets of an SLO are up is asked this often, for an alert that only that can end.
constexpr absl::Duration kTargetsAskedEvery = absl::Minutes(5);

// Their being up is sampled this often, and must be so this share of the time.
constexpr absl::Duration kUpStep = absl::Minutes(5);
constexpr double kUpShare = 0.9;

// The longest window of a class whose alert fires and whose windows are all empty, as data are
// `age` old; zero when there is none.
absl::Duration LongestEmptied(const Slo& slo, const GroupAlerts& records, absl::Duration age) {
  absl::Duration longest;
  for (const auto& [key, record] : records) {
    if (record.state != AlertState::kFiring) continue;
    absl::Duration window;
    for (const Tier& tier : TiersOf(slo, key)) window = std::max(window, tier.long_window);
    if (window < age) longest = std::max(longest, window);
  }
  return longest;
}

// How often in the last `window`, step by step, all targets that `selector` names by their job were
// up; empty when it names no job.
std::string TargetsUpQuery(const Selector& selector, absl::Duration window) {
  Selector up = *ParseSelector("up");
  bool names_job = false;
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label != "job") continue;
    up.matchers.push_back(matcher);
    names_job = true;
  }
  if (!names_job) return "";
  return fmt::format("sum_over_time(min({})[{}:{}])", ToString(up), DurationText(window),
                     DurationText(kUpStep));
}

}  // namespace

void Evaluator::ReadCounters(std::int64_t slot, std::span<Running* const> which) {
  std::vector<std::size_t> indices;
  for (const Running* running : which) indices.push_back(running->reader_index);
  const std::vector<absl::Status> statuses = reader_.Read(slot, indices);
  for (std::size_t i = 0; i < which.size(); ++i) {
    Running& running = *which[i];
    const absl::Status& status = statuses[i];
    Hear(status);
    running.read = status.ok();
    running.failure = std::string(status.message());
    if (absl::IsResourceExhausted(status) || absl::IsDeadlineExceeded(status)) {
      running.chunk_ms = std::max(SmallestChunkMs(), running.chunk_ms / 2);
    }
  }
}

// A piece holds at least one slot more than what is sealed, whatever the interval.
std::int64_t Evaluator::SmallestChunkMs() const {
  return std::max(kSmallestChunkMs, 2 * options_.grid.step_ms);
}

std::int64_t Evaluator::LargestChunkMs() const {
  return std::max(kChunkMs, 2 * options_.grid.step_ms);
}

// Reads for those that are far behind, one piece; false when nobody is, or nothing came.
bool Evaluator::CatchUp(std::int64_t slot) {
  const SlotGrid& grid = options_.grid;
  std::vector<Running*> behind;
  std::int64_t until = INT64_MAX;
  for (const auto& running : running_) {
    if (!running->counter) continue;
    const std::int64_t sealed = *running->counter->sealed_ms();
    if (grid.Horizon(slot) - sealed <= running->chunk_ms) continue;
    behind.push_back(running.get());
    until = std::min(until, sealed + running->chunk_ms);
  }
  if (behind.empty()) return false;
  ReadCounters(grid.SlotBefore(until), behind);
  return std::any_of(behind.begin(), behind.end(), [](const Running* r) { return r->read; });
}

void Evaluator::Read(std::int64_t slot) {
  for (int i = 0; i < kCatchUpReads && CatchUp(slot); ++i) {
  }
  std::vector<Running*> counters;
  for (const auto& running : running_) {
    running->read = false;
    if (!running->counter) continue;
    if (options_.grid.Horizon(slot) - *running->counter->sealed_ms() > running->chunk_ms) {
      if (running->failure.empty()) running->failure = kCatchingUp;
      continue;
    }
    counters.push_back(running.get());
  }
  if (!counters.empty()) ReadCounters(slot, counters);
  for (Running* running : counters) {
    // Who has caught up may try longer pieces again; until then the size that works is kept.
    if (running->read) running->chunk_ms = std::min(LargestChunkMs(), running->chunk_ms * 2);
  }
  ReadSummed(slot);
  ReadOpaque(slot);
}

void Evaluator::CheckSelectors(std::int64_t slot) {
  const std::int64_t now_ms = options_.grid.TimeOf(slot);
  int checks = 0;
  for (const auto& running : running_) {
    if (running->opaque || !running->read) continue;
    const std::vector<std::size_t> unmatched =
        running->counter ? running->counter->UnmatchedTerms() : running->summed->UnmatchedTerms();
    if (unmatched.empty()) {
      running->dead.clear();
      continue;
    }
    if (now_ms < running->check_again_ms || ++checks > kChecksPerEvaluation) continue;
    running->check_again_ms = now_ms + kCheckAgainMs;
    const absl::StatusOr<std::string> dead = WhyNothingMatches(
        source_, std::get<CounterPlan>(*running->plan), unmatched, absl::FromUnixMillis(now_ms));
    if (dead.ok()) running->dead = *dead;
  }
}

// Whether the targets of a service are there, where a firing alert of an SLO without groups has
// seen no series for the whole of its windows: then what it watches is gone for good.
void Evaluator::CheckTargets(std::int64_t slot) {
  const absl::Time at = absl::FromUnixMillis(options_.grid.TimeOf(slot));
  for (const auto& running : running_) {
    const auto* plan = std::get_if<CounterPlan>(running->plan.get());
    if (plan == nullptr || !running->slo->by.empty() || !running->read) continue;
    const std::optional<std::int64_t> newest = running->meter().group(0).newest_ms;
    const auto records = running->alerts.find("");
    absl::Duration window;
    if (newest && records != running->alerts.end()) {
      window = LongestEmptied(*running->slo, records->second, at - absl::FromUnixMillis(*newest));
    }
    const bool matters = window > absl::ZeroDuration();
    if (!matters) running->targets_up = absl::ZeroDuration();
    if (!matters || at - running->targets_asked < kTargetsAskedEvery) continue;
    running->targets_asked = at;
    running->targets_up = absl::ZeroDuration();
    const std::string expr = TargetsUpQuery(plan->terms.front().selector, window);
    if (expr.empty()) continue;
    const Query query = {expr, at};
    const std::vector<absl::StatusOr<QueryResult>> answers = source_.Run({&query, 1});
    const absl::StatusOr<QueryResult>& answer = answers.front();
    if (!answer.ok() || answer->partial || answer->series.size() != 1) continue;
    if (answer->series.front().samples.empty()) continue;
    const double steps = absl::FDivDuration(window, kUpStep);
    if (answer->series.front().samples.back().value >= kUpShare * steps) {
      running->targets_up = window;
    }
  }
}

}  // namespace slowburn
