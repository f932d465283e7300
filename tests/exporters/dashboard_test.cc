// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dashboard.h"

#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/golden.h"
#include "tests/fakes/promtool.h"

namespace slowburn {
namespace {

using nlohmann::json;

std::vector<std::string> Dashboards() {
  return {OverviewDashboard(), SloDashboard()};
}

// The expressions of both, as one rule file.
std::string RuleFile(const std::vector<std::string>& exprs) {
  std::string text = "groups:\n- name: panels\n  rules:\n";
  int number = 0;
  for (const std::string& expr : exprs) {
    text += fmt::format("  - record: panel:{}\n    expr: {}\n", number++, json(expr).dump());
  }
  return text;
}

TEST_CASE("Dashboard: the shipped files are what the program prints", "[exporters]") {
  CheckGolden("examples/grafana/overview.json", OverviewDashboard());
  CheckGolden("examples/grafana/slo.json", SloDashboard());
}

TEST_CASE("Dashboard: is a document that Grafana takes", "[exporters]") {
  for (const std::string& text : Dashboards()) {
    CHECK(text.ends_with("}\n"));
    const json dashboard = json::parse(text);
    CHECK(dashboard["schemaVersion"].get<int>() >= 36);
    std::set<int> ids;
    std::set<std::string> variables;
    for (const json& variable : dashboard["templating"]["list"]) {
      variables.insert(variable["name"].get<std::string>());
    }
    CHECK(variables == std::set<std::string>{"datasource", "group", "service", "slo"});
    for (const json& panel : dashboard["panels"]) {
      INFO(panel["title"]);
      CHECK(ids.insert(panel["id"].get<int>()).second);
      CHECK(panel["datasource"]["uid"] == "${datasource}");
      CHECK(panel["gridPos"]["x"].get<int>() + panel["gridPos"]["w"].get<int>() <= 24);
      CHECK(!panel["description"].get<std::string>().empty());
      CHECK(!panel["targets"].empty());
      for (const json& target : panel["targets"]) {
        CHECK(target["datasource"]["uid"] == "${datasource}");
        CHECK(target["instant"].get<bool>() != target["range"].get<bool>());
      }
    }
  }
}

TEST_CASE("Dashboard: panels do not overlap", "[exporters]") {
  for (const std::string& text : Dashboards()) {
    std::set<std::pair<int, int>> taken;
    const json dashboard = json::parse(text);
    for (const json& panel : dashboard["panels"]) {
      const json& at = panel["gridPos"];
      for (int x = at["x"]; x < at["x"].get<int>() + at["w"].get<int>(); ++x) {
        for (int y = at["y"]; y < at["y"].get<int>() + at["h"].get<int>(); ++y) {
          CHECK(taken.insert({x, y}).second);
        }
      }
    }
  }
}

TEST_CASE("Dashboard: queries use only labels that no scrape renames", "[exporters]") {
  const std::set<std::string> allowed = {"slo_service", "slo",   "slo_group", "slo_source",
                                         "window",      "class", "long",      "short",
                                         "state",       "result"};
  const std::regex lists(R"(by \(([^)]*)\)|\{([^}]*)\})");
  const std::regex names(R"(([a-zA-Z_]+)\s*(?:=|,|$))");
  int seen = 0;
  for (const std::string& text : Dashboards()) {
    for (std::string expr : DashboardQueries(text)) {
      INFO(expr);
      expr = std::regex_replace(expr, std::regex("\"[^\"]*\""), "");
      for (std::sregex_iterator list(expr.begin(), expr.end(), lists), end; list != end; ++list) {
        const std::string inner = (*list)[1].matched ? (*list)[1].str() : (*list)[2].str();
        for (std::sregex_iterator name(inner.begin(), inner.end(), names); name != end; ++name) {
          CHECK(allowed.contains((*name)[1].str()));
          ++seen;
        }
      }
    }
  }
  CHECK(seen > 100);
}

TEST_CASE("Dashboard: every query aggregates over replicas", "[exporters]") {
  for (const std::string& text : Dashboards()) {
    const json dashboard = json::parse(text);
    for (const json& panel : dashboard["panels"]) {
      for (const json& target : panel["targets"]) {
        const std::string expr = target["expr"];
        INFO(expr);
        const bool by_group = expr.find(" by (slo_") != std::string::npos;
        const bool worst = expr.starts_with("max(") || expr.starts_with("min(");
        CHECK((by_group || worst));
        // A sum over replicas would count what each of them saw.
        CHECK(expr.find("sum") == std::string::npos);
      }
    }
  }
}

TEST_CASE("Dashboard: every query is PromQL", "[exporters]") {
  std::vector<std::string> exprs;
  for (const std::string& text : Dashboards()) {
    for (std::string& expr : DashboardQueries(text)) exprs.push_back(std::move(expr));
  }
  for (const std::string& expr : exprs) CHECK(expr.find('$') == std::string::npos);
  const auto result = RunPromtool("check rules {}", RuleFile(exprs));
  if (!result) {
    WARN("SKIPPED: promtool is not installed");
    return;
  }
  INFO(result->output);
  CHECK(result->exit_code == 0);
  CHECK(result->output.find(fmt::format("{} rules found", exprs.size())) != std::string::npos);
  exprs.push_back("max by (slo) (");
  CHECK(RunPromtool("check rules {}", RuleFile(exprs))->exit_code != 0);
}

TEST_CASE("Dashboard: the list of queries is complete", "[exporters]") {
  for (const std::string& text : Dashboards()) {
    std::size_t targets = 0;
    const json dashboard = json::parse(text);
    for (const json& panel : dashboard["panels"]) targets += panel["targets"].size();
    CHECK(DashboardQueries(text).size() == targets + 3);
  }
}

}  // namespace
}  // namespace slowburn
