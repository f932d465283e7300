// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_pyrra.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/default_source.h"
#include "rules/duration.h"
#include "rules/lint.h"
#include "rules/pyrra_sli.h"
#include "rules/pyrra_windows.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

// What Kubernetes keeps beside the spec is not ours to check.
constexpr MapReader::Options kResource = {.unknown_keys = Severity::kWarning, .ignore_case = false};

constexpr std::string_view kKind = "ServiceLevelObjective";
constexpr std::string_view kPrefix = "pyrra.dev/";
constexpr std::string_view kNoNamespace = "default";
constexpr absl::Duration kShortest = absl::Minutes(1);  // Of a window.

// What Pyrra's `alerting` says.
struct Alerting {
  bool burn_rates = true;
  bool absent = true;
  std::string name = "ErrorBudgetBurn";
  std::string absent_name = "SLOMetricAbsent";
  std::string absent_severity = "critical";
  Labels severities;  // By the name of the alert, where the file says.
};

void ReadSeverities(const YamlNode& node, Alerting& out, Report& report) {
  MapReader map(node, "severities", report);
  out.absent_severity = map.Text("absent").value_or(out.absent_severity);
  for (const auto& [key, alert] : {std::pair{"fastBurn", "fast"},
                                   {"mediumBurn", "medium"},
                                   {"slowBurn", "slow"},
                                   {"longTermBurn", "long-term"}}) {
    if (auto severity = map.Text(key)) out.severities[alert] = *std::move(severity);
  }
  map.Finish();
}

Alerting ReadAlerting(MapReader& spec, Report& report) {
  Alerting out;
  const YamlNode* node = spec.Find("alerting");
  if (node == nullptr) return out;
  MapReader map(*node, "alerting", report);
  const bool disabled = map.Bool("disabled").value_or(false);  // Of burn rates alone, as in Pyrra.
  out.burn_rates = map.Bool("burnrates").value_or(true) && !disabled;
  out.absent = map.Bool("absent").value_or(true);
  out.name = map.Text("name").value_or(out.name);
  out.absent_name = map.Text("absentName").value_or(out.absent_name);
  if (const YamlNode* severities = map.Find("severities")) {
    ReadSeverities(*severities, out, report);
  }
  map.Finish();
  return out;
}

// Those of `entries` that are named `pyrra.dev/<name>`, by that name.
Labels OwnOf(MapReader& metadata, std::string_view key, Report& report) {
  Labels out;
  const YamlNode* node = metadata.Find(key);
  if (node == nullptr) return out;
  for (const auto& [name, value, merged] : ReadEntries(*node, key, report)) {
    if (!name->text.starts_with(kPrefix)) continue;
    const std::string own = name->text.substr(kPrefix.size());
    if (!IsLabelName(own)) {
      report.Warning(*name, fmt::format("'{}' is not a label name, and is left out", Shown(own)));
    } else if (auto text = ReadText(*value, Shown(own), report)) {
      out[own] = *std::move(text);
    }
  }
  return out;
}

class PyrraReader {
 public:
  PyrraReader(const RuleDefaults& defaults, Report& report)
      : defaults_(defaults), report_(report) {}

  std::optional<Slo> Read(const YamlNode& document) {
    const int errors = report_.errors();
    MapReader map(document, "the resource", report_, kResource);
    map.Find("apiVersion");
    if (!CheckKind(map)) return std::nullopt;
    slo_.format = Format::kPyrra;
    slo_.defined_at = report_.At(document);
    slo_.source = defaults_.source;
    if (const YamlNode* metadata = map.Need("metadata")) ReadMetadata(*metadata);
    if (const YamlNode* spec = map.Need("spec")) ReadSpec(*spec);
    map.Find("status");
    map.Finish();
    if (report_.errors() > errors) return std::nullopt;
    CheckDefaultSource(document, "Pyrra", defaults_, report_);
    Complete(document);
    if (report_.errors() > errors) return std::nullopt;
    return std::move(slo_);
  }

