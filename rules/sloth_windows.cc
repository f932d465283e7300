// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_windows.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rules/duration.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

constexpr MapReader::Options kLenient = {.unknown_keys = Severity::kWarning};

// Where a condition stands in the document, and in the model.
struct Place {
  std::string_view alert;
  std::string_view speed;
  std::string_view name;
  SlothWindow SlothPeriod::*member;
};

constexpr std::array<Place, 4> kPlaces = {{
    {"page", "quick", "page.quick", &SlothPeriod::page_quick},
    {"page", "slow", "page.slow", &SlothPeriod::page_slow},
    {"ticket", "quick", "ticket.quick", &SlothPeriod::ticket_quick},
    {"ticket", "slow", "ticket.slow", &SlothPeriod::ticket_slow},
}};

// Of the SRE Workbook, chapter 5, for any period about a month long.
SlothPeriod OwnPeriod(absl::Duration period) {
  return {.period = period,
          .page_quick = {{2, 1}, absl::Minutes(5), absl::Hours(1), {}},
          .page_slow = {{5, 1}, absl::Minutes(30), absl::Hours(6), {}},
          .ticket_quick = {{10, 1}, absl::Hours(2), absl::Hours(24), {}},
          .ticket_slow = {{10, 1}, absl::Hours(6), absl::Hours(72), {}},
          .at = {}};
}

// Whether both ask for the same, wherever they stand.
bool SameConditions(const SlothPeriod& a, const SlothPeriod& b) {
  for (const Place& place : kPlaces) {
    const SlothWindow& one = a.*place.member;
    const SlothWindow& other = b.*place.member;
    if (one.percent != other.percent || one.short_window != other.short_window ||
        one.long_window != other.long_window) {
      return false;
    }
  }
  return true;
}

std::optional<absl::Duration> NeedLength(MapReader& map, std::string_view key, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<absl::Duration> length = ReadDuration(*node, key, report);
  if (length.has_value() && *length <= absl::ZeroDuration()) {
    report.Error(*node, fmt::format("{} must be longer than 0", key));
  }
  return length;
}

std::optional<Ratio> NeedPercent(MapReader& map, Report& report) {
  constexpr std::string_view kKey = "errorBudgetPercent";
  const YamlNode* node = map.Need(kKey);
  if (node == nullptr) return std::nullopt;
  const std::optional<Ratio> percent = ReadDecimal(*node, kKey, report);
  if (!percent.has_value()) return std::nullopt;
  if (percent->num == 0 || !Multiply(*percent, {1, 100}).ok()) {
    report.Error(*node, fmt::format("{} must be above 0, not {}", kKey, Shown(node->text)));
  }
  return percent;
}

SlothWindow ReadCondition(const YamlNode& node, std::string_view name, Report& report) {
  MapReader map(node, name, report, kLenient);
  const std::optional<Ratio> percent = NeedPercent(map, report);
  const std::optional<absl::Duration> shorter = NeedLength(map, "shortWindow", report);
  const std::optional<absl::Duration> longer = NeedLength(map, "longWindow", report);
  map.Finish();
  if (shorter.has_value() && longer.has_value() && *shorter >= *longer) {
    report.Error(node, fmt::format("{}: shortWindow must be shorter than longWindow, not {} to {}",
                                   name, DurationText(*shorter), DurationText(*longer)));
  }
  return {percent.value_or(Ratio{}), shorter.value_or(absl::ZeroDuration()),
          longer.value_or(absl::ZeroDuration()), report.At(node)};
}

// Reads `page` or `ticket`.
void ReadAlert(MapReader& spec, std::string_view alert, SlothPeriod& period, Report& report) {
  const YamlNode* node = spec.Need(alert);
  if (node == nullptr) return;
  MapReader map(*node, alert, report, kLenient);
  for (const Place& place : kPlaces) {
    if (place.alert != alert) continue;
    const YamlNode* condition = map.Need(place.speed);
    if (condition == nullptr) continue;
    SlothWindow& window = period.*place.member;
    window = ReadCondition(*condition, place.name, report);
    if (period.period > absl::ZeroDuration() && window.long_window > period.period) {
      report.Warning(*condition,
                     fmt::format("{}: longWindow of {} exceeds sloPeriod of {}", place.name,
                                 DurationText(window.long_window), DurationText(period.period)));
    }
  }
  map.Finish();
}

SlothPeriod ReadPeriod(const YamlNode& document, Report& report) {
  SlothPeriod period;
  period.at = report.At(document);
  MapReader map(document, "the document", report, kLenient);
  for (const std::string_view known : {"apiVersion", "kind", "metadata"}) map.Find(known);
  if (const YamlNode* spec = map.Need("spec")) {
    MapReader inner(*spec, "spec", report, kLenient);
    period.period = NeedLength(inner, "sloPeriod", report).value_or(absl::ZeroDuration());
    ReadAlert(inner, "page", period, report);
    ReadAlert(inner, "ticket", period, report);
    inner.Finish();
  }
  map.Finish();
  return period;
}

}  // namespace

std::vector<TierSettings> SlothPeriod::Tiers() const {
  std::vector<TierSettings> tiers;
  for (const Place& place : kPlaces) {
    const SlothWindow& window = this->*place.member;
    TierSettings tier;
    tier.alert_class = place.alert == "page" ? AlertClass::kPage : AlertClass::kTicket;
    tier.budget = Multiply(window.percent, {1, 100}).value();  // Checked as it was read.
    tier.long_window = window.long_window;
    tier.short_window = window.short_window;
    tier.at = window.at;
    tiers.push_back(tier);
  }
  return tiers;
}

SlothWindows::SlothWindows() {
  for (const int days : {28, 30}) Add(OwnPeriod(absl::Hours(24 * days)));
}

void SlothWindows::Give() {
  if (!std::exchange(given_, true)) periods_.clear();
}

const SlothPeriod* SlothWindows::Add(const SlothPeriod& period) {
  const auto [first, is_new] = periods_.try_emplace(period.period, period);
  return is_new ? nullptr : &first->second;
}

const SlothPeriod* SlothWindows::Find(absl::Duration period) const {
  const auto found = periods_.find(period);
  return found == periods_.end() ? nullptr : &found->second;
}

std::vector<absl::Duration> SlothWindows::Periods() const {
  std::vector<absl::Duration> out;
  for (const auto& [length, period] : periods_) out.push_back(length);
  return out;
}

void ReadSlothWindows(const YamlNode& document, SlothWindows& windows, Report& report) {
  windows.Give();
  const int errors = report.errors();
  const SlothPeriod period = ReadPeriod(document, report);
  if (report.errors() > errors) return;
  const SlothPeriod* first = windows.Add(period);
  if (first == nullptr) return;
  const std::string where = "first at " + ToString(first->at);
  if (SameConditions(*first, period)) {
    report.Warning(document,
                   fmt::format("AlertWindows of {} are there twice", DurationText(period.period)),
                   where);
  } else {
    report.Error(document,
                 fmt::format("AlertWindows of {} are there already, and differ from these",
                             DurationText(period.period)),
                 where);
  }
}

}  // namespace slowburn
