// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "tests/engine/bench.h"
#include "tests/engine/churn.h"
#include "tests/fakes/test_server.h"

namespace slowburn {
namespace {

void ReadAllPast(Evaluator& evaluator) {
  for (int i = 0; i < 10'000; ++i) {
    const Evaluator::PastProgress progress = evaluator.ReadPast();
    REQUIRE(progress.problem.empty());
    if (!progress.more) return;
  }
  FAIL("the past has no end");
}

TEST_CASE("Past: afterwards all is as if it had been running all along", "[engine]") {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    DYNAMIC_SECTION("seed " << seed) {
      EvaluatorBench always;
      EvaluatorBench late;
      const std::int64_t from = kStart - 16 * kHour;
      for (EvaluatorBench* bench : {&always, &late}) {
        Live(bench->store, from, kStart + kHour, seed);
        bench->Run(LongSlo(absl::Hours(12)));
      }
      always.slot = (from + 2 * kHour) / kGrid.step_ms;
      while (kGrid.TimeOf(always.slot) < kStart) {
        always.Step();
        always.slot += static_cast<std::int64_t>(seed) * 3;
      }
      always.slot = late.slot = kStart / kGrid.step_ms + 1;
      late.Step();
      const GroupStatus before = late.result.snapshot->slos[0].groups[0];
      CHECK(before.windows.back().coverage < 0.2);
      ReadAllPast(*late.evaluator);
      for (int i = 0; i < 20; ++i) {
        const GroupStatus want = always.Step().slos[0].groups[0];
        late.slot = always.slot - 1;
        const GroupStatus got = late.Step().slos[0].groups[0];
        REQUIRE(got.windows.size() == want.windows.size());
        for (std::size_t w = 0; w < got.windows.size(); ++w) {
          INFO("window " << got.windows[w].window << ", tick " << i);
          REQUIRE(got.windows[w].bad == want.windows[w].bad);
          REQUIRE(got.windows[w].total == want.windows[w].total);
          REQUIRE(got.windows[w].coverage == want.windows[w].coverage);
        }
      }
      // What it learnt did not happen now: counters go on from where they stood.
      const GroupStatus after = late.result.snapshot->slos[0].groups[0];
      CHECK(after.good_events - before.good_events < 10'000);
    }
  }
}

TEST_CASE("Past: is read in pieces that a limit of the source allows", "[engine]") {
  EvaluatorBench bench;
  bench.Traffic(kStart, 10, 1);
  bench.store.longest_range_ms = 25 * 60'000;
  bench.fed_ms = kStart - 2 * kHour;
  bench.Run(LongSlo(absl::Hours(12)));
  for (int i = 0; i < 5; ++i) bench.Step();
  REQUIRE(bench.result.snapshot->readable);
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    const Evaluator::PastProgress progress = bench.evaluator->ReadPast();
    refused += progress.problem.empty() ? 0 : 1;
    CHECK_FALSE(progress.wait);
    if (!progress.more) break;
  }
  CHECK(refused > 0);
  CHECK(refused < 20);
  bench.Step();
  // Two hours of samples are all that there is.
  CHECK(bench.result.snapshot->slos[0].groups[0].windows.back().total ==
        Approx(480 * 10).margin(60));
}

TEST_CASE("Past: a source that fails is asked again later", "[engine]") {
  EvaluatorBench bench;
  bench.Traffic(kStart + kHour, 10, 1);
  bench.Run(LongSlo(absl::Hours(12)));
  bench.Step();
  bench.store.failure = absl::UnavailableError("gone");
  const Evaluator::PastProgress failed = bench.evaluator->ReadPast();
  CHECK(failed.wait);
  CHECK(failed.problem == "gone");
  bench.store.failure = absl::OkStatus();
  ReadAllPast(*bench.evaluator);
}

TEST_CASE("Past: rules that change meanwhile begin it anew", "[engine]") {
  EvaluatorBench bench;
  bench.Traffic(kStart + kHour, 10, 1);
  bench.Run(LongSlo(absl::Hours(12)));
  bench.Step();
  bench.evaluator->ReadPast();
  Slo other = LongSlo(absl::Hours(12));
  other.objective = MakeRatio(99, 100);
  bench.Run(other);
  bench.Step();
  ReadAllPast(*bench.evaluator);
  bench.Step();
  CHECK(bench.result.snapshot->slos[0].groups[0].windows.back().total > 2 * 60 * 4 * 9);
}

TEST_CASE("Past: beyond raw samples it is sums of a real Prometheus", "[engine]") {
  const std::int64_t from = kStart - 60 * kHour;
  std::string text = "# TYPE requests counter\n";
  for (const char* code : {"200", "500"}) {
    std::int64_t value = 0;
    for (std::int64_t at = from; at <= kStart + kHour; at += 15'000) {
      value += code[0] == '2' ? 99 : 1;
      text += fmt::format("requests_total{{code=\"{}\",instance=\"a\",job=\"shop\"}} {} {}\n", code,
                          value, at / 1000);
    }
  }
  const auto server = TestServer::StartPrometheus({.openmetrics = text + "# EOF\n"});
  if (!server) {
    WARN("skipped: Prometheus is not installed");
    return;
  }
  SimulatedClock clock(absl::FromUnixMillis(kStart));
  Telemetry telemetry;
  SourceSettings settings;
  settings.http.url = server->url();
  const auto source = NewPrometheusSource("default", settings, clock, telemetry);
  Evaluator::Options options;
  options.grid = kGrid;
  Evaluator evaluator(options, *source, telemetry);
  evaluator.SetSlos({{std::make_shared<const Slo>(LongSlo(absl::Hours(48))), false}});
  const std::int64_t slot = kStart / kGrid.step_ms;
  REQUIRE(evaluator.Evaluate(slot).snapshot->readable);
  ReadAllPast(evaluator);
  const auto snapshot = evaluator.Evaluate(slot + 1).snapshot;
  const WindowStatus window = snapshot->slos[0].groups[0].windows.back();
  REQUIRE(window.window == absl::Hours(48));
  CHECK(window.coverage == Approx(1).margin(1e-9));
  // The window's edge is at most 1/60 before its beginning.
  CHECK(*window.total >= 48 * 240 * 100 * 0.999);
  CHECK(*window.total <= 48 * 240 * 100 * 1.018);
  CHECK(*window.error_ratio == Approx(0.01).epsilon(0.001));
}

}  // namespace
}  // namespace slowburn
