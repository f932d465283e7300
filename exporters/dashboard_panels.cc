// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dashboard_panels.h"

#include <fmt/format.h>

namespace slowburn {
namespace {

using nlohmann::json;

// All values of a variable.  Names may hold line ends, which a plain dot does not match everywhere.
constexpr std::string_view kAny = "(?s:.+)";
constexpr std::string_view kAnyOrNone = "(?s:.*)";

json DataSource() {
  return {{"type", "prometheus"}, {"uid", "${datasource}"}};
}

json TargetJson(const Target& target, char ref_id, bool instant) {
  return {{"datasource", DataSource()},
          {"editorMode", "code"},
          {"expr", target.expr},
          {"format", instant ? "table" : "time_series"},
          {"instant", instant},
          {"legendFormat", target.legend.empty() ? "__auto" : target.legend},
          {"range", !instant},
          {"refId", std::string(1, ref_id)}};
}

json FieldConfig(json defaults) {
  return {{"defaults", std::move(defaults)}, {"overrides", json::array()}};
}

json ReduceToLast() {
  return {{"calcs", json::array({"lastNotNull"})}, {"fields", ""}, {"values", false}};
}

json QueryVariable(std::string_view name, std::string_view label, const std::string& query,
                   std::string_view all, bool begin_with_all) {
  json current = json::object();
  if (begin_with_all) {
    current = {
        {"selected", true}, {"text", json::array({"All"})}, {"value", json::array({"$__all"})}};
  }
  // With `multi` Grafana escapes each value for a regular expression.
  return {{"type", "query"},
          {"name", name},
          {"label", label},
          {"datasource", DataSource()},
          {"definition", query},
          {"query", {{"query", query}, {"refId", fmt::format("variable-{}", name)}}},
          {"refresh", 2},
          {"sort", 1},
          {"multi", true},
          {"includeAll", begin_with_all},
          {"allValue", all},
          {"current", std::move(current)},
          {"hide", 0}};
}

json Variables(bool many) {
  const std::string metric = "slowburn_slo_objective_ratio";
  return json::array(
      {{{"type", "datasource"},
        {"name", "datasource"},
        {"label", "Data source"},
        {"query", "prometheus"},
        {"refresh", 1},
        {"hide", 0}},
       QueryVariable("service", "Service", fmt::format("label_values({}, slo_service)", metric),
                     kAny, many),
       QueryVariable("slo", "SLO",
                     fmt::format("label_values({}{{slo_service=~\"$service\"}}, slo)", metric),
                     kAny, many),
       QueryVariable(
           "group", "Group",
           fmt::format("label_values({}{{slo_service=~\"$service\",slo=~\"$slo\"}}, slo_group)",
                       metric),
           kAnyOrNone, true)});
}

}  // namespace

std::string Filtered(std::string_view metric, std::string_view more) {
  return fmt::format("{}{{slo_service=~\"$service\",slo=~\"$slo\",slo_group=~\"$group\"{}{}}}",
                     metric, more.empty() ? "" : ",", more);
}

std::string StateExpr() {
  const auto alert = [](std::string_view more) {
    return Filtered("slowburn_slo_alert_state", more);
  };
  // Each operand has labels that the others lack: `or` would drop what looks the same.
  return fmt::format("max by ({}) ({} == bool 0 or {} * 2 or {} * 3 or {} * 4 or {} * 5)",
                     kGroupLabels, Filtered("slowburn_slo_measured"), alert("state=\"pending\""),
                     alert("class=\"no_data\",state=\"firing\""),
                     alert("class=\"ticket\",state=\"firing\""),
                     alert("class=\"page\",state=\"firing\""));
}

json Panel(std::string_view type, std::string_view title, std::string_view description, GridPos at,
           const std::vector<Target>& targets) {
  const bool instant = type == "stat" || type == "table";
  json queries = json::array();
  char ref_id = 'A';
  for (const Target& target : targets) queries.push_back(TargetJson(target, ref_id++, instant));
  return {{"type", type},
          {"title", title},
          {"description", description},
          {"datasource", DataSource()},
          {"gridPos", {{"x", at.x}, {"y", at.y}, {"w", at.width}, {"h", at.height}}},
          {"targets", std::move(queries)}};
}

json StatPanel(std::string_view title, std::string_view description, GridPos at,
               const std::string& expr, json field_defaults) {
  json panel = Panel("stat", title, description, at, {{expr, ""}});
  panel["targets"][0]["format"] = "time_series";
  panel["fieldConfig"] = FieldConfig(std::move(field_defaults));
  panel["options"] = {{"colorMode", "value"},  {"graphMode", "none"},
                      {"justifyMode", "auto"}, {"orientation", "auto"},
                      {"textMode", "value"},   {"reduceOptions", ReduceToLast()}};
  return panel;
}

json LinePanel(std::string_view title, std::string_view description, GridPos at,
               const std::vector<Target>& targets, json field_defaults) {
  json panel = Panel("timeseries", title, description, at, targets);
  json custom = {{"drawStyle", "line"}, {"lineInterpolation", "linear"}, {"lineWidth", 1},
                 {"fillOpacity", 0},    {"showPoints", "never"},         {"spanNulls", false}};
  if (field_defaults.contains("custom")) custom.update(field_defaults["custom"]);
  field_defaults["custom"] = std::move(custom);
  panel["fieldConfig"] = FieldConfig(std::move(field_defaults));
  panel["options"] = {{"legend",
                       {{"displayMode", "table"},
                        {"placement", "bottom"},
                        {"showLegend", true},
                        {"calcs", json::array({"lastNotNull", "max"})}}},
                      {"tooltip", {{"mode", "multi"}, {"sort", "desc"}}}};
  return panel;
}

json StatePanel(std::string_view title, std::string_view description, GridPos at,
                const Target& target, json mappings) {
  json panel = Panel("state-timeline", title, description, at, {target});
  panel["fieldConfig"] =
      FieldConfig({{"mappings", std::move(mappings)},
                   {"custom", {{"fillOpacity", 80}, {"lineWidth", 0}, {"spanNulls", false}}}});
  panel["options"] = {
      {"mergeValues", true},
      {"showValue", "auto"},
      {"alignValue", "left"},
      {"rowHeight", 0.9},
      {"legend", {{"displayMode", "list"}, {"placement", "bottom"}, {"showLegend", true}}},
      {"tooltip", {{"mode", "single"}, {"sort", "none"}}}};
  return panel;
}

json Mappings(std::initializer_list<std::pair<std::string_view, std::string_view>> texts) {
  json options = json::object();
  int value = 0;
  for (const auto& [text, color] : texts) {
    options[std::to_string(value)] = {{"text", text}, {"color", color}, {"index", value}};
    ++value;
  }
  return json::array({{{"type", "value"}, {"options", std::move(options)}}});
}

json StateMappings() {
  return Mappings({{"ok", "green"},
                   {"unknown", "purple"},
                   {"pending", "yellow"},
                   {"no data", "semi-dark-purple"},
                   {"ticket", "orange"},
                   {"page", "red"}});
}

json Thresholds(std::string_view base,
                std::initializer_list<std::pair<double, std::string_view>> steps) {
  json list = json::array();
  list.push_back({{"color", base}, {"value", nullptr}});
  for (const auto& [value, color] : steps) list.push_back({{"color", color}, {"value", value}});
  return {{"mode", "absolute"}, {"steps", std::move(list)}};
}

json Override(std::string_view matcher, std::string_view option,
              std::initializer_list<std::pair<std::string_view, json>> values) {
  json properties = json::array();
  for (const auto& [id, value] : values) properties.push_back({{"id", id}, {"value", value}});
  return {{"matcher", {{"id", matcher}, {"options", option}}},
          {"properties", std::move(properties)}};
}

json Dashboard(std::string_view uid, std::string_view title, std::string_view description,
               bool many, std::vector<json> panels) {
  json list = json::array();
  int id = 1;
  for (json& panel : panels) {
    panel["id"] = id++;
    list.push_back(std::move(panel));
  }
  json link = {
      {"type", "dashboards"}, {"title", "slowburn"},    {"tags", json::array({"slowburn"})},
      {"asDropdown", false},  {"includeVars", true},    {"keepTime", true},
      {"targetBlank", false}, {"icon", "external link"}};
  return {{"uid", uid},
          {"title", title},
          {"description", description},
          {"tags", json::array({"slo", "slowburn"})},
          {"schemaVersion", 38},
          {"version", 1},
          {"editable", true},
          {"graphTooltip", 1},
          {"timezone", "utc"},
          {"refresh", "30s"},
          {"time", {{"from", many ? "now-6h" : "now-24h"}, {"to", "now"}}},
          {"annotations", {{"list", json::array()}}},
          {"links", json::array({std::move(link)})},
          {"templating", {{"list", Variables(many)}}},
          {"panels", std::move(list)}};
}

}  // namespace slowburn
