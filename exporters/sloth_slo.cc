// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/sloth_slo.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/alert_settings.h"
#include "rules/duration.h"
#include "rules/sloth_alerts.h"

namespace slowburn {
namespace {

// An SLO without alerts is measured over this.
constexpr absl::Duration kDefaultShortest = absl::Minutes(5);

double Hours(absl::Duration duration) {
  return absl::ToDoubleHours(duration);
}

// In the order of operations that gives Sloth's digits.
double Factor(const SlothBurnWindow& window, absl::Duration period) {
  return window.budget_percent * Hours(period) / 100 / Hours(window.long_window);
}

std::vector<SlothCondition> SlothConditions(const SlothAlertWindows& windows,
                                            absl::Duration period) {
  std::vector<SlothCondition> out;
  const auto add = [&](AlertClass alert_class, const SlothBurnWindow& window) {
    out.push_back({.alert_class = alert_class,
                   .factor = Factor(window, period),
                   .short_window = window.short_window,
                   .long_window = window.long_window,
                   .for_duration = absl::ZeroDuration(),
                   .keep_firing_for = absl::ZeroDuration(),
                   .alert = {}});
  };
  add(AlertClass::kPage, windows.page_quick);
  add(AlertClass::kPage, windows.page_slow);
  add(AlertClass::kTicket, windows.ticket_quick);
  add(AlertClass::kTicket, windows.ticket_slow);
  return out;
}

std::vector<SlothCondition> OwnConditions(const Slo& slo) {
  std::vector<SlothCondition> out;
  for (const Tier& tier : slo.alerts.tiers) {
    out.push_back({.alert_class = tier.alert_class,
                   .factor = tier.factor.AsDouble(),
                   .short_window = tier.short_window,
                   .long_window = tier.long_window,
                   .for_duration = tier.for_duration,
                   .keep_firing_for = tier.keep_firing_for,
                   .alert = tier.alert});
  }
  return out;
}

void SetWindows(SlothSlo& out) {
  for (const SlothCondition& condition : out.conditions) {
    out.windows.push_back(condition.short_window);
    out.windows.push_back(condition.long_window);
  }
  if (out.windows.empty()) out.windows.push_back(std::min(kDefaultShortest, out.slo.window));
  // Sloth takes the quick page's, which is the first.
  out.shortest = IsSlothFormat(out.slo.format)
                     ? out.windows.front()
                     : *std::min_element(out.windows.begin(), out.windows.end());
  std::sort(out.windows.begin(), out.windows.end());
  out.windows.erase(std::unique(out.windows.begin(), out.windows.end()), out.windows.end());
}

void SetObjective(SlothSlo& out) {
  const Ratio objective = out.slo.objective;
  out.objective_percent = MakeRatio(objective.num * 100, objective.den).AsDouble();
  if (!IsSlothFormat(out.slo.format)) {
    out.objective = objective.AsDouble();
    out.error_budget = out.slo.ErrorBudget().AsDouble();
    return;
  }
  // OpenSLO has shares, of which Sloth makes percentages.
  if (out.slo.format == Format::kOpenSloAlpha) out.objective_percent = objective.AsDouble() * 100;
  out.objective = out.objective_percent / 100;
  out.error_budget = (100 - out.objective_percent) / 100;
}

}  // namespace

bool IsSlothFormat(Format format) {
  return format == Format::kSloth || format == Format::kSlothKubernetes ||
         format == Format::kOpenSloAlpha;
}

absl::StatusOr<SlothSlo> MakeSlothSlo(const Slo& slo, const Labels& more) {
  SlothSlo out{.slo = slo,
               .id = {},
               .id_labels = SlothIdentity(slo),
               .filter = {},
               .labels = Merge(slo.labels, more),
               .queries = QueriesOf(slo),
               .conditions = {},
               .windows = {},
               .shortest = {}};
  out.id = out.id_labels["sloth_id"];
  out.filter = fmt::format("{{sloth_id={}, sloth_service={}, sloth_slo={}}}", Quote(out.id),
                           Quote(slo.service), Quote(slo.name));
  if (!slo.owner.empty()) out.labels.emplace("owner", slo.owner);
  for (const std::string& label : slo.by) {
    if (out.id_labels.contains(label) || label == "sloth_window" || out.labels.contains(label)) {
      return absl::InvalidArgumentError(fmt::format(
          "rules can't have one series for each value of the label {}, which they set", label));
    }
  }
  if (!IsSlothFormat(slo.format)) {
    out.conditions = OwnConditions(slo);
  } else if (slo.rules.windows.has_value()) {
    out.conditions = SlothConditions(*slo.rules.windows, slo.window);
  } else {
    return absl::InvalidArgumentError(
        fmt::format("Sloth has no alert windows for an SLO of {}: give a file of kind AlertWindows "
                    "with --windows, or another --default-window",
                    DurationText(slo.window)));
  }
  SetWindows(out);
  SetObjective(out);
  return out;
}

}  // namespace slowburn
