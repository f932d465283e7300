// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace slowburn {

// Numbers as people read them, exactly as the templates of Prometheus print them: four significant
// digits, NaN, +Inf and -Inf as words.

std::string Humanize(double value);            // 1048576 -> 1.049M, 0.00123 -> 1.23m
std::string Humanize1024(double value);        // 1048576 -> 1Mi
std::string HumanizeDuration(double seconds);  // 90061 -> 1d 1h 1m 1s, 0.0123 -> 12.3ms
std::string HumanizePercentage(double ratio);  // 0.999 -> 99.9%

// Seconds since 1970 as a time in UTC, to the millisecond: 1643114203 -> 2022-01-25 12:36:43 +0000
// UTC. What nanoseconds in 64 bits cannot hold is printed as a number.
std::string HumanizeTimestamp(double seconds);

}  // namespace slowburn
