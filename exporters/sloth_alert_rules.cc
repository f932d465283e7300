// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/sloth_alert_rules.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/alert_content.h"
#include "exporters/go_number.h"
#include "rules/alert_settings.h"
#include "rules/duration.h"
#include "rules/sloth_rule_windows.h"

namespace slowburn {
namespace {

const ClassLabels& LabelsOf(const AlertPolicy& policy, AlertClass alert_class) {
  return alert_class == AlertClass::kPage ? policy.page : policy.ticket;
}

// What users gave an alert of `alert_class`, upon what Sloth gives it.
Labels AlertLabels(const SlothSlo& slo, AlertClass alert_class) {
  const AlertPolicy& policy = slo.slo.alerts;
  Labels given = policy.labels;
  // These come with the recorded series.
  for (const auto& [name, value] : slo.id_labels) given.erase(name);
  Labels out = {{"sloth_severity", std::string(ToString(alert_class))}};
  // Where Sloth does not forbid it, rules of several SLOs differ by themselves, as promtool asks.
  if (!IsSlothFormat(slo.slo.format)) out.insert(slo.id_labels.begin(), slo.id_labels.end());
  out = Merge(std::move(out), given);
  return Merge(std::move(out), LabelsOf(policy, alert_class).labels);
}

Labels Annotations(const Slo& slo, AlertClass alert_class, Labels base) {
  base = Merge(std::move(base), slo.alerts.annotations);
  return Merge(std::move(base), LabelsOf(slo.alerts, alert_class).annotations);
}

std::string Exceeds(const SlothSlo& slo, absl::Duration window, double factor) {
  return fmt::format("max(slo:sli_error:ratio_rate{}{} > ({} * {})) without (sloth_window)",
                     PrometheusDurationText(window), slo.filter, GoNumber(factor),
                     GoNumber(slo.error_budget));
}

std::string Condition(const SlothSlo& slo, const SlothCondition& condition) {
  if (condition.short_window == condition.long_window) {
    return fmt::format("(\n    {}\n)\n", Exceeds(slo, condition.long_window, condition.factor));
  }
  return fmt::format("(\n    {}\n    and\n    {}\n)\n",
                     Exceeds(slo, condition.short_window, condition.factor),
                     Exceeds(slo, condition.long_window, condition.factor));
}

// Conditions that one rule can have.
struct Alike {
  SlothCondition first;
  std::string expr;
};

std::vector<Alike> ByTimes(const SlothSlo& slo, AlertClass alert_class) {
  std::vector<Alike> out;
  for (const SlothCondition& condition : slo.conditions) {
    if (condition.alert_class != alert_class) continue;
    std::string expr = Condition(slo, condition);
    bool added = false;
    for (Alike& alike : out) {
      if (alike.first.alert != condition.alert ||
          alike.first.for_duration != condition.for_duration ||
          alike.first.keep_firing_for != condition.keep_firing_for) {
        continue;
      }
      alike.expr += "or\n" + expr;
      added = true;
      break;
    }
    if (!added) out.push_back({condition, std::move(expr)});
  }
  return out;
}

std::string LabelSet(const Labels& labels) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : labels) {
    pairs.push_back(fmt::format("{}={}", LabelText(name), Quote(value)));
  }
  return fmt::format("{{{}}}", fmt::join(pairs, ", "));
}

}  // namespace

std::vector<PrometheusRule> BurnRules(const SlothSlo& slo) {
  std::vector<PrometheusRule> out;
  for (const AlertClass alert_class : {AlertClass::kPage, AlertClass::kTicket}) {
    const bool page = alert_class == AlertClass::kPage;
    if (!(page ? slo.slo.rules.page : slo.slo.rules.ticket)) continue;
    const std::vector<Alike> rules = ByTimes(slo, alert_class);
    for (const Alike& alike : rules) {
      const ClassLabels& named = LabelsOfName(slo.slo.alerts, alike.first.alert);
      Labels labels = Merge(AlertLabels(slo, alert_class), named.labels);
      if (rules.size() > 1 && named.labels.empty()) {
        labels.emplace("long", DurationText(alike.first.long_window));
        labels.emplace("short", DurationText(alike.first.short_window));
      }
      out.push_back({.record = {},
                     .alert = slo.slo.alerts.name,
                     .expr = alike.expr,
                     .for_duration = alike.first.for_duration,
                     .keep_firing_for = alike.first.keep_firing_for,
                     .labels = std::move(labels),
                     .annotations = Merge(
                         Annotations(slo.slo, alert_class, SlothAnnotations(ToString(alert_class))),
                         named.annotations)});
    }
  }
  return out;
}

std::optional<PrometheusRule> NoDataRule(const SlothSlo& slo) {
  const std::optional<NoDataPolicy>& policy = slo.slo.alerts.no_data;
  if (!policy) return std::nullopt;
  std::string expr = AbsentQuery(slo.slo, policy->after);
  if (expr.empty()) {
    expr =
        fmt::format("absent_over_time(slo:sli_error:ratio_rate{}{}[{}])",
                    PrometheusDurationText(slo.shortest), slo.filter, DurationText(policy->after));
  }
  // No recorded series gives these labels.
  Labels labels = Merge(slo.id_labels, slo.labels);
  labels = Merge(std::move(labels), AlertLabels(slo, policy->alert_class));
  labels = Merge(std::move(labels), policy->labels);
  return PrometheusRule{
      .record = {},
      .alert = AlertName(slo.slo, AlertClass::kNoData),
      .expr = std::move(expr),
      .for_duration = {},
      .keep_firing_for = {},
      .labels = std::move(labels),
      .annotations =
          Merge({{"summary", "{{$labels.sloth_service}} {{$labels.sloth_slo}} can't be measured."}},
                slo.slo.alerts.annotations)};
}

PrometheusRule ExhaustedRule(const SlothSlo& slo, const SlothExhaustedAlert& alert) {
  const Labels series = Merge(Merge(slo.id_labels, slo.labels), alert.selector_labels);
  return {.record = {},
          .alert = alert.name,
          .expr = fmt::format("slo:period_error_budget_remaining:ratio{} <= {}", LabelSet(series),
                              GoNumber(alert.threshold)),
          .for_duration = alert.for_duration,
          .keep_firing_for = {},
          .labels = alert.labels,
          .annotations = alert.annotations};
}

}  // namespace slowburn
