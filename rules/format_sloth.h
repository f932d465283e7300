// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "rules/config.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/shared_documents.h"
#include "rules/slo.h"
#include "rules/sloth_keys.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads a document of Sloth's `version: prometheus/v1`.  Unknown keys are warnings, as Sloth
// ignores them.  Alerts carry the labels and annotations that Sloth gives its own, so that routes
// keep working.
//
// An SLO with an error is left out; with an error in what the document's SLOs share, all are.
std::vector<Slo> ReadSloth(const YamlNode& document, const RuleDefaults& defaults,
                           const SharedDocuments& shared, Report& report);

// Reads what both of Sloth's formats hold in `map`, spelled as `keys` say: a service and its SLOs.
// Finishes `map`.  `errors_before` is how many errors there were before the document: any since
// then leaves out all its SLOs.
std::vector<Slo> ReadSlothService(MapReader& map, const SlothKeys& keys, int errors_before,
                                  const RuleDefaults& defaults, const SlothWindows& windows,
                                  Report& report);

}  // namespace slowburn
