// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/fakes/fault_proxy.h"
#include "tests/faults/bad_night.h"

// Servers that end and come back, and services that stop.

namespace slowburn {
namespace {

// Waits until `slowburn` has sent its page `times` more, as it does each second: a clock that
// stops with it.
bool Resends(const SlowburnProcess& slowburn, double times) {
  const double before = SentBy(slowburn);
  return WaitUntil([&] { return SentBy(slowburn) >= before + times; },
                   absl::Seconds(60 + 3 * times));
}

// What was counted while there was no Prometheus comes with the next scrape, and a page that
// nobody could measure meanwhile is held: both fail when a gap is taken for good news.
void LosePrometheus(double seconds) {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const auto slowburn =
      night->NewSlowburn({.name = "watch", .alertmanagers = {night->alertmanager->url()}});
  const auto story = [&] { return night->webhook.notices().StoryOf(PageBy("watch")); };
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  night->Break();
  REQUIRE(WaitUntil([&] { return story() == "firing"; }));

  REQUIRE(night->prometheus->Stop());
  night->Mend();
  CHECK(Resends(*slowburn, seconds));
  CHECK(story() == "firing");
  night->prometheus->Restart(TestServer::Memory::kKept);
  CHECK(WaitUntil([&] { return story() == "firing resolved"; }));
  const std::vector<Notice> notices = night->webhook.notices().Of(PageBy("watch"));
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].starts_at == notices[1].starts_at);

  night->service.SetTraffic(0, 0);
  const std::int64_t scrapes = night->service.scrapes();
  REQUIRE(WaitUntil([&] { return night->service.scrapes() >= scrapes + 1; }));
  CHECK(WaitUntil([&] { return CountsOf(*slowburn) == night->service.scraped(); }));
  CHECK(CountsOf(*slowburn) == night->service.scraped());
}

TEST_CASE("Outages: a Prometheus that was away loses no event and resolves nothing",
          "[.e2e][faults]") {
  LosePrometheus(15);  // An hour and a half, scaled.
}

TEST_CASE("Outages: a Prometheus that was away for long loses no event and resolves nothing",
          "[.long][faults]") {
  LosePrometheus(600);  // Two and a half days, scaled.
}

// An outage that stops all traffic, or takes the targets away, is the worst that a page can be
// about: no traffic is no evidence.
TEST_CASE("Outages: a service that stops altogether does not resolve its own page",
          "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const auto slowburn = night->NewSlowburn(
      {.name = "watch", .alertmanagers = {night->alertmanager->url()}, .no_data = "5s"});
  const auto story = [&](const char* alert_class) {
    return night->webhook.notices().StoryOf(
        {{"by", "watch"}, {"slo", "checkout"}, {"slo_class", alert_class}});
  };
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  night->Break();
  REQUIRE(WaitUntil([&] { return story("page") == "firing"; }));

  night->service.SetTraffic(0, 0);
  CHECK(Resends(*slowburn, 14));
  CHECK(story("page") == "firing");
  CHECK(story("no_data").empty());  // An idle service is not a dead one.

  night->service.SetDown(true);
  CHECK(WaitUntil([&] { return story("no_data") == "firing"; }));
  CHECK(story("page") == "firing");

  night->service.SetDown(false);
  CHECK(WaitUntil([&] { return story("no_data") == "firing resolved"; }));
  CHECK(story("page") == "firing");
  night->Mend();
  CHECK(WaitUntil([&] { return story("page") == "firing resolved"; }));
}

// Alertmanagers keep alerts in memory only: who does not resend leaves it empty.
TEST_CASE("Outages: an Alertmanager that comes back empty is told everything again",
          "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const auto slowburn =
      night->NewSlowburn({.name = "watch", .alertmanagers = {night->alertmanager->url()}});
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  night->Break();
  const auto there = [&] { return AlertsIn(*night->alertmanager, PageBy("watch")); };
  REQUIRE(WaitUntil([&] { return !there().empty(); }));
  const std::string starts_at = there().front()["startsAt"];

  REQUIRE(night->alertmanager->Stop());
  REQUIRE(WaitUntil([&] { return FailedBy(*slowburn) > 0; }));
  night->alertmanager->Restart(TestServer::Memory::kLost);
  CHECK(WaitUntil([&] { return !there().empty(); }));
  REQUIRE(there().size() == 1);
  CHECK(there().front()["startsAt"] == starts_at);
}

// One worker for each Alertmanager: with one for all, the two others would wait as long as a
// request may take, which is a minute here.
TEST_CASE("Outages: an Alertmanager that hangs delays no other", "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  FaultProxy hanging(night->alertmanager->url());
  hanging.Set({.hang = true});
  PostCollector posts;
  const auto slowburn =
      night->NewSlowburn({.name = "watch",
                          .alertmanagers = {hanging.url(), night->alertmanager->url(), posts.url()},
                          .timeout = "1m"});
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  night->Break();
  REQUIRE(WaitUntil([&] { return hanging.requests() > 0; }));
  CHECK(WaitUntil([&] { return !posts.posts().Of(PageBy("watch")).empty(); }));
  CHECK(WaitUntil([&] { return night->webhook.notices().StoryOf(PageBy("watch")) == "firing"; }));
  for (const Notices* notices : {&posts.posts(), &night->webhook.notices()}) {
    const std::vector<Notice> of_page = notices->Of(PageBy("watch"));
    REQUIRE_FALSE(of_page.empty());
    absl::Time starts_at;
    REQUIRE(absl::ParseTime(absl::RFC3339_full, of_page.front().starts_at, &starts_at, nullptr));
    CHECK(of_page.front().at - starts_at < absl::Seconds(10));  // A tick, on a busy machine.
  }
  CHECK(hanging.requests() == 2);  // What fires, asked once at the start, and one post.

  // The one that hung is served as soon as it answers.
  hanging.Set({});
  CHECK(WaitUntil([&] { return hanging.requests() > 0; }));
}

}  // namespace
}  // namespace slowburn
