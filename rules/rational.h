// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace slowburn {

// An exact rational number in lowest terms, of either sign: a constant of an expression, or what it
// does to a count.  `den` is above 0, both are at most 10^15.
struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;

  bool operator==(const Rational&) const = default;
};

// Reads a number of PromQL exactly: decimals with or without an exponent, hexadecimals, and `_`.
// nullopt for Inf, NaN, durations, other text, and what is too large or too fine.
std::optional<Rational> ParseRational(std::string_view text);

// Each returns nullopt where the result is too large or too fine, and Divide by zero too.
std::optional<Rational> Add(Rational a, Rational b);
std::optional<Rational> Multiply(Rational a, Rational b);
std::optional<Rational> Divide(Rational a, Rational b);

Rational Negated(Rational a);

}  // namespace slowburn
