// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include <fmt/format.h>

#include "rules/config.h"
#include "rules/report.h"
#include "rules/text.h"
#include "rules/yaml.h"

namespace slowburn {

// Reports, `at`, that the source of an SLO which names none is not there.  `whose` is the tool
// whose files can't name one.
inline void CheckDefaultSource(const YamlNode& at, std::string_view whose,
                               const RuleDefaults& defaults, Report& report) {
  if (defaults.HasSource(defaults.source)) return;
  report.Error(at, fmt::format("there is no source '{}'", Shown(defaults.source)),
               fmt::format("a {} file can't name one: name a source so in slowburn.yaml", whose));
}

}  // namespace slowburn
