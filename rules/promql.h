// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "rules/promql_ast.h"
#include "rules/promql_functions.h"
#include "rules/promql_problem.h"

namespace slowburn {

// An expression of PromQL as it was read.
struct ParsedExpression {
  ExpressionTree tree;                      // Whole only if there is no error.
  ValueType type = ValueType::kAny;         // What it gives.
  std::vector<ExpressionProblem> problems;  // In the order in which they stand in the text.

  // The first problem that is an error; nullptr when `tree` can be used.
  const ExpressionProblem* FirstError() const;
};

// Reads `promql`, and checks syntax, selectors, types and the arguments of functions, as Prometheus
// does before it runs a query.  `{{.window}}` counts as a duration.  What newer servers than 2.42
// take is no error; where the syntax is newer, a warning says so.
// Linear time in the length of `promql`; nesting deeper than 256 is an error.
ParsedExpression ParseExpression(std::string_view promql);

// What is wrong with `promql`, in the order in which it stands there; empty when nothing is.
std::vector<ExpressionProblem> CheckExpression(std::string_view promql);

// Whether `promql` is valid and gives one number without labels, such as `1` or `scalar(up)`.
bool IsScalarExpression(std::string_view promql);

}  // namespace slowburn
