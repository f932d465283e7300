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

// A service that fails all the time, read by an SLO that does not allow for the lag.
struct TooLate {
  explicit TooLate(std::int64_t lag_ms) : truth(Failing(lag_ms)) {
    truth.Fill(bench.store);
    bench.Run(TestSlo());
  }

  static TruthOptions Failing(std::int64_t lag_ms) {
    TruthOptions options = {.from_ms = CountedSince(kGrid) - kHour, .to_ms = kStart + 3 * kHour};
    options.lag_ms = lag_ms;
    options.error_ratio = 0.5;
    return options;
  }

  GroundTruth truth;
  EvaluatorBench bench;
};

TEST_CASE("Lag: beyond settle no verdict is false", "[truth]") {
  for (const std::int64_t lag_ms : {60'000, 120'000, 300'000}) {
    TooLate late(lag_ms);
    for (int i = 0; i < 120; ++i) {
      const SourceSnapshot& snapshot = late.bench.Step();
      for (const TierStatus& tier : snapshot.slos[0].groups[0].tiers) {
        INFO("lag " << lag_ms << ", slot " << i << ": " << tier.reason);
        REQUIRE(tier.verdict.firing != Truth::kFalse);
        REQUIRE(tier.verdict.resolving != Truth::kFalse);
      }
    }
  }
}

// Reads reach back two scrape intervals only, and what arrives later than that is never read.
TEST_CASE("Lag: beyond settle every event still comes in", "[!shouldfail][truth]") {
  for (const std::int64_t lag_ms : {60'000, 120'000}) {
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
