// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "rules/diagnostic.h"
#include "rules/openslo_objects.h"
#include "rules/openslo_sli.h"
#include "rules/ratio.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// How an SLO counts against its error budget.
enum class OpenSloBudgeting { kOccurrences, kTimeslices, kRatioTimeslices };

// The SLI of an SLO or of an objective.
struct OpenSloIndicator {
  Position at;                    // Of the SLI or of the reference to it.
  std::optional<OpenSloSli> sli;  // Nothing when it says too little, or can't be asked.
};

// Reads `indicator` or `indicatorRef` with all that is found on the SLI's queries; nothing when
// neither is there.
std::optional<OpenSloIndicator> ReadOpenSloIndicator(MapReader& map, const OpenSloObjects& objects,
                                                     Report& report);

// What an objective is judged by.  What is not known is not checked.
struct OpenSloObjectiveContext {
  const OpenSloObjects& objects;
  std::optional<OpenSloBudgeting> budgeting;
  std::optional<OpenSloIndicator> indicator;  // Of the SLO.
  Position spec_at;
};

struct OpenSloObjective {
  std::string display_name;
  std::optional<Ratio> target;  // In (0, 1).
  Position target_at;
};

// Reads an objective, and reports what is not as OpenSLO has it or can't be run yet.
OpenSloObjective ReadOpenSloObjective(const YamlNode& node, const OpenSloObjectiveContext& context,
                                      Report& report);

}  // namespace slowburn
