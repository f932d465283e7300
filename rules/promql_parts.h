// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/promql_ast.h"
#include "rules/promql_operators.h"
#include "rules/promql_problem.h"
#include "rules/promql_token.h"

namespace slowburn {

// What to say of a name in quotes.
constexpr std::string_view kQuotedName = "a name in quotes is understood by Prometheus 3 only";

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
  std::optional<std::vector<std::string>> LabelList();

  // How long a range or a step is: `5m`, `{{.window}}`, `5m * 2`.
  std::optional<PromqlDuration> Duration();

  // How far an offset goes: `5m`, `-5m`, `(5m * 2)`.
  std::optional<PromqlDuration> SignedDuration();

  // `1609746000`, `start()`, `end()`
  std::optional<std::string> ReadTime();

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

 protected:
  // Goes one level deeper; false, and an error of syntax, when that is too deep.
  bool Descend();

  void Ascend() { --depth_; }

  TokenStream tokens_;
  std::vector<ExpressionProblem> problems_;

 private:
  // A duration that is being read.
  struct Length {
    std::string text;
    std::optional<double> seconds;  // Where it is known.
    int precedence = 0;             // Of its outermost operator; 0 when it is closed.
  };

  std::optional<Length> LengthSum(int lowest);
  std::optional<Length> LengthSigned();
  std::optional<Length> LengthLiteral();
  std::optional<Length> LengthCall();
  std::optional<Length> LengthClosed();
  std::optional<Length> LengthGroup();
  void CheckPlain(const Token& first, const Length& length);
  void WarnOfArithmetic(std::size_t offset);

  int depth_ = 0;
  bool arithmetic_ = false;  // Arithmetic with durations has been warned of.
};

}  // namespace slowburn
