// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include <prometheus/metric_family.h>

namespace slowburn {

// CPU, memory, files and start time of this process under the names that Prometheus's own libraries
// use, read from /proc at each call.  What cannot be read is left out.  Thread-safe.
std::vector<prometheus::MetricFamily> ProcessMetrics();

}  // namespace slowburn
