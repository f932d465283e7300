// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_openslo.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/lint.h"
#include "rules/openslo_objective.h"
#include "rules/openslo_policies.h"
#include "rules/openslo_window.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

// What tells the objectives of an SLO apart: the display name in small letters, digits and dashes.
std::string Slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (!out.empty() && out.back() != '-') {
      out.push_back('-');
    }
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

class OpenSloReader {
 public:
  OpenSloReader(const YamlNode& document, const RuleDefaults& defaults,
                const OpenSloObjects& objects, Report& report)
      : document_(document), defaults_(defaults), objects_(objects), report_(report) {}

  std::vector<Slo> Read() {
    const int errors = report_.errors();
    MapReader map(document_, "the SLO", report_);
    slo_.format = Format::kOpenSlo;
    slo_.source = defaults_.source;
    const OpenSloMetadata metadata = ReadOpenSloHeader(map, "SLO", report_);
    const YamlNode* spec = map.Need("spec");
    map.Finish();
    slo_.name = metadata.name;
    slo_.labels = metadata.labels;
    if (const auto owner = slo_.labels.find("owner"); owner != slo_.labels.end()) {
      slo_.owner = owner->second;
    }
    if (spec == nullptr) return {};
    const std::vector<const YamlNode*> objectives = ReadSpec(*spec);
    if (slo_.description.empty()) slo_.description = metadata.display_name;
    const bool good = report_.errors() == errors;
    std::vector<Slo> out;
    for (std::size_t i = 0; i < objectives.size(); ++i) {
      std::optional<Slo> slo = ReadObjective(*objectives[i], i, objectives.size());
      if (slo.has_value() && good) out.push_back(*std::move(slo));
    }
    return out;
  }

 private:
  // Reads what the objectives share, and returns them.
  std::vector<const YamlNode*> ReadSpec(const YamlNode& spec) {
    MapReader map(spec, "the spec of the SLO", report_);
    spec_at_ = report_.At(spec);
    slo_.description = ReadOpenSloDescription(map, report_);
    ReadService(map);
    indicator_ = ReadOpenSloIndicator(map, objects_, report_);
    ReadWindow(map);
    ReadBudgeting(map);
    if (indicator_.has_value()) ReadSli();
    ReadPolicies(map);
    const YamlNode* node = map.Need("objectives");
    map.Finish();
    if (node == nullptr) return {};
    std::vector<const YamlNode*> objectives = ReadList(*node, "objectives", report_);
    if (objectives.empty() && node->kind == YamlNode::Kind::kList) {
      report_.Error(*node, "objectives is empty");
    }
    return objectives;
  }

  void ReadService(MapReader& map) {
    slo_.service = NeedName(map, "service", report_);
    if (!slo_.service.empty()) {
      CheckService({slo_.service, report_.At(*map.Find("service"))}, objects_, report_);
    }
  }

  void ReadWindow(MapReader& map) {
    slo_.window = defaults_.window.value_or(absl::Hours(24 * 30));
    window_at_ = report_.At(map.node());
    const YamlNode* node = map.Find("timeWindow");
    if (node == nullptr) return;
    const std::vector<const YamlNode*> items = ReadList(*node, "timeWindow", report_);
    if (items.empty()) return;
    window_at_ = report_.At(*items.front());
    if (items.size() > 1) {
      report_.Error(*items[1], fmt::format("an SLO has one time window, not {}", items.size()));
      return;
    }
    slo_.window = ReadOpenSloWindow(*items.front(), report_).value_or(slo_.window);
  }

  void ReadBudgeting(MapReader& map) {
    const YamlNode* node = map.Need("budgetingMethod");
    if (node == nullptr) return;
    const auto method = ReadOpenSloWord(*node, "budgetingMethod",
                                        {"Occurrences", "Timeslices", "RatioTimeslices"}, report_);
    if (!method.has_value()) return;
    if (method == "Occurrences") {
      budgeting_ = OpenSloBudgeting::kOccurrences;
      return;
    }
    budgeting_ =
        method == "Timeslices" ? OpenSloBudgeting::kTimeslices : OpenSloBudgeting::kRatioTimeslices;
    report_.Error(*node, fmt::format("the budgetingMethod {} is not supported yet", *method),
                  "Occurrences is");
  }

