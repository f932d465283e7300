// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/fakes/bad_answers.h"
#include "tests/fakes/fault_proxy.h"
#include "tests/faults/bad_night.h"

// Unknown is not false: what can't be read, or can't be trusted, resolves no page.
//
// One slowburn for each fault, all on one Prometheus and one Alertmanager, each behind a proxy of
// its own.  While the fault lasts the service mends; the slowburn that has no fault then resolves,
// which shows that the evidence is there and that the others have had the time.

namespace slowburn {
namespace {

struct SourceFault {
  const char* name;
  Fault fault;
  bool reads = false;  // It does not keep the evidence away.
};

std::vector<SourceFault> SourceFaults() {
  const std::string html = "<html><body>Please log in</body></html>";
  const auto answer = [](int status, const std::string& body, const std::string& type) {
    return Fault{.answer = Fault::Answer{status, body, type}};
  };
  const auto error = [&](int status, const std::string& type) {
    return answer(status, R"({"status":"error","errorType":")" + type + R"(","error":"as told"})",
                  "application/json");
  };
  return {
      {"none", {}, true},
      {"answers_late", {.delay = absl::Milliseconds(300)}, true},
      {"forwarded_twice", {.forward_twice = true}, true},
      {"delay", {.delay = absl::Seconds(5)}},
      {"hang", {.hang = true}},
      {"reset", {.reset = true}},
      {"refuse", {.refuse = true}},
      {"status_400", error(400, "bad_data")},
      {"status_401", answer(401, "Unauthorized", "text/plain")},
      {"status_404", answer(404, html, "text/html")},
      {"status_422", error(422, "execution")},
      {"status_429", answer(429, "slow down", "text/plain")},
      {"status_500", error(500, "internal")},
      {"status_503", answer(503, "Service Unavailable", "text/plain")},
      {"html", answer(200, html, "text/html")},
      {"html_as_json", answer(200, html, "application/json")},
      {"empty_body", answer(200, "", "application/json")},
      {"truncated", {.cut = 40}},
      {"truncated_in_a_value", {.cut = 300}},
      {"twice", {.body_twice = true}},
      {"drip", {.drip = Fault::Drip{8, absl::Milliseconds(100)}}},
      {"date_ahead", {.date_offset = absl::Hours(1)}, true},
      {"date_behind", {.date_offset = -absl::Hours(1)}, true},
      {"warning", {.rewrite = WithWarning}},
      {"partial", {.rewrite = WithPartial}},
      {"no_series", {.rewrite = WithoutSeries}},
      {"nan", {.rewrite = WithNaN}},
  };
}

// A slowburn with a fault of its own.
struct Afflicted {
  Afflicted(const BadNight& night, const SourceFault& source_fault)
      : fault(source_fault), proxy(night.prometheus->url()) {
    slowburn = night.NewSlowburn(
        {.name = fault.name, .source = proxy.url(), .alertmanagers = {night.alertmanager->url()}});
    slowburn->Launch();
  }

  SourceFault fault;
  FaultProxy proxy;
  std::unique_ptr<SlowburnProcess> slowburn;
  std::string starts_at;
  double sent = 0;
};

TEST_CASE("Faults: no trouble with its source resolves a page", "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  std::vector<std::unique_ptr<Afflicted>> all;
  for (const SourceFault& fault : SourceFaults()) {
    all.push_back(std::make_unique<Afflicted>(*night, fault));
  }
  const auto story = [&](const Afflicted& one) {
    return night->webhook.notices().StoryOf(PageBy(one.fault.name));
  };
  for (const auto& one : all) REQUIRE(IsHealthy(*one->slowburn));

  night->Break();
  for (const auto& one : all) {
    INFO(one->fault.name);
    REQUIRE(WaitUntil([&] { return story(*one) == "firing"; }));
    one->starts_at = night->webhook.notices().Of(PageBy(one->fault.name)).front().starts_at;
  }

  for (const auto& one : all) one->proxy.Set(one->fault.fault);
  for (const auto& one : all) {
    INFO(one->fault.name);
    REQUIRE(WaitUntil([&] { return one->fault.fault.refuse || one->proxy.requests() > 0; }));
  }
  night->Mend();
  for (const auto& one : all) {
    INFO(one->fault.name);
    if (one->fault.reads) CHECK(WaitUntil([&] { return story(*one) == "firing resolved"; }));
  }
  // Those that can't tell go on telling that it fires.
  for (const auto& one : all) one->sent = SentBy(*one->slowburn);
  for (const auto& one : all) {
    if (one->fault.reads) continue;
    INFO(one->fault.name << "\n" << one->slowburn->log());
    CHECK(WaitUntil([&] { return SentBy(*one->slowburn) >= one->sent + 3; }));
    CHECK(story(*one) == "firing");
    CHECK(Fires(*one->slowburn));
  }

  for (const auto& one : all) one->proxy.Set({});
  for (const auto& one : all) {
    INFO(one->fault.name << "\n" << one->slowburn->log());
    CHECK(WaitUntil([&] { return story(*one) == "firing resolved"; }));
    for (const Notice& notice : night->webhook.notices().Of(PageBy(one->fault.name))) {
      CHECK(notice.starts_at == one->starts_at);
    }
  }
}

}  // namespace
}  // namespace slowburn
