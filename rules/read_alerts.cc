// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/read_alerts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
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
  out.name = map.Text("name");
  out.labels = map.AllLabels("labels");
  map.Finish();
  return out;
}

// Reads `short`, which is `none` where the long window alone decides.
absl::Duration ReadShort(TableReader& map, absl::Duration long_window, Report& report) {
  const YamlNode* node = map.Find("short", ValueKind::kPositiveDuration, ValueKind::kNoWindow);
  if (node == nullptr) return absl::ZeroDuration();
  if (IsNoWindow(*node)) return long_window;
  const std::optional<absl::Duration> window = map.Duration("short");
  if (window.has_value() && *window == long_window) {
    report.Error(*node, "short is as long as long", "write `short: none` for one window alone");
  }
  return window.value_or(absl::ZeroDuration());
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
  tier.short_window = ReadShort(map, tier.long_window, report);
  tier.for_duration = map.Duration("for").value_or(absl::ZeroDuration());
  tier.keep_firing_for = map.Duration("keep_firing_for").value_or(absl::ZeroDuration());
  tier.alert = map.Text("alert").value_or("");
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

// Whether `tiers`, which stand in the same block, name no such alert.
bool IsStray(const std::string& alert, const std::optional<std::vector<TierSettings>>& tiers) {
  return tiers.has_value() &&
         std::none_of(tiers->begin(), tiers->end(),
                      [&alert](const TierSettings& tier) { return tier.alert == alert; });
}

std::map<std::string, ClassLabels> ReadNamed(TableReader& alerts,
                                             const std::optional<std::vector<TierSettings>>& tiers,
                                             Report& report) {
  std::map<std::string, ClassLabels> out;
  alerts.EachNamed("named", [&](const YamlNode& name, TableReader& map) {
    ClassLabels of{map.AllLabels("labels"), map.AllLabels("annotations")};
    map.Finish();
    const std::optional<std::string> alert = ReadName(name, "name of an alert", report);
    if (!alert.has_value()) return;
    if (alerts.clean() && IsStray(*alert, tiers)) {
      report.Warning(name, fmt::format("no tier is of the alert {}", *alert),
                     "tiers name theirs by the key alert");
    }
    out.emplace(*alert, std::move(of));
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
  out.named = ReadNamed(map, out.tiers, report);
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
