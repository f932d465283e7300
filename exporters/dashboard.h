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
// Queries use only labels that no scrape renames (slo_service, slo, slo_group, slo_source, window,
// class, long, short, state, result) and aggregate over replicas, of which the worst is shown.
std::string OverviewDashboard();
std::string SloDashboard();

// Every PromQL expression in a dashboard, for tests: variables replaced as Grafana would with all
// values chosen, `$__rate_interval` by 5m.  The selectors of the variables come first.
std::vector<std::string> DashboardQueries(std::string_view dashboard_json);

}  // namespace slowburn
