// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/report.h"
#include "rules/selector.h"
#include "rules/yaml.h"

namespace slowburn {

// A query of OpenSLO, which says nothing of the window that it is asked over.
struct OpenSloQuery {
  std::optional<Selector> selector;  // It asks for samples: a selector, or the sum of one.
  std::string expression;            // Else: PromQL with `{{.window}}`.
  std::string range;                 // That `{{.window}}` took the place of; may be empty.
};

// Reads a PromQL query so that it can be asked over any window.
//
// One that holds no `{{.window}}` gets it instead of its range, with a warning, where all ranges
// in it are one, and those of `rate` or `increase`.  Reports what can't be read so.
std::optional<OpenSloQuery> ReadOpenSloQuery(const YamlNode& node, std::string_view what,
                                             Report& report);

}  // namespace slowburn
