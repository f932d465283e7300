// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dashboard.h"

#include <memory>

#include <fmt/format.h>

#include "engine/cli/command.h"

namespace slowburn {

void AddDashboard(CLI::App& app, int& exit_code) {
  auto which = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("dashboard", "Print a dashboard for Grafana as JSON");
  command->add_option("which", *which, "overview: every SLO; slo: one in depth")
      ->required()
      ->check(CLI::IsMember({"overview", "slo"}));
  command->footer("Example: slowburn dashboard overview > dashboards/slowburn.json");
  command->callback([which, &exit_code] {
    fmt::print("{}", *which == "overview" ? OverviewDashboard() : SloDashboard());
    exit_code = kGood;
  });
}

void AddVersion(CLI::App& app, int& exit_code) {
  app.add_subcommand("version", "Print the version")->callback([&exit_code] {
    fmt::print("slowburn {}\n", SLOWBURN_VERSION);
    exit_code = kGood;
  });
}

}  // namespace slowburn
