// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slowburn {

// Returns the offset of the first byte that is no part of well-formed UTF-8, or that is a NUL,
// which no text file holds.
std::optional<std::size_t> FirstNotText(std::string_view text);

// `text` as a diagnostic may show it: one line, at most 80 characters, nothing that a terminal acts
// on.
std::string Shown(std::string_view text);

// The letters to change, add, take out or swap with a neighbour to make `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b);

// Tells offsets in a text as line and column.  A byte order mark at the start is no column.
//
// `text` must outlive this.  Thread-safe.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);

  // The offset of byte `byte` of line `line`, both from 0; beyond the end is the end.
  std::size_t Offset(std::size_t line, std::size_t byte) const;

  // The line that holds `offset`, from 0.
  std::size_t LineOf(std::size_t offset) const;

  // Line and column from 1.  The column counts characters, and bytes where a line is very long.
  std::pair<int, int> Place(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

// The length of the byte order mark that `text` begins with, or 0.
std::size_t ByteOrderMark(std::string_view text);

}  // namespace slowburn
