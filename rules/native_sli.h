// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

#include "rules/report.h"
#include "rules/slo.h"
#include "rules/table_reader.h"

namespace slowburn {

// Reads an `sli` block of slowburn/v1; reports what it refuses.
std::optional<Sli> ReadNativeSli(TableReader map, Report& report);

}  // namespace slowburn
