// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/time/time.h>

namespace slowburn {

// How numbers and times read to people, in text and on the web page.

// `2026-03-01T02:14:30Z`: one word, so that it never breaks.
std::string UtcTime(absl::Time time);

// `02:14:30Z` when `time` is on the same UTC day as `now`, else as UtcTime.
std::string UtcTime(absl::Time time, absl::Time now);

// RFC 3339 in UTC with milliseconds, for machines: `2026-03-01T02:14:30.000Z`.
std::string Rfc3339(absl::Time time);

// The two largest units in words: `12 minutes`, `1 hour 30 minutes`, `2 days 3 hours`, `0 seconds`.
std::string InWords(absl::Duration duration);

// `12 minutes ago`, `now`, `in 12 minutes`, of `time` seen from `now`.
std::string Relative(absl::Time time, absl::Time now);

// A share as `2.51 %`, three significant digits.  Never rounds to `100 %` or `0 %` what is not.
std::string Percent(double share);

// A burn rate as `25.1x`: three significant digits, and as many more as it takes to be told apart
// from `threshold`.
std::string BurnText(double burn, std::optional<double> threshold = std::nullopt);

// Events: whole numbers in full, others with up to three decimals.
std::string CountText(double events);

// `text` on one line that cannot steer a terminal: control characters become escapes (`\n`,
// `\x1b`), invalid UTF-8 becomes U+FFFD.
std::string Printable(std::string_view text);

// `text` as valid UTF-8: what is not becomes U+FFFD.
std::string ValidUtf8(std::string_view text);

// `text` as it may stand in HTML, between tags and within quoted attributes.
std::string EscapeHtml(std::string_view text);

// Breaks `text` at spaces into lines of at most 100 columns and ends it with a line end.  The first
// line begins with `first` spaces, the others with `rest`.  Words that are longer stay whole.
std::string Wrap(std::string_view text, std::size_t first, std::size_t rest);

// Columns on screen: code points, so one for each letter of any alphabet.
std::size_t Columns(std::string_view text);

// Rows of cells in aligned columns, two spaces apart.
class TextTable {
 public:
  // One letter for each column, `l` or `r`: how its cells are aligned.
  explicit TextTable(std::string_view alignment) : alignment_(alignment) {}

  void Add(std::vector<std::string> cells) { rows_.push_back({std::move(cells), {}}); }

  // A text across all columns beneath the last row, two spaces further in.
  void AddNote(std::string note) { rows_.push_back({{}, std::move(note)}); }

  // Each line begins with `indent` spaces; no trailing spaces.
  std::string Print(std::size_t indent) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string note;
  };

  std::string alignment_;
  std::vector<Row> rows_;
};

}  // namespace slowburn
