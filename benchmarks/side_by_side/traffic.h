// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace slowburn::side_by_side {

// Each SLO is fed by ten counters: two codes on each of five instances.
constexpr int kInstances = 5;
// Of the requests, one in this many fails: half of the budget of an objective of 99.9 %.
constexpr std::int64_t kRequestsPerError = 2000;

// What one instance has counted for one SLO.
struct Counts {
  std::int64_t good = 0;
  std::int64_t bad = 0;
};

// The counters at a time in milliseconds since 1970, which must not lie before 2020.
//
// A function of nothing but its arguments, and it never decreases, so what was written as history
// and what is scraped later join without a seam.  20 to 59 requests a second that swing by 30 %
// over a day.  Thread-safe.
Counts CountsAt(int slo, int instance, std::int64_t at_ms);

// The share of errors among the requests to all instances in the five minutes before a time: what
// the recording rule over 5 m would have found.
double ErrorRatio5m(int slo, std::int64_t at_ms);

}  // namespace slowburn::side_by_side
