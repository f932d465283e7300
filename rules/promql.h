// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace slowburn {

// Something wrong with a PromQL expression.
struct ExpressionProblem {
  std::string message;
  std::string hint;   // What to write instead; may be empty.
  int offset = 0;     // In bytes, from 0.
  bool error = true;  // Else a warning: only some servers take it.

  bool operator==(const ExpressionProblem&) const = default;
};

// What is wrong with `promql`, in the order in which it stands there; empty when nothing is.
//
// Checks syntax, selectors, types and the arguments of functions, as Prometheus does before it runs
// a query.  `{{.window}}` counts as a duration.  What newer servers than 2.42 take is no error.
// Linear time in the length of `promql`; nesting deeper than 256 is an error.
std::vector<ExpressionProblem> CheckExpression(std::string_view promql);

// Whether `promql` is valid and gives one number without labels, such as `1` or `scalar(up)`.
bool IsScalarExpression(std::string_view promql);

}  // namespace slowburn
