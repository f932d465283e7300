// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "rules/promql_token.h"
#include "rules/selector.h"

namespace slowburn {

// Where and why a text is not what it should be.
struct SyntaxError {
  std::size_t offset = 0;  // In bytes.
  std::string message;
};

// A selector as it was read.
struct SelectorText {
  Selector selector;
  std::optional<std::size_t> quoted;  // Where the first name in quotes stands, in bytes.
};

// Reads the selector that `tokens` go on with, and goes past it.  Shared by whatever reads PromQL.
std::variant<SelectorText, SyntaxError> ReadSelector(TokenStream& tokens);

// Whether `token` can be the name of a metric.
bool IsMetricToken(const Token& token);

}  // namespace slowburn
