// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "engine/evaluator.h"
#include "rules/alert_window.h"
#include "tests/fakes/fake_prometheus.h"
#include "tests/fakes/saved_source.h"

namespace slowburn {

constexpr std::int64_t kStart = 1'700'000'010'000;  // A multiple of 30 s.
constexpr SlotGrid kGrid = {30'000, 15'000};

// An SLO of 99.9 % over 30 d on requests_total, with the default tiers.
inline Slo TestSlo(const std::string& name = "availability") {
  Slo slo;
  slo.service = "shop";
  slo.name = name;
  slo.source = "default";
  slo.objective = MakeRatio(999, 1000);
  slo.window = absl::Hours(30 * 24);
  slo.sli = EventsSli{*ParseSelector("requests_total"),
                      *ParseSelector(R"(requests_total{code=~"5.."})"), std::nullopt};
  slo.alerts.name = "ShopBurns";
  slo.alerts.tiers = DefaultTiers(slo.window);
  return slo;
}

inline Labels Series(const std::string& instance, const std::string& code) {
  return {{"__name__", "requests_total"}, {"job", "shop"}, {"instance", instance}, {"code", code}};
}

// Drives an evaluator over a fake store, slot by slot.
class EvaluatorBench {
 public:
  explicit EvaluatorBench(absl::Duration lookback = absl::Hours(1), SlotGrid grid = kGrid) {
    options.source_name = "default";
    options.grid = grid;
    options.lookback = lookback;
    options.keeps_state = true;
    options.around.external_url = "https://slowburn.example.org/";
    options.around.browse_url = "https://prometheus.example.org";
    evaluator = std::make_unique<Evaluator>(options, store, telemetry);
  }

  void Run(const Slo& slo) {
    running = {{std::make_shared<const Slo>(slo), false}};
    evaluator->SetSlos(running);
  }

  // Stores what has changed, as after an evaluation.
  void Save() { ApplyDelta(evaluator->Save(false), saved); }

  // Loses the process and begins another from what was stored.
  void Restart() {
    evaluator = std::make_unique<Evaluator>(options, store, telemetry);
    problems = evaluator->Restore(running, saved, slot);
  }

  // Adds the samples of (last, until] every `scrape_ms`: traffic that grows by `total`, of which
  // `bad` fail; fractions of events add up.
  void Traffic(std::int64_t until_ms, double total, double bad, std::int64_t scrape_ms = 15'000) {
    for (; fed_ms < until_ms; fed_ms += scrape_ms) {
      good_ += total - bad;
      bad_ += bad;
      store.Add(Series("a", "200"), fed_ms + scrape_ms, std::floor(good_));
      store.Add(Series("a", "500"), fed_ms + scrape_ms, std::floor(bad_));
    }
  }

  const SourceSnapshot& Step() {
    result = evaluator->Evaluate(slot++);
    for (const AlertEvent& event : result.events) events.push_back(event);
    return *result.snapshot;
  }

  // Evaluates every slot up to and with that of `until_ms`.
  const SourceSnapshot& StepUntil(std::int64_t until_ms) {
    while (kGrid.TimeOf(slot) <= until_ms) Step();
    return *result.snapshot;
  }

  const Alert* Find(AlertClass alert_class) const {
    for (const Alert& alert : result.snapshot->alerts) {
      if (alert.alert_class == alert_class) return &alert;
    }
    return nullptr;
  }

  AlertState StateOf(AlertClass alert_class) const {
    const Alert* alert = Find(alert_class);
    return alert == nullptr ? AlertState::kInactive : alert->state;
  }

  FakePrometheus store;
  Telemetry telemetry;
  Evaluator::Options options;
  std::unique_ptr<Evaluator> evaluator;
  std::vector<ActiveSlo> running;
  SavedSource saved;
  std::vector<std::string> problems;  // Of the last restart.
  Evaluator::Result result;
  std::vector<AlertEvent> events;
  std::int64_t slot = kStart / kGrid.step_ms;
  std::int64_t fed_ms = kStart - 2 * 3600'000;

 private:
  double good_ = 0;
  double bad_ = 0;
};

// A service that fails wholly from `kStart` + 10 min on, evaluated until the page of `slo` fires.
inline void RunUntilPage(EvaluatorBench& bench, const Slo& slo = TestSlo()) {
  constexpr std::int64_t kMinuteMs = 60'000;
  bench.Run(slo);
  bench.Traffic(kStart + 10 * kMinuteMs, 100, 0);
  bench.StepUntil(kStart + 10 * kMinuteMs);
  REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kInactive);
  bench.Traffic(kStart + 20 * kMinuteMs, 100, 100);
  while (bench.StateOf(AlertClass::kPage) != AlertState::kFiring) {
    REQUIRE(kGrid.TimeOf(bench.slot) < kStart + 20 * kMinuteMs);
    bench.Step();
  }
}

}  // namespace slowburn
