// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_alerts.h"

#include <utility>

#include <fmt/format.h>

#include "rules/reader.h"
#include "rules/template_text.h"

namespace slowburn {
namespace {

// Reads `{<kind>Ref: name}`, or an object of `kind`, whose metadata and spec `read` is given.
template <typename Object, typename Read>
OpenSloUse<Object> ReadUse(const YamlNode& node, std::string_view kind, std::string_view key,
                           Report& report, const Read& read) {
  MapReader map(node, kind, report);
  if (const auto reference = ReadOpenSloReference(map, key, report)) {
    map.Finish();
    return *reference;
  }
  if (map.is_map() && map.Find("metadata") == nullptr && map.Find("spec") == nullptr) {
    report.Error(node, fmt::format("needs {}, or metadata and spec of the {}", key, kind));
    map.Finish();
    return Object();
  }
  const OpenSloMetadata metadata = ReadOpenSloHeader(map, kind, report);
  const YamlNode* spec = map.Need("spec");
  map.Finish();
  return spec == nullptr ? Object() : read(metadata, *spec);
}

AlertClass ClassOf(std::string_view severity) {
  const std::string lower = LowerCase(severity);
  return lower == "critical" || lower == "page" ? AlertClass::kPage : AlertClass::kTicket;
}

void ReadSeverity(MapReader& map, OpenSloCondition& out, Report& report) {
  const std::optional<std::string> severity = map.NeedText("severity");
  if (!severity.has_value()) return;
  if (severity->find("{{") != std::string::npos) {
    report.Error(*map.Find("severity"), "severity can't be a template");
  }
  out.severity = *severity;
  out.alert_class = ClassOf(*severity);
}

// Whether `op` asks for more than the threshold; reports one that doesn't.
bool ReadsAbove(const YamlNode& node, Report& report) {
  const auto op = ReadOpenSloWord(node, "op", {"gt", "gte", "lt", "lte"}, report);
  if (!op.has_value()) return false;
  if (op == "gt" || op == "gte") return true;
  report.Warning(node,
                 fmt::format("`op: {}` asks for an alert while little of the error budget burns, "
                             "which there is not: the condition has no effect",
                             *op),
                 fmt::format("did you mean g{}?", op->substr(1)));
  return false;
}

// Reads `condition` as a tier of one window; nothing where it can't be one.
std::optional<TierSettings> ReadTier(const YamlNode& node, AlertClass alert_class, Report& report) {
  const int errors = report.errors();
  MapReader map(node, "condition", report);
  if (const YamlNode* kind = map.Need("kind")) {
    ReadOpenSloWord(*kind, "kind", {"burnrate"}, report);
  }
  TierSettings tier;
  tier.alert_class = alert_class;
  const YamlNode* op = map.Need("op");
  const bool above = op != nullptr && ReadsAbove(*op, report);
  if (const YamlNode* threshold = map.Need("threshold")) {
    tier.burn_rate = ReadDecimal(*threshold, "threshold", report);
    if (tier.burn_rate.has_value() && tier.burn_rate->num == 0) {
      report.Error(*threshold, "threshold must be above 0");
    }
  }
  if (const YamlNode* window = map.Need("lookbackWindow")) {
    tier.long_window =
        ReadOpenSloLength(*window, "lookbackWindow", report).value_or(absl::ZeroDuration());
    tier.short_window = tier.long_window;
  }
  if (const YamlNode* after = map.Find("alertAfter")) {
    tier.for_duration =
        ReadOpenSloDuration(*after, "alertAfter", report).value_or(absl::ZeroDuration());
  }
  map.Finish();
  if (!above || report.errors() > errors) return std::nullopt;
  return tier;
}

OpenSloUse<OpenSloCondition> ReadCondition(const YamlNode& node, Report& report) {
  return ReadUse<OpenSloCondition>(node, "AlertCondition", "conditionRef", report,
                                   [&](const OpenSloMetadata&, const YamlNode& spec) {
                                     return ReadOpenSloCondition(spec, report);
                                   });
}

OpenSloUse<std::string> ReadTarget(const YamlNode& node, Report& report) {
  return ReadUse<std::string>(node, "AlertNotificationTarget", "targetRef", report,
                              [&](const OpenSloMetadata& metadata, const YamlNode& spec) {
                                ReadOpenSloTarget(spec, report);
                                return metadata.name;
                              });
}

}  // namespace

OpenSloCondition ReadOpenSloCondition(const YamlNode& spec, Report& report) {
  OpenSloCondition out;
  MapReader map(spec, "the spec of the AlertCondition", report);
  ReadOpenSloDescription(map, report);
  ReadSeverity(map, out, report);
  if (const YamlNode* condition = map.Need("condition")) {
    out.tier = ReadTier(*condition, out.alert_class, report);
  }
  map.Finish();
  return out;
}

void ReadOpenSloTarget(const YamlNode& spec, Report& report) {
  MapReader map(spec, "the spec of the AlertNotificationTarget", report);
  ReadOpenSloDescription(map, report);
  map.NeedText("target");
  map.Finish();
}

OpenSloPolicy ReadOpenSloPolicy(const YamlNode& spec, Report& report) {
  OpenSloPolicy out;
  MapReader map(spec, "the spec of the AlertPolicy", report);
  ReadOpenSloDescription(map, report);
  out.when_breaching = map.Bool("alertWhenBreaching").value_or(false);
  out.when_no_data = map.Bool("alertWhenNoData");
  map.Bool("alertWhenResolved");
  if (const YamlNode* conditions = map.Need("conditions")) {
    const std::vector<const YamlNode*> items = ReadList(*conditions, "conditions", report);
    if (items.size() == 1) {
      out.condition = ReadCondition(*items.front(), report);
    } else if (conditions->kind == YamlNode::Kind::kList) {
      report.Error(*conditions,
                   fmt::format("an AlertPolicy has one condition, not {}", items.size()),
                   "write an AlertPolicy for each");
    }
  }
  if (const YamlNode* targets = map.Need("notificationTargets")) {
    const std::vector<const YamlNode*> items = ReadList(*targets, "notificationTargets", report);
    if (items.empty() && targets->kind == YamlNode::Kind::kList) {
      report.Error(*targets, "notificationTargets is empty");
    }
    for (const YamlNode* item : items) out.targets.push_back(ReadTarget(*item, report));
  }
  map.Finish();
  if (map.is_map() && !out.when_breaching && !out.when_no_data.value_or(false)) {
    report.Warning(spec, "the policy never alerts",
                   "set alertWhenBreaching or alertWhenNoData, which are false where they are not "
                   "there");
  }
  return out;
}

OpenSloUse<OpenSloPolicy> ReadOpenSloPolicyUse(const YamlNode& node, Report& report) {
  return ReadUse<OpenSloPolicy>(node, "AlertPolicy", "alertPolicyRef", report,
                                [&](const OpenSloMetadata&, const YamlNode& spec) {
                                  return ReadOpenSloPolicy(spec, report);
                                });
}

}  // namespace slowburn
