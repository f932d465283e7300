// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/slo_json.h"

#include "exporters/slo_state.h"
#include "exporters/text.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

using nlohmann::json;

json PlanJson(const SloStatus& slo) {
  if (slo.plan == nullptr) return nullptr;
  if (const auto* opaque = std::get_if<OpaquePlan>(slo.plan.get())) {
    return {{"kind", "opaque"}, {"query", opaque->query}, {"reason", opaque->reason}};
  }
  const auto& plan = std::get<CounterPlan>(*slo.plan);
  json terms = json::array();
  for (const Term& term : plan.terms) {
    terms.push_back(
        {{"role", RoleOf(term)}, {"selector", ToString(term.selector)}, {"le", OrNull(term.le)}});
  }
  return {{"kind", "exact"}, {"probe", plan.probe}, {"terms", std::move(terms)}};
}

json TierDefinition(const Tier& tier) {
  return {{"class", ToString(tier.alert_class)},
          {"alert", ToString(tier.Key())},
          {"threshold", tier.factor.AsDouble()},
          {"long", DurationText(tier.long_window)},
          {"short", DurationText(tier.short_window)},
          {"for_seconds", SecondsJson(tier.for_duration)},
          {"keep_firing_for_seconds", SecondsJson(tier.keep_firing_for)}};
}

json VerdictJson(const TierVerdict& verdict) {
  return {{"firing", ToString(verdict.firing)}, {"resolving", ToString(verdict.resolving)}};
}

json StateJson(const TierState& state) {
  return {{"state", ToString(state.state)},
          {"active_since", TimeJson(state.active_since)},
          {"fired_at", TimeJson(state.fired_at)},
          {"clear_since", TimeJson(state.clear_since)}};
}

}  // namespace

json TimeJson(std::optional<absl::Time> time) {
  return time ? json(Rfc3339(*time)) : json(nullptr);
}

json SecondsJson(std::optional<absl::Duration> duration) {
  if (!duration || absl::AbsDuration(*duration) == absl::InfiniteDuration()) return nullptr;
  return absl::ToDoubleSeconds(*duration);
}

json ToJson(const WindowStatus& window) {
  return {{"window", DurationText(window.window)}, {"bad", OrNull(window.bad)},
          {"total", OrNull(window.total)},         {"error_ratio", OrNull(window.error_ratio)},
          {"burn_rate", OrNull(window.burn_rate)}, {"coverage", window.coverage}};
}

json ToJson(const TierStatus& tier) {
  json out = TierDefinition(tier.tier);
  out["long_window"] = ToJson(tier.long_window);
  out["short_window"] = ToJson(tier.short_window);
  out["verdict"] = VerdictJson(tier.verdict);
  out["state"] = StateJson(tier.state);
  out["reason"] = ReasonText(tier);
  return out;
}

json ToJson(const Alert& alert) {
  return {{"class", ToString(alert.alert_class)},
          {"alert", ToString(alert.Key())},
          {"state", ToString(alert.state)},
          {"mode", alert.mode == AlertMode::kShadow ? "shadow" : "live"},
          {"active_since", TimeJson(alert.active_since)},
          {"starts_at", TimeJson(alert.starts_at)},
          {"resolved_at", TimeJson(alert.resolved_at)},
          {"labels", alert.labels},
          {"annotations", alert.annotations},
          {"generator_url", alert.generator_url}};
}

json ToJson(const GroupStatus& group) {
  json windows = json::array();
  for (const WindowStatus& window : group.windows) windows.push_back(ToJson(window));
  json tiers = json::array();
  for (const TierStatus& tier : group.tiers) tiers.push_back(ToJson(tier));
  return {{"group", group.key},
          {"labels", group.labels},
          {"windows", std::move(windows)},
          {"tiers", std::move(tiers)},
          {"budget_remaining", OrNull(group.budget_remaining)},
          {"time_to_exhaustion_seconds", SecondsJson(group.time_to_exhaustion)},
          {"data_age_seconds", SecondsJson(group.data_age)},
          {"series", group.series},
          {"no_data",
           {{"verdict", VerdictJson(group.no_data)}, {"state", StateJson(group.no_data_state)}}}};
}

json DefinitionJson(const SloStatus& status) {
  const Slo& slo = *status.slo;
  json tiers = json::array();
  for (const Tier& tier : slo.alerts.tiers) tiers.push_back(TierDefinition(tier));
  json no_data = nullptr;
  if (slo.alerts.no_data) {
    no_data = {{"after_seconds", SecondsJson(slo.alerts.no_data->after)},
               {"class", ToString(slo.alerts.no_data->alert_class)}};
  }
  return {{"service", slo.service},
          {"slo", slo.name},
          {"description", slo.description},
          {"owner", slo.owner},
          {"labels", slo.labels},
          {"objective", slo.objective.AsDouble()},
          {"window", DurationText(slo.window)},
          {"by", slo.by},
          {"alerts",
           {{"name", slo.alerts.name},
            {"mode", slo.alerts.mode == AlertMode::kShadow ? "shadow" : "live"},
            {"tiers", std::move(tiers)},
            {"no_data", std::move(no_data)}}},
          {"plan", PlanJson(status)},
          {"defined_at",
           {{"file", slo.defined_at.file},
            {"line", slo.defined_at.line},
            {"column", slo.defined_at.column}}},
          {"stale_definition", status.stale_definition},
          {"summed_at_source", status.summed_at_source}};
}

std::string JsonText(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace slowburn
