// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "engine/snapshot.h"

namespace slowburn {

// What the label `sloth_mode` of our sloth_slo_info says: by it our series are told from those of
// Sloth's rules.
inline constexpr std::string_view kSlothMode = "slowburn";

struct SlothMetricsOptions {
  std::string version;      // The label `sloth_version`.
  std::string prefix = {};  // Before each name.
};

// The series that Sloth's rules would record, from what the engine counted, and `ALERTS` as
// Prometheus would write it, in the text format 0.0.4.  What is not known is absent.
std::string SlothMetrics(const Snapshot& snapshot, const SlothMetricsOptions& options);

}  // namespace slowburn
