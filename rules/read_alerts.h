// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/alert_settings.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads an `alerts` block of slowburn/v1 or of slowburn.yaml.  Reports what it refuses; the value
// is then what could be read, and must not be used.
AlertSettings ReadAlerts(const YamlNode& node, Report& report);

}  // namespace slowburn
