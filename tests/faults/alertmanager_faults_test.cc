// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/fakes/fault_proxy.h"
#include "tests/faults/bad_night.h"

// State-based delivery: what could not be told is told until it is acknowledged, the page as well
// as its end, whatever kept it away.

namespace slowburn {
namespace {

// Between two tries there are 30 s at most, and what an answer takes.
constexpr absl::Duration kOneRetry = absl::Seconds(45);

struct ReceiverFault {
  const char* name;
  Fault fault;
  bool delivers = false;  // It does not keep alerts away.
  bool lies = false;      // It shows a clock that is wrong, so the Alertmanager may be told so.
};

std::vector<ReceiverFault> ReceiverFaults() {
  const auto answer = [](int status, const std::string& body, const std::string& type) {
    return Fault{.answer = Fault::Answer{status, body, type}};
  };
  const std::string html = "<html><body>Please log in</body></html>";
  return {
      {"none", {}, true},
      {"answers_late", {.delay = absl::Milliseconds(300)}, true},
      {"forwarded_twice", {.forward_twice = true}, true},
      {"answer_twice", {.body_twice = true}, true},
      {"answer_of_another_type", {.content_type = "text/html"}, true},
      {"delay", {.delay = absl::Seconds(5)}},
      {"hang", {.hang = true}},
      {"reset", {.reset = true}},
      {"refuse", {.refuse = true}},
      {"truncated", Fault{.answer = Fault::Answer{200, R"({"status":"success"})"}, .cut = 5}},
      {"truncated", Fault{.answer = Fault::Answer{200, R"({"status":"success"})"}, .cut = 5}},
      {"status_400", answer(400, "\"start time must be before end time\"", "application/json")},
      {"status_401", answer(401, "Unauthorized", "text/plain")},
      {"status_404", answer(404, html, "text/html")},
      {"status_422", answer(422, R"({"code":601,"message":"as told"})", "application/json")},
      {"status_429", answer(429, "slow down", "text/plain")},
      {"status_500", answer(500, "as told", "text/plain")},
      {"status_503", answer(503, "Service Unavailable", "text/plain")},
      {"html", answer(200, html, "text/html")},
      {"drip", {.drip = Fault::Drip{1, absl::Seconds(1)}}},
      {"date_ahead", {.date_offset = absl::Hours(1)}, false, true},
      {"date_behind", {.date_offset = -absl::Hours(1)}, false, true},
  };
}

// A slowburn that tells its alerts through a proxy of its own.
struct Muffled {
  Muffled(const BadNight& night, const ReceiverFault& receiver_fault)
      : fault(receiver_fault), proxy(night.alertmanager->url()) {
    slowburn = night.NewSlowburn({.name = fault.name, .alertmanagers = {proxy.url()}});
    slowburn->Launch();
  }

  ReceiverFault fault;
  FaultProxy proxy;
  std::unique_ptr<SlowburnProcess> slowburn;
};

TEST_CASE("Faults: no trouble with an Alertmanager loses a page or its end", "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  std::vector<std::unique_ptr<Muffled>> all;
  for (const ReceiverFault& fault : ReceiverFaults()) {
    all.push_back(std::make_unique<Muffled>(*night, fault));
  }
  const auto story = [&](const Muffled& one) {
    return night->webhook.notices().StoryOf(PageBy(one.fault.name));
  };
  const auto set_all = [&](bool faulty) {
    for (const auto& one : all) one->proxy.Set(faulty ? one->fault.fault : Fault{});
  };
  // The fault lasts until each of those that it keeps from the Alertmanager has tried.
  const auto tried = [&](const Muffled& one) {
    return WaitUntil([&] {
      return one.fault.fault.refuse ? FailedBy(*one.slowburn) > 0 : one.proxy.requests() > 0;
    });
  };
  for (const auto& one : all) REQUIRE(IsHealthy(*one->slowburn));

  set_all(true);
  night->Break();
  for (const auto& one : all) {
    INFO(one->fault.name);
    CHECK(Fires(*one->slowburn));
    CHECK(tried(*one));
    if (one->fault.delivers) CHECK(WaitUntil([&] { return story(*one) == "firing"; }));
  }
  set_all(false);
  for (const auto& one : all) {
    INFO(one->fault.name << "\n" << one->slowburn->log());
    CHECK(WaitUntil([&] { return story(*one).ends_with("firing"); }, kOneRetry));
  }

  set_all(true);
  night->Mend();
  for (const auto& one : all) {
    INFO(one->fault.name);
    CHECK(WaitUntil([&] { return StateOf(*one->slowburn) == "ok"; }));
    CHECK(tried(*one));
    if (one->fault.delivers) CHECK(WaitUntil([&] { return story(*one) == "firing resolved"; }));
  }
  set_all(false);
  for (const auto& one : all) {
    INFO(one->fault.name << "\n" << one->slowburn->log());
    CHECK(WaitUntil([&] { return story(*one).ends_with("resolved"); }, kOneRetry));
    if (!one->fault.lies) CHECK(story(*one) == "firing resolved");
  }
}

}  // namespace
}  // namespace slowburn
