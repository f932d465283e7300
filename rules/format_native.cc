// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_native.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/lint.h"
#include "rules/native_keys.h"
#include "rules/native_sli.h"
#include "rules/read_alerts.h"
#include "rules/reader.h"
#include "rules/table_reader.h"

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

// Reads `window` of an SLO or of the defaults.
void ReadWindow(TableReader& map, Shared& shared, Report& report) {
  const YamlNode* node = map.Find("window", ValueKind::kPositiveDuration);
  if (node == nullptr) return;
  shared.window_at = node;
  if (node->kind == YamlNode::Kind::kMap) {
    report.Error(*node, "a calendar window is not supported yet", "write a rolling one, as in 30d");
    return;
  }
  shared.window = map.Duration("window").value_or(shared.window);
}

void CheckSource(const std::string& source, const YamlNode& at, const RuleDefaults& defaults,
                 Report& report) {
  const std::vector<std::string>& sources = defaults.sources;
  if (defaults.HasSource(source)) return;
  report.Error(at, fmt::format("there is no source '{}'", Shown(source)),
               DidYouMean(source, {sources.begin(), sources.end()}));
}

// Reads the keys that a document and each of its SLOs may have.
void ReadCommon(TableReader& map, Shared& shared, const RuleDefaults& defaults, Report& report) {
  if (const auto owner = map.Text("owner")) shared.owner = *owner;
  shared.labels = Merge(std::move(shared.labels), map.AllLabels("labels"));
  if (const YamlNode* source = map.Find("source", ValueKind::kText)) {
    shared.source = map.Text("source").value_or(shared.source);
    shared.source_at = source;
    CheckSource(shared.source, *source, defaults, report);
  }
}

// Reads the keys that the defaults of a document and each of its SLOs may have.
void ReadDefaultable(TableReader& map, Shared& shared, Report& report) {
  ReadWindow(map, shared, report);
  if (std::optional<TableReader> alerts = map.Open("alerts")) {
    shared.alerts = Merge(std::move(shared.alerts), ReadAlerts(*std::move(alerts), report));
  }
}

class SloReader {
 public:
  SloReader(TableReader& map, Shared shared, const RuleDefaults& defaults, Report& report)
      : map_(map), shared_(std::move(shared)), defaults_(defaults), report_(report) {}

  std::optional<Slo> Read() {
    slo_.format = Format::kNative;
    slo_.defined_at = report_.At(map_.node());
    places_.slo = slo_.defined_at;
    slo_.service = shared_.service;
    slo_.name = map_.Text("name").value_or("");
    slo_.description = map_.Text("description").value_or("");
    if (const YamlNode* objective = map_.Find("objective", ValueKind::kObjective)) {
      slo_.objective = ReadObjective(*objective, report_).value_or(Ratio{1, 1});
      places_.objective = report_.At(*objective);
    }
    ReadCommon(map_, shared_, defaults_, report_);
    ReadDefaultable(map_, shared_, report_);
    if (std::optional<TableReader> sli = map_.Open("sli")) {
      if (auto read = ReadNativeSli(*std::move(sli), report_)) slo_.sli = *std::move(read);
    }
    ReadBy();
    map_.Finish();
    Complete();
    if (!map_.clean()) return std::nullopt;
    ApplyLint();
    if (!map_.clean()) return std::nullopt;
    return std::move(slo_);
  }

 private:
  void ReadBy() {
    const YamlNode* node = map_.Find("by", ValueKind::kByLabels);
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
    places_.window = shared_.window_at != nullptr ? report_.At(*shared_.window_at) : places_.slo;
    slo_.window = shared_.window;
    slo_.owner = shared_.owner;
    slo_.labels = shared_.labels;
    DropEmpty(slo_.labels);
    slo_.source = shared_.source;
    if (shared_.source_at == nullptr) CheckSource(slo_.source, map_.node(), defaults_, report_);
    slo_.by = by_;
    std::sort(slo_.by.begin(), slo_.by.end());
    AddOwner(shared_.alerts, slo_.owner, slo_.labels);
    slo_.alerts = MakePolicy(shared_.alerts, defaults_.severities, true);
  }

  void ApplyLint() {
    LintResult lint = Lint({.slo = slo_,
                            .tiers = ResolveTiers(shared_.alerts, slo_.window),
                            .places = places_,
                            .by = by_,
                            .interval = defaults_.interval});
    for (Diagnostic& diagnostic : lint.diagnostics) report_.Add(std::move(diagnostic));
    SetTiers(slo_.alerts, std::move(lint.tiers));
  }

  TableReader& map_;
  Shared shared_;
  const RuleDefaults& defaults_;
  Report& report_;
  Slo slo_;
  SloPlaces places_;
  std::vector<std::string> by_;
};

}  // namespace

void AddOwner(AlertSettings& alerts, const std::string& owner, const Labels& labels) {
  const auto said = labels.find("owner");
  if (owner.empty() || said == labels.end() || said->second == owner) return;
  alerts.labels.emplace("owner", owner);
}

std::vector<Slo> ReadNative(const YamlNode& document, const RuleDefaults& defaults,
                            Report& report) {
  TableReader map(document, kNativeKeys, report);
  map.Text("version");
  Shared shared;
  shared.source = defaults.source;
  shared.window = defaults.window.value_or(shared.window);
  shared.alerts = defaults.alerts;
  shared.service = map.Text("service").value_or("");
  ReadCommon(map, shared, defaults, report);
  if (std::optional<TableReader> of_file = map.Open("defaults")) {
    ReadDefaultable(*of_file, shared, report);
    of_file->Finish();
  }
  map.Finish();
  const bool good = map.clean();
  std::vector<Slo> out;
  map.Each("slos", [&](TableReader& item) {
    std::optional<Slo> slo = SloReader(item, shared, defaults, report).Read();
    if (slo.has_value() && good) out.push_back(*std::move(slo));
  });
  return out;
}

}  // namespace slowburn
