// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"

// How the evaluator asks for what only the source can evaluate.

namespace slowburn {
namespace {

bool AnyFiring(const std::map<std::string, GroupAlerts>& alerts) {
  for (const auto& [group, records] : alerts) {
    for (const auto& [key, record] : records) {
      if (record.state == AlertState::kFiring && key.alert_class != AlertClass::kNoData)
        return true;
    }
  }
  return false;
}

}  // namespace

void Evaluator::ReadOpaque(std::int64_t slot) {
  struct Asking {
    Running* running = nullptr;
    WindowEnd end = WindowEnd::kNewest;
    std::vector<std::size_t> answers;  // Indices in `queries`.
  };

  std::vector<Query> queries;
  std::map<std::pair<std::string, absl::Time>, std::size_t> known;
  std::vector<Asking> all;
  for (const auto& running : running_) {
    if (!running->opaque) continue;
    // A firing alert may resolve, and that is decided on sealed data; firing need not wait for it.
    Asking asking{
        running.get(), AnyFiring(running->alerts) ? WindowEnd::kSealed : WindowEnd::kNewest, {}};
    for (Query& query : running->opaque->Queries(slot, asking.end)) {
      const auto [at, is_new] = known.try_emplace({query.expr, query.at}, queries.size());
      if (is_new) queries.push_back(std::move(query));
      asking.answers.push_back(at->second);
    }
    all.push_back(std::move(asking));
  }
  std::vector<absl::StatusOr<QueryResult>> answers;
  if (!queries.empty()) answers = source_.Run(queries);
  for (const absl::StatusOr<QueryResult>& answer : answers) Hear(answer);
  for (Asking& asking : all) {
    Running& running = *asking.running;
    // Between its evaluations an SLO stands on the answers it has.
    running.read = asking.answers.empty();
    running.failure.clear();
    if (asking.answers.empty()) continue;
    std::vector<const QueryResult*> results;
    for (const std::size_t index : asking.answers) {
      const absl::StatusOr<QueryResult>& answer = answers[index];
      const bool whole = answer.ok() && !answer->partial;
      results.push_back(whole ? &*answer : nullptr);
      if (whole) {
        running.read = true;
      } else {
        running.failure =
            answer.ok() ? "the source answered in part" : std::string(answer.status().message());
      }
    }
    telemetry_.OnCounted(options_.source_name, running.opaque->Absorb(results, slot, asking.end));
  }
}

}  // namespace slowburn
