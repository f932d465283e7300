// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/ratio.h"

#include <cassert>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace slowburn {
namespace {

__extension__ using Int128 = __int128;

constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();

Int128 Gcd(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

absl::StatusOr<Ratio> Reduced(Int128 num, Int128 den) {
  const Int128 common = num == 0 ? den : Gcd(num, den);
  num /= common;
  den /= common;
  if (num > kMax || den > kMax) {
    return absl::OutOfRangeError("too many digits to compute with exactly");
  }
  return Ratio{static_cast<std::int64_t>(num), static_cast<std::int64_t>(den)};
}

}  // namespace

Ratio MakeRatio(std::int64_t num, std::int64_t den) {
  assert(num >= 0 && den > 0);
  const std::int64_t common = num == 0 ? den : std::gcd(num, den);
  return {num / common, den / common};
}

absl::StatusOr<Ratio> ParseDecimal(std::string_view text) {
  std::int64_t num = 0;
  std::int64_t den = 1;
  int digits = 0;
  int significant = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') digits = -1000;
    if (++digits < 0) break;
    if (significant > 0 || c != '0') ++significant;
    if (significant > 15 || digits > 17) {
      return absl::InvalidArgumentError(
          fmt::format("'{}' has more digits than the 15 that are kept exactly", text));
    }
    num = num * 10 + (c - '0');
    if (point) den *= 10;
  }
  if (digits <= 0) {
    return absl::InvalidArgumentError(fmt::format("'{}' is not a plain decimal number", text));
  }
  return MakeRatio(num, den);
}

absl::StatusOr<Ratio> Multiply(Ratio a, Ratio b) {
  return Reduced(Int128{a.num} * b.num, Int128{a.den} * b.den);
}

absl::StatusOr<Ratio> Subtract(Ratio a, Ratio b) {
  const Int128 num = Int128{a.num} * b.den - Int128{b.num} * a.den;
  if (num < 0) return absl::OutOfRangeError("the difference is negative");
  return Reduced(num, Int128{a.den} * b.den);
}

int Compare(Ratio a, Ratio b) {
  const Int128 left = Int128{a.num} * b.den;
  const Int128 right = Int128{b.num} * a.den;
  return left < right ? -1 : (left > right ? 1 : 0);
}

std::string FormatRatio(Ratio ratio) {
  return fmt::format("{:.12g}", ratio.AsDouble());
}

}  // namespace slowburn
