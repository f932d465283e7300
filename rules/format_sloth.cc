// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/lint.h"
#include "rules/reader.h"
#include "rules/sloth_rule_windows.h"
#include "rules/sloth_plugins.h"

namespace slowburn {
namespace {

constexpr MapReader::Options kLenient = {.unknown_keys = Severity::kWarning, .ignore_case = true};

Labels ReadSlothLabels(MapReader& map, std::string_view key, LabelUse use, Report& report) {
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return {};
  return ReadLabels(*node, key, use, LabelStyle::kSloth, report);
}

// Reads a query, and into `written` what stands there.
std::optional<std::string> NeedQuery(MapReader& map, std::string_view key, QueryLanguage language,
                                     std::string& written, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return std::nullopt;
  written = node->text;
  return ReadExpression(*node, key, report, language);
}

std::optional<Sli> ReadEvents(const YamlNode& node, QueryLanguage language, RuleHints& hints,
                              Report& report) {
  MapReader map(node, "events", report, kLenient);
  auto error = NeedQuery(map, "error_query", language, hints.error_query, report);
  auto total = NeedQuery(map, "total_query", language, hints.total_query, report);
  map.Finish();
  if (!error.has_value() || !total.has_value()) return std::nullopt;
  if (*error == *total) {
    report.Error(*map.Find("error_query"), "error_query is the same as total_query");
    return std::nullopt;
  }
  return ExpressionSli{*std::move(error), *std::move(total)};
}

std::optional<Sli> ReadRaw(const YamlNode& node, QueryLanguage language, RuleHints& hints,
                           Report& report) {
  MapReader map(node, "raw", report, kLenient);
  auto error = NeedQuery(map, "error_ratio_query", language, hints.error_query, report);
  map.Finish();
  if (!error.has_value()) return std::nullopt;
  return RatioSli{*std::move(error)};
}

void RefusePlugin(const YamlNode& node, Report& report) {
  MapReader map(node, "plugin", report, kLenient);
  const YamlNode* id = map.Need("id");
  map.Find("options");
  map.Finish();
  if (id == nullptr) return;
  report.Error(*id,
               fmt::format("the SLI plugin '{}' is Go code, which slowburn does not run",
                           Shown(ReadText(*id, "id", report).value_or(""))),
               "write the queries that it makes under sli.events or sli.raw");
}

std::optional<Sli> ReadSli(const YamlNode& node, QueryLanguage language, RuleHints& hints,
                           Report& report) {
  MapReader map(node, "sli", report, kLenient);
  const YamlNode* events = map.Find("events");
  const YamlNode* raw = map.Find("raw");
  const YamlNode* plugin = map.Find("plugin");
  map.Finish();
  if ((events != nullptr) + (raw != nullptr) + (plugin != nullptr) != 1) {
    report.Error(node, "sli needs exactly one of events, raw and plugin");
    return std::nullopt;
  }
  if (events != nullptr) return ReadEvents(*events, language, hints, report);
  if (raw != nullptr) return ReadRaw(*raw, language, hints, report);
  RefusePlugin(*plugin, report);
  return std::nullopt;
}

class SlothReader {
 public:
  SlothReader(const YamlNode& document, const RuleDefaults& defaults, const SharedDocuments& shared,
              Report& report)
      : document_(document), defaults_(defaults), shared_(shared), report_(report) {}

