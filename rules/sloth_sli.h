// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "rules/checks.h"
#include "rules/report.h"
#include "rules/rule_hints.h"
#include "rules/slo.h"
#include "rules/sloth_keys.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads Sloth's `sli`, one of events, raw and plugin; the last is refused.  Into `hints` go its
// queries as they are written.  Reports what is wrong, and then gives nothing.
std::optional<Sli> ReadSlothSli(const YamlNode& node, const SlothKeys& keys, QueryLanguage language,
                                RuleHints& hints, Report& report);

}  // namespace slowburn
