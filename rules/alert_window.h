// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "rules/slo.h"

namespace slowburn {

// The default tiers for an SLO window.
//
// Windows of 28 d and more: page 14.4 at 1h/5m and 6 at 6h/30m, ticket 3 at 1d/2h and 1 at 3d/6h.
// Shorter windows: page at 10 % of the budget in 1h and 20 % in 6h, ticket at 40 % in 1d, the short
// window 1/12 of the long.  Source: SRE Workbook chapter 5, and its scaling to 7 d.
// Tiers whose long window exceeds `window` are included: the lint drops and reports them.
std::vector<Tier> DefaultTiers(absl::Duration window);

// The burn rate at which `budget` (a share, 0.02 for 2 %) of the error budget of `window` is used
// within `long_window`: budget * window / long_window.
absl::StatusOr<Ratio> FactorFromBudget(Ratio budget, absl::Duration window,
                                       absl::Duration long_window);

}  // namespace slowburn
