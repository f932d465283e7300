// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/alert.h"

#include <algorithm>
#include <cassert>

namespace slowburn {
namespace {

TierState Inactive() {
  return {};
}

TierState Firing(absl::Time active_since, absl::Time fired_at) {
  return {.state = AlertState::kFiring, .active_since = active_since, .fired_at = fired_at};
}

// A tier that is not firing: pending and firing both begin here.
TierState AdvanceQuiet(const TierState& state, const Tier& policy, Truth firing, absl::Time at) {
  if (firing == Truth::kFalse) return Inactive();
  if (firing == Truth::kUnknown) return state.state == AlertState::kPending ? state : Inactive();
  const absl::Time since = state.active_since.value_or(at);
  if (at - since >= policy.for_duration) return Firing(since, at);
  return {.state = AlertState::kPending, .active_since = since};
}

TierState AdvanceFiring(TierState state, const Tier& policy, const TierVerdict& verdict,
                        absl::Time at) {
  if (verdict.firing == Truth::kTrue || verdict.resolving == Truth::kTrue) {
    state.clear_since.reset();
    return state;
  }
  if (verdict.resolving == Truth::kUnknown) return state;
  if (!state.clear_since) state.clear_since = at;
  if (at - *state.clear_since < policy.keep_firing_for) return state;
  state.state = AlertState::kResolved;
  return state;
}

// An alert that was firing, whose tiers have been advanced.
AlertRecord AdvanceFiring(AlertRecord next, bool any_firing, Truth burning, absl::Time at,
                          const HoldPolicy& hold) {
  if (burning != Truth::kUnknown) {
    next.unmeasured_since.reset();
    if (any_firing || burning == Truth::kTrue) return next;
    // Tiers that have resolved are inactive at the next step; what resolves them all is evidence.
    next.state = AlertState::kResolved;
    next.resolved_at = at;
    next.resolution = next.tiers.empty() ? Resolution::kRemoved : Resolution::kEvidence;
    return next;
  }
  if (hold.vanished) return Resolve(std::move(next), Resolution::kVanished, at);
  if (!next.unmeasured_since) next.unmeasured_since = at;
  if (at - *next.unmeasured_since < hold.limit) return next;
  return Resolve(std::move(next), Resolution::kUnmeasured, at);
}

}  // namespace

std::string_view ToString(AlertState state) {
  switch (state) {
    case AlertState::kInactive:
      return "inactive";
    case AlertState::kPending:
      return "pending";
    case AlertState::kFiring:
      return "firing";
    case AlertState::kResolved:
      return "resolved";
  }
  return "";
}

TierState Advance(const TierState& state, const Tier& policy, const TierVerdict& verdict,
                  absl::Time at) {
  switch (state.state) {
    case AlertState::kFiring:
      return AdvanceFiring(state, policy, verdict, at);
    case AlertState::kResolved:
      return AdvanceQuiet(Inactive(), policy, verdict.firing, at);
    case AlertState::kInactive:
    case AlertState::kPending:
      return AdvanceQuiet(state, policy, verdict.firing, at);
  }
  return state;
}

Truth StillBurning(std::span<const TierVerdict> verdicts) {
  Truth burning = Truth::kFalse;
  for (const TierVerdict& verdict : verdicts) {
    burning = Or(burning, verdict.firing == Truth::kTrue ? Truth::kTrue : verdict.resolving);
  }
  return burning;
}

AlertRecord ForgetResolved(AlertRecord record, absl::Time at) {
  const bool told = record.state == AlertState::kResolved && record.resolved_at &&
                    at - *record.resolved_at > kResolvedShown;
  if (!told) return record;
  AlertRecord fresh;
  fresh.tiers = std::move(record.tiers);
  return fresh;
}

AlertRecord Resolve(AlertRecord record, Resolution why, absl::Time at) {
  assert(record.state == AlertState::kFiring);
  record.state = AlertState::kResolved;
  record.resolved_at = std::max(at, record.starts_at.value_or(at));
  record.resolution = why;
  record.unmeasured_since.reset();
  for (TierState& tier : record.tiers) tier = Inactive();
  return record;
}

AlertRecord Advance(const AlertRecord& record, std::span<const Tier> tiers,
                    std::span<const TierVerdict> verdicts, absl::Time at, const HoldPolicy& hold) {
  assert(tiers.size() == verdicts.size());
  AlertRecord next = record;
  next.tiers.resize(tiers.size());
  bool any_firing = false;
  bool any_pending = false;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    next.tiers[i] = Advance(next.tiers[i], tiers[i], verdicts[i], at);
    any_firing |= next.tiers[i].state == AlertState::kFiring;
    any_pending |= next.tiers[i].state == AlertState::kPending;
  }
  if (record.state == AlertState::kFiring) {
    return AdvanceFiring(std::move(next), any_firing, StillBurning(verdicts), at, hold);
  }
  if (any_firing) {
    next.starts_at = at;
    next.resolved_at.reset();
    next.resolution = Resolution::kEvidence;
    if (record.state != AlertState::kPending) next.active_since = at;
    next.state = AlertState::kFiring;
  } else if (record.state == AlertState::kResolved) {
    // Stays until it has been told, or fires again; its tiers may be pending meanwhile.
  } else if (any_pending) {
    if (record.state != AlertState::kPending) {
      next = {.tiers = std::move(next.tiers)};
      next.active_since = at;
    }
    next.state = AlertState::kPending;
  } else if (record.state == AlertState::kPending) {
    next = {.tiers = std::move(next.tiers)};
  }
  return next;
}

}  // namespace slowburn
