// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "rules/selector.h"

namespace slowburn {

// An expression that adds up the increments of counters over `{{.window}}`, and nothing else.
struct CounterExpression {
  bool per_second = false;  // `rate`, else `increase`.
  Selector selector;
  std::vector<std::string> by;  // Sorted labels that the sum keeps.
};

// Reads `sum [by (..)] (rate|increase(selector[{{.window}}]))`; parentheses may stand around each
// part, and `or vector(0)` after the sum, which adds nothing to a count.
// Returns kUnimplemented, with the reason in words for the user, for any other expression.
absl::StatusOr<CounterExpression> ReduceToCounter(std::string_view query);

}  // namespace slowburn
