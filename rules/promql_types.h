// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "rules/promql_ast.h"
#include "rules/promql_functions.h"
#include "rules/promql_problem.h"

namespace slowburn {

// Says what each part of `tree` gives, in order, and appends to `problems` where an operator or a
// function does not take what it is given.  The parts need not make up a whole.
std::vector<ValueType> CheckTypes(const ExpressionTree& tree,
                                  std::vector<ExpressionProblem>& problems);

}  // namespace slowburn
