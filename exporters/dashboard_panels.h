// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace slowburn {

// The parts of a Grafana dashboard's JSON, as Grafana 10 and later read it.

// The labels that identify a group in an aggregation.
inline constexpr std::string_view kGroupLabels = "slo_service, slo, slo_group";

// `name{slo_service=~"$service",...,more}`: a metric, as narrow as the dashboard's variables.
std::string Filtered(std::string_view metric, std::string_view more = "");

// The number that panels colour by, for each group: 0 ok, 1 unknown, 2 pending, 3 no data, 4
// ticket, 5 page.
std::string StateExpr();

struct GridPos {
  int x = 0;
  int y = 0;
  int width = 24;
  int height = 8;
};

struct Target {
  std::string expr;
  std::string legend;  // As `{{slo_group}} {{window}}`.
};

// A panel without options: each kind below adds its own.
nlohmann::json Panel(std::string_view type, std::string_view title, std::string_view description,
                     GridPos at, const std::vector<Target>& targets);

// A tile with one number, of the newest data.
nlohmann::json StatPanel(std::string_view title, std::string_view description, GridPos at,
                         const std::string& expr, nlohmann::json field_defaults);

// Lines over time.
nlohmann::json LinePanel(std::string_view title, std::string_view description, GridPos at,
                         const std::vector<Target>& targets, nlohmann::json field_defaults);

// Named states over time.
nlohmann::json StatePanel(std::string_view title, std::string_view description, GridPos at,
                          const Target& target, nlohmann::json mappings);

// Value 0, 1, 2, ... shown as a text in a colour.
nlohmann::json Mappings(std::initializer_list<std::pair<std::string_view, std::string_view>> texts);

// The mapping of StateExpr.
nlohmann::json StateMappings();

// `colors` from below: the first without bound, each later one from its value up.
nlohmann::json Thresholds(std::string_view base,
                          std::initializer_list<std::pair<double, std::string_view>> steps);

// An override of the field properties of what `matcher` (`byName`, `byFrameRefID`) finds.
nlohmann::json Override(std::string_view matcher, std::string_view option,
                        std::initializer_list<std::pair<std::string_view, nlohmann::json>> values);

// The whole dashboard around its panels, numbered in their order.  `many`: whether service and SLO
// begin as all of them.
nlohmann::json Dashboard(std::string_view uid, std::string_view title, std::string_view description,
                         bool many, std::vector<nlohmann::json> panels);

}  // namespace slowburn
