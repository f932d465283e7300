// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr std::size_t kMostShown = 80;
// One line may be the whole file: counting its characters for each diagnostic would be quadratic.
constexpr std::size_t kMostCounted = 4096;

bool IsContinuation(std::uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

}  // namespace

std::optional<std::size_t> FirstNotText(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = ReadRune(text.substr(at));
    if (!rune.valid || rune.value == 0) return at;
    at += rune.size;
  }
  return std::nullopt;
}

std::string Shown(std::string_view text) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (!IsContinuation(byte) && ++characters > kMostShown) return out + "...";
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

LineIndex::LineIndex(std::string_view text) : text_(text) {
  starts_.push_back(ByteOrderMark(text));
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts_.push_back(at + 1);
  }
}

std::size_t LineIndex::Offset(std::size_t line, std::size_t byte) const {
  if (line >= starts_.size()) return text_.size();
  return std::min(starts_[line] + byte, text_.size());
}

std::size_t LineIndex::LineOf(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin() + 1, starts_.end(), offset);
  return static_cast<std::size_t>(after - starts_.begin()) - 1;
}

std::pair<int, int> LineIndex::Place(std::size_t offset) const {
  const std::size_t line = LineOf(offset);
  const std::size_t bytes = std::min(offset, text_.size()) - std::min(offset, starts_[line]);
  const std::size_t before =
      bytes > kMostCounted ? bytes : CountRunes(text_.substr(starts_[line], bytes));
  return {static_cast<int>(line) + 1, static_cast<int>(before) + 1};
}

std::size_t ByteOrderMark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

}  // namespace slowburn
