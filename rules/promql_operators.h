// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/promql_functions.h"
#include "rules/promql_token.h"

namespace slowburn {

enum class OperatorKind { kArithmetic, kComparison, kSet };

struct BinaryOperator {
  std::string_view text;
  int precedence;  // A larger one binds more tightly.
  OperatorKind kind;
};

constexpr int kLowestPrecedence = 1;
constexpr int kPowerPrecedence = 6;  // A sign binds less than `^` and more than any other.

// The operator that `token` is; nullptr when it is none.
const BinaryOperator* FindOperator(const Token& token);

// How a binary operator pairs the series of its vectors.
struct Matching {
  bool with_bool = false;
  bool on = false;       // Else `ignoring`, or nothing.
  bool grouped = false;  // group_left or group_right.
  std::vector<std::string_view> labels;
  std::vector<std::string_view> included;  // By group_left or group_right.
};

// Something that an operator does not take.
struct OperatorProblem {
  std::string message;
  std::string hint;
};

// What is wrong between an operator, its matching and two sides of these types.
std::vector<OperatorProblem> CheckOperator(const BinaryOperator& op, const Matching& matching,
                                           ValueType left, ValueType right);

}  // namespace slowburn
