// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/diagnostic.h"
#include "rules/openslo_object.h"
#include "rules/report.h"
#include "rules/slo.h"
#include "rules/yaml.h"

namespace slowburn {

// What an SLI of OpenSLO says.
struct OpenSloSli {
  bool threshold = false;    // A thresholdMetric, which an objective's `op` and `value` decide on.
  Position at;               // Of its metric.
  std::optional<Sli> ratio;  // Of a ratioMetric whose queries can be asked.
  std::vector<OpenSloReference> sources;  // The DataSources of its queries.
  Diagnostics findings;                   // On its queries: nothing where no SLO uses them.
};

// Whether `type` of a DataSource or a metricSource is one that can be asked.
bool IsPrometheus(std::string_view type);

// Reads the spec of an SLI; reports what is not as OpenSLO has it.
OpenSloSli ReadOpenSloSli(const YamlNode& spec, Report& report);

}  // namespace slowburn
