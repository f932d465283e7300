// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

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

// Advances one tier by one evaluation.  Pure: same inputs, same result.
//
// Unknown holds the state; a pending `for` clock runs on through it, but firing needs a true
// verdict at that moment.  Resolving needs the sealed windows to be false and the newest not to be
// true, for `keep_firing_for` without a break by a true.  A resolved tier is inactive at the next
// step.
TierState Advance(const TierState& state, const Tier& policy, const TierVerdict& verdict,
                  absl::Time at);

}  // namespace slowburn
