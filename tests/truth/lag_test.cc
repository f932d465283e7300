// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/truth/replay.h"

// Samples that arrive long after they were scraped, as by remote write.

namespace slowburn {
namespace {

constexpr std::int64_t kHour = 3600'000;

TruthOptions Lagging(std::uint64_t seed, std::int64_t lag_ms) {
  TruthOptions options = {.seed = seed,
                          .from_ms = CountedSince(kGrid) - kHour,
                          .to_ms = kStart + 3 * kHour,
                          .targets = 4};
  options.lag_ms = lag_ms;
  options.restart_ms = kHour;
  options.life_ms = kHour;
  options.births = true;
  return options;
}

TEST_CASE("Lag: with a settle above it every event is counted", "[truth]") {
  struct Case {
    const char* name;
    std::int64_t lag_ms;
    std::int64_t settle_ms;
    std::int64_t scrape_ms;
  };

  const Case cases[] = {
      {"none", 0, 15'000, 15'000},
      {"30 s", 30'000, 45'000, 15'000},
      {"120 s", 120'000, 135'000, 15'000},
      {"120 s and scrapes slower than the tick", 120'000, 135'000, 60'000},
      {"scrapes slower than the tick", 0, 15'000, 60'000},
      {"scrapes each two minutes", 0, 15'000, 120'000},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        TruthOptions options = Lagging(seed, c.lag_ms);
        options.scrape_ms = c.scrape_ms;
        options.late_ms = 5'000;
        const GroundTruth truth(options);
        FakePrometheus store;
        truth.Fill(store);
        const SlotGrid grid = {kGrid.step_ms, c.settle_ms};
        CHECK(Replay(store, truth, kStart + 2 * kHour, grid).counted.bad > 0);
      }
    }
  }
}

// A service that is healthy but for half an hour, read with a settle of 15 s whatever the lag.
struct TooLate {
  explicit TooLate(std::int64_t lag_ms) : truth(Options(lag_ms)) {
    truth.Fill(bench.store);
    bench.Run(TestSlo());
  }

  static TruthOptions Options(std::int64_t lag_ms) {
    TruthOptions options = {.from_ms = CountedSince(kGrid) - kHour, .to_ms = kStart + 3 * kHour};
    options.burst_ms = 1000 * kHour;
    options.lag_ms = lag_ms;
    options.incidents = {{kStart + kHour, kStart + kHour * 3 / 2}};
    return options;
  }

  // Whether in truth both windows of the tier that end at `end_ms` burn at `share` of its factor.
  // Time before counting began is in no window.
  bool Burns(const TierStatus& tier, std::int64_t end_ms, double share) const {
    for (const absl::Duration window : {tier.tier.long_window, tier.tier.short_window}) {
      const std::int64_t from =
          std::max(end_ms - absl::ToInt64Milliseconds(window), CountedSince(kGrid));
      const EventOracle::Sum sum = truth.Events(from, end_ms);
      const double ratio = static_cast<double>(sum.bad) / static_cast<double>(sum.total);
      if (ratio <= share * 0.001 * tier.tier.factor.AsDouble()) return false;
    }
    return true;
  }

  GroundTruth truth;
  EvaluatorBench bench;
};

TEST_CASE("Lag: beyond settle a verdict is unknown and never wrong", "[truth]") {
  // Since the last scrape, and that may be two scrape intervals before the horizon.
  constexpr std::int64_t kUnseen = 45'000;
  for (const std::int64_t lag_ms : {0, 30'000, 60'000, 120'000, 300'000}) {
    TooLate late(lag_ms);
    int decided = 0;
    while (kGrid.TimeOf(late.bench.slot) <= kStart + 2 * kHour) {
      const std::int64_t sealed = kGrid.Horizon(late.bench.slot);
      const SourceSnapshot& snapshot = late.bench.Step();
      for (const TierStatus& tier : snapshot.slos[0].groups[0].tiers) {
        INFO("lag " << lag_ms << ", " << FormatUtc(snapshot.at) << ": " << ReasonText(tier));
        if (tier.verdict.resolving == Truth::kUnknown) continue;
        ++decided;
        const bool now = late.Burns(tier, sealed, 1.1);
        const bool then = late.Burns(tier, sealed - kUnseen, 1.1);
        if (tier.verdict.resolving == Truth::kFalse) REQUIRE_FALSE((now && then));
        if (tier.verdict.resolving == Truth::kTrue) {
          REQUIRE((late.Burns(tier, sealed, 0.9) || late.Burns(tier, sealed - kUnseen, 0.9)));
        }
      }
    }
    if (lag_ms == 0) CHECK(decided > 600);
  }
}

TEST_CASE("Lag: beyond settle every event still comes in", "[truth]") {
  for (const std::int64_t lag_ms : {60'000, 120'000, 300'000}) {
    INFO("lag " << lag_ms);
    TooLate late(lag_ms);
    late.bench.StepUntil(kStart + 2 * kHour);
    const GroupStatus& group = late.bench.result.snapshot->slos[0].groups[0];
    const double happened = static_cast<double>(
        late.truth.Events(CountedSince(kGrid), kStart + 2 * kHour - lag_ms - 15'000).bad);
    CHECK(group.bad_events > 0.99 * happened);
  }
}

}  // namespace
}  // namespace slowburn
