// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace slowburn {

// Rewriters for Fault::rewrite, of the JSON that Prometheus answers; other bodies stay as they are.

// With a warning, as Thanos adds to what is partial, and half of the series.
std::string WithWarning(const std::string& body);

// With `isPartial`, as VictoriaMetrics says it, and half of the series.
std::string WithPartial(const std::string& body);

// With no series at all.
std::string WithoutSeries(const std::string& body);

// With NaN for each value.
std::string WithNaN(const std::string& body);

}  // namespace slowburn
