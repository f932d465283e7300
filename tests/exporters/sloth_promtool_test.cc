// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "exporters/sloth_rules.h"
#include "tests/conformance.h"
#include "tests/engine/bench.h"
#include "tests/fakes/rule_unit_test.h"

namespace slowburn {
namespace {

constexpr double kEvents = 100'000;  // A second: enough for exact ratios.

std::string Rules(const std::vector<Slo>& slos) {
  const SlothRules made = MakeSlothRules(slos, {.labels = {}, .version = "test"});
  REQUIRE(made.diagnostics.empty());
  return PrometheusRulesYaml(made.sets);
}

// A counter that grows by `per_second` from one sample to the next.
class Counter {
 public:
  explicit Counter(std::int64_t scrape_seconds) : scrape_(static_cast<double>(scrape_seconds)) {}

  void Grow(double seconds, double per_second) {
    for (double at = 0; at < seconds; at += scrape_) {
      value_ += per_second * std::min(scrape_, seconds - at);
      values_.push_back(std::floor(value_ + 0.5));
    }
  }

  std::vector<std::optional<double>> Take() { return std::move(values_); }

 private:
  double scrape_;
  double value_ = 0;
  std::vector<std::optional<double>> values_ = {0.0};
};

// One step incident after a clean `history`.
RuleUnitTest Incident(std::int64_t scrape, double history, double ratio, double duration,
                      double after) {
  Counter good(scrape);
  Counter bad(scrape);
  for (const auto& [seconds, errors] :
       {std::pair(history, 0.0), std::pair(duration, ratio), std::pair(after, 0.0)}) {
    good.Grow(seconds, kEvents * (1 - errors));
    bad.Grow(seconds, kEvents * errors);
  }
  return {.scrape_seconds = scrape,
          .series = {{R"(requests_total{job="shop",instance="a",code="200"})", good.Take()},
                     {R"(requests_total{job="shop",instance="a",code="500"})", bad.Take()}},
          .expectations = {}};
}

// One severity of one vector, seen by evaluations every `tick` seconds.
struct Case {
  double ratio = 0;
  double duration = 0;
  const char* severity = "";
  std::optional<double> detect;  // Seconds from the incident's start, in continuous time.
  double reset = 0;              // From its end.
};

RuleUnitTest TestOf(const Case& of, std::int64_t scrape, double history, double tick) {
  const double duration = std::ceil(of.duration / tick) * tick;
  RuleUnitTest test = Incident(scrape, history, of.ratio, of.duration, of.reset + 3 * tick);
  const auto expect = [&](double seconds, bool firing) {
    test.expectations.push_back({static_cast<std::int64_t>(history + seconds),
                                 fmt::format("sloth_severity=\"{}\"", of.severity), firing});
  };
  if (!of.detect) {
    for (double at = tick; at <= duration + tick; at += tick) expect(at, false);
    return test;
  }
  const double fires = std::ceil(*of.detect / tick) * tick;
  // Where a tick meets the threshold exactly, either it or the next fires.
  const bool exact = fires == *of.detect;
  expect(fires - tick, false);
  expect(exact ? fires + tick : fires, true);
  // From its end, which may lie between ticks and scrapes.
  const double cleared = of.duration + of.reset;
  expect((std::floor(cleared / tick) - 1) * tick, true);
  expect((std::ceil(cleared / tick) + 1) * tick, false);
  return test;
}

std::vector<Case> Cases(const std::filesystem::path& file) {
  std::ifstream text(file);
  std::vector<Case> out;
  for (const nlohmann::json& vector : nlohmann::json::parse(text)) {
    for (const char* severity : {"page", "ticket"}) {
      Case of{vector["error_ratio"], vector["duration_s"], severity, {}, 0};
      if (!vector[severity].is_null()) {
        of.detect = vector[severity]["detect_s"].get<double>();
        of.reset = vector[severity]["reset_after_end_s"];
      }
      out.push_back(of);
    }
  }
  return out;
}

// Whether the errors meet a factor of `severity` exactly, so that the last bit of a double decides.
bool OnTheEdge(const Case& of) {
  for (const Tier& tier : DefaultTiers(absl::Hours(30 * 24))) {
    if (ToString(tier.alert_class) == of.severity &&
        std::abs(of.ratio / 0.001 - tier.factor.AsDouble()) < 1e-9) {
      return true;
    }
  }
  return false;
}

void Run(const std::vector<RuleUnitTest>& tests, std::int64_t tick) {
  const auto result = RunRuleUnitTests(Rules({TestSlo()}), tick, tests);
  if (!result) {
    WARN("SKIP: there is no promtool");
    return;
  }
  INFO(result->output);
  CHECK(result->passed);
}

// The vectors that `wanted` takes, each as its rules see it; none, saying so, without the vectors.
template <typename Wanted>
std::vector<RuleUnitTest> Tests(std::int64_t scrape, double history, double tick,
                                const Wanted& wanted) {
  std::vector<RuleUnitTest> out;
  const auto folder = ConformanceFolder();
  if (!folder) {
    WARN("SKIP: the conformance folder is not here");
    return out;
  }
  for (const Case& of : Cases(*folder / "burn-vectors.json")) {
    if (OnTheEdge(of) && !of.detect) continue;
    if (wanted(of)) out.push_back(TestOf(of, scrape, history, tick));
  }
  return out;
}

bool IsPage(const Case& of) {
  return std::string_view(of.severity) == "page";
}

constexpr double kHour = 3600;

TEST_CASE("Sloth rules: page in Prometheus at the minute of the burn vectors",
          "[.e2e][exporters]") {
  const auto tests = Tests(30, 6 * kHour, 60,
                           [](const Case& of) { return IsPage(of) && of.duration <= 8 * kHour; });
  if (tests.empty()) return;
  CHECK(tests.size() >= 13);
  Run(tests, 60);
}

TEST_CASE("Sloth rules: raise tickets in Prometheus at the tick of the burn vectors",
          "[.e2e][exporters]") {
  const auto tests = Tests(300, 72 * kHour, 300,
                           [](const Case& of) { return !IsPage(of) && of.duration > 8 * kHour; });
  if (tests.empty()) return;
  CHECK(tests.size() >= 5);
  Run(tests, 300);
}

TEST_CASE("Sloth rules: raise tickets in Prometheus at the minute of the burn vectors",
          "[.long][exporters]") {
  const auto tests = Tests(60, 72 * kHour, 60, [](const Case& of) {
    return !IsPage(of) && of.detect && *of.detect < kHour;
  });
  if (tests.empty()) return;
  CHECK(tests.size() >= 3);
  Run(tests, 60);
}

}  // namespace
}  // namespace slowburn
