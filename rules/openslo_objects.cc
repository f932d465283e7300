// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_objects.h"

namespace slowburn {

void ReadOpenSloObject(const YamlNode& document, OpenSloObjects&, Report& report) {
  report.Error(document, "OpenSLO is not supported yet");
}

}  // namespace slowburn
