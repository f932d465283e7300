// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <random>

#include <fmt/format.h>

#include "tests/engine/bench.h"

namespace slowburn {

inline constexpr std::int64_t kHour = 3600'000;

// Tiers up to 12 h: raw samples reach back that far.
inline Slo LongSlo(absl::Duration window) {
  Slo slo = TestSlo();
  slo.window = window;
  slo.alerts.tiers = {
      {AlertClass::kPage, MakeRatio(144, 10), absl::Hours(1), absl::Minutes(5), {}, {}},
      {AlertClass::kTicket, MakeRatio(3, 1), absl::Hours(12), absl::Hours(1), {}, {}}};
  return slo;
}

// Targets that come and go, restart, fail, and miss scrapes.
inline void Live(FakePrometheus& store, std::int64_t from, std::int64_t to, unsigned seed) {
  std::mt19937 generator(seed);
  const auto random = [&generator](std::uint32_t below) {
    return static_cast<int>(generator() % below);
  };
  for (int i = 0; i < 12; ++i) {
    const std::int64_t born = i < 3 ? from : from + random(900) * std::int64_t{60'000};
    const std::int64_t died = i < 3 ? to : std::min<std::int64_t>(to, born + 3 * kHour);
    double good = random(10'000);
    double bad = 0;
    for (std::int64_t at = born; at <= died; at += 15'000) {
      if (random(500) == 0) good = bad = 0;
      good += random(50);
      const bool fails = at - born > kHour && random(3) == 0;
      if (fails) bad += random(5);
      if (random(50) == 0) continue;  // A failed scrape.
      store.Add(Series(fmt::format("i{}", i), "200"), at, good);
      if (bad > 0) store.Add(Series(fmt::format("i{}", i), "500"), at, bad);
    }
  }
}

}  // namespace slowburn
