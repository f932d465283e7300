// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "exporters/slo_state.h"

namespace slowburn {

// What an explanation speaks about: one SLO and some of its groups, the worst first.  Points into
// the snapshot.
struct ExplainSubject {
  SloRef ref;
  AlertIndex alerts;
  std::vector<const GroupStatus*> groups;
};

// `group` empty: all groups.  kNotFound, with the nearest ids or the groups that there are.
absl::StatusOr<ExplainSubject> FindSubject(const Snapshot& snapshot, std::string_view slo_id,
                                           std::string_view group);

// `checkout/availability [region=eu]`, on one line.
std::string SubjectName(const Slo& slo, const GroupStatus& group);

// What stands in the way of measuring; one sentence each, empty when nothing does.
std::vector<std::string> ProblemsOf(const SloRef& ref);

// The answer in one sentence: firing and why, or not firing and by how much.  Begins with the state
// in capitals.
std::string AnswerFor(const ExplainSubject& subject, const GroupStatus& group);

// How near a tier is to firing: the lower of its windows' burn rates, as a share of the threshold.
struct TierNearness {
  const TierStatus* tier = nullptr;
  const WindowStatus* lower = nullptr;  // The window that burns less.
  double share = 0;                     // Above 1 both windows exceed.
};

// The tier nearest to firing, of one alert or of all; nullopt when no burn rate is known.
std::optional<TierNearness> NearestTier(const GroupStatus& group,
                                        const std::optional<AlertKey>& key = std::nullopt);

}  // namespace slowburn
