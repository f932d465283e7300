// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <catch2/catch.hpp>

#include "engine/alert_content.h"
#include "tests/engine/bench.h"

// Several alerts of a class, each with a name, tiers and labels of its own.

namespace slowburn {
namespace {

// The page tiers of the bench's SLO as two alerts, of which the second waits.
Slo NamedSlo() {
  Slo slo = TestSlo();
  slo.alerts.tiers.resize(2);
  slo.alerts.tiers[0].alert = "fast";
  slo.alerts.tiers[1].alert = "medium";
  slo.alerts.tiers[1].for_duration = absl::Minutes(3);
  slo.alerts.page.labels = {{"severity", "critical"}, {"team", "web"}};
  slo.alerts.named["fast"] = {{{"short", "5m"}, {"severity", "p1"}}, {{"what", "fast burn"}}};
  slo.alerts.named["medium"].labels = {{"short", "30m"}};
  return slo;
}

const Alert* FindNamed(const EvaluatorBench& bench, const std::string& name) {
  for (const Alert& alert : bench.result.snapshot->alerts) {
    if (alert.name == name) return &alert;
  }
  return nullptr;
}

AlertState StateOfNamed(const EvaluatorBench& bench, const std::string& name) {
  const Alert* const alert = FindNamed(bench, name);
  return alert == nullptr ? AlertState::kInactive : alert->state;
}

// Runs `slo` until the fast alert fires.
void RunUntilFast(EvaluatorBench& bench, const Slo& slo = NamedSlo()) {
  constexpr std::int64_t kMinute = 60'000;
  bench.Run(slo);
  bench.Traffic(kStart + 10 * kMinute, 100, 0);
  bench.Traffic(kStart + 40 * kMinute, 100, 100);
  bench.StepUntil(kStart + 10 * kMinute);
  while (StateOfNamed(bench, "fast") != AlertState::kFiring) {
    REQUIRE(kGrid.TimeOf(bench.slot) < kStart + 30 * kMinute);
    bench.Step();
  }
}

// Goes on until the medium alert is in `state`.
void StepUntilMedium(EvaluatorBench& bench, AlertState state) {
  while (StateOfNamed(bench, "medium") != state) {
    REQUIRE(kGrid.TimeOf(bench.slot) < kStart + 30 * 60'000);
    bench.Step();
  }
}

TEST_CASE("Named alerts: each fires by its own tiers and carries its own labels", "[engine]") {
  EvaluatorBench bench;
  RunUntilFast(bench);
  CHECK(StateOfNamed(bench, "medium") != AlertState::kFiring);
  CHECK(bench.Find(AlertClass::kTicket) == nullptr);
  const Alert fast = *FindNamed(bench, "fast");
  CHECK(AlertHandle(fast) == "shop/availability/page.fast");
  CHECK(fast.labels.at("slo_class") == "page");
  CHECK(fast.labels.at("severity") == "p1");
  CHECK(fast.labels.at("team") == "web");
  CHECK(fast.labels.at("short") == "5m");
  CHECK(fast.annotations.at("what") == "fast burn");
  CHECK_THAT(fast.annotations.at("tier"), Catch::StartsWith("1h/5m"));

  StepUntilMedium(bench, AlertState::kPending);
  StepUntilMedium(bench, AlertState::kFiring);
  const Alert medium = *FindNamed(bench, "medium");
  CHECK(medium.labels.at("severity") == "critical");
  CHECK(medium.Id() != fast.Id());
  CHECK_THAT(medium.annotations.at("tier"), Catch::StartsWith("6h/30m"));
  CHECK(*medium.starts_at > *fast.starts_at);
  CHECK(FindNamed(bench, "fast")->starts_at == fast.starts_at);
}

TEST_CASE("Named alerts: a restart keeps each with its start", "[engine]") {
  EvaluatorBench bench;
  RunUntilFast(bench);
  StepUntilMedium(bench, AlertState::kPending);
  bench.Save();
  const Alert fast = *FindNamed(bench, "fast");
  const Alert medium = *FindNamed(bench, "medium");
  bench.Restart();
  REQUIRE(bench.problems.empty());
  bench.Step();
  REQUIRE(FindNamed(bench, "fast") != nullptr);
  CHECK(FindNamed(bench, "fast")->starts_at == fast.starts_at);
  REQUIRE(FindNamed(bench, "medium") != nullptr);
  CHECK(FindNamed(bench, "medium")->active_since == medium.active_since);
}

TEST_CASE("Named alerts: one that is named no more ends as removed, and its class goes on",
          "[engine]") {
  EvaluatorBench bench;
  RunUntilFast(bench);
  Slo slo = NamedSlo();
  slo.alerts.tiers[0].alert = "";
  bench.Run(slo);
  bench.Step();
  CHECK(StateOfNamed(bench, "fast") == AlertState::kResolved);
  CHECK(FindNamed(bench, "fast")->annotations.contains("removed"));
  CHECK(StateOfNamed(bench, "") == AlertState::kFiring);
}

TEST_CASE("Named alerts: one is released by its handle, the others stay", "[engine]") {
  EvaluatorBench bench;
  RunUntilFast(bench);
  StepUntilMedium(bench, AlertState::kFiring);
  CHECK(bench.evaluator->Release("shop/availability/page.fast", "released", "why",
                                 absl::FromUnixMillis(kGrid.TimeOf(bench.slot))));
  bench.Step();
  CHECK(StateOfNamed(bench, "fast") == AlertState::kResolved);
  CHECK(StateOfNamed(bench, "medium") == AlertState::kFiring);
}

TEST_CASE("No data: the alert may have a name and labels of its own", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  slo.alerts.no_data->name = "SLOMetricAbsent";
  slo.alerts.no_data->labels = {{"severity", "critical"}};
  bench.Run(slo);
  bench.StepUntil(kStart + 20 * 60'000);
  const Alert* const alert = bench.Find(AlertClass::kNoData);
  REQUIRE(alert != nullptr);
  CHECK(alert->labels.at("alertname") == "SLOMetricAbsent");
  CHECK(alert->labels.at("severity") == "critical");
}

TEST_CASE("Alert labels: a group's label of slowburn's own name is kept beside it", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  slo.by = {"service"};
  bench.Run(slo);
  Labels labels = Series("a", "500");
  labels["service"] = "cart";
  for (std::int64_t at = kStart - 3'600'000; at <= kStart + 20 * 60'000; at += 15'000) {
    bench.store.Add(labels, at, static_cast<double>(at - kStart + 3'600'000) / 100);
  }
  bench.StepUntil(kStart + 5 * 60'000);
  const Alert* const page = bench.Find(AlertClass::kPage);
  REQUIRE(page != nullptr);
  CHECK(page->labels.at("service") == "shop");
  CHECK(page->labels.at("exported_service") == "cart");
}

TEST_CASE("Alert labels: groups that differ are alerts that differ", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  slo.by = {"exported_service", "service"};
  bench.Run(slo);
  for (const char* exported : {"a", "b"}) {
    Labels labels = Series("a", "500");
    labels["service"] = "cart";
    labels["exported_service"] = exported;
    for (std::int64_t at = kStart - 3'600'000; at <= kStart + 20 * 60'000; at += 15'000) {
      bench.store.Add(labels, at, static_cast<double>(at - kStart + 3'600'000) / 100);
    }
  }
  bench.StepUntil(kStart + 5 * 60'000);
  std::set<std::string> pages;
  for (const Alert& alert : bench.result.snapshot->alerts) {
    if (alert.alert_class == AlertClass::kPage) pages.insert(alert.Id());
  }
  CHECK(pages.size() == 2);
}

TEST_CASE("Named alerts: the history tells them apart", "[engine]") {
  EvaluatorBench bench;
  RunUntilFast(bench);
  const std::vector<SavedEvent> history = bench.evaluator->Save(false).events;
  REQUIRE_FALSE(history.empty());
  CHECK(history.back().alert_class == "page.fast");
}

}  // namespace
}  // namespace slowburn
