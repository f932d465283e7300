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
  enum class Kind { kAll, kOn, kIgnoring };  // On all labels, on these, on all but these.
  enum class Many { kNone, kLeft, kRight };  // Which side may have several series to one.

  bool with_bool = false;
  Kind kind = Kind::kAll;
  Many many = Many::kNone;
  std::vector<std::string> labels;
  std::vector<std::string> included;  // By group_left or group_right.

  bool operator==(const Matching&) const = default;
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
