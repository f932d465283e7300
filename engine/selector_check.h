// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/source.h"
#include "rules/plan.h"

namespace slowburn {

// How far back the source is asked whether it ever had what a selector asks for.
inline constexpr absl::Duration kSelectorPast = absl::Hours(30 * 24);

// As WhyNothingMatches, of the one term that no series has matched; `total_is_there` says whether
// the SLO's total has any, and `since` from when on the source is asked.  A histogram that lacks
// the bucket is told with the buckets that it has.
absl::StatusOr<std::string> WhyTermMatchesNothing(Source& source, const Term& term,
                                                  bool total_is_there, absl::Time since);

// Tells an SLI that counts nothing because nothing happened from one that can never count: a metric
// name, or a label that a matcher names, that the source has not had in 30 days.
//
// Looks at the terms `unmatched` of `plan`, which no series has matched.  Returns what is wrong for
// the user, or an empty string when each could match one day; the source's error when it can't
// tell.
absl::StatusOr<std::string> WhyNothingMatches(Source& source, const CounterPlan& plan,
                                              std::span<const std::size_t> unmatched,
                                              absl::Time at);

}  // namespace slowburn
