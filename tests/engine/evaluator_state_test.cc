// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <catch2/catch.hpp>

#include "tests/engine/bench.h"
#include "tests/engine/churn.h"

namespace slowburn {
namespace {

// What two engines must agree on at a slot; of alerts, if they have seen the same slots.
void CheckSame(const SourceSnapshot& got, const SourceSnapshot& want, bool alerts_too) {
  REQUIRE(got.slos.size() == want.slos.size());
  for (std::size_t i = 0; i < want.slos.size(); ++i) {
    const auto& groups = want.slos[i].groups;
    REQUIRE(got.slos[i].groups.size() == groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const GroupStatus& a = got.slos[i].groups[g];
      const GroupStatus& b = groups[g];
      CHECK(a.key == b.key);
      CHECK(a.bad_events == b.bad_events);
      CHECK(a.good_events == b.good_events);
      CHECK(a.data_age == b.data_age);
      CHECK(a.budget_remaining == b.budget_remaining);
      for (std::size_t w = 0; w < b.windows.size(); ++w) {
        CAPTURE(b.windows[w].window);
        CHECK(a.windows[w].bad == b.windows[w].bad);
        CHECK(a.windows[w].total == b.windows[w].total);
        CHECK(a.windows[w].coverage == b.windows[w].coverage);
      }
      for (std::size_t t = 0; t < b.tiers.size(); ++t) {
        CHECK(a.tiers[t].verdict == b.tiers[t].verdict);
        if (alerts_too) CHECK(a.tiers[t].state == b.tiers[t].state);
      }
    }
  }
  if (!alerts_too) return;
  REQUIRE(got.alerts.size() == want.alerts.size());
  for (std::size_t i = 0; i < want.alerts.size(); ++i) {
    CHECK(got.alerts[i].Id() == want.alerts[i].Id());
    CHECK(got.alerts[i].state == want.alerts[i].state);
    CHECK(got.alerts[i].starts_at == want.alerts[i].starts_at);
    CHECK(got.alerts[i].resolved_at == want.alerts[i].resolved_at);
  }
}

TEST_CASE("Restart: afterwards all is as if it had never stopped", "[engine]") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    DYNAMIC_SECTION("seed " << seed) {
      std::mt19937 random(seed);
      EvaluatorBench always;
      EvaluatorBench dying;
      Slo slo = LongSlo(absl::Hours(12));
      if (seed % 2 == 0) slo.by = {"instance"};
      const bool away_too = seed > 2;  // Slots pass without a process.
      const std::int64_t from = kStart - 9 * kHour;
      for (EvaluatorBench* bench : {&always, &dying}) {
        Live(bench->store, from, kStart + kHour, seed);
        bench->Run(slo);
        bench->slot = (from + 2 * kHour) / kGrid.step_ms;
      }
      int restarts = 0;
      while (kGrid.TimeOf(always.slot) < kStart) {
        // What was evaluated and not saved is as if it had never been.
        if (random() % 40 == 0) {
          ++restarts;
          for (std::size_t lost = random() % 3; lost > 0 && dying.saved.heads.size() > 0; --lost) {
            const std::int64_t slot = dying.slot;
            dying.Step();
            dying.slot = slot;
          }
          dying.Restart();
          REQUIRE(dying.problems.empty());
          if (away_too && random() % 4 == 0) {
            const auto away = static_cast<std::int64_t>(random() % 150);
            for (std::int64_t i = 0; i < away; ++i) always.Step();
            dying.slot += away;
          }
        }
        const SourceSnapshot want = always.Step();
        const SourceSnapshot& got = dying.Step();
        dying.Save();
        always.evaluator->Save(false);
        CheckSame(got, want, !away_too);
      }
      CHECK(restarts > 5);
    }
  }
}

