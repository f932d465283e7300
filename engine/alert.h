// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <absl/time/time.h>

#include "engine/verdict.h"
#include "rules/slo.h"

namespace slowburn {

// The life of an alert.
enum class AlertState {
  kInactive,  // Nothing to say.
  kPending,   // The condition holds, its `for` has not passed.
  kFiring,    // Somebody has been told, or is about to be.
  kResolved,  // Was firing, and the evidence is that it is over.
};

// `inactive`, `pending`, `firing`, `resolved`.
std::string_view ToString(AlertState state);

// What the data says of one tier at one instant.
struct TierVerdict {
  Truth firing = Truth::kUnknown;     // Both windows, ending at the newest data.
  Truth resolving = Truth::kUnknown;  // Both windows, ending at the sealed horizon.

  bool operator==(const TierVerdict&) const = default;
};

// Where one tier stands.
struct TierState {
  AlertState state = AlertState::kInactive;
  std::optional<absl::Time> active_since;  // Pending or firing: when the condition began to hold.
  std::optional<absl::Time> fired_at;      // Firing: when `for` had passed.
  std::optional<absl::Time> clear_since;   // Firing: since when it would resolve, were it not kept.

  bool operator==(const TierState&) const = default;
};

// For how long an alert that has been resolved is shown, and sent again.
inline constexpr absl::Duration kResolvedShown = absl::Minutes(15);

// Advances one tier by one evaluation.  Pure: same inputs, same result.
//
// Unknown holds the state; a pending `for` clock runs on through it, but firing needs a true
// verdict at that moment.  Resolving needs the sealed windows to be false and the newest not to be
// true, for `keep_firing_for` without a break by a true.  A resolved tier is inactive at the next
// step.
TierState Advance(const TierState& state, const Tier& policy, const TierVerdict& verdict,
                  absl::Time at);

// Why an alert is resolved.
enum class Resolution {
  kEvidence,    // Sealed data show that it is over.
  kUnmeasured,  // Nobody could tell for longer than the hold limit.
  kVanished,    // What it watched is known to be gone.
  kRemoved,     // Its class has no tiers any more.
  kReleased,    // Somebody said so.
};

// Where an alert stands: its tiers OR-ed.
struct AlertRecord {
  AlertState state = AlertState::kInactive;
  std::optional<absl::Time> active_since;  // Pending and later: when it left inactive.
  std::optional<absl::Time> starts_at;     // Firing and resolved: when it first fired; never moves.
  std::optional<absl::Time> resolved_at;   // Resolved: when.
  std::optional<absl::Time> unmeasured_since;     // Firing: since when nobody can tell.
  Resolution resolution = Resolution::kEvidence;  // Resolved: why.
  std::vector<TierState> tiers;  // In the order of the policy's tiers of this class.

  bool operator==(const AlertRecord&) const = default;
};

// What may end a firing alert without evidence that it is over.
struct HoldPolicy {
  absl::Duration limit = absl::InfiniteDuration();  // Of the time that nobody can tell.
  bool vanished = false;                            // What it watches is known to be gone.
};

// What the verdicts of an alert's tiers amount to for an alert that fires: true while one tier
// burns, be it in the newest data or in sealed ones; false when the sealed windows of every tier
// are false and no newest ones true; else unknown.  Without tiers it is false.
Truth StillBurning(std::span<const TierVerdict> verdicts);

// Advances an alert and its tiers by one evaluation.  Pure.
//
// It fires when any tier fires.  It resolves when no tier fires any more and every tier's sealed
// windows are false: one that is unknown could yet be burning, so it holds the alert.  A resolved
// record stays so until it fires again; who has told everyone sets it back to a fresh one.
// `tiers` and `verdicts` are of one length; states of tiers that `record` lacks begin inactive.
//
// What `StillBurning` can't tell starts a clock, and what it can stops it; a firing alert is
// resolved once that clock has run for `hold.limit`, whoever was evaluating meanwhile.  One that
// can't be told and has vanished, and one without tiers, is resolved at once.
AlertRecord Advance(const AlertRecord& record, std::span<const Tier> tiers,
                    std::span<const TierVerdict> verdicts, absl::Time at,
                    const HoldPolicy& hold = {});

// `record`, or a fresh one in its place when it was resolved longer ago than it is shown.
AlertRecord ForgetResolved(AlertRecord record, absl::Time at);

// `record`, which fires, resolved at `at` for `why`.  Its tiers begin anew.
AlertRecord Resolve(AlertRecord record, Resolution why, absl::Time at);

}  // namespace slowburn
