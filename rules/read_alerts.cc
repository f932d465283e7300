// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/read_alerts.h"

#include <utility>

#include <fmt/format.h>

#include "rules/reader.h"
#include "rules/text.h"

namespace slowburn {
namespace {

std::optional<AlertClass> ClassOf(const std::optional<std::string>& name) {
  if (name == "page") return AlertClass::kPage;
  if (name == "ticket") return AlertClass::kTicket;
  return std::nullopt;
}

ClassSettings ReadClassSettings(TableReader& alerts, std::string_view key) {
  ClassSettings out;
  const YamlNode* node = alerts.Find(key, ValueKind::kTable, ValueKind::kOff);
  if (node == nullptr) return out;
  if (IsOff(*node)) {
    out.disabled = true;
    return out;
  }
  TableReader map = *alerts.Open(key);
  out.disabled = map.Bool("disable");
  out.labels = map.AllLabels("labels");
  out.annotations = map.AllLabels("annotations");
  map.Finish();
  return out;
}

NoDataSettings ReadNoData(TableReader& alerts) {
  NoDataSettings out;
  const YamlNode* node = alerts.Find("no_data", ValueKind::kTable, ValueKind::kOff);
  if (node == nullptr) return out;
  if (IsOff(*node)) {
    out.disabled = true;
    return out;
  }
  TableReader map = *alerts.Open("no_data");
  out.after = map.Duration("after");
  if (const auto name = map.Text("class")) {
    out.disabled = name == "none";
    out.alert_class = ClassOf(name);
  }
  map.Finish();
  return out;
}

std::optional<Ratio> ReadBudget(const YamlNode& node, Report& report) {
  const std::optional<Ratio> percent = ReadPercent(node, "budget", report);
  if (!percent.has_value()) return std::nullopt;
  if (!node.text.ends_with('%')) {
    report.Error(node, "budget must be a percentage of the error budget", "write it as in 2%");
    return std::nullopt;
  }
  const absl::StatusOr<Ratio> share = Multiply(*percent, {1, 100});
  if (percent->num == 0 || Compare(*percent, {100, 1}) > 0 || !share.ok()) {
    report.Error(node,
                 fmt::format("budget must be above 0% and at most 100%, not {}", Shown(node.text)));
    return std::nullopt;
  }
  return *share;
}

std::optional<Ratio> ReadBurnRate(const YamlNode& node, Report& report) {
  const std::optional<Ratio> factor = ReadFraction(node, "burn_rate", report);
  if (factor.has_value() && factor->num == 0) {
    report.Error(node, "burn_rate must be above 0");
    return std::nullopt;
  }
  return factor;
}

std::optional<TierSettings> ReadTier(TableReader& map, Report& report) {
  TierSettings tier;
  tier.at = report.At(map.node());
  tier.alert_class = ClassOf(map.Text("class")).value_or(AlertClass::kPage);
  const YamlNode* budget = map.Find("budget", ValueKind::kShare);
  const YamlNode* burn_rate = map.Find("burn_rate", ValueKind::kFactor);
  if (map.is_map() && map.OneOf().empty()) {
    report.Error(map.node(), "the tier needs one of budget and burn_rate");
  } else if (budget != nullptr) {
    tier.budget = ReadBudget(*budget, report);
  } else if (burn_rate != nullptr) {
    tier.burn_rate = ReadBurnRate(*burn_rate, report);
  }
  tier.long_window = map.Duration("long").value_or(absl::ZeroDuration());
  tier.short_window = map.Duration("short").value_or(absl::ZeroDuration());
  tier.for_duration = map.Duration("for").value_or(absl::ZeroDuration());
  tier.keep_firing_for = map.Duration("keep_firing_for").value_or(absl::ZeroDuration());
  map.Finish();
  if (!map.clean()) return std::nullopt;
  return tier;
}

std::optional<std::vector<TierSettings>> ReadTiers(TableReader& alerts, Report& report) {
  if (alerts.Find("tiers", ValueKind::kTableList) == nullptr) return std::nullopt;
  std::vector<TierSettings> out;
  alerts.Each("tiers", [&](TableReader& item) {
    if (std::optional<TierSettings> tier = ReadTier(item, report)) out.push_back(*std::move(tier));
  });
  return out;
}

}  // namespace

AlertSettings ReadAlerts(TableReader map, Report& report) {
  AlertSettings out;
  out.name = map.Text("name");
  out.labels = map.AllLabels("labels");
  out.annotations = map.AllLabels("annotations");
  out.page = ReadClassSettings(map, "page");
  out.ticket = ReadClassSettings(map, "ticket");
  out.tiers = ReadTiers(map, report);
  out.no_data = ReadNoData(map);
  if (const auto mode = map.Text("mode")) {
    out.mode = mode == "shadow" ? AlertMode::kShadow : AlertMode::kLive;
  }
  if (const YamlNode* gate = map.Find("gate", ValueKind::kOff); gate != nullptr && !IsOff(*gate)) {
    report.Error(*gate, "a gate other than off is not supported yet");
  }
  map.Finish();
  return out;
}

}  // namespace slowburn
