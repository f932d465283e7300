// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/rational.h"

#include <charconv>
#include <string>

#include "rules/promql_token.h"

namespace slowburn {
namespace {

__extension__ using Int128 = __int128;

constexpr std::int64_t kMost = 1'000'000'000'000'000;
constexpr int kMostDigits = 15;

std::optional<Rational> Reduced(Int128 num, Int128 den) {
  Int128 a = num < 0 ? -num : num;
  Int128 b = den;
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  num /= a;
  den /= a;
  if (num > kMost || num < -kMost || den > kMost) return std::nullopt;
  return Rational{static_cast<std::int64_t>(num), static_cast<std::int64_t>(den)};
}

// `digits` times ten to the power of `exponent`.
std::optional<Rational> Scaled(std::int64_t digits, int exponent) {
  std::optional<Rational> out = Rational{digits, 1};
  if (digits == 0) return out;
  const Rational step = exponent < 0 ? Rational{1, 10} : Rational{10, 1};
  for (int i = exponent < 0 ? -exponent : exponent; i > 0 && out; --i) out = Multiply(*out, step);
  return out;
}

}  // namespace

std::optional<Rational> ParseRational(std::string_view text) {
  const auto value = NumberValue(text);
  if (!value) return std::nullopt;
  if (text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    if (!(*value <= static_cast<double>(kMost))) return std::nullopt;
    return Rational{static_cast<std::int64_t>(*value), 1};
  }
  std::int64_t digits = 0;
  int significant = 0;
  int exponent = 0;
  bool point = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      point = true;
    } else if (c >= '0' && c <= '9') {
      if (digits != 0 || c != '0') ++significant;
      if (significant > kMostDigits || exponent < -4 * kMostDigits) return std::nullopt;
      digits = digits * 10 + (c - '0');
      if (point) --exponent;
    } else if (c == 'e' || c == 'E') {
      std::string_view power = text.substr(i + 1);
      if (power.starts_with('+')) power.remove_prefix(1);
      int shift = 0;
      const auto read = std::from_chars(power.data(), power.data() + power.size(), shift);
      if (read.ec != std::errc() || shift > 1000 || shift < -1000) return std::nullopt;
      exponent += shift;
      break;
    } else if (c != '_') {
      return std::nullopt;  // Inf, NaN
    }
  }
  return Scaled(digits, exponent);
}

std::optional<Rational> Add(Rational a, Rational b) {
  return Reduced(Int128{a.num} * b.den + Int128{b.num} * a.den, Int128{a.den} * b.den);
}

std::optional<Rational> Multiply(Rational a, Rational b) {
  return Reduced(Int128{a.num} * b.num, Int128{a.den} * b.den);
}

std::optional<Rational> Divide(Rational a, Rational b) {
  if (b.num == 0) return std::nullopt;
  if (b.num < 0) b = {-b.num, -b.den};
  const Int128 num = Int128{a.num} * b.den;
  return Reduced(num, Int128{a.den} * b.num);
}

Rational Negated(Rational a) {
  return {-a.num, a.den};
}

}  // namespace slowburn
