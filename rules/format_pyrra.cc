// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_pyrra.h"

namespace slowburn {

std::vector<Slo> ReadPyrra(const YamlNode& document, const RuleDefaults&, const SharedDocuments&,
                           Report& report) {
  report.Error(document, "this format is not supported yet");
  return {};
}

}  // namespace slowburn
