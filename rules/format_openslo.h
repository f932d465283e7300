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

// Reads an SLO of `openslo/v1`; each of its objectives is an SLO here.
std::vector<Slo> ReadOpenSlo(const YamlNode& document, const RuleDefaults& defaults,
                             const SharedDocuments& shared, Report& report);

}  // namespace slowburn
