// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/promql.h"
#include "rules/promql_operators.h"
#include "rules/promql_token.h"

namespace slowburn {

// Reads the parts of PromQL that hold no expression, and collects what is wrong.
//
// After an error of syntax, from which nothing more can be read, a function returns nullopt or
// false. The text must outlive this.
class PartReader {
 public:
  explicit PartReader(std::string_view promql) : tokens_(promql) {}

  // `bool`, `on (..)`, `ignoring (..)`, `group_left (..)`, `group_right (..)`, or nothing.
  std::optional<Matching> ReadMatching();

  // `(a, b)`
  std::optional<std::vector<std::string_view>> LabelList();

  // `5m`, `{{.window}}`
  bool Duration();

  // Goes past `symbol`, which must be next.
  bool Close(std::string_view symbol);

  // Notes that the expression goes on where it should have ended.
  void Trailing();

  // Notes that `token` stands where `what` should.
  std::nullopt_t Unexpected(const Token& token, std::string_view what = "an expression");

  // Notes an error of syntax at the next token.
  std::nullopt_t Stop(std::string message);

  void Error(std::size_t offset, std::string message, std::string hint = "");
  void Warning(std::size_t offset, std::string message, std::string hint = "");

  // Returns what has been noted, and forgets it.
  std::vector<ExpressionProblem> TakeProblems() { return std::move(problems_); }

 protected:
  TokenStream tokens_;
  std::vector<ExpressionProblem> problems_;
};

}  // namespace slowburn
