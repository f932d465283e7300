// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
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

// Reads the selector that `tokens` go on with, and goes past it.  Shared by whatever reads PromQL.
std::variant<Selector, SyntaxError> ReadSelector(TokenStream& tokens);

// Whether `token` can be the name of a metric.
bool IsMetricToken(const Token& token);

}  // namespace slowburn
