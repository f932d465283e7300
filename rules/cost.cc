// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/cost.h"

#include <algorithm>

#include "rules/merge.h"

namespace slowburn {
namespace {

// A raw read of an SLO's two selectors, of ten series, takes 1.05 ms in two queries, and 0.10 ms
// where one query reads the selectors of many SLOs.
constexpr double kAloneMs = 1.05 / 2;
constexpr double kTogetherMs = 0.10 / 2;

// One evaluation of the rules of one SLO of ten series as Sloth writes them takes 79 ms.  They
// read 5m, 30m, 1h, 2h, 6h, 1d and 3d of raw samples, 106 hours; 30d is made of the results of 5m.
constexpr double kMsPerHour = 79.0 / 106;

// A result of a long window stands for this part of it.
constexpr int kAskedPerWindow = 60;

}  // namespace

std::vector<AskedWindow> AskedWindows(const Slo& slo, absl::Duration interval) {
  std::vector<absl::Duration> windows;
  for (const Tier& tier : slo.alerts.tiers) {
    windows.push_back(tier.short_window);
    windows.push_back(tier.long_window);
  }
  if (windows.empty()) windows.push_back(slo.window);
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  std::vector<AskedWindow> out;
  for (const absl::Duration window : windows) {
    // Asked at an evaluation, so each is a whole number of intervals.
    const absl::Duration every = absl::Floor(window / kAskedPerWindow, interval);
    out.push_back({window, std::max(every, interval)});
  }
  return out;
}

std::vector<Selector> AskedSelectors(const CounterPlan& plan) {
  std::vector<Selector> terms;
  for (const Term& term : plan.terms) terms.push_back(term.selector);
  std::vector<Selector> asked;
  for (const MergedSelector& merged : MergeSelectors(terms, {})) asked.push_back(merged.selector);
  return asked;
}

SourceCost EstimateCost(const Slo& slo, const Plan& plan, absl::Duration interval) {
  SourceCost cost;
  if (const auto* counters = std::get_if<CounterPlan>(&plan)) {
    const auto selectors = static_cast<double>(AskedSelectors(*counters).size());
    return {selectors * kTogetherMs, selectors * kAloneMs};
  }
  for (const AskedWindow& asked : AskedWindows(slo, interval)) {
    const double once = kAloneMs + kMsPerHour * absl::ToDoubleHours(asked.window);
    cost.alone_ms += once * absl::FDivDuration(interval, asked.every);
  }
  cost.together_ms = cost.alone_ms;
  return cost;
}

}  // namespace slowburn
