// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_windows.h"

namespace slowburn {

void ReadSlothWindows(const YamlNode& document, SlothWindows&, Report& report) {
  report.Error(document, "Sloth's AlertWindows are not supported yet");
}

}  // namespace slowburn
