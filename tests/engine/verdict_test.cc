// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/verdict.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

WindowCounts Counted(std::int64_t bad, std::int64_t total, int covered_min, int unknown_min) {
  return {bad, total, 0, absl::Minutes(covered_min), absl::Minutes(unknown_min)};
}

TEST_CASE("Verdict: a window exceeds its threshold", "[engine]") {
  const Ratio threshold = {144, 10000};  // 14.4 times a budget of 0.1 %.

  const struct {
    const char* name;
    WindowCounts counts;
    Truth want;
  } cases[] = {
      {"not when exactly equal", Counted(144, 10000, 60, 0), Truth::kFalse},
      {"by a single event", Counted(145, 10000, 60, 0), Truth::kTrue},
      {"not without events", Counted(0, 0, 60, 0), Truth::kFalse},
      {"unknown without events or knowledge", Counted(0, 0, 0, 60), Truth::kUnknown},
      {"unknown without events in the known part", Counted(0, 0, 59, 1), Truth::kUnknown},
      {"even if all that is unknown was good", Counted(1000, 10000, 10, 50), Truth::kTrue},
      {"unknown when the unknown part could decide", Counted(200, 10000, 30, 30), Truth::kUnknown},
      {"not even if all that is unknown was bad", Counted(0, 1'000'000, 60'000, 60), Truth::kFalse},
      {"unknown when a minute of outage would do", Counted(0, 10000, 59, 1), Truth::kUnknown},
      {"counts near the limit of 63 bits", Counted(INT64_MAX / 50, INT64_MAX, 60, 0), Truth::kTrue},
      {"counts near the limit, mostly unknown", Counted(INT64_MAX / 2, INT64_MAX, 30, 30),
       Truth::kTrue},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(Exceeds(c.counts, threshold) == c.want);
    }
  }
}

TEST_CASE("Verdict: doubles would get the edge wrong", "[engine]") {
  // 1 bad of 1000 at 99.9 %: burn rate exactly 1, which does not exceed 1.
  const Ratio budget = {1, 1000};
  CHECK(Exceeds(Counted(1, 1000, 60, 0), budget) == Truth::kFalse);
  CHECK(Exceeds(Counted(1001, 1'000'000, 60, 0), budget) == Truth::kTrue);
}

TEST_CASE("Verdict: three-valued logic", "[engine]") {
  constexpr Truth kF = Truth::kFalse;
  constexpr Truth kT = Truth::kTrue;
  constexpr Truth kU = Truth::kUnknown;
  for (const Truth x : {kF, kT, kU}) {
    CHECK(And(kF, x) == kF);
    CHECK(And(x, kF) == kF);
    CHECK(Or(kT, x) == kT);
    CHECK(Or(x, kT) == kT);
    CHECK(And(kT, x) == x);
    CHECK(Or(kF, x) == x);
    CHECK(And(kU, x) == (x == kF ? kF : kU));
    CHECK(Or(kU, x) == (x == kT ? kT : kU));
  }
}

}  // namespace
}  // namespace slowburn
