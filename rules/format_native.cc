// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_native.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/lint.h"
#include "rules/native_sli.h"
#include "rules/read_alerts.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

// What the SLOs of a document share.
struct Shared {
  std::string service;
  std::string owner;
  Labels labels;
  std::string source;
  const YamlNode* source_at = nullptr;
  absl::Duration window = absl::Hours(24 * 30);
  const YamlNode* window_at = nullptr;
  AlertSettings alerts;
};

std::optional<absl::Duration> ReadSloWindow(const YamlNode& node, Report& report) {
  if (node.kind == YamlNode::Kind::kMap) {
    report.Error(node, "a calendar window is not supported yet", "write a rolling one, as in 30d");
    return std::nullopt;
  }
  const std::optional<absl::Duration> window = ReadDuration(node, "window", report);
  if (window.has_value() && *window <= absl::ZeroDuration()) {
    report.Error(node, "window must be longer than 0");
    return std::nullopt;
  }
  return window;
}

void CheckSource(const std::string& source, const YamlNode& at, const RuleDefaults& defaults,
                 Report& report) {
  const std::vector<std::string>& sources = defaults.sources;
  if (defaults.HasSource(source)) return;
  report.Error(at, fmt::format("there is no source '{}'", Shown(source)),
               DidYouMean(source, {sources.begin(), sources.end()}));
}

// Reads the keys that a document and each of its SLOs may have.
void ReadCommon(MapReader& map, Shared& shared, const RuleDefaults& defaults, Report& report) {
  if (const auto owner = map.Text("owner")) shared.owner = *owner;
  if (const YamlNode* labels = map.Find("labels")) {
    shared.labels = Merge(std::move(shared.labels), ReadLabels(*labels, "labels", LabelUse::kSlo,
                                                               LabelStyle::kNative, report));
  }
  if (const YamlNode* source = map.Find("source")) {
    shared.source = ReadText(*source, "source", report).value_or(shared.source);
    shared.source_at = source;
    CheckSource(shared.source, *source, defaults, report);
  }
}

void ReadDefaults(const YamlNode& node, Shared& shared, Report& report) {
  MapReader map(node, "defaults", report);
  if (const YamlNode* window = map.Find("window")) {
    shared.window = ReadSloWindow(*window, report).value_or(shared.window);
    shared.window_at = window;
  }
  if (const YamlNode* alerts = map.Find("alerts")) {
    shared.alerts = Merge(std::move(shared.alerts), ReadAlerts(*alerts, report));
  }
  map.Finish();
}

class SloReader {
 public:
  SloReader(const YamlNode& node, Shared shared, const RuleDefaults& defaults, Report& report)
      : node_(node), shared_(std::move(shared)), defaults_(defaults), report_(report) {}

  std::optional<Slo> Read() {
    if (node_.kind == YamlNode::Kind::kEmpty) {
      report_.Error(node_, "the SLO is empty");
      return std::nullopt;
    }
    const int errors = report_.errors();
    MapReader map(node_, "the SLO", report_);
    slo_.format = Format::kNative;
    slo_.defined_at = report_.At(node_);
    slo_.service = shared_.service;
    slo_.name = NeedName(map, "name", report_);
    slo_.description = map.Text("description").value_or("");
    ReadObjectiveAndWindow(map);
    ReadCommon(map, shared_, defaults_, report_);
    if (const YamlNode* sli = map.Need("sli")) {
      if (auto read = ReadNativeSli(*sli, report_)) slo_.sli = *std::move(read);
    }
    ReadBy(map);
    if (const YamlNode* alerts = map.Find("alerts")) {
      shared_.alerts = Merge(std::move(shared_.alerts), ReadAlerts(*alerts, report_));
    }
    map.NotYet("exclusions");
    map.Finish();
    Complete();
    if (report_.errors() > errors) return std::nullopt;
    ApplyLint();
    if (report_.errors() > errors) return std::nullopt;
    return std::move(slo_);
  }

 private:
  void ReadObjectiveAndWindow(MapReader& map) {
    places_.slo = report_.At(node_);
    if (const YamlNode* objective = map.Need("objective")) {
      slo_.objective = ReadObjective(*objective, report_).value_or(Ratio{1, 1});
      places_.objective = report_.At(*objective);
    }
    if (const YamlNode* window = map.Find("window")) {
      shared_.window = ReadSloWindow(*window, report_).value_or(shared_.window);
      shared_.window_at = window;
    }
    places_.window = shared_.window_at != nullptr ? report_.At(*shared_.window_at) : places_.slo;
    slo_.window = shared_.window;
  }

  void ReadBy(MapReader& map) {
    const YamlNode* node = map.Find("by");
    if (node == nullptr) return;
    for (const YamlNode* item : ReadList(*node, "by", report_)) {
      if (auto label = ReadText(*item, "by", report_)) {
        places_.by.push_back(report_.At(*item));
        by_.push_back(*std::move(label));
      }
    }
    if (std::holds_alternative<LatencySli>(slo_.sli) &&
        std::find(by_.begin(), by_.end(), "le") != by_.end()) {
      report_.Error(*node, "by: le tells a histogram's buckets apart, so it can't split an SLO");
    }
  }

  void Complete() {
    slo_.owner = shared_.owner;
    slo_.labels = shared_.labels;
    slo_.source = shared_.source;
    if (shared_.source_at == nullptr) CheckSource(slo_.source, node_, defaults_, report_);
    slo_.by = by_;
    std::sort(slo_.by.begin(), slo_.by.end());
    slo_.alerts = MakePolicy(shared_.alerts, defaults_.severities, true);
    if (!slo_.owner.empty()) slo_.alerts.labels.emplace("owner", slo_.owner);
  }

  void ApplyLint() {
    LintResult lint = Lint({.slo = slo_,
                            .tiers = ResolveTiers(shared_.alerts, slo_.window),
                            .places = places_,
                            .by = by_,
                            .interval = defaults_.interval});
    for (Diagnostic& diagnostic : lint.diagnostics) report_.Add(std::move(diagnostic));
    slo_.alerts.tiers = std::move(lint.tiers);
  }

  const YamlNode& node_;
  Shared shared_;
  const RuleDefaults& defaults_;
  Report& report_;
  Slo slo_;
  SloPlaces places_;
  std::vector<std::string> by_;
};

}  // namespace

std::vector<Slo> ReadNative(const YamlNode& document, const RuleDefaults& defaults,
                            Report& report) {
  const int errors = report.errors();
  MapReader map(document, "the file", report);
  map.Find("version");
  Shared shared;
  shared.source = defaults.source;
  shared.window = defaults.window.value_or(shared.window);
  shared.alerts = defaults.alerts;
  shared.service = NeedName(map, "service", report);
  ReadCommon(map, shared, defaults, report);
  if (const YamlNode* node = map.Find("defaults")) ReadDefaults(*node, shared, report);
  const YamlNode* slos = map.Need("slos");
  map.NotYet("exclusions");
  map.Finish();
  const bool good = report.errors() == errors;
  std::vector<Slo> out;
  if (slos == nullptr) return out;
  const std::vector<const YamlNode*> items = ReadList(*slos, "slos", report);
  if (items.empty() && slos->kind == YamlNode::Kind::kList) report.Error(*slos, "slos is empty");
  for (const YamlNode* item : items) {
    std::optional<Slo> slo = SloReader(*item, shared, defaults, report).Read();
    if (slo.has_value() && good) out.push_back(*std::move(slo));
  }
  return out;
}

}  // namespace slowburn
