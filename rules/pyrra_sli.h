// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/report.h"
#include "rules/selector.h"
#include "rules/slo.h"
#include "rules/yaml.h"

namespace slowburn {

// What Pyrra's `indicator` says.
struct PyrraIndicator {
  Sli sli;
  Selector total;                     // Of its requests; its matchers become labels of alerts.
  std::vector<std::string> grouping;  // As written.
};

// Reads Pyrra's `indicator`, one of ratio, latency, latencyNative and bool_gauge.  Reports what is
// wrong, and then gives nothing.
std::optional<PyrraIndicator> ReadPyrraIndicator(const YamlNode& node, Report& report);

}  // namespace slowburn
