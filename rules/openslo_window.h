// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include <absl/time/time.h>

#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads the item of `timeWindow`; reports what is not as OpenSLO has it, and a calendar window as
// not supported yet.
std::optional<absl::Duration> ReadOpenSloWindow(const YamlNode& node, Report& report);

}  // namespace slowburn
