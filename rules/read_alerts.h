// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/alert_settings.h"
#include "rules/report.h"
#include "rules/table_reader.h"

namespace slowburn {

// Reads an `alerts` block of slowburn/v1 or of slowburn.yaml, whose table is kAlertKeys.  Reports
// what it refuses; the value is then what could be read, and must not be used.
AlertSettings ReadAlerts(TableReader map, Report& report);

}  // namespace slowburn
