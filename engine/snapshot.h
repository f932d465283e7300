// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/alert.h"
#include "engine/verdict.h"
#include "rules/diagnostic.h"
#include "rules/label.h"
#include "rules/plan.h"
#include "rules/slo.h"

namespace slowburn {

// The immutable result of evaluations: all that exporters may read.
//
// Nothing here is NaN: what is not known is absent.

// One window of one group.
struct WindowStatus {
  absl::Duration window;
  std::optional<double> bad;  // Events; absent for an opaque ratio.
  std::optional<double> total;
  std::optional<double> error_ratio;  // 0 to 1; absent without events or data.
  std::optional<double>
      burn_rate;        // Error ratio over error budget; absent for an objective of 100 %.
  double coverage = 0;  // Share of the window that is known, 0 to 1.
};

// What decided a tier's firing verdict.
enum class TierReason {
  kNone,          // Nothing to say.
  kBothExceed,    // True.
  kLongBelow,     // False: the long window does not exceed, or had no events.
  kShortBelow,    // Likewise the short window.
  kLongUnknown,   // Unknown: too little of the long window is known.
  kShortUnknown,  // Likewise of the short window.
  kDeadSelector,  // Unknown: a selector has never matched anything.
  kReadFailed,    // Unknown: the last read of the source failed.
};

// One tier of one group.
struct TierStatus {
  Tier tier;
  WindowStatus long_window;  // Ending at the newest data.
  WindowStatus short_window;
  TierVerdict verdict;
  TierState state;
  TierReason reason = TierReason::kNone;
};

// The deciding reason in a sentence, empty for kNone: "the last 1h burns at 3.1, not above 14.4".
// Made when somebody asks, as most tiers of most evaluations are never looked at.
std::string ReasonText(const TierStatus& status);

// One budget of an SLO: the SLO itself, or one combination of its `by` values.
struct GroupStatus {
  Labels labels;                      // The `by` labels.
  std::string key;                    // `region=eu,zone=1`; empty when ungrouped.
  std::vector<WindowStatus> windows;  // Each distinct window of tiers and SLO, shortest first.
  double good_events = 0;             // Counted since this process began, never falling.
  double bad_events = 0;
  std::optional<double> budget_remaining;            // 1 is untouched, below 0 is overspent.
  std::optional<absl::Duration> time_to_exhaustion;  // At the burn of the first tier's long window.
  std::optional<absl::Duration> data_age;            // Of the newest sample of the total.
  std::int64_t series = 0;                           // Source series that feed it now.
  std::vector<TierStatus> tiers;
  TierVerdict no_data;
  TierState no_data_state;
};

// One SLO.
struct SloStatus {
  std::shared_ptr<const Slo> slo;
  std::shared_ptr<const Plan> plan;
  bool stale_definition = false;    // Its file is broken or gone; the last valid definition runs.
  bool summed_at_source = false;    // Of so many series that the source computes increments.
  std::string problem;              // Why it can't be measured now; empty when it can.
  std::vector<GroupStatus> groups;  // Sorted by key.
  std::int64_t series = 0;
};

// One alert that is pending, firing, or resolved and not yet forgotten.
struct Alert {
  Labels labels;       // Final: what Alertmanager sees.  They are the alert's identity.
  Labels annotations;  // Final, expanded.
  AlertState state = AlertState::kInactive;
  AlertMode mode = AlertMode::kLive;
  AlertClass alert_class = AlertClass::kPage;
  std::string name;  // Of several of its class in a group, which one; mostly empty.
  std::string slo_id;
  std::string group_key;
  absl::Time active_since;
  std::optional<absl::Time> starts_at;  // Firing and resolved: when it first fired.  Never moves.
  std::optional<absl::Time> resolved_at;
  std::string generator_url;  // Absolute, of the query that shows it; may be empty.
  double value = 0;           // The burn rate of the deciding tier's long window.
  bool held = false;          // Firing, and nobody can tell now whether it still should.

  AlertKey Key() const { return {alert_class, name}; }

  // The identity as text.
  std::string Id() const { return LabelsToString(labels); }
};

// A transition of one alert, with the numbers that caused it.
struct AlertEvent {
  absl::Time at;
  AlertState from = AlertState::kInactive;
  AlertState to = AlertState::kInactive;
  Alert alert;
  std::string cause;  // `burn(1h)=25.1 burn(5m)=212 threshold=14.4 bad=312 total=1244`
};

// All of one source at one slot.
struct SourceSnapshot {
  std::string source;
  absl::Time at;            // The slot, in the source's clock.
  absl::Time sealed_until;  // Sealed horizon.
  bool readable = false;    // Whether the last evaluation got all that it asked for.
  std::string problem;      // The first failure, when not.
  std::vector<SloStatus> slos;
  std::vector<Alert> alerts;
};

// What the rules look like now.
struct RulesStatus {
  std::int64_t loaded = 0;
  std::int64_t invalid = 0;  // Files with errors.
  bool last_load_successful = false;
  absl::Time last_load;
  Diagnostics diagnostics;
};

// Everything, as of the last evaluation of each source.
struct Snapshot {
  std::vector<std::shared_ptr<const SourceSnapshot>> sources;
  std::shared_ptr<const RulesStatus> rules;
};

}  // namespace slowburn
