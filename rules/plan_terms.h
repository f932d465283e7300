// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "rules/plan.h"
#include "rules/reduce.h"

namespace slowburn {

// The plan that counts what `ratio` divides, for an SLO that is split by the sorted labels `by`.
//
// Weights become integers; a factor that errors and total share changes nothing.  Where a counter
// of the total weighs 1 that is one event, else the heaviest makes one. Returns kUnimplemented,
// with the reason in words for the user, where that would not be what the source would say.
absl::StatusOr<CounterPlan> PlanFrom(const CounterRatio& ratio, const std::vector<std::string>& by);

}  // namespace slowburn
