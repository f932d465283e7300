// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// Sloth's AlertWindows: the tiers of its SLOs, by their window.
struct SlothWindows {};

// Reads a document of `kind: AlertWindows` into `windows`.
void ReadSlothWindows(const YamlNode& document, SlothWindows& windows, Report& report);

}  // namespace slowburn
