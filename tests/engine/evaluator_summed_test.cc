// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "engine/evaluator.h"
#include "tests/engine/bench.h"

namespace slowburn {
namespace {

constexpr std::int64_t kMinute = 60'000;

// A service of as many series as it says, that serves 100 requests a second.
class ManySeries {
 public:
  explicit ManySeries(EvaluatorBench& bench) {
    bench.store.evaluate = [this](const std::string& expr, absl::Time at) -> std::optional<double> {
      if (expr.starts_with("count")) return series;
      if (expr.starts_with("max")) return absl::ToDoubleSeconds(at - absl::UnixEpoch());
      if (!expr.starts_with("sum(sum_over_time(")) return std::nullopt;
      const double rate = expr.find("5..") == std::string::npos ? 100 : bad_per_second;
      const std::string span = expr.substr(expr.rfind('[') + 1);
      return std::round(rate * (std::stod(span) + 1) / 1000);
    };
  }

  double series = 50'000;
  double bad_per_second = 0;
};

TEST_CASE("Evaluator: an SLO of very many series is summed by the source", "[engine]") {
  EvaluatorBench bench;
  ManySeries service(bench);
  bench.Run(TestSlo());
  bench.StepUntil(kStart + 10 * kMinute);
  const SloStatus& status = bench.result.snapshot->slos[0];
  CHECK(status.summed_at_source);
  CHECK(status.problem.empty());
  CHECK(bench.result.snapshot->readable);
  CHECK(status.series == 50'000);
  for (const Query& query : bench.store.asked) CHECK(!query.expr.ends_with("ms]"));
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kInactive);
  CHECK(bench.result.snapshot->slos[0].groups[0].tiers[0].verdict.firing == Truth::kFalse);

  service.bad_per_second = 50;
  bench.StepUntil(kStart + 14 * kMinute);
  REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  service.bad_per_second = 0;
  bench.StepUntil(kStart + 16 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  bench.StepUntil(kStart + 80 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) != AlertState::kFiring);
}

TEST_CASE("Evaluator: a failed sum holds what is known, and loses no event", "[engine]") {
  EvaluatorBench bench;
  ManySeries service(bench);
  bench.Run(TestSlo());
  bench.StepUntil(kStart + 10 * kMinute);
  const double before = bench.result.snapshot->slos[0].groups[0].good_events;
  bench.store.failure = absl::UnavailableError("down");
  bench.StepUntil(kStart + 20 * kMinute);
  CHECK(bench.result.snapshot->slos[0].problem == "down");
  CHECK(bench.result.snapshot->slos[0].groups[0].good_events == before);
  bench.store.failure = absl::OkStatus();
  bench.StepUntil(kStart + 21 * kMinute);
  CHECK(bench.result.snapshot->slos[0].groups[0].good_events == before + 11 * 60 * 100);
}

TEST_CASE("Evaluator: a source that can't sum so is asked for increases", "[engine]") {
  EvaluatorBench bench;
  ManySeries service(bench);
  bench.Run(TestSlo());
  bench.StepUntil(kStart + 2 * kMinute);
  bench.store.failure = absl::InvalidArgumentError("parse error");
  bench.Step();
  bench.store.failure = absl::OkStatus();
  bench.store.asked.clear();
  bench.Step();
  CHECK(bench.store.asked.at(0).expr == "sum(increase(requests_total[30000ms]))");
}

}  // namespace
}  // namespace slowburn
