// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/reader.h"
#include "rules/sloth_alerts.h"
#include "rules/sloth_plugins.h"
#include "rules/sloth_sli.h"

namespace slowburn {
namespace {

Labels ReadSlothLabels(MapReader& map, Report& report) {
  const YamlNode* node = map.Find("labels");
  if (node == nullptr) return {};
  return ReadLabels(*node, "labels", LabelUse::kSlo, LabelStyle::kSloth, report);
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
    plugins_ = ReadSlothPlugins(map, keys_.slo_plugins, defaults_.for_rules, report_);
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
    const SlothPlugins plugins = ReadSlothPlugins(map, "plugins", defaults_.for_rules, report_);
    slo.rules.steps = StepsOf(plugins_, plugins);
    const bool metrics_ql =
        plugins.metrics_ql || (plugins_.metrics_ql && !plugins.override_previous);
    if (const YamlNode* sli = map.Need("sli")) {
      const auto language = metrics_ql ? QueryLanguage::kMetricsQl : QueryLanguage::kPromQl;
      if (auto read = ReadSlothSli(*sli, keys_, language, slo.rules, report_)) {
        slo.sli = *std::move(read);
      }
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
  SlothPlugins plugins_;
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
