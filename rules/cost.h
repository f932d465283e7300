// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include <absl/time/time.h>

#include "rules/plan.h"

namespace slowburn {

// A window of an opaque SLI, and how often the source is asked for it.
struct AskedWindow {
  absl::Duration window;
  absl::Duration every;

  bool operator==(const AskedWindow&) const = default;
};

// The windows that an opaque `slo` asks for, each once, the shortest first.  Its value hardly
// changes within a sixtieth of a window, so none is asked for more often, nor within an evaluation
// `interval`.
std::vector<AskedWindow> AskedWindows(const Slo& slo, absl::Duration interval);

// The range selectors that an exact SLO asks for at each evaluation, were it alone; with others of
// its shape it shares them.
std::vector<Selector> AskedSelectors(const CounterPlan& plan);

// CPU time that measuring an SLO takes from its source, in milliseconds per evaluation, on average.
struct SourceCost {
  double together_ms = 0;  // With its selectors read in one query with those of other SLOs.
  double alone_ms = 0;     // With queries of its own.
};

// An estimate, good for its order of magnitude: of ten series scraped every 15 s, from what
// Prometheus 2.42 was measured to take.
SourceCost EstimateCost(const Slo& slo, const Plan& plan, absl::Duration interval);

}  // namespace slowburn
