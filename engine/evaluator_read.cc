// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"
#include "engine/selector_check.h"

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

}  // namespace

void Evaluator::ReadCounters(std::int64_t slot, std::span<Running* const> which) {
  struct Fetch {
    std::int64_t from_ms = 0;
    std::size_t query = 0;
  };

  std::map<std::size_t, Fetch> needed;  // By index in fetches_.
  const std::int64_t timeout_ms = absl::ToInt64Milliseconds(options_.scrape_timeout);
  for (const Running* running : which) {
    const std::int64_t from =
        *running->counter->sealed_ms() - std::max(running->counter->overlap_ms(), timeout_ms);
    for (const std::size_t fetch : running->fetches) {
      const auto [known, is_new] = needed.try_emplace(fetch, Fetch{from, 0});
      if (!is_new) known->second.from_ms = std::min(known->second.from_ms, from);
    }
  }
  const std::int64_t at_ms = options_.grid.TimeOf(slot);
  std::vector<Query> queries;
  for (auto& [index, fetch] : needed) {
    fetch.query = queries.size();
    queries.push_back({fmt::format("{}[{}ms]", ToString(fetches_[index]), at_ms - fetch.from_ms),
                       absl::FromUnixMillis(at_ms)});
  }
  const std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
  for (Running* running : which) {
    std::vector<const QueryResult*> results;
    std::int64_t from_ms = INT64_MIN;
    absl::Status failure;
    for (const std::size_t index : running->fetches) {
      const Fetch& fetch = needed.at(index);
      const absl::StatusOr<QueryResult>& answer = answers[fetch.query];
      from_ms = std::max(from_ms, fetch.from_ms);
      if (!answer.ok()) {
        failure = answer.status();
      } else if (answer->partial) {
        failure = absl::UnavailableError(
            fmt::format("the source answered in part: {}",
                        answer->warnings.empty() ? "" : answer->warnings.front()));
      } else {
        results.push_back(&*answer);
      }
    }
    running->read = failure.ok();
    if (failure.ok()) {
      telemetry_.OnCounted(options_.source_name, running->counter->Absorb(results, from_ms, slot));
      running->failure.clear();
    } else {
      running->failure = std::string(failure.message());
      if (absl::IsResourceExhausted(failure) || absl::IsDeadlineExceeded(failure)) {
        running->chunk_ms = std::max(SmallestChunkMs(), running->chunk_ms / 2);
      }
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
      if (running->failure.empty()) running->failure = "catching up with the past";
      continue;
    }
    counters.push_back(running.get());
  }
  if (!counters.empty()) ReadCounters(slot, counters);
  for (Running* running : counters) {
    // Who has caught up may try longer pieces again; until then the size that works is kept.
    if (running->read) running->chunk_ms = std::min(LargestChunkMs(), running->chunk_ms * 2);
  }
  ReadOpaque(slot);
}

void Evaluator::CheckSelectors(std::int64_t slot) {
  const std::int64_t now_ms = options_.grid.TimeOf(slot);
  int checks = 0;
  for (const auto& running : running_) {
    if (!running->counter || !running->read) continue;
    const std::vector<std::size_t> unmatched = running->counter->UnmatchedTerms();
    if (unmatched.empty()) {
      running->dead.clear();
      continue;
    }
    if (now_ms < running->check_again_ms || ++checks > kChecksPerEvaluation) continue;
    running->check_again_ms = now_ms + kCheckAgainMs;
    const absl::StatusOr<std::string> dead = WhyNothingMatches(
        source_, running->counter->plan(), unmatched, absl::FromUnixMillis(now_ms));
    if (dead.ok()) running->dead = *dead;
  }
}

}  // namespace slowburn
