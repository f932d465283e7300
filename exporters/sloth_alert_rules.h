// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "exporters/prometheus_rules.h"
#include "exporters/sloth_slo.h"

namespace slowburn {

// The alerts on burn rates: one of each class; where its tiers wait for different times, one for
// each time, told apart by the labels `long` and `short` of its first tier.
std::vector<PrometheusRule> BurnRules(const SlothSlo& slo);

// The alert that nothing is measured; nullopt where the SLO has none.
std::optional<PrometheusRule> NoDataRule(const SlothSlo& slo);

// The alert that no more of the budget is left than `alert` says.
PrometheusRule ExhaustedRule(const SlothSlo& slo, const SlothExhaustedAlert& alert);

}  // namespace slowburn
