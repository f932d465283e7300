// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_operators.h"

#include <algorithm>

#include <fmt/format.h>

namespace slowburn {
namespace {

constexpr BinaryOperator kOperators[] = {
    {"or", 1, OperatorKind::kSet},           {"and", 2, OperatorKind::kSet},
    {"unless", 2, OperatorKind::kSet},       {"==", 3, OperatorKind::kComparison},
    {"!=", 3, OperatorKind::kComparison},    {"<", 3, OperatorKind::kComparison},
    {"<=", 3, OperatorKind::kComparison},    {">", 3, OperatorKind::kComparison},
    {">=", 3, OperatorKind::kComparison},    {"+", 4, OperatorKind::kArithmetic},
    {"-", 4, OperatorKind::kArithmetic},     {"*", 5, OperatorKind::kArithmetic},
    {"/", 5, OperatorKind::kArithmetic},     {"%", 5, OperatorKind::kArithmetic},
    {"atan2", 5, OperatorKind::kArithmetic}, {"^", 6, OperatorKind::kArithmetic},
};

bool Contains(const std::vector<std::string>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

}  // namespace

const BinaryOperator* FindOperator(const Token& token) {
  const auto found =
      std::find_if(std::begin(kOperators), std::end(kOperators),
                   [&](const auto& op) { return token.Is(op.text) || token.IsWord(op.text); });
  return found == std::end(kOperators) ? nullptr : found;
}

std::vector<OperatorProblem> CheckOperator(const BinaryOperator& op, const Matching& matching,
                                           ValueType left, ValueType right) {
  const bool scalar = left == ValueType::kScalar || right == ValueType::kScalar;
  const bool scalars = left == ValueType::kScalar && right == ValueType::kScalar;
  const bool set = op.kind == OperatorKind::kSet;
  std::vector<OperatorProblem> problems;
  if (matching.with_bool && op.kind != OperatorKind::kComparison) {
    problems.push_back({"`bool` goes with a comparison only", ""});
  }
  if (op.kind == OperatorKind::kComparison && scalars && !matching.with_bool) {
    problems.push_back(
        {"a comparison of two scalars needs `bool`", fmt::format("write `{} bool`", op.text)});
  }
  if (set && scalar) {
    problems.push_back(
        {fmt::format("`{}` needs instant vectors on both sides, one is a scalar", op.text),
         "write vector(0) for the number 0"});
  }
  if (set && matching.many != Matching::Many::kNone) {
    problems.push_back(
        {fmt::format("`{}` does not go with group_left or group_right", op.text), ""});
  }
  if (!set && scalar && !matching.labels.empty()) {
    problems.push_back({"labels can be matched between two instant vectors only", ""});
  }
  for (const std::string& label : matching.included) {
    if (matching.kind != Matching::Kind::kOn || !Contains(matching.labels, label)) continue;
    problems.push_back({fmt::format("`{}` stands in both lists of labels", label), ""});
  }
  return problems;
}

}  // namespace slowburn
