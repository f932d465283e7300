// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/sample.h"

namespace slowburn {

// One instant query: `expr` evaluated at `at`.
struct Query {
  std::string expr;
  absl::Time at;
};

// A store of samples that speaks Prometheus's query API.
//
// Implementations are thread-safe.
class Source {
 public:
  virtual ~Source() = default;

  // Runs all queries, several in flight, and returns their results in the order of the queries.
  // Blocks until each has its answer or has timed out.  Errors as `QueryError` classifies them, and
  // kDeadlineExceeded, kUnavailable and kDataLoss of the transport; kCancelled after `Cancel`.  All
  // successes of one call are of one replica.
  virtual std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) = 0;

  // The label names that the series matched by `selector` have had since `since`.
  virtual absl::StatusOr<std::vector<std::string>> LabelNames(const std::string& selector,
                                                              absl::Time since) = 0;

  // The values of `label` on the series matched by `selector` since `since`.
  virtual absl::StatusOr<std::vector<std::string>> LabelValues(const std::string& label,
                                                               const std::string& selector,
                                                               absl::Time since) = 0;

  // The source's clock minus ours, from the `Date` of its last answer (whole seconds, so good to
  // 1 s); nullopt before the first answer.
  virtual std::optional<absl::Duration> ClockOffset() const = 0;

  // Makes calls in progress and later ones return kCancelled soon.  For shutting down.
  virtual void Cancel() = 0;
};

}  // namespace slowburn
