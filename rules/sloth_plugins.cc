// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_plugins.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"

namespace slowburn {
namespace {

constexpr MapReader::Options kLenient = {.unknown_keys = Severity::kWarning, .ignore_case = true};

constexpr std::string_view kCore = "sloth.dev/core/";
constexpr std::string_view kMetricsQl = "sloth.dev/contrib/validate_victoria_metrics/v1";

// Reads the `config` of a plugin; nothing when it can't be used.
using ReadConfig = std::optional<SlothStep> (*)(MapReader& config, Report& report);

// What is known of a plugin.
struct Known {
  std::string_view id;
  ReadConfig read;        // Null for one that makes no rules.
  std::string_view hint;  // What to do instead where it has no effect.
};

std::vector<std::string> ReadTexts(MapReader& map, std::string_view key, Report& report) {
  std::vector<std::string> out;
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return out;
  for (const YamlNode* item : ReadList(*node, key, report)) {
    if (auto text = ReadText(*item, key, report)) out.push_back(*std::move(text));
  }
  return out;
}

// Names are not slowburn's own labels here: they go on rules, or on nothing.
Labels ReadMap(MapReader& map, std::string_view key, Report& report) {
  Labels out;
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return out;
  for (const auto& [name, value, merged] : ReadEntries(*node, key, report)) {
    if (auto text = ReadText(*value, name->text, report)) out.emplace(name->text, *std::move(text));
  }
  return out;
}

std::optional<SlothStep> ReadSliRules(MapReader& config, Report&) {
  return SlothSliRules{config.Bool("disableOptimized").value_or(false)};
}

std::optional<SlothStep> ReadMetadataRules(MapReader&, Report&) {
  return SlothMetadataRules{};
}

std::optional<SlothStep> ReadAlertRules(MapReader&, Report&) {
  return SlothAlertRules{};
}

std::optional<SlothStep> ReadCorrectedRules(MapReader& config, Report&) {
  return SlothCorrectedRules{config.Bool("disableOptimized").value_or(false)};
}

std::optional<SlothStep> ReadInfoLabels(MapReader& config, Report& report) {
  SlothInfoLabels out;
  out.metric = config.Text("metricName").value_or("sloth_slo_info");
  if (config.Need("labels") == nullptr) return std::nullopt;
  out.labels = ReadMap(config, "labels", report);
  return out;
}

std::optional<SlothStep> ReadRuleIntervals(MapReader& config, Report& report) {
  const YamlNode* node = config.Need("interval");
  if (node == nullptr) return std::nullopt;
  MapReader map(*node, "interval", report, kLenient);
  const absl::Duration all = map.Need("default") == nullptr
                                 ? absl::ZeroDuration()
                                 : map.Duration("default").value_or(absl::ZeroDuration());
  SlothRuleIntervals out;
  out.sli = map.Duration("sliError").value_or(all);
  out.metadata = map.Duration("metadata").value_or(all);
  out.alerts = map.Duration("alert").value_or(all);
  map.Finish();
  if (all == absl::ZeroDuration()) return std::nullopt;
  return out;
}

std::optional<SlothStep> ReadRemoveLabels(MapReader& config, Report& report) {
  SlothRemoveLabels out;
  out.preserve = ReadTexts(config, "preserveLabels", report);
  out.skip_metrics = ReadTexts(config, "skipMetrics", report);
  return out;
}

std::optional<SlothStep> ReadExhaustedAlert(MapReader& config, Report& report) {
  SlothExhaustedAlert out;
  if (const YamlNode* node = config.Find("threshold")) {
    const std::string text = ReadText(*node, "threshold", report).value_or("0");
    const auto [stop, error] =
        std::from_chars(text.data(), text.data() + text.size(), out.threshold);
    if (error != std::errc() || stop != text.data() + text.size()) {
      report.Error(*node, fmt::format("threshold must be a number, not '{}'", Shown(text)));
    }
  }
  if (const auto wait = config.Duration("for"); wait && *wait > absl::ZeroDuration()) {
    out.for_duration = *wait;
  }
  if (auto name = config.Text("alert_name"); name && !name->empty()) out.name = *std::move(name);
  out.annotations = ReadMap(config, "annotations", report);
  out.selector_labels = ReadMap(config, "selector_labels", report);
  out.labels = ReadMap(config, "alert_labels", report);
  return out;
}

// The core ones are part of slowburn: it validates, measures and alerts in its own way.
constexpr std::array<Known, 12> kKnown = {{
    {"sloth.dev/core/sli_rules/v1", ReadSliRules, ""},
    {"sloth.dev/core/metadata_rules/v1", ReadMetadataRules, ""},
    {"sloth.dev/core/alert_rules/v1", ReadAlertRules, ""},
    {"sloth.dev/core/validate/v1", nullptr, ""},
    {"sloth.dev/core/noop/v1", nullptr, ""},
    {"sloth.dev/core/debug/v1", nullptr, ""},
    {"sloth.dev/contrib/info_labels/v1", ReadInfoLabels, "write the labels under labels"},
    {"sloth.dev/contrib/rule_intervals/v1", ReadRuleIntervals,
     "see evaluation.interval in slowburn.yaml"},
    {"sloth.dev/contrib/denominator_corrected_rules/v1", ReadCorrectedRules,
     "slowburn counts events, so budgets need no correction"},
    {"sloth.dev/contrib/remove_labels/v1", ReadRemoveLabels, "remove the labels from the file"},
    {"sloth.dev/contrib/error_budget_exhausted_alert/v1", ReadExhaustedAlert,
     "alert on slowburn_slo_error_budget_remaining_ratio"},
    {kMetricsQl, nullptr, ""},
}};

const Known* FindKnown(std::string_view id) {
  const auto known = std::find_if(kKnown.begin(), kKnown.end(),
                                  [&](const Known& plugin) { return plugin.id == id; });
  return known == kKnown.end() ? nullptr : &*known;
}

void WarnOfPlugin(const YamlNode& id, const Known* known, bool for_rules, Report& report) {
  const std::string name = Shown(id.text);
  if (for_rules) {
    if (known != nullptr) return;
    report.Warning(id, fmt::format("the plugin {} is Go code, which slowburn does not run", name),
                   "the rules are made without it");
    return;
  }
  const bool no_effect = known == nullptr ? !id.text.starts_with(kCore) : !known->hint.empty();
  if (!no_effect) return;
  report.Warning(id, fmt::format("the plugin {} has no effect", name),
                 known == nullptr ? "" : std::string(known->hint));
}

void ReadLink(const YamlNode& node, bool for_rules, SlothPlugins& out, Report& report) {
  MapReader map(node, "the plugin", report, kLenient);
  const std::string id = map.NeedText("id").value_or("");
  const YamlNode* config = map.Find("config");
  int priority = 0;
  if (const YamlNode* at = map.Find("priority")) {
    priority =
        static_cast<int>(ReadInteger(*at, "priority", INT32_MIN, INT32_MAX, report).value_or(0));
  }
  map.Finish();
  if (id.empty()) return;
  const Known* known = FindKnown(id);
  WarnOfPlugin(*map.Find("id"), known, for_rules, report);
  if (id == kMetricsQl) out.metrics_ql = true;
  if (known == nullptr || known->read == nullptr) return;
  YamlNode nothing;
  nothing.offset = node.offset;
  MapReader config_map(config != nullptr ? *config : nothing, "config", report, kLenient);
  std::optional<SlothStep> step = known->read(config_map, report);
  config_map.Finish();
  if (step.has_value()) out.chain.push_back({*std::move(step), priority});
}

}  // namespace

SlothPlugins ReadSlothPlugins(MapReader& parent, std::string_view key, bool for_rules,
                              Report& report) {
  SlothPlugins out;
  const YamlNode* node = parent.Find(key);
  if (node == nullptr) return out;
  MapReader map(*node, key, report, kLenient);
  if (const YamlNode* chain = map.Find("chain")) {
    for (const YamlNode* link : ReadList(*chain, "chain", report)) {
      ReadLink(*link, for_rules, out, report);
    }
  }
  out.override_previous = map.Bool("overridePrevious").value_or(false);
  const bool alerts = std::any_of(out.chain.begin(), out.chain.end(), [](const auto& link) {
    return std::holds_alternative<SlothAlertRules>(link.step);
  });
  if (out.override_previous && !alerts && !for_rules) {
    report.Warning(*node, "overridePrevious has no effect: slowburn alerts all the same",
                   "set disable in page_alert and ticket_alert for an SLO without alerts");
  }
  map.Finish();
  return out;
}

std::vector<SlothStep> DefaultSlothSteps() {
  return {SlothSliRules{}, SlothMetadataRules{}, SlothAlertRules{}};
}

std::vector<SlothStep> StepsOf(const SlothPlugins& file, const SlothPlugins& slo) {
  std::vector<SlothPlugins::Link> chain;
  if (!slo.override_previous) chain = file.chain;
  chain.insert(chain.end(), slo.chain.begin(), slo.chain.end());
  std::stable_sort(chain.begin(), chain.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  std::vector<SlothStep> before;
  std::vector<SlothStep> after;
  for (SlothPlugins::Link& link : chain) {
    (link.priority < 0 ? before : after).push_back(std::move(link.step));
  }
  if (!file.override_previous && !slo.override_previous) {
    for (SlothStep& step : DefaultSlothSteps()) before.push_back(std::move(step));
  }
  for (SlothStep& step : after) before.push_back(std::move(step));
  return before;
}

}  // namespace slowburn
