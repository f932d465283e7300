// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_window.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <absl/time/civil_time.h>
#include <fmt/format.h>

#include "rules/openslo_object.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

// Whether `text` is a time as in 2022-01-31 12:00:00.
bool IsTime(std::string text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return false;
  }
  text[text.find(' ')] = 'T';
  absl::CivilSecond second;
  return absl::ParseCivilTime(text, &second);
}

// Whether `text` looks like a name of the IANA time zone database, as in America/New_York.
bool IsZone(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/';
  };
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && text.back() != '/' &&
         text.find("//") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), is_part);
}

void ReadCalendar(const YamlNode& node, Report& report) {
  MapReader map(node, "calendar", report);
  if (const auto time = map.NeedText("startTime"); time.has_value() && !IsTime(*time)) {
    report.Error(*map.Find("startTime"), fmt::format("'{}' is not a time", Shown(*time)),
                 "as in 2022-01-31 12:00:00");
  }
  if (const auto zone = map.NeedText("timeZone"); zone.has_value() && !IsZone(*zone)) {
    report.Error(*map.Find("timeZone"), fmt::format("'{}' is not a time zone", Shown(*zone)),
                 "as in Europe/Berlin");
  }
  map.Finish();
}

}  // namespace

std::optional<absl::Duration> ReadOpenSloWindow(const YamlNode& node, Report& report) {
  MapReader map(node, "the time window", report);
  std::optional<absl::Duration> duration;
  if (const YamlNode* text = map.Need("duration")) {
    duration = ReadOpenSloLength(*text, "duration", report);
  }
  const bool rolling = map.Bool("isRolling").value_or(false);
  const YamlNode* calendar = map.Find("calendar");
  map.Finish();
  if (!map.is_map()) return duration;
  if (calendar != nullptr) ReadCalendar(*calendar, report);
  if (rolling && calendar != nullptr) {
    report.Error(*calendar, "a rolling window has no calendar");
  } else if (!rolling && calendar == nullptr) {
    report.Error(node, "the time window has neither isRolling: true nor a calendar");
  } else if (!rolling) {
    report.Error(*calendar, "a calendar window is not supported yet", "set isRolling: true");
  }
  return duration;
}

}  // namespace slowburn
