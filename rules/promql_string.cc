// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_string.h"

#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "rules/label.h"
#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr std::string_view kUnterminated = "the string has no closing quote";
constexpr std::string_view kUnknownEscape = "the string holds an unknown escape";
constexpr std::uint32_t kMaxRune = 0x10FFFF;

struct Digits {
  int count;
  std::uint32_t base;
  std::uint32_t max;
};

std::optional<std::uint32_t> DigitValue(char c, std::uint32_t base) {
  std::uint32_t value = base;
  if (c >= '0' && c <= '9') value = static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') value = static_cast<std::uint32_t>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') value = static_cast<std::uint32_t>(c - 'A') + 10;
  if (value >= base) return std::nullopt;
  return value;
}

// The number of an escape that begins at `at`; nullopt when a digit is missing or it is too large.
std::optional<std::uint32_t> ReadDigits(std::string_view text, std::size_t at, Digits digits) {
  std::uint64_t number = 0;
  for (int i = 0; i < digits.count; ++i, ++at) {
    if (at >= text.size()) return std::nullopt;
    const auto value = DigitValue(text[at], digits.base);
    if (!value) return std::nullopt;
    number = number * digits.base + *value;
  }
  if (number > digits.max || (number >= 0xD800 && number < 0xE000)) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

// Appends what the escape after the backslash at text[at - 1] stands for.
// Returns where the text goes on, or nullopt for an unknown escape.
std::optional<std::size_t> ReadEscape(std::string_view text, std::size_t at, char quote,
                                      std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv\\";
  constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\";
  const char c = text[at];
  if (c == quote) {
    out += c;
    return at + 1;
  }
  if (const std::size_t i = kLetters.find(c); i != std::string_view::npos) {
    out += kBytes[i];
    return at + 1;
  }
  const bool octal = c >= '0' && c <= '7';
  Digits digits = {3, 8, 255};
  if (c == 'x') digits = {2, 16, 255};
  if (c == 'u') digits = {4, 16, kMaxRune};
  if (c == 'U') digits = {8, 16, kMaxRune};
  if (!octal && digits.base == 8) return std::nullopt;
  const std::size_t start = octal ? at : at + 1;
  const auto number = ReadDigits(text, start, digits);
  if (!number) return std::nullopt;
  if (digits.max == 255) {
    out += static_cast<char>(*number);
  } else {
    AppendRune(*number, out);
  }
  return start + static_cast<std::size_t>(digits.count);
}

StringLiteral ReadRaw(std::string_view text) {
  const std::size_t end = text.find('`', 1);
  if (end == std::string_view::npos) return {"", text.size(), kUnterminated};
  return {std::string(text.substr(1, end - 1)), end + 1, ""};
}

}  // namespace

StringLiteral ReadStringLiteral(std::string_view text) {
  const char quote = text[0];
  if (quote == '`') return ReadRaw(text);
  StringLiteral literal;
  std::size_t at = 1;
  while (at < text.size() && text[at] != '\n') {
    if (text[at] == quote) {
      literal.size = at + 1;
      return literal;
    }
    if (text[at] != '\\') {
      literal.value += text[at++];
      continue;
    }
    if (at + 1 >= text.size()) break;
    const auto next = ReadEscape(text, at + 1, quote, literal.value);
    if (!next) return {"", at, kUnknownEscape};
    at = *next;
  }
  return {"", at, kUnterminated};
}

std::string StringText(std::string_view value) {
  std::string out = "\"";
  std::size_t size = 0;
  for (std::size_t at = 0; at < value.size(); at += size) {
    const Rune rune = ReadRune(value.substr(at));
    size = rune.size;
    if (!rune.valid || rune.value == 0) {
      out += fmt::format("\\x{:02x}", rune.value);
    } else {
      const std::string quoted = Quote(value.substr(at, size));
      out += std::string_view(quoted).substr(1, quoted.size() - 2);
    }
  }
  return out + '"';
}

}  // namespace slowburn
