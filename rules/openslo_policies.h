// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/alert_settings.h"
#include "rules/openslo_objects.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads `alertPolicies` of an SLO: what they ask for together, tiers in any case.
AlertSettings ReadOpenSloPolicies(const YamlNode& node, const OpenSloObjects& objects,
                                  Report& report);

}  // namespace slowburn
