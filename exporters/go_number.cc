// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/go_number.h"

#include <array>
#include <charconv>
#include <cmath>

namespace slowburn {
namespace {

// A double has at most 309 digits before the point, or 1074 behind it.
using Buffer = std::array<char, 1100>;

std::string Print(double value, std::chars_format format) {
  Buffer buffer;
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
  return {buffer.data(), end};
}

}  // namespace

std::string GoNumber(double value) {
  const double size = std::abs(value);
  const bool exponent = size != 0 && (size < 1e-4 || size >= 1e6);
  return Print(value, exponent ? std::chars_format::scientific : std::chars_format::fixed);
}

std::string GoFixed(double value) {
  return Print(value, std::chars_format::fixed);
}

}  // namespace slowburn
