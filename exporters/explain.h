// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/snapshot.h"

namespace slowburn {

// Who acknowledged an alert and when: one line for each Alertmanager.
struct Acknowledgement {
  std::string alertmanager;
  std::optional<absl::Time> at;
};

using AcknowledgementsOf = std::function<std::vector<Acknowledgement>(const std::string& alert_id)>;

// Why an SLO pages, or why it does not, as text for someone woken at three in the morning: the
// answer first, then per tier the counts, burn, threshold, coverage, data age, verdict and deciding
// reason; the alert's state, when it fired, who acknowledged it.  Lines of at most 100 columns
// where names allow.  `group` empty: all groups. kNotFound, with the nearest ids, when there is no
// such SLO or group.
absl::StatusOr<std::string> ExplainText(const Snapshot& snapshot, std::string_view slo_id,
                                        std::string_view group, const AcknowledgementsOf& acks);

// The same as JSON.
absl::StatusOr<std::string> ExplainJson(const Snapshot& snapshot, std::string_view slo_id,
                                        std::string_view group, const AcknowledgementsOf& acks);

}  // namespace slowburn
