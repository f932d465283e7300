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

// Reads a PrometheusServiceLevel of `sloth.slok.dev/v1`, Sloth's Kubernetes resource.
std::vector<Slo> ReadSlothKubernetes(const YamlNode& document, const RuleDefaults& defaults,
                                     const SharedDocuments& shared, Report& report);

}  // namespace slowburn
