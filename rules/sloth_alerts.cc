// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_alerts.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/checks.h"
#include "rules/default_source.h"
#include "rules/duration.h"
#include "rules/reader.h"
#include "rules/sloth_rule_windows.h"

namespace slowburn {
namespace {

Labels ReadMap(MapReader& map, std::string_view key, LabelUse use, Report& report) {
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return {};
  return ReadLabels(*node, key, use, LabelStyle::kSloth, report);
}

ClassSettings ReadAlert(MapReader& alerting, std::string_view key, const SlothKeys& keys,
                        Report& report) {
  ClassSettings out;
  const YamlNode* node = alerting.Find(key);
  if (node == nullptr) return out;
  MapReader map(*node, key, report, keys.lenient);
  out.disabled = map.Bool("disable").value_or(false);
  out.labels = ReadMap(map, "labels", LabelUse::kAlert, report);
  out.annotations = ReadMap(map, "annotations", LabelUse::kAnnotation, report);
  map.Finish();
  return out;
}

// Sloth gives each alert a title and a summary, where the user gives none.
void AddAnnotations(AlertSettings& alerts) {
  const auto add = [&](ClassSettings& to, std::string_view severity) {
    for (const auto& [key, text] : SlothAnnotations(severity)) {
      if (!alerts.annotations.contains(key)) to.annotations.emplace(key, text);
    }
  };
  add(alerts.page, "page");
  add(alerts.ticket, "ticket");
}

// As Sloth, which takes no SLO, with alerts or without, of a period that its catalogue lacks.
void CheckCatalogue(const SlothWindows& windows, absl::Duration window, const Position& at,
                    Report& report) {
  if (!windows.given() || windows.Find(window) != nullptr) return;
  std::vector<std::string> periods;
  for (const absl::Duration period : windows.Periods()) periods.push_back(DurationText(period));
  report.Add({at, Severity::kError,
              fmt::format("no AlertWindows are for SLOs of {}", DurationText(window)),
              periods.empty() ? "none could be read"
                              : fmt::format("there are those for {}", fmt::join(periods, ", "))});
}

// A catalogue that is given was given for Sloth's SLOs, so it comes before the tiers that
// slowburn.yaml has for all SLOs; Sloth's own stands in for slowburn's default tiers.
ResolvedTiers Tiers(AlertSettings& alerts, const SlothWindows& windows, absl::Duration window) {
  const SlothPeriod* period = windows.Find(window);
  const bool own = !windows.given() && period != nullptr && !alerts.tiers.has_value();
  if (own || windows.given()) alerts.tiers = period->Tiers();
  ResolvedTiers tiers = ResolveTiers(alerts, window);
  if (own) {
    tiers.defaults = true;
    tiers.below_one = true;  // Sloth's slow ticket of 28d fires at 14/15.
    tiers.at.clear();
  }
  return tiers;
}

}  // namespace

AlertSettings ReadSlothAlerting(MapReader& slo_map, const Slo& slo, const SlothKeys& keys,
                                const AlertSettings& defaults, Report& report) {
  const YamlNode* node = slo_map.Find("alerting");
  const YamlNode empty;
  MapReader map(node != nullptr ? *node : empty, "alerting", report, keys.lenient);
  AlertSettings own;
  own.labels = ReadMap(map, "labels", LabelUse::kAlert, report);
  own.annotations = ReadMap(map, "annotations", LabelUse::kAnnotation, report);
  own.page = ReadAlert(map, keys.page_alert, keys, report);
  own.ticket = ReadAlert(map, keys.ticket_alert, keys, report);
  if (map.Find("name") != nullptr) {
    own.name = map.NeedText("name");
  } else if (!own.page.disabled.value_or(false) || !own.ticket.disabled.value_or(false)) {
    report.Error(node != nullptr ? *node : slo_map.node(), "alerting has no name",
                 fmt::format("name the alerts, or set disable in {} and {}", keys.page_alert,
                             keys.ticket_alert));
  }
  map.Finish();
  own.labels = Merge(std::move(own.labels), SlothIdentity(slo));
  own.page.labels["sloth_severity"] = "page";
  own.ticket.labels["sloth_severity"] = "ticket";
  AlertSettings merged = Merge(defaults, own);
  AddAnnotations(merged);
  return merged;
}

Labels SlothIdentity(const Slo& slo) {
  return {{"sloth_id", slo.service + "-" + slo.name},
          {"sloth_service", slo.service},
          {"sloth_slo", slo.name}};
}

bool CompleteSlothSlo(Slo& slo, const YamlNode& node, AlertSettings alerts,
                      const RuleDefaults& defaults, const SlothWindows& windows,
                      const SloPlaces& places, Report& report) {
  const int errors = report.errors();
  CheckDefaultSource(node, "Sloth", defaults, report);
  CheckCatalogue(windows, slo.window, places.window, report);
  if (report.errors() > errors) return false;
  slo.rules.page = !alerts.page.disabled.value_or(false);
  slo.rules.ticket = !alerts.ticket.disabled.value_or(false);
  slo.rules.windows = AlertWindowsFor(windows, slo.window);
  // Sloth's own rules have no label `severity` that the file does not give.
  slo.alerts = MakePolicy(alerts, defaults.for_rules ? Labels{} : defaults.severities, false);
  LintResult lint = Lint({.slo = slo,
                          .tiers = Tiers(alerts, windows, slo.window),
                          .places = places,
                          .by = {},
                          .interval = defaults.interval});
  for (Diagnostic& diagnostic : lint.diagnostics) {
    // Sloth's rules are made of Sloth's windows: what the engine would leave out is no matter.
    if (defaults.for_rules && diagnostic.severity == Severity::kWarning) continue;
    report.Add(std::move(diagnostic));
  }
  SetTiers(slo.alerts, std::move(lint.tiers));
  return report.errors() == errors;
}

}  // namespace slowburn
