// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/promql.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// Any bytes as an expression: what is wrong with it is said, and what is valid prints as text that
// parses to an equal tree, of the same type, and prints the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const slowburn::ParsedExpression parsed = slowburn::ParseExpression(text);
  int last = 0;
  for (const slowburn::ExpressionProblem& problem : parsed.problems) {
    Require(!problem.message.empty() && problem.offset >= last);
    Require(static_cast<std::size_t>(problem.offset) <= size);
    last = problem.offset;
  }
  if (parsed.FirstError() != nullptr) return 0;
  const std::string printed = slowburn::ToString(parsed.tree);
  const slowburn::ParsedExpression again = slowburn::ParseExpression(printed);
  Require(again.FirstError() == nullptr);
  Require(again.tree == parsed.tree && again.type == parsed.type);
  Require(slowburn::ToString(again.tree) == printed);
  return 0;
}
