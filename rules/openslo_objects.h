// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// What OpenSLO's SLOs refer to by name.
struct OpenSloObjects {};

// Reads a document of openslo/v1 of any kind but SLO into `objects`.
void ReadOpenSloObject(const YamlNode& document, OpenSloObjects& objects, Report& report);

}  // namespace slowburn
