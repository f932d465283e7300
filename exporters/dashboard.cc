// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dashboard.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace slowburn {
namespace {

using nlohmann::json;

// What Grafana would put in when everything is chosen.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kValues = {
    {{"$__rate_interval", "5m"}, {"$service", ".+"}, {"$slo", ".+"}, {"$group", ".*"}}};

std::string Replaced(std::string text) {
  for (const auto& [name, value] : kValues) {
    for (std::size_t at = text.find(name); at != std::string::npos;
         at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

// The selector within `label_values(selector, label)`.
std::string SelectorOf(const std::string& query) {
  const std::size_t begin = query.find('(') + 1;
  return query.substr(begin, query.rfind(',') - begin);
}

}  // namespace

std::vector<std::string> DashboardQueries(std::string_view dashboard_json) {
  const json dashboard = json::parse(dashboard_json);
  std::vector<std::string> queries;
  for (const json& variable : dashboard["templating"]["list"]) {
    if (variable["type"] != "query") continue;
    queries.push_back(Replaced(SelectorOf(variable["definition"].get<std::string>())));
  }
  for (const json& panel : dashboard["panels"]) {
    for (const json& target : panel["targets"]) {
      queries.push_back(Replaced(target["expr"].get<std::string>()));
    }
  }
  return queries;
}

}  // namespace slowburn
