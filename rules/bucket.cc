// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/bucket.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace slowburn {
namespace {

// A positive decimal number: 0.d1d2d3... times ten to the power of `point`; the first digit and the
// last are not 0.
struct Decimal {
  std::string digits;
  int point = 0;
};

// `count` times ten to the power of `exponent`.
Decimal MakeDecimal(std::int64_t count, int exponent) {
  Decimal decimal;
  decimal.digits = fmt::format("{}", count);
  decimal.point = static_cast<int>(decimal.digits.size()) + exponent;
  while (decimal.digits.size() > 1 && decimal.digits.back() == '0') decimal.digits.pop_back();
  return decimal;
}

// `whole` with `fraction` after the point, and zeros that change nothing.
std::string Written(std::string_view whole, std::string_view fraction) {
  const std::string front = whole.empty() ? "0*" : fmt::format("0*{}", whole);
  if (fraction.empty()) return fmt::format("{}(?:\\.0*)?", front);
  return fmt::format("{}\\.{}0*", front, fraction);
}

std::string PlainPattern(const Decimal& decimal) {
  const int size = static_cast<int>(decimal.digits.size());
  if (decimal.point <= 0) {
    const auto zeros = static_cast<std::size_t>(-decimal.point);
    return Written("", std::string(zeros, '0') + decimal.digits);
  }
  if (decimal.point >= size) {
    const auto zeros = static_cast<std::size_t>(decimal.point - size);
    return Written(decimal.digits + std::string(zeros, '0'), "");
  }
  const auto whole = static_cast<std::size_t>(decimal.point);
  return Written(decimal.digits.substr(0, whole), decimal.digits.substr(whole));
}

// One digit before the point, as every client writes it: Go `1e+06`, Java `1.0E7`.
std::string ScientificPattern(const Decimal& decimal) {
  const int exponent = decimal.point - 1;
  const std::string_view sign = exponent < 0 ? "-" : (exponent == 0 ? "[+-]?" : "\\+?");
  return fmt::format("{}[eE]{}0*{}", Written(decimal.digits.substr(0, 1), decimal.digits.substr(1)),
                     sign, std::abs(exponent));
}

}  // namespace

BucketBound MakeBucketBound(absl::Duration under, bool milliseconds) {
  const Decimal decimal = MakeDecimal(absl::ToInt64Nanoseconds(under), milliseconds ? -6 : -9);
  const std::string text = fmt::format("0.{}e{}", decimal.digits, decimal.point);
  BucketBound bound;
  std::from_chars(text.data(), text.data() + text.size(), bound.value);
  bound.pattern = fmt::format("(?:{}|{})", PlainPattern(decimal), ScientificPattern(decimal));
  return bound;
}

bool CountsMilliseconds(std::string_view histogram) {
  constexpr std::string_view kBucket = "_bucket";
  if (histogram.ends_with(kBucket)) histogram.remove_suffix(kBucket.size());
  return histogram.ends_with("_milliseconds") || histogram.ends_with("_ms");
}

}  // namespace slowburn
