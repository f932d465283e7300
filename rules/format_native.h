// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "rules/alert_settings.h"
#include "rules/config.h"
#include "rules/report.h"
#include "rules/slo.h"
#include "rules/yaml.h"

namespace slowburn {

// The key `owner` of slowburn/v1 is the label of that name on alerts even where `labels`, which lie
// upon it, say otherwise.
void AddOwner(AlertSettings& alerts, const std::string& owner, const Labels& labels);

// Reads a document of `version: slowburn/v1`.  Unknown keys are errors.
//
// An SLO with an error is left out; with an error in what the document's SLOs share, all are.
std::vector<Slo> ReadNative(const YamlNode& document, const RuleDefaults& defaults, Report& report);

}  // namespace slowburn
