// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include <absl/time/time.h>

#include "rules/alert_settings.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"

namespace slowburn {

// Where the parts of an SLO stand in its file.
struct SloPlaces {
  Position slo;
  Position window;
  Position objective;
  std::vector<Position> by;  // In the order of the file, as `by` below.
};

// What is known of an SLO that reads well, for the checks across its parts.
struct LintInput {
  const Slo& slo;  // Its tiers aside.
  ResolvedTiers tiers;
  SloPlaces places;
  std::vector<std::string> by;  // As written.
  absl::Duration interval;      // Between evaluations.
};

struct LintResult {
  std::vector<Tier> tiers;  // Those that can do something.
  Diagnostics diagnostics;  // With an error, the SLO must not be used.
};

// Checks what no single value shows: windows that don't fit each other, the SLO's window or the
// interval, tiers that can never fire or add nothing, `by` labels that clash with set ones.
LintResult Lint(const LintInput& input);

}  // namespace slowburn