 private:
  bool CheckKind(MapReader& map) {
    const auto kind = map.NeedText("kind");
    if (!kind || *kind == kKind) return kind.has_value();
    report_.Error(*map.Find("kind"), fmt::format("the kind '{}' is not known", Shown(*kind)),
                  DidYouMean(*kind, {kKind}));
    return false;
  }

  void ReadMetadata(const YamlNode& node) {
    MapReader map(node, "metadata", report_, {Severity::kWarning, false});
    slo_.name = NeedName(map, "name", report_);
    const auto name_space = map.Text("namespace");
    slo_.labels = OwnOf(map, "labels", report_);
    annotations_ = OwnOf(map, "annotations", report_);
    const auto service = slo_.labels.find("service");
    if (service != slo_.labels.end()) {
      slo_.service = service->second;
    } else if (name_space) {
      slo_.service = *name_space;
    } else {
      slo_.service = kNoNamespace;
      report_.Warning(node, fmt::format("no service: it is '{}'", kNoNamespace),
                      "give it by the label pyrra.dev/service, or by a namespace");
    }
    if (!IsName(slo_.service)) {
      report_.Error(node, fmt::format("'{}' can't be the service", Shown(slo_.service)),
                    "letters, digits, and - _ . between them");
    }
    for (auto label = slo_.labels.begin(); label != slo_.labels.end();) {
      const bool identity = IsSetBySlowburn(label->first);
      if (identity && label->first != "service") {
        report_.Warning(node, fmt::format("the label {} is set by slowburn; this one is ignored",
                                          label->first));
      }
      label = identity ? slo_.labels.erase(label) : std::next(label);
    }
    if (const auto owner = slo_.labels.find("owner"); owner != slo_.labels.end()) {
      slo_.owner = owner->second;
    }
  }

  void ReadSpec(const YamlNode& node) {
    MapReader map(node, "the spec", report_);
    slo_.description = map.Text("description").value_or("");
    if (const YamlNode* target = map.Need("target")) {
      slo_.objective = ReadObjective(*target, report_).value_or(Ratio{1, 1});
      places_.objective = report_.At(*target);
    }
    if (const YamlNode* window = map.Need("window")) {
      slo_.window = ReadDuration(*window, "window", report_).value_or(absl::Hours(1));
      places_.window = report_.At(*window);
      if (slo_.window <= absl::ZeroDuration()) report_.Error(*window, "window must be above 0");
    }
    if (const YamlNode* indicator = map.Need("indicator")) {
      if (auto read = ReadPyrraIndicator(*indicator, report_)) Take(*indicator, *std::move(read));
    }
    alerting_ = ReadAlerting(map, report_);
    for (const std::string_view key :
         {"partial_response_strategy", "performanceOverAccuracy", "ruleOutput"}) {
      if (const YamlNode* none = map.Find(key)) {
        report_.Warning(*none, fmt::format("{} is about rules, and has no effect", key));
      }
    }
    map.Finish();
  }

  void Take(const YamlNode& node, PyrraIndicator indicator) {
    slo_.sli = std::move(indicator.sli);
    slo_.by = indicator.grouping;
    std::sort(slo_.by.begin(), slo_.by.end());
    // Each of Pyrra's alerts has them.
    for (const Matcher& matcher : indicator.total.matchers) {
      const bool plain = matcher.op == Matcher::Op::kEqual && matcher.label != "__name__" &&
                         !matcher.value.empty();
      const bool grouped = std::binary_search(slo_.by.begin(), slo_.by.end(), matcher.label);
      if (!plain || grouped) continue;
      if (IsSetBySlowburn(matcher.label)) {
        report_.Warning(node, fmt::format("alerts have slowburn's own label {}, not that of the "
                                          "selector, {}",
                                          matcher.label, Quote(matcher.value)));
      } else {
        matched_[matcher.label] = matcher.value;
      }
    }
  }

