// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slowburn {

// One character of a UTF-8 text.
struct Rune {
  std::uint32_t value = 0;
  std::size_t size = 1;  // In bytes.
  bool valid = false;    // Else it is one byte that is not UTF-8, and `value` is that byte.
};

// Reads the character that `text`, which is not empty, begins with.
Rune ReadRune(std::string_view text);

// Appends the character to `out` as UTF-8.  `value` is at most 0x10FFFF.
void AppendRune(std::uint32_t value, std::string& out);

// Whether `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

// The number of characters in `text`; each byte that is not UTF-8 counts as one.
std::size_t CountRunes(std::string_view text);

}  // namespace slowburn
