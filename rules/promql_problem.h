// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace slowburn {

// Something wrong with a PromQL expression.
struct ExpressionProblem {
  std::string message;
  std::string hint;   // What to write instead; may be empty.
  int offset = 0;     // In bytes, from 0.
  bool error = true;  // Else a warning: only some servers take it.

  bool operator==(const ExpressionProblem&) const = default;
};

}  // namespace slowburn
