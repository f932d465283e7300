// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/fakes/fault_proxy.h"
#include "tests/faults/bad_night.h"

// SIGTERM: what is due is told, within a bound, and the exit code is 0.

namespace slowburn {
namespace {

// What a shutdown may take: 5 s for the last delivery, and a busy machine.
constexpr absl::Duration kBound = absl::Seconds(30);

TEST_CASE("Shutdown: what an Alertmanager has not heard yet it hears at the end",
          "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  FaultProxy proxy(night->alertmanager->url());
  proxy.Set({.answer = Fault::Answer{503, "not now", "text/plain"}});
  const auto slowburn = night->NewSlowburn({.name = "watch", .alertmanagers = {proxy.url()}});
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  night->Break();
  REQUIRE(Fires(*slowburn));
  // By then it waits for some seconds before it tries again.
  REQUIRE(WaitUntil([&] { return proxy.requests() >= 4; }));
  CHECK(night->webhook.notices().StoryOf(PageBy("watch")).empty());
  proxy.Set({});
  CHECK(slowburn->Terminate(kBound) == 0);
  INFO(slowburn->log());
  CHECK(WaitUntil([&] { return night->webhook.notices().StoryOf(PageBy("watch")) == "firing"; }));
}

TEST_CASE("Shutdown: servers that hang do not hold it up", "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  FaultProxy source(night->prometheus->url());
  FaultProxy receiver(night->alertmanager->url());
  const auto slowburn = night->NewSlowburn({.name = "watch",
                                            .source = source.url(),
                                            .alertmanagers = {receiver.url()},
                                            .timeout = "10m"});
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  receiver.Set({.hang = true});
  night->Break();
  REQUIRE(WaitUntil([&] { return receiver.requests() > 0; }));
  source.Set({.hang = true});
  REQUIRE(WaitUntil([&] { return source.requests() > 0; }));
  CHECK(slowburn->Terminate(kBound) == 0);
}

}  // namespace
}  // namespace slowburn
