// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dashboard.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace slowburn {
namespace {

using nlohmann::json;

using Values = std::vector<std::pair<std::string, std::string>>;

// What Grafana puts in when all values of every variable are chosen.
Values ValuesOf(const json& dashboard) {
  Values values = {{"$__rate_interval", "5m"}};
  for (const json& variable : dashboard["templating"]["list"]) {
    if (variable["type"] != "query") continue;
    values.emplace_back("$" + variable["name"].get<std::string>(),
                        variable["allValue"].get<std::string>());
  }
  return values;
}

std::string Replaced(std::string text, const Values& values) {
  for (const auto& [name, value] : values) {
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
  const Values values = ValuesOf(dashboard);
  std::vector<std::string> queries;
  for (const json& variable : dashboard["templating"]["list"]) {
    if (variable["type"] != "query") continue;
    queries.push_back(Replaced(SelectorOf(variable["definition"].get<std::string>()), values));
  }
  for (const json& panel : dashboard["panels"]) {
    for (const json& target : panel["targets"]) {
      queries.push_back(Replaced(target["expr"].get<std::string>(), values));
    }
  }
  return queries;
}

}  // namespace slowburn
