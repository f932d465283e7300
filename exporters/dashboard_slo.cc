// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "exporters/dashboard.h"
#include "exporters/dashboard_panels.h"

namespace slowburn {
namespace {

using nlohmann::json;

// One line for each group.
Target PerGroup(std::string_view aggregation, std::string_view metric) {
  return {fmt::format("{} by ({}) ({})", aggregation, kGroupLabels, Filtered(metric)),
          "{{slo}} {{slo_group}}"};
}

// One line for each group and window.
Target PerWindow(std::string_view aggregation, std::string_view metric) {
  return {fmt::format("{} by ({}, window) ({})", aggregation, kGroupLabels, Filtered(metric)),
          "{{slo}} {{slo_group}} {{window}}"};
}

std::vector<json> Tiles() {
  const auto worst = [](std::string_view aggregation, std::string_view metric) {
    return fmt::format("{}({})", aggregation, Filtered(metric));
  };
  return {StatPanel("State", "Of the worst group.", {0, 0, 4, 4},
                    fmt::format("max({})", StateExpr()), {{"mappings", StateMappings()}}),
          StatPanel("Objective", "Share of good events that is promised.", {4, 0, 4, 4},
                    worst("max", "slowburn_slo_objective_ratio"),
                    {{"unit", "percentunit"}, {"decimals", 3}}),
          StatPanel("Budget left", "Of the worst group.", {8, 0, 4, 4},
                    worst("min", "slowburn_slo_error_budget_remaining_ratio"),
                    {{"unit", "percentunit"},
                     {"decimals", 1},
                     {"thresholds", Thresholds("red", {{0, "orange"}, {0.25, "green"}})}}),
          StatPanel("Budget ends in", "Of the worst group, at its present burn rate.",
                    {12, 0, 4, 4}, worst("min", "slowburn_slo_time_to_exhaustion_seconds"),
                    {{"unit", "s"},
                     {"thresholds", Thresholds("red", {{86400, "orange"}, {864000, "green"}})}}),
          StatPanel("Data age", "Of the newest sample, of the worst group.", {16, 0, 4, 4},
                    worst("max", "slowburn_slo_data_age_seconds"),
                    {{"unit", "s"},
                     {"thresholds", Thresholds("green", {{120, "orange"}, {900, "red"}})}}),
          StatPanel("Groups", "Groups that are shown.", {20, 0, 4, 4},
                    fmt::format("count(max by ({}) ({}))", kGroupLabels,
                                Filtered("slowburn_slo_objective_ratio")),
                    {{"unit", "none"}})};
}

json BurnRates(GridPos at) {
  json panel = LinePanel(
      "Burn rate by window, with the thresholds of the tiers",
      "A tier is true when its long and its short window both exceed its threshold (dashed).", at,
      {PerWindow("max", "slowburn_slo_burn_rate"),
       {fmt::format("max by (slo_service, slo, class, long, short) ({})",
                    Filtered("slowburn_slo_tier_threshold")),
        "{{slo}} {{class}} {{long}}/{{short}}"}},
      {{"unit", "none"}, {"min", 0}});
  panel["fieldConfig"]["overrides"].push_back(
      Override("byFrameRefID", "B",
               {{"custom.lineStyle", {{"fill", "dash"}, {"dash", json::array({8, 8})}}},
                {"color", {{"mode", "fixed"}, {"fixedColor", "red"}}}}));
  return panel;
}

json Events(GridPos at) {
  json panel = LinePanel("Events", "Counted each once; none for an opaque ratio.", at,
                         {{fmt::format("max by ({}, result) (rate({}[$__rate_interval]))",
                                       kGroupLabels, Filtered("slowburn_slo_events_total")),
                           "{{slo}} {{slo_group}} {{result}}"}},
                         {{"unit", "cps"}, {"min", 0}});
  panel["fieldConfig"]["overrides"].push_back(
      Override("byRegexp", ".* bad$", {{"color", {{"mode", "fixed"}, {"fixedColor", "red"}}}}));
  return panel;
}

// States of tiers as numbers: 0 false, 1 unknown, 2 gated, 3 true.
Target TierStates() {
  const auto state = [](std::string_view name) {
    return Filtered("slowburn_slo_tier_state", fmt::format("state=\"{}\"", name));
  };
  return {fmt::format("max by ({}, class, long, short) ({} * 1 or {} * 2 or {} * 3)", kGroupLabels,
                      state("unknown"), state("gated"), state("true")),
          "{{slo}} {{slo_group}} {{class}} {{long}}/{{short}}"};
}

// States of alerts as numbers: 0 inactive, 1 pending, 2 firing.
Target AlertStates() {
  const auto state = [](std::string_view name) {
    return Filtered("slowburn_slo_alert_state", fmt::format("state=\"{}\"", name));
  };
  return {fmt::format("max by ({}, class) ({} * 1 or {} * 2)", kGroupLabels, state("pending"),
                      state("firing")),
          "{{slo}} {{slo_group}} {{class}}"};
}

}  // namespace

std::string SloDashboard() {
  std::vector<json> panels = Tiles();
  panels.push_back(LinePanel("Budget left", "Below 0 it is overspent.", {0, 4, 12, 8},
                             {PerGroup("min", "slowburn_slo_error_budget_remaining_ratio")},
                             {{"unit", "percentunit"}, {"max", 1}}));
  panels.push_back(BurnRates({12, 4, 12, 8}));
  panels.push_back(LinePanel("Error ratio by window", "Share of bad events.", {0, 12, 12, 8},
                             {PerWindow("max", "slowburn_slo_error_ratio")},
                             {{"unit", "percentunit"}, {"min", 0}}));
  panels.push_back(Events({12, 12, 12, 8}));
  panels.push_back(
      StatePanel("Alerts", "In shadow mode too.", {0, 20, 24, 6}, AlertStates(),
                 Mappings({{"inactive", "green"}, {"pending", "yellow"}, {"firing", "red"}})));
  panels.push_back(StatePanel(
      "Tiers", "What the newest data says of each.", {0, 26, 24, 8}, TierStates(),
      Mappings({{"false", "green"}, {"unknown", "purple"}, {"gated", "yellow"}, {"true", "red"}})));
  panels.push_back(LinePanel("Coverage by window", "Share of the window that is known.",
                             {0, 34, 12, 8}, {PerWindow("min", "slowburn_slo_coverage_ratio")},
                             {{"unit", "percentunit"}, {"min", 0}, {"max", 1}}));
  panels.push_back(LinePanel("Data age", "Of the newest sample.", {12, 34, 12, 8},
                             {PerGroup("max", "slowburn_slo_data_age_seconds")},
                             {{"unit", "s"}, {"min", 0}}));
  return Dashboard("slowburn-slo", "SLOs: one in depth",
                   "One SLO: budget, burn rates with thresholds, errors, events, alerts.", false,
                   std::move(panels))
             .dump(2) +
         "\n";
}

}  // namespace slowburn
