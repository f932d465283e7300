// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/side_by_side/traffic.h"

#include <cmath>
#include <numbers>

namespace slowburn::side_by_side {
namespace {

constexpr std::int64_t kStartMs = 1'577'836'800'000;  // 2020
constexpr double kDaySeconds = 86'400;
constexpr double kSwing = 0.3;

// Requests since 2020: the integral of rate * (1 - kSwing * cos(angle)).
std::int64_t RequestsAt(int slo, int instance, std::int64_t at_ms) {
  const double rate = 20 + (slo * 7 + instance * 13) % 40;
  const double seconds = static_cast<double>(at_ms - kStartMs) / 1000;
  const double turn = 2 * std::numbers::pi / kDaySeconds;
  return static_cast<std::int64_t>(rate * (seconds - kSwing * std::sin(turn * seconds) / turn));
}

}  // namespace

Counts CountsAt(int slo, int instance, std::int64_t at_ms) {
  const std::int64_t requests = RequestsAt(slo, instance, at_ms);
  // Not all counters of errors step at one moment.
  const std::int64_t stagger = (slo * 131 + instance * 417) % kRequestsPerError;
  const std::int64_t bad = (requests + stagger) / kRequestsPerError;
  return {.good = requests - bad, .bad = bad};
}

double ErrorRatio5m(int slo, std::int64_t at_ms) {
  std::int64_t bad = 0;
  std::int64_t total = 0;
  for (int instance = 0; instance < kInstances; ++instance) {
    const Counts now = CountsAt(slo, instance, at_ms);
    const Counts then = CountsAt(slo, instance, at_ms - 300'000);
    bad += now.bad - then.bad;
    total += now.good + now.bad - then.good - then.bad;
  }
  return static_cast<double>(bad) / static_cast<double>(total);
}

}  // namespace slowburn::side_by_side
