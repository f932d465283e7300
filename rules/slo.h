// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <absl/time/time.h>

#include "rules/diagnostic.h"
#include "rules/label.h"
#include "rules/ratio.h"
#include "rules/rule_hints.h"
#include "rules/selector.h"

namespace slowburn {

// The model of what a team promised.  Plain values: every format is read into these.

// Events counted by two counters; exactly one of `bad` and `good` is set.
struct EventsSli {
  Selector total;
  std::optional<Selector> bad;
  std::optional<Selector> good;

  bool operator==(const EventsSli&) const = default;
};

// Observations of a classic histogram; good are those at or below `under`.
struct LatencySli {
  Selector histogram;  // Of the `_bucket` series, without a matcher on `le`.
  absl::Duration under;
  bool milliseconds = false;  // The histogram's own unit: milliseconds, else seconds.

  // The bucket's bound in the histogram's own unit, as its `le` reads in numbers.
  double Bound() const {
    return milliseconds ? absl::ToDoubleMilliseconds(under) : absl::ToDoubleSeconds(under);
  }

  bool operator==(const LatencySli&) const = default;
};

// A gauge that is 1 when good and 0 when bad; each scraped sample is one event.
struct ProbeSli {
  Selector gauge;

  bool operator==(const ProbeSli&) const = default;
};

// A PromQL expression with `{{.window}}` that gives the error ratio, 0 to 1.
struct RatioSli {
  std::string error;

  bool operator==(const RatioSli&) const = default;
};

// Two PromQL expressions with `{{.window}}`, as Sloth writes them.
struct ExpressionSli {
  std::string error_query;
  std::string total_query;

  bool operator==(const ExpressionSli&) const = default;
};

using Sli = std::variant<EventsSli, LatencySli, ProbeSli, RatioSli, ExpressionSli>;

// What an alert is about; one alert per (SLO, group, class), and one per source.
enum class AlertClass { kPage, kTicket, kNoData, kSource };

// `page`, `ticket`, `no_data`, `source`.
std::string_view ToString(AlertClass alert_class);

// Which alert of a group: mostly the one of its class, else one of several by its name.
struct AlertKey {
  AlertClass alert_class = AlertClass::kPage;
  std::string name;  // Empty: the one of its class.

  AlertKey() = default;

  AlertKey(AlertClass of, std::string named = "") : alert_class(of), name(std::move(named)) {}

  auto operator<=>(const AlertKey&) const = default;
};

// `page`; `page.fast` with a name.
std::string ToString(const AlertKey& key);

// One multi-window burn rate condition.
struct Tier {
  AlertClass alert_class = AlertClass::kPage;
  Ratio factor;  // The burn rate that both windows must exceed.
  absl::Duration long_window;
  absl::Duration short_window;  // The long one itself, where one window alone decides.
  absl::Duration for_duration;
  absl::Duration keep_firing_for;
  std::string alert;  // Of its class, the alert that it belongs to; empty: the one of the class.

  AlertKey Key() const { return {alert_class, alert}; }

  bool HasOneWindow() const { return short_window == long_window; }

  bool operator==(const Tier&) const = default;
};

// What page or ticket alerts carry beyond the SLO's own labels and annotations.
struct ClassLabels {
  Labels labels;
  Labels annotations;

  bool operator==(const ClassLabels&) const = default;
};

// When to say that the SLI cannot be measured.
struct NoDataPolicy {
  absl::Duration after = absl::Minutes(15);
  AlertClass alert_class = AlertClass::kTicket;  // Whose labels the alert carries.
  std::string name;                              // Its alertname; empty: the usual one.
  Labels labels;                                 // Upon those of the class.

  bool operator==(const NoDataPolicy&) const = default;
};

enum class AlertMode { kLive, kShadow };  // Shadow: everything but the sending.

struct AlertPolicy {
  std::string name = "ErrorBudgetBurn";
  Labels labels;       // On every class.  Values and annotations may hold templates.
  Labels annotations;  // On every class.
  ClassLabels page;
  ClassLabels ticket;
  std::map<std::string, ClassLabels> named;  // Of alerts that tiers name, upon those of the class.
  std::vector<Tier> tiers;                   // Empty: this SLO never alerts on burn.
  std::optional<NoDataPolicy> no_data = NoDataPolicy{};
  AlertMode mode = AlertMode::kLive;

  bool operator==(const AlertPolicy&) const = default;
};

// What a definition was written as.
enum class Format {
  kNative,           // slowburn/v1
  kSloth,            // Sloth's prometheus/v1
  kSlothKubernetes,  // sloth.slok.dev/v1 PrometheusServiceLevel
  kPyrra,            // pyrra.dev/v1alpha1 ServiceLevelObjective
  kOpenSlo,          // openslo/v1
  kOpenSloAlpha,     // openslo/v1alpha
};

// `slowburn`, `sloth`, `sloth-kubernetes`, `pyrra`, `openslo`, `openslo-v1alpha`.
std::string_view ToString(Format format);

// What a document of the format says that it is: its `version` or `apiVersion`.
constexpr std::string_view SpecOf(Format format) {
  switch (format) {
    case Format::kNative:
      return "slowburn/v1";
    case Format::kSloth:
      return "prometheus/v1";
    case Format::kSlothKubernetes:
      return "sloth.slok.dev/v1";
    case Format::kPyrra:
      return "pyrra.dev/v1alpha1";
    case Format::kOpenSlo:
      return "openslo/v1";
    case Format::kOpenSloAlpha:
      return "openslo/v1alpha";
  }
  return "";
}

struct Slo {
  std::string service;
  std::string name;
  std::string description;
  std::string owner;
  Labels labels;       // On the info metric and on alerts.
  std::string source;  // Name of a source in slowburn.yaml.
  Ratio objective;     // Of good events, in (0, 1].
  absl::Duration window;
  Sli sli;
  std::vector<std::string> by;  // Sorted; one budget and set of alerts per combination of values.
  AlertPolicy alerts;
  Position defined_at;
  Format format = Format::kNative;
  RuleHints rules;  // For `generate` alone.

  // `service/name`: the identity, stable when anything else changes.
  std::string Id() const { return service + "/" + name; }

  // 1 - objective.
  Ratio ErrorBudget() const { return MakeRatio(objective.den - objective.num, objective.den); }

  bool operator==(const Slo&) const = default;
};

}  // namespace slowburn
