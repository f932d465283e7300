// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace slowburn {

// A string literal as it was read, or what is wrong with it.
struct StringLiteral {
  std::string value;         // Without quotes and escapes.
  std::size_t size = 0;      // Bytes that the literal takes, quotes included.
  std::string_view problem;  // Empty when it is good.
};

// Reads the literal that `text` begins with.  `text` must not be empty and begins with one of " '
// `.
//
// Escapes are those of Go: \a \b \f \n \r \t \v \\ the quote itself, \ooo, \xhh, \uhhhh and
// \Uhhhhhhhh; within backquotes nothing is escaped.
StringLiteral ReadStringLiteral(std::string_view text);

// Returns the literal in double quotes that reads as `value`, which may hold any bytes.
std::string StringText(std::string_view value);

}  // namespace slowburn
