// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/source.h"
#include "rules/label.h"
#include "rules/selector.h"

namespace slowburn {

// A store of samples in memory that answers range selectors as Prometheus does, each sample visible
// only from its own moment on.
class FakePrometheus : public Source {
 public:
  // Adds one sample, visible from `visible_ms` on.
  void Add(const Labels& labels, std::int64_t at_ms, double value, std::int64_t visible_ms);

  void Add(const Labels& labels, std::int64_t at_ms, double value) {
    Add(labels, at_ms, value, at_ms);
  }

  // What a range selector over (from, at] gives at `at`; also within `min_over_time`.
  QueryResult Range(const Selector& selector, std::int64_t from_ms, std::int64_t at_ms) const;

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override;
  absl::StatusOr<std::vector<std::string>> LabelNames(const std::string& selector,
                                                      absl::Time since) override;
  absl::StatusOr<std::vector<std::string>> LabelValues(const std::string& label,
                                                       const std::string& selector,
                                                       absl::Time since) override;

  std::optional<absl::Duration> ClockOffset() const override { return std::nullopt; }

  void Cancel() override {}

  // Fails every query while set.
  absl::Status failure;

  // Says of every answer that it is in part, as one with warnings is.
  bool partial = false;

  // Refuses reads of more than this, as a limit on samples does.
  std::int64_t longest_range_ms = INT64_MAX;

  // Answers what is no range selector: a value, or nothing, for an expression at an instant.
  std::function<std::optional<double>(const std::string& expr, absl::Time at)> evaluate;

  // Every query ever asked.
  std::vector<Query> asked;

 private:
  struct Stored {
    Sample sample;
    std::int64_t visible_ms = 0;
  };

  std::map<Labels, std::vector<Stored>> series_;
};

// A query result of one vector element or none.
QueryResult VectorOf(const Labels& labels, std::optional<double> value);

}  // namespace slowburn
