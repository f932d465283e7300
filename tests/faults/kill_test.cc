// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/faults/bad_night.h"

// kill -9 at any moment, under a firing alert.  Each of these fails without the state: the alert
// would begin anew, with another start, and what was counted before would be gone.

namespace slowburn {
namespace {

// The seed of this run; SLOWBURN_SEED repeats another.
std::uint64_t Seed() {
  const char* const given = std::getenv("SLOWBURN_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

// Kills `slowburn` and begins it again, `times` times, each at a random moment within 1.5 s of its
// start.  Its state must be readable each time.
void KillManyTimes(SlowburnProcess& slowburn, int times, std::mt19937_64& random) {
  std::uniform_int_distribution<int> moment_ms(0, 1500);
  for (int i = 0; i < times; ++i) {
    const int after_ms = moment_ms(random);
    INFO("kill " << i << ", " << after_ms << " ms after the start");
    std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
    REQUIRE(slowburn.running());
    slowburn.Kill();
    REQUIRE(slowburn.RunCommand({"state", "info", "--state", slowburn.StateFolder()}) == 0);
    slowburn.Launch();
  }
}

void KillUnderFire(int times) {
  const std::uint64_t seed = Seed();
  INFO("SLOWBURN_SEED=" << seed);
  std::mt19937_64 random(seed);
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  PostCollector posts;
  const auto killed =
      night->NewSlowburn({.name = "killed",
                          .alertmanagers = {night->alertmanager->url(), posts.url()},
                          .state = true});
  const auto spared = night->NewSlowburn({.name = "spared"});
  const auto story = [&] { return night->webhook.notices().StoryOf(PageBy("killed")); };
  killed->Start();
  spared->Start();
  REQUIRE(IsHealthy(*killed));
  REQUIRE(IsHealthy(*spared));
  night->Break();
  REQUIRE(WaitUntil([&] { return story() == "firing"; }));
  const std::string starts_at = night->webhook.notices().Of(PageBy("killed")).front().starts_at;

  KillManyTimes(*killed, times, random);
  INFO(killed->log());
  REQUIRE(Fires(*killed));
  CHECK(story() == "firing");
  for (const Notice& post : posts.posts().Of(PageBy("killed"))) {
    CHECK(post.starts_at == starts_at);
    CHECK(post.ends_at > post.at);  // Else it would be a resolution.
  }

  night->Mend();
  CHECK(WaitUntil([&] { return story() == "firing resolved"; }));
  CHECK(night->webhook.notices().Of(PageBy("killed")).back().starts_at == starts_at);
  night->service.SetTraffic(0, 0);
  const std::int64_t scrapes = night->service.scrapes();
  REQUIRE(WaitUntil([&] { return night->service.scrapes() > scrapes; }));
  for (const auto* slowburn : {killed.get(), spared.get()}) {
    CHECK(WaitUntil([&] { return CountsOf(*slowburn) == night->service.scraped(); }));
    CHECK(CountsOf(*slowburn) == night->service.scraped());
  }
}

TEST_CASE("Kill: thirty kills under a firing page leave it as it was", "[.e2e][faults]") {
  KillUnderFire(30);
}

TEST_CASE("Kill: a thousand kills under a firing page leave it as it was", "[.long][faults]") {
  KillUnderFire(1000);
}

}  // namespace
}  // namespace slowburn
