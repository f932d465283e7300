// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "tests/engine/bench.h"
#include "tests/fakes/test_server.h"
#include "tests/reference/event_oracle.h"

namespace slowburn {
namespace {

constexpr std::int64_t kScrape = 15'000;
constexpr std::int64_t kHour = 3600'000;

// Samples of known counters, as OpenMetrics text and in an oracle.
class History {
 public:
  explicit History(std::int64_t since_ms) : oracle(kGrid, since_ms, 2 * kScrape) {}

  void Add(const std::string& instance, const std::string& code, std::int64_t at_ms,
           std::int64_t value) {
    const Labels labels = Series(instance, code);
    text_[labels] += fmt::format(R"(requests_total{{code="{}",instance="{}",job="shop"}} {} {}.{:03}
)",
                                 code, instance, value, at_ms / 1000, at_ms % 1000);
    oracle.Add(instance, LabelsToString(labels), code == "500", at_ms, value);
  }

  std::string OpenMetrics() const {
    std::string text = "# TYPE requests counter\n";
    for (const auto& [labels, samples] : text_) text += samples;
    return text + "# EOF\n";
  }

  EventOracle oracle;

 private:
  std::map<Labels, std::string> text_;
};

// One target from `from` to `to`, scraped but for a gap; errors begin an hour in, it restarts
// twice.
void Live(History& history, std::mt19937& generator, const std::string& instance, std::int64_t from,
          std::int64_t to, std::int64_t gap_from, std::int64_t gap_to) {
  const auto random = [&generator](unsigned below) {
    return static_cast<std::int64_t>(generator() % below);
  };
  std::int64_t good = random(100'000);
  std::int64_t bad = 0;
  bool has_bad = false;
  for (std::int64_t at = from; at <= to; at += kScrape) {
    const std::int64_t age = at - from;
    if (age == kHour / 2 || age == 3 * kHour + 7 * kScrape) good = bad = 0;
    good += random(200);
    if (age > kHour && random(3) == 0) {
      bad += random(20);
      has_bad = true;
    }
    if (at > gap_from && at < gap_to) continue;
    history.Add(instance, "200", at, good);
    if (has_bad) history.Add(instance, "500", at, bad);
  }
}

TEST_CASE("Replay: a real Prometheus's history is counted to the event", "[engine]") {
  const std::int64_t end = kStart + 5 * kHour;
  EvaluatorBench bench;
  History history(kGrid.Horizon(kStart / kGrid.step_ms) - kHour);
  std::mt19937 random(7);
  for (int i = 0; i < 3; ++i) {
    // All three miss the same 20 minutes.
    Live(history, random, fmt::format("steady{}", i), kStart - 2 * kHour, end, kStart + kHour,
         kStart + kHour + 20 * 60'000);
  }
  for (int i = 0; i < 12; ++i) {
    const std::int64_t born = kStart + i * 20 * 60'000;
    Live(history, random, fmt::format("pod{}", i), born, born + kHour + 30 * 60'000, 0, 0);
  }
  const auto server = TestServer::StartPrometheus({.openmetrics = history.OpenMetrics()});
  if (!server) {
    WARN("skipped: Prometheus is not installed");
    return;
  }

  SimulatedClock clock(absl::FromUnixMillis(kStart));
  SourceSettings settings;
  settings.http.url = server->url();
  const auto source = NewPrometheusSource("default", settings, clock, bench.telemetry);
  Evaluator::Options options;
  options.grid = kGrid;
  Evaluator evaluator(options, *source, bench.telemetry);
  evaluator.SetSlos({{std::make_shared<const Slo>(TestSlo()), false}});

  std::int64_t compared = 0;
  for (std::int64_t slot = kStart / kGrid.step_ms; kGrid.TimeOf(slot) <= end + 60'000; ++slot) {
    if (random() % 4 == 0) continue;  // Missed: the next one reads it too.
    const auto snapshot = evaluator.Evaluate(slot).snapshot;
    INFO(snapshot->problem);
    REQUIRE(snapshot->readable);
    if (random() % 10 != 0) continue;
    const GroupStatus& group = snapshot->slos[0].groups[0];
    const EventOracle::Sum want = history.oracle.Count(0, INT64_MAX, kGrid.Horizon(slot));
    REQUIRE(group.bad_events == static_cast<double>(want.bad));
    REQUIRE(group.good_events == static_cast<double>(want.total - want.bad));
    ++compared;
  }
  CHECK(compared > 20);
}

}  // namespace
}  // namespace slowburn
