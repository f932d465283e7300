// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/duration.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace slowburn {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t millis;
};

constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr std::array<Unit, 7> kUnits = {{{"y", 365 * kDay},
                                         {"w", 7 * kDay},
                                         {"d", kDay},
                                         {"h", 3600 * 1000},
                                         {"m", 60 * 1000},
                                         {"s", 1000},
                                         {"ms", 1}}};
constexpr std::int64_t kMost = 100 * 365 * kDay;

absl::Status Bad(std::string_view text) {
  return absl::InvalidArgumentError(
      fmt::format("'{}' is not a duration such as 30s, 5m, 1h30m or 30d", text));
}

absl::Status TooLong(std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("'{}' is longer than 100 years", text));
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  if (text == "0") return absl::ZeroDuration();
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::int64_t count = 0;
    const std::size_t digits = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      count = count * 10 + (text[at] - '0');
      if (count > kMost) return TooLong(text);
    }
    if (at == digits) return Bad(text);
    const std::size_t name = at;
    while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') ++at;
    const std::string_view unit = text.substr(name, at - name);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != unit) ++next_unit;
    if (next_unit == kUnits.size()) return Bad(text);
    if (count > kMost / kUnits[next_unit].millis) return TooLong(text);
    total += count * kUnits[next_unit].millis;
    if (total > kMost) return TooLong(text);
    ++next_unit;
  }
  if (text.empty()) return Bad(text);
  return absl::Milliseconds(total);
}

std::string PrometheusDurationText(absl::Duration duration) {
  const std::int64_t millis = absl::ToInt64Milliseconds(duration);
  for (const Unit& unit : {kUnits[0], kUnits[1]}) {
    if (millis >= unit.millis && millis % unit.millis == 0) {
      return fmt::format("{}{}", millis / unit.millis, unit.name);
    }
  }
  return DurationText(duration);
}

std::string DurationText(absl::Duration duration) {
  std::int64_t rest = absl::ToInt64Milliseconds(duration);
  if (rest == 0) return "0s";
  std::string out;
  if (rest < 0) {
    out.push_back('-');
    rest = -rest;
  }
  for (std::size_t i = 2; i < kUnits.size(); ++i) {
    const std::int64_t count = rest / kUnits[i].millis;
    rest %= kUnits[i].millis;
    if (count > 0) out += fmt::format("{}{}", count, kUnits[i].name);
  }
  return out;
}

}  // namespace slowburn
