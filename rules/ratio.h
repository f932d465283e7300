// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace slowburn {

// An exact, non-negative rational number in lowest terms.
//
// Objectives, budgets and burn rate factors are compared with event counts in integers, because
// doubles get the edge wrong: `0.001 >= 1 - 0.999` is false in them.
struct Ratio {
  std::int64_t num = 0;
  std::int64_t den = 1;

  double AsDouble() const { return static_cast<double>(num) / static_cast<double>(den); }

  bool operator==(const Ratio&) const = default;
};

// Returns num/den in lowest terms.  `num` >= 0, `den` > 0.
Ratio MakeRatio(std::int64_t num, std::int64_t den);

// Parses a plain decimal such as `99.9` or `.5` exactly.
// Returns kInvalidArgument for signs, exponents, other text, or more than 15 significant digits.
absl::StatusOr<Ratio> ParseDecimal(std::string_view text);

// Returns a*b exactly, or kOutOfRange when a term of the reduced result exceeds 63 bits.
absl::StatusOr<Ratio> Multiply(Ratio a, Ratio b);

// Returns a-b exactly; kOutOfRange when negative or when it exceeds 63 bits.
absl::StatusOr<Ratio> Subtract(Ratio a, Ratio b);

// Compares exactly: negative, zero or positive as a < b, a == b, a > b.
int Compare(Ratio a, Ratio b);

// Returns the shortest decimal that shows `ratio`, at most 12 significant digits: `14.4`, `0.999`.
std::string FormatRatio(Ratio ratio);

}  // namespace slowburn
