// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace slowburn {

enum class Severity { kError, kWarning };

// Where in a user's file something stands.  Lines and columns count from 1; 0 means the whole file.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Position&) const = default;
};

// One thing to tell the user about a file.
struct Diagnostic {
  Position at;
  Severity severity = Severity::kError;
  std::string message;
  std::string hint;  // What to write instead; may be empty.

  bool operator==(const Diagnostic&) const = default;
};

// Returns `file:line:column`; no line and column when they are 0.
std::string ToString(const Position& position);

// Returns `file:line:column: error: message (hint)`; no line and column when they are 0.
std::string ToString(const Diagnostic& diagnostic);

// All that was found, in the order in which it was found.
using Diagnostics = std::vector<Diagnostic>;

bool HasErrors(const Diagnostics& diagnostics);

}  // namespace slowburn
