// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/alert.h"
#include "engine/meter.h"
#include "engine/snapshot.h"
#include "rules/slo.h"

namespace slowburn {

// The standing alerts of one group, by class.
using GroupAlerts = std::map<AlertClass, AlertRecord>;

// What an evaluation knows beside the meter.
struct EvaluationContext {
  absl::Time at;             // The slot's time.
  absl::Time sealed_until;   // Its sealed horizon.
  absl::Time running_since;  // Its first evaluation: what is missed is missed since then.
  bool read = true;          // The SLO's data was read for this slot.
  bool dead = false;         // A selector has never matched anything: nothing can be concluded.
};

// Evaluates one group of an SLO: windows, budget, tiers, and its alerts one step on.
//
// Pure but for `alerts`, which it advances.
GroupStatus EvaluateGroup(const Slo& slo, const Meter& meter, std::size_t group,
                          const EvaluationContext& context, GroupAlerts& alerts);

// The tiers of `slo` that are of `alert_class`, in order.
std::vector<Tier> TiersOf(const Slo& slo, AlertClass alert_class);

// Carries alerts over to a changed definition: a tier keeps its state where its windows are the
// same.
GroupAlerts CarryOver(const GroupAlerts& alerts, const Slo& from, const Slo& to);

}  // namespace slowburn
