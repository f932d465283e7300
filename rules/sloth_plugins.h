// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "rules/reader.h"
#include "rules/report.h"
#include "rules/sloth_steps.h"

namespace slowburn {

// A chain of plugins as a file or an SLO has it.
struct SlothPlugins {
  struct Link {
    SlothStep step;
    int priority = 0;
  };

  bool override_previous = false;
  bool metrics_ql = false;  // Queries are VictoriaMetrics' MetricsQL.
  std::vector<Link> chain;  // Those that make or change rules, as written.
};

// Reads the chain under `key`; empty when there is none.
//
// `for_rules`: whether the SLOs become rules, where plugins do what they say, or run in slowburn's
// engine, where most have no effect and give a warning.
SlothPlugins ReadSlothPlugins(MapReader& parent, std::string_view key, bool for_rules,
                              Report& report);

// The steps that make an SLO's rules, in order: those of its file and its own by their priority,
// Sloth's own between those below 0 and the others.
std::vector<SlothStep> StepsOf(const SlothPlugins& file, const SlothPlugins& slo);

}  // namespace slowburn
