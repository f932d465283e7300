// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <vector>

#include <absl/time/time.h>

#include "engine/alert.h"
#include "engine/meter.h"
#include "engine/snapshot.h"
#include "engine/source_watch.h"
#include "rules/slo.h"

namespace slowburn {

// The standing alerts of one group.
using GroupAlerts = std::map<AlertKey, AlertRecord>;

// What an evaluation knows beside the meter.
struct EvaluationContext {
  absl::Time at;             // The slot's time.
  absl::Time sealed_until;   // Its sealed horizon.
  absl::Time running_since;  // Its first evaluation: what is missed is missed since then.
  bool read = true;          // The SLO's data was read for this slot.
  bool dead = false;         // A selector has never matched anything: nothing can be concluded.
  bool source_read = true;   // Some read of the source succeeded for this slot.
  bool catching_up = false;  // Not read because it lags behind, so that its data look old.
  absl::Duration hold_limit = absl::InfiniteDuration();  // `HoldPolicy::limit` of its alerts.
  SourceWatch::Outage outage;                            // The last one of the source.
  absl::Duration targets_up;  // For how long the targets of an ungrouped SLO are known to be up.
};

// Evaluates the groups of one SLO: windows, budget, tiers, and their alerts one step on.
//
// What depends on the definition alone is worked out once.  Immutable, so thread-safe.
class SloJudge {
 public:
  explicit SloJudge(const Slo& slo);

  // The status of a group of `meter`, which measures the same SLO.  Pure but for `alerts`, which it
  // advances.
  GroupStatus Evaluate(const Meter& meter, std::size_t group, const EvaluationContext& context,
                       GroupAlerts& alerts) const;

  // Whether the group `status` of `meter` has been gone for so long that no window of the SLO
  // reaches back to it, while others of its SLO are there.
  bool HasAgedOut(const Meter& meter, std::size_t group, const GroupStatus& status,
                  const EvaluationContext& context) const;

 private:
  // Each distinct window, read once.
  struct Readings;

  struct JudgedTier {
    Tier tier;
    std::size_t long_index = 0;  // Of its windows.
    std::size_t short_index = 0;
    std::optional<Ratio> threshold;  // Error ratio; nullopt when it can't be computed exactly.
  };

  struct JudgedAlert {
    AlertKey key;
    std::vector<Tier> tiers;
    std::vector<std::size_t> indices;  // Of the tiers.
  };

  std::size_t IndexOf(absl::Duration window) const;
  WindowStatus StatusOf(std::size_t window, const Reading& reading, double unit) const;
  TierStatus Judge(const JudgedTier& tier, const Readings& readings, const GroupStatus& group,
                   const EvaluationContext& context) const;
  void SetBudget(const Reading& whole, GroupStatus& group) const;
  bool HasVanished(const Meter& meter, std::size_t index, absl::Duration window,
                   const GroupStatus& group, const EvaluationContext& context) const;
  void AdvanceNoData(const Meter& meter, std::size_t index, const EvaluationContext& context,
                     GroupStatus& status, AlertRecord& record) const;
  TierVerdict NoData(const Meter& meter, std::size_t index, const GroupStatus& group,
                     const EvaluationContext& context) const;

  absl::Duration slo_window_;
  Ratio budget_;
  std::optional<NoDataPolicy> no_data_;
  std::vector<absl::Duration> windows_;  // Distinct, ascending.
  std::size_t whole_index_ = 0;          // Of the SLO's own window.
  std::size_t burn_index_ = 0;           // Of the window whose burn tells the time to exhaustion.
  std::vector<JudgedTier> tiers_;
  std::vector<JudgedAlert> alerts_;
};

// The tiers of `slo` that belong to the alert, in order.
std::vector<Tier> TiersOf(const Slo& slo, const AlertKey& key);

// Carries alerts over to a changed definition: a tier keeps its state where its windows are the
// same.
GroupAlerts CarryOver(const GroupAlerts& alerts, const Slo& from, const Slo& to);

}  // namespace slowburn
