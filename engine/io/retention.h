// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

#include <absl/time/time.h>

#include "rules/config.h"

namespace slowburn {

// For how long the server says that it keeps samples: Prometheus in its runtime information,
// VictoriaMetrics in its flags.  nullopt where it does not say, has a limit of bytes alone, or
// can't be asked.
std::optional<absl::Duration> ReadRetention(const HttpSettings& settings);

// The time in Prometheus' `15d`, `15d or 1GiB` or `1GiB`; nullopt without one.
std::optional<absl::Duration> PrometheusRetention(std::string_view text);

// The time in VictoriaMetrics' list of flags, one a line: `-retentionPeriod="1"` is a month of 31
// days; nullopt without one.
std::optional<absl::Duration> VictoriaMetricsRetention(std::string_view flags);

}  // namespace slowburn
