// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/reader.h"
#include "rules/sloth_alerts.h"
#include "rules/sloth_sli.h"

namespace slowburn {
namespace {

constexpr MapReader::Options kLenient = {.unknown_keys = Severity::kWarning, .ignore_case = true};

// Sloth's own steps, which slowburn takes in its own way.
constexpr std::string_view kCorePlugin = "sloth.dev/core/";
constexpr std::string_view kAlertPlugin = "sloth.dev/core/alert_rules/v1";

struct PluginHint {
  std::string_view id;
  std::string_view hint;
};

constexpr std::array<PluginHint, 5> kPluginHints = {{
    {"sloth.dev/contrib/info_labels/v1", "write the labels under labels"},
    {"sloth.dev/contrib/rule_intervals/v1", "see evaluation.interval in slowburn.yaml"},
    {"sloth.dev/contrib/denominator_corrected_rules/v1",
     "slowburn counts events, so budgets need no correction"},
    {"sloth.dev/contrib/remove_labels/v1", "remove the labels from the file"},
    {"sloth.dev/contrib/validate_victoria_metrics/v1", "queries are read as PromQL"},
}};

Labels ReadSlothLabels(MapReader& map, Report& report) {
  const YamlNode* node = map.Find("labels");
  if (node == nullptr) return {};
  return ReadLabels(*node, "labels", LabelUse::kSlo, LabelStyle::kSloth, report);
}

// Reads one plugin of a chain, and returns its id.
std::string ReadPlugin(const YamlNode& node, Report& report) {
  MapReader map(node, "the plugin", report, kLenient);
  const std::string id = map.NeedText("id").value_or("");
  map.Find("config");
  if (const YamlNode* priority = map.Find("priority")) {
    ReadInteger(*priority, "priority", INT32_MIN, INT32_MAX, report);
  }
  map.Finish();
  if (id.empty() || id.starts_with(kCorePlugin)) return id;
  const auto known = std::find_if(kPluginHints.begin(), kPluginHints.end(),
                                  [&](const PluginHint& plugin) { return plugin.id == id; });
  report.Warning(*map.Find("id"), fmt::format("the plugin {} has no effect", Shown(id)),
                 known == kPluginHints.end() ? "" : std::string(known->hint));
  return id;
}

// Reads `slo_plugins` or `plugins`.
void ReadPlugins(MapReader& parent, std::string_view key, Report& report) {
  const YamlNode* node = parent.Find(key);
  if (node == nullptr) return;
  MapReader map(*node, key, report, kLenient);
  bool alerts = false;
  if (const YamlNode* chain = map.Find("chain")) {
    for (const YamlNode* plugin : ReadList(*chain, "chain", report)) {
      alerts = ReadPlugin(*plugin, report) == kAlertPlugin || alerts;
    }
  }
  if (map.Bool("overridePrevious").value_or(false) && !alerts) {
    report.Warning(*node, "overridePrevious has no effect: slowburn alerts all the same",
                   "set disable in page_alert and ticket_alert for an SLO without alerts");
  }
  map.Finish();
}

// Reads what both formats hold: a service and its SLOs.
class SlothReader {
 public:
  SlothReader(const SlothKeys& keys, const RuleDefaults& defaults, const SlothWindows& windows,
              Report& report)
      : keys_(keys), defaults_(defaults), windows_(windows), report_(report) {}

  std::vector<Slo> Read(MapReader& map, int errors_before) {
    service_ = NeedName(map, "service", report_);
    labels_ = ReadSlothLabels(map, report_);
    ReadPlugins(map, keys_.slo_plugins, report_);
    const YamlNode* slos = map.Need("slos");
    map.Finish();
    const bool good = report_.errors() == errors_before;
    std::vector<Slo> out;
    if (slos == nullptr) return out;
    const std::vector<const YamlNode*> items = ReadList(*slos, "slos", report_);
    if (items.empty() && slos->kind == YamlNode::Kind::kList) report_.Error(*slos, "slos is empty");
    for (const YamlNode* item : items) {
      std::optional<Slo> slo = ReadSlo(*item);
      if (slo.has_value() && good) out.push_back(*std::move(slo));
    }
    return out;
  }

 private:
  std::optional<Slo> ReadSlo(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kEmpty) {
      report_.Error(node, "the SLO is empty");
      return std::nullopt;
    }
    const int errors = report_.errors();
    MapReader map(node, "the SLO", report_, keys_.lenient);
    Slo slo;
    slo.format = keys_.format;
    slo.defined_at = report_.At(node);
    slo.service = service_;
    slo.source = defaults_.source;
    slo.window = defaults_.window.value_or(kSlothWindow);
    slo.name = NeedName(map, "name", report_);
    slo.description = map.Text("description").value_or("");
    SloPlaces places{slo.defined_at, slo.defined_at, slo.defined_at, {}};
    if (const YamlNode* objective = map.Need("objective")) {
      slo.objective = ReadObjective(*objective, report_).value_or(Ratio{1, 1});
      places.objective = report_.At(*objective);
    }
    slo.labels = Merge(labels_, ReadSlothLabels(map, report_));
    if (const auto owner = slo.labels.find("owner"); owner != slo.labels.end()) {
      slo.owner = owner->second;
    }
    ReadPlugins(map, "plugins", report_);
    if (const YamlNode* sli = map.Need("sli")) {
      if (auto read = ReadSlothSli(*sli, keys_, report_)) slo.sli = *std::move(read);
    }
    AlertSettings alerts = ReadSlothAlerting(map, slo, keys_, defaults_.alerts, report_);
    map.Finish();
    if (report_.errors() > errors) return std::nullopt;
    if (!CompleteSlothSlo(slo, node, std::move(alerts), defaults_, windows_, places, report_)) {
      return std::nullopt;
    }
    return slo;
  }

  const SlothKeys& keys_;
  const RuleDefaults& defaults_;
  const SlothWindows& windows_;
  Report& report_;
  std::string service_;
  Labels labels_;
};

}  // namespace

std::vector<Slo> ReadSlothService(MapReader& map, const SlothKeys& keys, int errors_before,
                                  const RuleDefaults& defaults, const SlothWindows& windows,
                                  Report& report) {
  return SlothReader(keys, defaults, windows, report).Read(map, errors_before);
}

std::vector<Slo> ReadSloth(const YamlNode& document, const RuleDefaults& defaults,
                           const SharedDocuments& shared, Report& report) {
  const int errors = report.errors();
  MapReader map(document, "the file", report, kSlothSnakeCase.lenient);
  map.Find("version");
  return ReadSlothService(map, kSlothSnakeCase, errors, defaults, shared.sloth_windows, report);
}

}  // namespace slowburn
