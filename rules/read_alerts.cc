// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/read_alerts.h"

#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

constexpr std::size_t kMostTiers = 32;

// Whether the scalar says no, as in `page: false`.
bool IsOff(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar && node.plain &&
         (node.text == "false" || node.text == "off" || node.text == "no");
}

std::optional<AlertClass> ReadClass(const YamlNode& node, std::string_view choice, Report& report) {
  if (node.kind == YamlNode::Kind::kScalar && node.text == "page") return AlertClass::kPage;
  if (node.kind == YamlNode::Kind::kScalar && node.text == "ticket") return AlertClass::kTicket;
  const std::optional<std::string> text = ReadText(node, "class", report);
  if (text.has_value()) {
    report.Error(node, fmt::format("class must be {}, not '{}'", choice, Shown(*text)));
  }
  return std::nullopt;
}

ClassSettings ReadClassSettings(const YamlNode& node, std::string_view what, Report& report) {
  ClassSettings out;
  if (IsOff(node)) {
    out.disabled = true;
    return out;
  }
  MapReader map(node, what, report);
  out.disabled = map.Bool("disable");
  if (const YamlNode* labels = map.Find("labels")) {
    out.labels = ReadLabels(*labels, "labels", LabelUse::kAlert, LabelStyle::kNative, report);
  }
  if (const YamlNode* annotations = map.Find("annotations")) {
    out.annotations =
        ReadLabels(*annotations, "annotations", LabelUse::kAnnotation, LabelStyle::kNative, report);
  }
  map.Finish();
  return out;
}

NoDataSettings ReadNoData(const YamlNode& node, Report& report) {
  NoDataSettings out;
  if (IsOff(node)) {
    out.disabled = true;
    return out;
  }
  MapReader map(node, "no_data", report);
  out.after = map.Duration("after");
  if (out.after.has_value() && *out.after <= absl::ZeroDuration()) {
    report.Error(*map.Find("after"), "after must be longer than 0");
  }
  if (const YamlNode* alert_class = map.Find("class")) {
    if (alert_class->kind == YamlNode::Kind::kScalar && alert_class->text == "none") {
      out.disabled = true;
    } else {
      out.alert_class = ReadClass(*alert_class, "page, ticket or none", report);
      out.disabled = false;
    }
  }
  map.Finish();
  return out;
}

std::optional<absl::Duration> ReadWindow(MapReader& map, std::string_view key, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<absl::Duration> window = ReadDuration(*node, key, report);
  if (window.has_value() && *window <= absl::ZeroDuration()) {
    report.Error(*node, fmt::format("{} must be longer than 0", key));
    return std::nullopt;
  }
  return window;
}

// Reads `short`, which is `none` where the long window alone decides.
absl::Duration ReadShort(MapReader& map, absl::Duration long_window, Report& report) {
  const YamlNode* node = map.Find("short");
  if (node != nullptr && node->kind == YamlNode::Kind::kScalar && node->text == "none") {
    return long_window;
  }
  const std::optional<absl::Duration> window = ReadWindow(map, "short", report);
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
  const std::optional<Ratio> factor = ReadDecimal(node, "burn_rate", report);
  if (factor.has_value() && factor->num == 0) {
    report.Error(node, "burn_rate must be above 0");
    return std::nullopt;
  }
  return factor;
}

std::optional<TierSettings> ReadTier(const YamlNode& node, Report& report) {
  if (node.kind == YamlNode::Kind::kEmpty) {
    report.Error(node, "the tier is empty");
    return std::nullopt;
  }
  const int errors = report.errors();
  MapReader map(node, "the tier", report);
  TierSettings tier;
  tier.at = report.At(node);
  if (const YamlNode* alert_class = map.Need("class")) {
    tier.alert_class =
        ReadClass(*alert_class, "page or ticket", report).value_or(AlertClass::kPage);
  }
  const YamlNode* budget = map.Find("budget");
  const YamlNode* burn_rate = map.Find("burn_rate");
  if (map.is_map() && (budget == nullptr) == (burn_rate == nullptr)) {
    report.Error(node, "the tier needs one of budget and burn_rate");
  } else if (budget != nullptr) {
    tier.budget = ReadBudget(*budget, report);
  } else if (burn_rate != nullptr) {
    tier.burn_rate = ReadBurnRate(*burn_rate, report);
  }
  tier.long_window = ReadWindow(map, "long", report).value_or(absl::ZeroDuration());
  tier.short_window = ReadShort(map, tier.long_window, report);
  tier.for_duration = map.Duration("for").value_or(absl::ZeroDuration());
  tier.keep_firing_for = map.Duration("keep_firing_for").value_or(absl::ZeroDuration());
  map.Finish();
  if (report.errors() > errors) return std::nullopt;
  return tier;
}

std::vector<TierSettings> ReadTiers(const YamlNode& node, Report& report) {
  std::vector<TierSettings> out;
  const std::vector<const YamlNode*> items = ReadList(node, "tiers", report);
  if (items.size() > kMostTiers) {
    report.Error(node, fmt::format("more than {} tiers", kMostTiers));
    return out;
  }
  for (const YamlNode* item : items) {
    if (std::optional<TierSettings> tier = ReadTier(*item, report)) out.push_back(*std::move(tier));
  }
  return out;
}

std::optional<AlertMode> ReadMode(const YamlNode& node, Report& report) {
  const std::optional<std::string> text = ReadText(node, "mode", report);
  if (text == "live") return AlertMode::kLive;
  if (text == "shadow") return AlertMode::kShadow;
  if (text.has_value()) {
    report.Error(node, fmt::format("mode must be live or shadow, not '{}'", Shown(*text)));
  }
  return std::nullopt;
}

}  // namespace

AlertSettings ReadAlerts(const YamlNode& node, Report& report) {
  MapReader map(node, "alerts", report);
  AlertSettings out;
  if (map.Find("name") != nullptr) out.name = map.NeedText("name");
  if (const YamlNode* labels = map.Find("labels")) {
    out.labels = ReadLabels(*labels, "labels", LabelUse::kAlert, LabelStyle::kNative, report);
  }
  if (const YamlNode* annotations = map.Find("annotations")) {
    out.annotations =
        ReadLabels(*annotations, "annotations", LabelUse::kAnnotation, LabelStyle::kNative, report);
  }
  if (const YamlNode* page = map.Find("page")) out.page = ReadClassSettings(*page, "page", report);
  if (const YamlNode* ticket = map.Find("ticket")) {
    out.ticket = ReadClassSettings(*ticket, "ticket", report);
  }
  if (const YamlNode* tiers = map.Find("tiers")) out.tiers = ReadTiers(*tiers, report);
  if (const YamlNode* no_data = map.Find("no_data")) out.no_data = ReadNoData(*no_data, report);
  if (const YamlNode* mode = map.Find("mode")) out.mode = ReadMode(*mode, report);
  if (const YamlNode* gate = map.Find("gate"); gate != nullptr && !IsOff(*gate)) {
    report.Error(*gate, "a gate other than off is not supported yet");
  }
  map.NotYet("budget");
  map.Finish();
  return out;
}

}  // namespace slowburn
