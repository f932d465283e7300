// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/source_time.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kInterval = absl::Seconds(30);

// One pass of the evaluation loop, in which the source answers.
absl::Time Pass(SourceTime& time, absl::Time now, absl::Duration offset) {
  time.Jumped(now);
  time.Observe(offset);
  return time.At(now).value();
}

TEST_CASE("SourceTime: clocks that agree to the second are one", "[engine]") {
  SourceTime time(kInterval);
  for (int i = 0; i < 10; ++i) {
    const absl::Time now = kNow + i * kInterval;
    CHECK(Pass(time, now, absl::Seconds(i % 3 - 1)) == now);
  }
}

TEST_CASE("SourceTime: an offset that stays is applied, one answer's is not", "[engine]") {
  SourceTime time(kInterval);
  CHECK(Pass(time, kNow, absl::ZeroDuration()) == kNow);
  // A proxy's clock, once: an hour would pass without an evaluation.
  CHECK(Pass(time, kNow + kInterval, absl::Hours(1)) == kNow + kInterval);
  CHECK(Pass(time, kNow + 2 * kInterval, absl::ZeroDuration()) == kNow + 2 * kInterval);
  CHECK(Pass(time, kNow + 3 * kInterval, absl::Minutes(5)) == kNow + 3 * kInterval);
  CHECK(Pass(time, kNow + 4 * kInterval, absl::Minutes(5)) == kNow + 4 * kInterval);
  CHECK(Pass(time, kNow + 5 * kInterval, absl::Minutes(5)) ==
        kNow + 5 * kInterval + absl::Minutes(5));
}

TEST_CASE("SourceTime: a large offset is applied when the source's data agree", "[engine]") {
  SourceTime time(kInterval);
  absl::Time now = kNow;
  for (const bool agrees : {false, false, true}) {
    for (int i = 0; i < 3; ++i, now += kInterval) {
      CHECK_FALSE(time.Doubtful());
      CHECK(Pass(time, now, absl::Hours(1)) == now);
    }
    REQUIRE(time.Doubtful() == absl::Hours(1));
    time.Confirm(agrees);
  }
  CHECK(Pass(time, now, absl::Hours(1)) == now + absl::Hours(1));
  // What was doubted and is not seen any more is not asked for.
  for (int i = 0; i < 3; ++i, now += kInterval) Pass(time, now, absl::ZeroDuration());
  REQUIRE(time.Doubtful());
  Pass(time, now, absl::Hours(1));
  CHECK_FALSE(time.Doubtful());
}

TEST_CASE("SourceTime: a step of our clock does not move the source's time", "[engine]") {
  for (const absl::Duration step : {absl::Hours(1), -absl::Hours(1), absl::Minutes(3),
                                    -absl::Minutes(3), absl::Hours(24 * 365)}) {
    DYNAMIC_SECTION(absl::FormatDuration(step)) {
      SourceTime time(kInterval);
      CHECK(Pass(time, kNow, absl::ZeroDuration()) == kNow);
      const absl::Time now = kNow + kInterval + step;
      CHECK(time.Jumped(now));
      CHECK_FALSE(time.At(now));  // Nothing is evaluated before the source has told its time.
      time.Observe(-step);
      CHECK(time.At(now) == kNow + kInterval);
      // And set back again.
      CHECK(time.Jumped(kNow + 2 * kInterval));
      time.Observe(absl::ZeroDuration());
      CHECK(time.At(kNow + 2 * kInterval) == kNow + 2 * kInterval);
    }
  }
}

TEST_CASE("SourceTime: time that was slept through is time", "[engine]") {
  SourceTime time(kInterval);
  CHECK(Pass(time, kNow, absl::ZeroDuration()) == kNow);
  const absl::Time now = kNow + absl::Hours(2);
  CHECK(time.Jumped(now));
  time.Observe(absl::ZeroDuration());
  CHECK(time.At(now) == now);
  CHECK_FALSE(time.Jumped(now + kInterval));
}

TEST_CASE("SourceTime: without an answer our own clock is believed in the end", "[engine]") {
  SourceTime time(kInterval);
  CHECK(Pass(time, kNow, absl::ZeroDuration()) == kNow);
  absl::Time now = kNow + absl::Hours(2);
  for (int i = 0; i < 2; ++i, now += kInterval) {
    CHECK(time.Jumped(now));
    time.Observe(std::nullopt);
    CHECK_FALSE(time.At(now));
  }
  CHECK(time.Jumped(now));
  time.Observe(std::nullopt);
  CHECK(time.At(now) == now);
}

}  // namespace
}  // namespace slowburn
