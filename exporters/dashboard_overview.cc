// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "exporters/dashboard.h"
#include "exporters/dashboard_panels.h"

namespace slowburn {
namespace {

using nlohmann::json;

// How many groups of `metric` are at 1 on any replica.
std::string CountOf(std::string_view metric, std::string_view more) {
  return fmt::format("count(max by ({}) ({}) == 1) or vector(0)", kGroupLabels,
                     Filtered(metric, more));
}

std::vector<json> Tiles() {
  struct Tile {
    const char* title;
    const char* description;
    std::string expr;
    const char* color;  // From 1 up.
  };

  const Tile tiles[] = {
      {"SLOs", "SLOs that are evaluated.",
       fmt::format("count(max by (slo_service, slo) ({}))",
                   Filtered("slowburn_slo_objective_ratio")),
       "text"},
      {"Burning now", "Groups with a tier whose windows both exceed its threshold.",
       CountOf("slowburn_slo_tier_state", "state=\"true\""), "orange"},
      {"Pages firing", "Groups whose page fires, in shadow mode too.",
       CountOf("slowburn_slo_alert_state", "class=\"page\",state=\"firing\""), "red"},
      {"Tickets firing", "Groups whose ticket fires, in shadow mode too.",
       CountOf("slowburn_slo_alert_state", "class=\"ticket\",state=\"firing\""), "orange"},
      {"Not measured", "Groups about which nothing can be said now.",
       fmt::format("count(min by ({}) ({}) == 0) or vector(0)", kGroupLabels,
                   Filtered("slowburn_slo_measured")),
       "purple"},
      {"Budget overspent", "Groups with less than nothing left of their error budget.",
       fmt::format("count(min by ({}) ({}) < 0) or vector(0)", kGroupLabels,
                   Filtered("slowburn_slo_error_budget_remaining_ratio")),
       "red"},
      {"Stale definitions",
       "SLOs whose file is broken or gone and whose last valid definition runs.",
       "count(max by (slo_service, slo) (slowburn_slo_definition_stale{slo_service=~\"$service\","
       "slo=~\"$slo\"}) == 1) or vector(0)",
       "orange"},
      {"Sources unreadable", "Sources that some replica could not read at its last evaluation.",
       "count(min by (slo_source) (slowburn_source_readable) == 0) or vector(0)", "red"},
  };
  std::vector<json> panels;
  int x = 0;
  for (const Tile& tile : tiles) {
    panels.push_back(
        StatPanel(tile.title, tile.description, {x, 0, 3, 4}, tile.expr,
                  {{"unit", "none"}, {"thresholds", Thresholds("text", {{1, tile.color}})}}));
    x += 3;
  }
  return panels;
}

json LinkToSlo() {
  return json::array(
      {{{"title", "This SLO in depth"},
        {"url",
         "/d/slowburn-slo?var-datasource=${datasource}&var-service=${__data.fields.slo_service}"
         "&var-slo=${__data.fields.slo}&${__url_time_range}"}}});
}

json SloTable(GridPos at) {
  const auto group = [](std::string_view aggregation, const std::string& selector) {
    return Target{fmt::format("{} by ({}) ({})", aggregation, kGroupLabels, selector), ""};
  };
  json panel =
      Panel("table", "SLOs", "Every group of every SLO.  Of replicas the worst is shown.", at,
            {{StateExpr(), ""},
             group("max", Filtered("slowburn_slo_objective_ratio")),
             group("min", Filtered("slowburn_slo_error_budget_remaining_ratio")),
             group("max", Filtered("slowburn_slo_burn_rate", "window=\"1h\"")),
             group("max", Filtered("slowburn_slo_burn_rate", "window=\"6h\"")),
             group("max", Filtered("slowburn_slo_data_age_seconds"))});
  panel["transformations"] = json::array({{{"id", "merge"}, {"options", json::object()}},
                                          {{"id", "organize"},
                                           {"options",
                                            {{"excludeByName", {{"Time", true}}},
                                             {"indexByName",
                                              {{"slo_service", 0},
                                               {"slo", 1},
                                               {"slo_group", 2},
                                               {"Value #A", 3},
                                               {"Value #B", 4},
                                               {"Value #C", 5},
                                               {"Value #D", 6},
                                               {"Value #E", 7},
                                               {"Value #F", 8}}},
                                             {"renameByName", json::object()}}}}});
  panel["fieldConfig"] = {
      {"defaults", {{"custom", {{"filterable", true}, {"align", "auto"}}}}},
      {"overrides",
       json::array(
           {Override("byName", "slo_service", {{"displayName", "Service"}}),
            Override("byName", "slo", {{"displayName", "SLO"}, {"links", LinkToSlo()}}),
            Override("byName", "slo_group", {{"displayName", "Group"}}),
            Override("byName", "Value #A",
                     {{"displayName", "State"},
                      {"mappings", StateMappings()},
                      {"custom.cellOptions", {{"type", "color-background"}, {"mode", "basic"}}}}),
            Override("byName", "Value #B",
                     {{"displayName", "Objective"}, {"unit", "percentunit"}, {"decimals", 3}}),
            Override("byName", "Value #C",
                     {{"displayName", "Budget left"},
                      {"unit", "percentunit"},
                      {"min", 0},
                      {"max", 1},
                      {"thresholds", Thresholds("red", {{0, "orange"}, {0.25, "green"}})},
                      {"custom.cellOptions", {{"type", "gauge"}, {"mode", "basic"}}}}),
            Override("byName", "Value #D", {{"displayName", "Burn rate 1h"}, {"decimals", 2}}),
            Override("byName", "Value #E", {{"displayName", "Burn rate 6h"}, {"decimals", 2}}),
            Override("byName", "Value #F", {{"displayName", "Data age"}, {"unit", "s"}})})}};
  panel["options"] = {{"showHeader", true},
                      {"sortBy", json::array({{{"displayName", "State"}, {"desc", true}}})}};
  return panel;
}

}  // namespace

std::string OverviewDashboard() {
  std::vector<json> panels = Tiles();
  panels.push_back(SloTable({0, 4, 24, 12}));
  panels.push_back(StatePanel("State", "What each group amounted to.", {0, 16, 24, 10},
                              {StateExpr(), "{{slo_service}}/{{slo}} {{slo_group}}"},
                              StateMappings()));
  panels.push_back(LinePanel("Burn rate over 1h, the ten highest",
                             "1 uses the error budget up exactly.", {0, 26, 12, 9},
                             {{fmt::format("topk(10, max by ({}) ({}))", kGroupLabels,
                                           Filtered("slowburn_slo_burn_rate", "window=\"1h\"")),
                               "{{slo_service}}/{{slo}} {{slo_group}}"}},
                             {{"unit", "none"}, {"min", 0}}));
  panels.push_back(LinePanel("Budget left, the ten lowest", "Below 0 it is overspent.",
                             {12, 26, 12, 9},
                             {{fmt::format("bottomk(10, min by ({}) ({}))", kGroupLabels,
                                           Filtered("slowburn_slo_error_budget_remaining_ratio")),
                               "{{slo_service}}/{{slo}} {{slo_group}}"}},
                             {{"unit", "percentunit"}, {"max", 1}}));
  return Dashboard("slowburn-overview", "SLOs: overview",
                   "Every SLO: state, error budget left, burn rate.", true, std::move(panels))
             .dump(2) +
         "\n";
}

}  // namespace slowburn
