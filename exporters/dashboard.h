// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace slowburn {

// A dashboard for Grafana, as JSON with a trailing line end; deterministic.
//   overview  every SLO: budget left, burn, alerts
//   slo       one SLO in depth: budget left over time, burn rate per window with the thresholds of
//             its tiers, error ratio, events, alerts
// Queries use only the labels slo_service, slo, slo_group and window, and aggregate over replicas.
std::string OverviewDashboard();
std::string SloDashboard();

// Every PromQL expression in a dashboard, for tests: variables replaced as Grafana would.
std::vector<std::string> DashboardQueries(std::string_view dashboard_json);

}  // namespace slowburn
