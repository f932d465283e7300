// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "rules/config.h"
#include "rules/report.h"
#include "rules/shared_documents.h"
#include "rules/slo.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads a ServiceLevelObjective of `pyrra.dev/v1alpha1`: one SLO, none when something is wrong.
// Unknown keys of its spec are errors, as by Pyrra.  It raises the alerts that Pyrra's rules would,
// each with their labels, so that routes keep working.
std::vector<Slo> ReadPyrra(const YamlNode& document, const RuleDefaults& defaults,
                           const SharedDocuments& shared, Report& report);

}  // namespace slowburn
