// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/humanize.h"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <absl/time/time.h>
#include <fmt/format.h>

#include "rules/template_value.h"

namespace slowburn {
namespace {

constexpr double kMostSeconds = 9e18;  // Below what a 64-bit number of seconds holds.

std::string FourDigits(double value) {
  return PrintFloat(value, 'g', 4);
}

// `value` divided by `base` while it is at least that, with the prefix of that power.
std::string Scaled(double value, double base, std::initializer_list<std::string_view> prefixes) {
  std::string_view used;
  for (const std::string_view prefix : prefixes) {
    if (std::abs(value) < base) break;
    used = prefix;
    value /= base;
  }
  return fmt::format("{}{}", FourDigits(value), used);
}

// A value below 1 in thousandths, millionths and so on.
std::string Fraction(double value) {
  std::string_view used;
  for (const std::string_view prefix : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
    if (std::abs(value) >= 1) break;
    used = prefix;
    value *= 1000;
  }
  return fmt::format("{}{}", FourDigits(value), used);
}

}  // namespace

std::string Humanize(double value) {
  if (value == 0 || !std::isfinite(value)) return FourDigits(value);
  if (std::abs(value) < 1) return Fraction(value);
  return Scaled(value, 1000, {"k", "M", "G", "T", "P", "E", "Z", "Y"});
}

std::string Humanize1024(double value) {
  if (!std::isfinite(value)) return FourDigits(value);
  return Scaled(value, 1024, {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"});
}

std::string HumanizeDuration(double seconds) {
  if (!std::isfinite(seconds)) return FourDigits(seconds);
  const double size = std::abs(seconds);
  if (size == 0 || size > kMostSeconds) return FourDigits(seconds) + "s";
  if (size < 1) return Fraction(seconds) + "s";
  const auto whole = static_cast<std::int64_t>(size);
  const std::int64_t s = whole % 60;
  const std::int64_t m = whole / 60 % 60;
  const std::int64_t h = whole / 3600 % 24;
  const std::int64_t d = whole / 86400;
  const std::string_view sign = seconds < 0 ? "-" : "";
  if (d > 0) return fmt::format("{}{}d {}h {}m {}s", sign, d, h, m, s);
  if (h > 0) return fmt::format("{}{}h {}m {}s", sign, h, m, s);
  if (m > 0) return fmt::format("{}{}m {}s", sign, m, s);
  return fmt::format("{}{}s", sign, FourDigits(size));
}

std::string HumanizePercentage(double ratio) {
  return FourDigits(ratio * 100) + "%";
}

std::string HumanizeTimestamp(double seconds) {
  constexpr double kNanosecondsIn64Bits = 9223372036854775807.0;
  if (!std::isfinite(seconds) || std::abs(seconds) * 1e9 >= kNanosecondsIn64Bits) {
    return FourDigits(seconds);
  }
  const std::int64_t millis = static_cast<std::int64_t>(seconds * 1e9) / 1000000;
  const absl::Time time = absl::FromUnixMillis(millis);
  std::string text = absl::FormatTime("%Y-%m-%d %H:%M:%E3S", time, absl::UTCTimeZone());
  while (text.back() == '0') text.pop_back();  // Ends at the point, before the seconds' own zeros.
  if (text.back() == '.') text.pop_back();
  return text + " +0000 UTC";
}

}  // namespace slowburn
