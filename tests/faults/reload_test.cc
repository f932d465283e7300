// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <signal.h>

#include "tests/faults/bad_night.h"

// Files that change while their alert fires.

namespace slowburn {
namespace {

// Two SLOs that never burn, so that one that goes is not most of them.
constexpr char kOthers[] =
    "version: slowburn/v1\n"
    "service: quiet\n"
    "slos:\n"
    "  - &slo\n"
    "    name: one\n"
    "    objective: 99\n"
    "    sli: {events: {total: up, bad: 'up{job=\"nobody\"}'}}\n"
    "    alerts: {tiers: []}\n"
    "  - {<<: *slo, name: two}\n";

// The objective of shop/checkout that is in force; 0 without one.
double ObjectiveOf(const SlowburnProcess& slowburn) {
  const nlohmann::json answer = slowburn.Json("/api/v1/slos/shop/checkout");
  return answer.is_object() ? answer["data"]["objective"].get<double>() : 0;
}

bool IsStale(const SlowburnProcess& slowburn) {
  const nlohmann::json answer = slowburn.Json("/api/v1/slos/shop/checkout");
  return answer.is_object() && answer["data"]["stale_definition"] == true;
}

// Waits until the windows of the page hold little but failure, so that it would fire under an
// objective of 98 too.
bool BurnsWell(const SlowburnProcess& slowburn) {
  return WaitUntil([&] {
    const nlohmann::json tier =
        slowburn.Json("/api/v1/slos/shop/checkout")["data"]["groups"][0]["tiers"][0];
    return tier["long_window"]["burn_rate"].get<double>() > 45;
  });
}

// A page that fires under files that are about to change.
struct UnderFire {
  UnderFire(const BadNight& night, bool state) : webhook(night.webhook) {
    slowburn = night.NewSlowburn(
        {.name = "watch", .alertmanagers = {night.alertmanager->url()}, .state = state});
    slowburn->WriteRules(kOthers, "others.yaml");
    slowburn->Start();
  }

  std::string Story(const Labels& more = {}) const {
    Labels labels = PageBy("watch");
    labels.insert(more.begin(), more.end());
    return webhook.notices().StoryOf(labels);
  }

  std::string StartsAt() const {
    const nlohmann::json page = PageOf(*slowburn);
    return page.is_object() ? page["starts_at"].get<std::string>() : "";
  }

  // Whether the Alertmanager goes on being told, some times.
  bool GoesOn() const {
    const double before = SentBy(*slowburn);
    return WaitUntil([&] { return SentBy(*slowburn) >= before + 4; });
  }

  void Reload() const { slowburn->Signal(SIGHUP); }

  const Webhook& webhook;
  std::unique_ptr<SlowburnProcess> slowburn;
};

TEST_CASE("Reload: a page outlives what becomes of its file", "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const UnderFire fire(*night, false);
  const SlowburnProcess& slowburn = *fire.slowburn;
  REQUIRE(IsHealthy(slowburn));
  night->Break();
  REQUIRE(WaitUntil([&] { return fire.Story() == "firing"; }));
  const std::string starts_at = fire.StartsAt();
  REQUIRE(BurnsWell(slowburn));

  // Another threshold.
  slowburn.WriteRules(BadNight::Rules("98"));
  fire.Reload();
  CHECK(WaitUntil([&] { return ObjectiveOf(slowburn) == 0.98; }));
  CHECK(fire.GoesOn());
  CHECK(fire.StartsAt() == starts_at);

  // No longer valid.
  slowburn.WriteRules(BadNight::Rules("nonsense"));
  fire.Reload();
  CHECK(WaitUntil([&] { return IsStale(slowburn); }));
  CHECK(ObjectiveOf(slowburn) == 0.98);
  CHECK(fire.GoesOn());
  CHECK(fire.StartsAt() == starts_at);

  // Nothing there any more, as after a mount that failed.
  slowburn.RemoveRules();
  slowburn.RemoveRules("others.yaml");
  fire.Reload();
  CHECK(WaitUntil([&] { return slowburn.log().find("load refused") != std::string::npos; }));
  CHECK(fire.GoesOn());
  CHECK(fire.StartsAt() == starts_at);

  // Taken away on its own: in case that was a mistake it stays for a while.
  slowburn.WriteRules(kOthers, "others.yaml");
  fire.Reload();
  CHECK(WaitUntil([&] { return ObjectiveOf(slowburn) == 0; }));
  CHECK(fire.GoesOn());
  CHECK(fire.Story() == "firing");

  // It was a mistake.
  slowburn.WriteRules(BadNight::Rules());
  fire.Reload();
  CHECK(WaitUntil([&] { return ObjectiveOf(slowburn) == 0.99; }));
  CHECK(WaitUntil([&] { return fire.StartsAt() == starts_at; }));

  night->Mend();
  CHECK(WaitUntil([&] { return fire.Story() == "firing resolved"; }));
}

}  // namespace
}  // namespace slowburn