  std::vector<Slo> Read() {
    const int errors = report_.errors();
    MapReader map(document_, "the file", report_, kLenient);
    map.Find("version");
    service_ = NeedName(map, "service", report_);
    labels_ = ReadSlothLabels(map, "labels", LabelUse::kSlo, report_);
    plugins_ = ReadSlothPlugins(map, "slo_plugins", defaults_.for_rules, report_);
    const YamlNode* slos = map.Need("slos");
    map.Finish();
    const bool good = report_.errors() == errors;
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
    MapReader map(node, "the SLO", report_, kLenient);
    Slo slo;
    slo.format = Format::kSloth;
    slo.defined_at = report_.At(node);
    slo.service = service_;
    slo.source = defaults_.source;
    slo.window = defaults_.window.value_or(absl::Hours(24 * 30));
    slo.name = NeedName(map, "name", report_);
    slo.description = map.Text("description").value_or("");
    SloPlaces places{slo.defined_at, slo.defined_at, slo.defined_at, {}};
    if (const YamlNode* objective = map.Need("objective")) {
      slo.objective = ReadObjective(*objective, report_).value_or(Ratio{1, 1});
      places.objective = report_.At(*objective);
    }
    slo.labels = Merge(labels_, ReadSlothLabels(map, "labels", LabelUse::kSlo, report_));
    if (const auto owner = slo.labels.find("owner"); owner != slo.labels.end()) {
      slo.owner = owner->second;
    }
    const SlothPlugins plugins = ReadSlothPlugins(map, "plugins", defaults_.for_rules, report_);
    slo.rules.steps = StepsOf(plugins_, plugins);
    slo.rules.windows = AlertWindowsFor(shared_.sloth_windows, slo.window);
    const bool metrics_ql =
        plugins.metrics_ql || (plugins_.metrics_ql && !plugins.override_previous);
    if (const YamlNode* sli = map.Need("sli")) {
      auto read = ReadSli(*sli, metrics_ql ? QueryLanguage::kMetricsQl : QueryLanguage::kPromQl,
                          slo.rules, report_);
      if (read) slo.sli = *std::move(read);
    }
    const AlertSettings alerts = ReadAlerting(map, slo);
    map.Finish();
    CheckSource(node);
    if (report_.errors() > errors) return std::nullopt;
    slo.rules.page = !alerts.page.disabled.value_or(false);
    slo.rules.ticket = !alerts.ticket.disabled.value_or(false);
    // Sloth's own rules have no label `severity` that the file does not give.
    slo.alerts = MakePolicy(alerts, defaults_.for_rules ? Labels{} : defaults_.severities, false);
    LintResult lint = Lint({.slo = slo,
                            .tiers = ResolveTiers(alerts, slo.window),
                            .places = places,
                            .by = {},
                            .interval = defaults_.interval});
    for (Diagnostic& diagnostic : lint.diagnostics) {
      // Sloth's rules are made of Sloth's windows: what the engine would leave out is no matter.
      if (defaults_.for_rules && diagnostic.severity == Severity::kWarning) continue;
      report_.Add(std::move(diagnostic));
    }
    slo.alerts.tiers = std::move(lint.tiers);
    if (report_.errors() > errors) return std::nullopt;
    return slo;
  }

  void CheckSource(const YamlNode& at) {
    const std::vector<std::string>& sources = defaults_.sources;
    if (std::find(sources.begin(), sources.end(), defaults_.source) != sources.end()) return;
    report_.Error(at, fmt::format("there is no source '{}'", Shown(defaults_.source)),
                  "a Sloth file can't name one: name a source so in slowburn.yaml");
  }

  AlertSettings ReadAlerting(MapReader& slo_map, const Slo& slo) {
    const YamlNode* node = slo_map.Find("alerting");
    const YamlNode empty;
    MapReader map(node != nullptr ? *node : empty, "alerting", report_, kLenient);
    AlertSettings own;
    own.labels = ReadSlothLabels(map, "labels", LabelUse::kAlert, report_);
    own.annotations = ReadSlothLabels(map, "annotations", LabelUse::kAnnotation, report_);
    own.page = ReadAlert(map, "page_alert");
    own.ticket = ReadAlert(map, "ticket_alert");
    if (map.Find("name") != nullptr) {
      own.name = map.NeedText("name");
    } else if (!own.page.disabled.value_or(false) || !own.ticket.disabled.value_or(false)) {
      report_.Error(node != nullptr ? *node : slo_map.node(), "alerting has no name",
                    "name the alerts, or set disable in page_alert and ticket_alert");
    }
    map.Finish();
    own.labels["sloth_id"] = slo.service + "-" + slo.name;
    own.labels["sloth_service"] = slo.service;
    own.labels["sloth_slo"] = slo.name;
    own.page.labels["sloth_severity"] = "page";
    own.ticket.labels["sloth_severity"] = "ticket";
    AlertSettings merged = Merge(defaults_.alerts, own);
    AddAnnotations(merged);
    return merged;
  }

  ClassSettings ReadAlert(MapReader& alerting, std::string_view key) {
    ClassSettings out;
    const YamlNode* node = alerting.Find(key);
    if (node == nullptr) return out;
    MapReader map(*node, key, report_, kLenient);
    out.disabled = map.Bool("disable").value_or(false);
    out.labels = ReadSlothLabels(map, "labels", LabelUse::kAlert, report_);
    out.annotations = ReadSlothLabels(map, "annotations", LabelUse::kAnnotation, report_);
    map.Finish();
    return out;
  }

  // Sloth gives each alert a title and a summary, where the user gives none.
  static void AddAnnotations(AlertSettings& alerts) {
    const auto add = [&](ClassSettings& to, std::string_view severity) {
      for (const auto& [key, text] : SlothAnnotations(severity)) {
        if (!alerts.annotations.contains(key)) to.annotations.emplace(key, text);
      }
    };
    add(alerts.page, "page");
    add(alerts.ticket, "ticket");
  }

  const YamlNode& document_;
  const RuleDefaults& defaults_;
  const SharedDocuments& shared_;
  Report& report_;
  std::string service_;
  Labels labels_;
  SlothPlugins plugins_;
};

}  // namespace

std::vector<Slo> ReadSloth(const YamlNode& document, const RuleDefaults& defaults,
                           const SharedDocuments& shared, Report& report) {
  return SlothReader(document, defaults, shared, report).Read();
}

}  // namespace slowburn