TEST_CASE("Restart: a target that was away over it is counted as if there had been none",
          "[engine]") {
  constexpr std::int64_t kMinute = 60'000;
  EvaluatorBench always;
  EvaluatorBench restarted;
  for (EvaluatorBench* bench : {&always, &restarted}) {
    bench->Run(TestSlo());
    bench->Traffic(kStart + 10 * kMinute, 100, 1);
    // A second instance, which no scrape reaches from minute 5 to 25.
    for (std::int64_t minute = -60; minute < 40; ++minute) {
      if (minute >= 5 && minute < 25) continue;
      const auto grown = static_cast<double>(minute + 60);
      bench->store.Add(Series("b", "200"), kStart + minute * kMinute, 1000 * grown);
      bench->store.Add(Series("b", "500"), kStart + minute * kMinute, 10 * grown);
    }
    bench->Traffic(kStart + 40 * kMinute, 100, 1);
    bench->StepUntil(kStart + 15 * kMinute);
    bench->Save();
  }
  restarted.Restart();
  REQUIRE(restarted.problems.empty());
  for (EvaluatorBench* bench : {&always, &restarted}) bench->StepUntil(kStart + 35 * kMinute);
  CheckSame(*restarted.result.snapshot, *always.result.snapshot, true);
}

TEST_CASE("Restart: what was unknown before it stays unknown", "[engine]") {
  constexpr std::int64_t kMinute = 60'000;
  EvaluatorBench bench;
  bench.Run(TestSlo());
  bench.Traffic(kStart + 5 * kMinute, 100, 1);
  bench.fed_ms = kStart + 10 * kMinute;  // Silence, and a counter that has begun anew meanwhile.
  for (std::int64_t at = bench.fed_ms; at <= kStart + 20 * kMinute; at += 15'000) {
    for (const char* code : {"200", "500"}) {
      bench.store.Add(Series("a", code), at, static_cast<double>(at - bench.fed_ms) / 1000);
    }
  }
  bench.StepUntil(kStart + 15 * kMinute);
  bench.Save();
  const SourceSnapshot before = *bench.result.snapshot;
  REQUIRE(before.slos[0].groups[0].windows[1].coverage < 0.95);
  --bench.slot;
  bench.Restart();
  bench.Step();
  CheckSame(*bench.result.snapshot, before, true);
}

TEST_CASE("Restart: what was edited meanwhile is an edit like any other", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.Save();
  const Alert before = *bench.Find(AlertClass::kPage);
  const std::int64_t stopped = kGrid.TimeOf(bench.slot);
  bench.Restart();
  REQUIRE(bench.problems.empty());
  SECTION("another objective and another threshold keep the start") {
    Slo slo = *bench.running[0].slo;
    slo.objective = MakeRatio(9995, 10000);
    slo.alerts.tiers[0].factor = MakeRatio(20, 1);
    bench.Run(slo);
    bench.Step();
    REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
    CHECK(bench.Find(AlertClass::kPage)->starts_at == before.starts_at);
  }
  SECTION("other labels end the old alert, and the new one has its start") {
    Slo slo = *bench.running[0].slo;
    slo.alerts.name = "OtherName";
    bench.Run(slo);
    const SourceSnapshot& snapshot = bench.Step();
    int old = 0;
    for (const Alert& alert : snapshot.alerts) {
      if (alert.Id() != before.Id()) {
        CHECK(alert.starts_at == before.starts_at);
        continue;
      }
      ++old;
      CHECK(alert.state == AlertState::kResolved);
      CHECK(alert.annotations.contains("replaced"));
    }
    CHECK(old == 1);
    // And over one more restart that has not been told.
    bench.Save();
    bench.Restart();
    const auto standing = bench.evaluator->Standing();
    CHECK(std::any_of(standing->alerts.begin(), standing->alerts.end(), [&](const Alert& alert) {
      return alert.Id() == before.Id() && alert.state == AlertState::kResolved;
    }));
  }
  SECTION("an SLO that is gone keeps its alert for ten minutes") {
    bench.evaluator->SetSlos({});
    bench.StepUntil(stopped + 9 * 60'000);
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
    bench.StepUntil(stopped + 11 * 60'000);
    REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
    CHECK(bench.Find(AlertClass::kPage)->annotations.contains("removed"));
  }
  SECTION("a state of a time that has not come yet keeps the alerts alone") {
    bench.slot -= 120;
    bench.Restart();
    CHECK(bench.problems.size() == 2);  // Why, and what of.
    REQUIRE(bench.evaluator->Standing()->alerts.size() == 1);
    CHECK(bench.evaluator->Standing()->alerts[0].starts_at == before.starts_at);
  }
}

}  // namespace
}  // namespace slowburn