  void ReadSli() {
    if (!indicator_->sli.has_value()) return;
    if (indicator_->sli->threshold) {
      report_.Add({indicator_->at, Severity::kError, "a thresholdMetric is not supported yet",
                   "a ratioMetric is"});
    }
    if (indicator_->sli->ratio.has_value()) slo_.sli = *indicator_->sli->ratio;
    ReadSource(indicator_->sli->sources);
  }

  // Of slowburn's sources, the one that is named as the SLI's DataSource.
  void ReadSource(const std::vector<OpenSloReference>& references) {
    for (const OpenSloReference& reference : references) {
      if (reference.name == references.front().name) continue;
      report_.Add({reference.at, Severity::kError,
                   fmt::format("an SLI is asked of one DataSource, not of {} and {}",
                               references.front().name, reference.name),
                   ""});
      return;
    }
    if (!references.empty()) {
      const OpenSloReference& first = references.front();
      if (defaults_.HasSource(first.name)) {
        slo_.source = first.name;
        return;
      }
      report_.Add({first.at, Severity::kWarning,
                   fmt::format("slowburn.yaml has no source {}, so the source {} is asked",
                               first.name, slo_.source),
                   "name a source as the DataSource"});
    }
    if (defaults_.HasSource(slo_.source)) return;
    report_.Error(document_, fmt::format("there is no source '{}'", Shown(slo_.source)),
                  "name a source so in slowburn.yaml, or as the DataSource of the SLI");
  }

  void ReadPolicies(MapReader& map) {
    alerts_ = defaults_.alerts;
    if (const YamlNode* node = map.Find("alertPolicies")) {
      alerts_ = Merge(std::move(alerts_), ReadOpenSloPolicies(*node, objects_, report_));
    } else if (!alerts_.tiers.has_value()) {
      alerts_.tiers.emplace();
      report_.Warning(document_, "an SLO without alertPolicies never alerts on its burn rate",
                      "write some, or alertPolicies: [] if that is meant; defaults.alerts.tiers "
                      "of slowburn.yaml would count too");
    }
  }

  std::optional<Slo> ReadObjective(const YamlNode& node, std::size_t index, std::size_t count) {
    const int errors = report_.errors();
    const OpenSloObjective objective =
        ReadOpenSloObjective(node, {objects_, budgeting_, indicator_, spec_at_}, report_);
    if (report_.errors() > errors) return std::nullopt;
    Slo slo = slo_;
    slo.defined_at = report_.At(count > 1 ? node : document_);
    if (count > 1) {
      const std::string slug = Slug(objective.display_name);
      slo.name += "-" + (slug.empty() ? fmt::format("{}", index) : slug);
    }
    slo.objective = *objective.target;
    slo.alerts = MakePolicy(alerts_, defaults_.severities, false);
    ApplyLint(slo, objective.target_at);
    if (report_.errors() > errors) return std::nullopt;
    return slo;
  }

  void ApplyLint(Slo& slo, const Position& objective_at) {
    LintResult lint = Lint({.slo = slo,
                            .tiers = ResolveTiers(alerts_, slo.window),
                            .places = {slo.defined_at, window_at_, objective_at, {}},
                            .by = {},
                            .interval = defaults_.interval});
    for (Diagnostic& diagnostic : lint.diagnostics) report_.Add(std::move(diagnostic));
    SetTiers(slo.alerts, std::move(lint.tiers));
  }

  const YamlNode& document_;
  const RuleDefaults& defaults_;
  const OpenSloObjects& objects_;
  Report& report_;
  Slo slo_;  // What its objectives share.
  Position spec_at_;
  Position window_at_;
  AlertSettings alerts_;
  std::optional<OpenSloIndicator> indicator_;
  std::optional<OpenSloBudgeting> budgeting_;
};

}  // namespace

std::vector<Slo> ReadOpenSlo(const YamlNode& document, const RuleDefaults& defaults,
                             const SharedDocuments& shared, Report& report) {
  return OpenSloReader(document, defaults, shared.openslo, report).Read();
}

}  // namespace slowburn
