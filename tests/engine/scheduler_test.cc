// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

absl::Time At(std::int64_t seconds) {
  return absl::FromUnixSeconds(seconds);
}

TEST_CASE("Scheduler: evaluates at once, then at each multiple of the interval", "[engine]") {
  Scheduler scheduler(absl::Seconds(30));
  CHECK(scheduler.Next(At(100)).slot == 3);
  const Scheduler::Due wait = scheduler.Next(At(100));
  CHECK_FALSE(wait.slot.has_value());
  CHECK(wait.wait == absl::Seconds(20));
  const Scheduler::Due due = scheduler.Next(At(120));
  CHECK(due.slot == 4);
  CHECK(due.missed == 0);
}

TEST_CASE("Scheduler: counts slots that came and went", "[engine]") {
  Scheduler scheduler(absl::Seconds(30));
  CHECK(scheduler.Next(At(100)).missed == 0);
  const Scheduler::Due due = scheduler.Next(At(250));
  CHECK(due.slot == 8);
  CHECK(due.missed == 4);
}

TEST_CASE("Scheduler: a clock that steps back neither repeats nor skips a slot", "[engine]") {
  Scheduler scheduler(absl::Seconds(30));
  CHECK(scheduler.Next(At(300)).slot == 10);
  const Scheduler::Due back = scheduler.Next(At(200));
  CHECK_FALSE(back.slot.has_value());
  CHECK(back.wait == absl::Seconds(30));
  CHECK(scheduler.Next(At(330)).slot == 11);
}

}  // namespace
}  // namespace slowburn