  // The policy, and the checks that need the whole SLO.
  void Complete(const YamlNode& node) {
    places_.slo = report_.At(node);
    AlertSettings own;
    own.name = alerting_.name;
    own.labels = matched_;
    own.annotations = annotations_;
    const AlertSettings merged = Merge(defaults_.alerts, own);
    slo_.alerts = MakePolicy(merged, defaults_.severities, false);
    const std::array<PyrraAlert, 4> alerts = PyrraAlerts(slo_.window);
    ResolvedTiers tiers;
    if (alerting_.burn_rates) {
      for (const PyrraAlert& alert : alerts) {
        if (IsDisabled(merged, alert.alert_class)) continue;
        tiers.tiers.push_back(TierOf(alert));
        tiers.at.push_back(places_.window);
      }
    }
    if (alerting_.absent && !merged.no_data.disabled.value_or(false)) {
      const bool page = alerting_.absent_severity == "critical";
      slo_.alerts.no_data =
          NoDataPolicy{std::max(PyrraAbsentFor(slo_.objective, alerts.front()), kShortest),
                       page ? AlertClass::kPage : AlertClass::kTicket, alerting_.absent_name,
                       Labels{{"severity", alerting_.absent_severity}}};
    }
    LintResult lint = Lint({.slo = slo_,
                            .tiers = std::move(tiers),
                            .places = places_,
                            .by = {},
                            .interval = defaults_.interval});
    for (Diagnostic& diagnostic : lint.diagnostics) report_.Add(std::move(diagnostic));
    SetTiers(slo_.alerts, std::move(lint.tiers));
    CheckGrouping(node);
  }

  // Labels that tell alerts apart are kept under the name that a scrape would
  // give them.
  void CheckGrouping(const YamlNode& node) {
    for (const std::string& label : slo_.by) {
      if (const auto why = WhyNotBy(label)) report_.Error(node, "grouping: " + *why);
      if (const auto why = WhyRenamedBy(label)) report_.Warning(node, "grouping: " + *why);
    }
  }

  Tier TierOf(const PyrraAlert& alert) {
    Tier tier;
    tier.alert_class = alert.alert_class;
    tier.alert = alert.name;
    tier.factor = alert.factor;
    tier.short_window = std::max({alert.short_window, kShortest, 2 * defaults_.interval});
    tier.long_window = std::max(alert.long_window, 2 * tier.short_window);
    tier.for_duration = alert.for_duration;
    if (tier.short_window != alert.short_window || tier.long_window != alert.long_window) {
      report_.Add({places_.window, Severity::kWarning,
                   fmt::format("Pyrra's {} alert would look at {} and {}, which is too short; "
                               "it looks at {} and {}",
                               alert.name, DurationText(alert.short_window),
                               DurationText(alert.long_window), DurationText(tier.short_window),
                               DurationText(tier.long_window)),
                   ""});
    }
    const auto severity = alerting_.severities.find(alert.name);
    const auto seconds = absl::ToInt64Seconds(slo_.window) * alert.factor.den / alert.factor.num;
    slo_.alerts.named[tier.alert].labels = {
        {"short", PrometheusDurationText(tier.short_window)},
        {"long", PrometheusDurationText(tier.long_window)},
        {"severity",
         severity == alerting_.severities.end() ? std::string(alert.severity) : severity->second},
        {"exhaustion", PrometheusDurationText(absl::Seconds(seconds))}};
    return tier;
  }

  const RuleDefaults& defaults_;
  Report& report_;
  Slo slo_;
  SloPlaces places_;
  Labels annotations_;
  Labels matched_;  // What the total's selector asks of labels that are not
                    // grouped by.
  Alerting alerting_;
};

}  // namespace

std::vector<Slo> ReadPyrra(const YamlNode& document, const RuleDefaults& defaults,
                           const SharedDocuments&, Report& report) {
  std::vector<Slo> slos;
  if (auto slo = PyrraReader(defaults, report).Read(document)) slos.push_back(*std::move(slo));
  return slos;
}

}  // namespace slowburn
