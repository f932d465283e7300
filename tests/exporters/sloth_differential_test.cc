// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "exporters/sloth_rules.h"
#include "tests/engine/bench.h"
#include "tests/fakes/rule_unit_test.h"

// Prometheus with the generated rules, and slowburn, see the same samples.  Where their alerts
// differ, the difference must be one that has a name.

namespace slowburn {
namespace {

constexpr std::int64_t kHistory = 13 * 3600;  // Seconds: longer than any window below.
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kBaseMs = kStart + 30'000 - kHistory * 1000;  // A whole minute: time 0.

// Windows of hours rather than days, for tests of seconds rather than minutes.
Slo ShortSlo() {
  Slo slo = TestSlo();
  const auto tier = [](AlertClass alert_class, std::int64_t num, std::int64_t den,
                       absl::Duration longer, absl::Duration shorter) {
    Tier out;
    out.alert_class = alert_class;
    out.factor = MakeRatio(num, den);
    out.long_window = longer;
    out.short_window = shorter;
    return out;
  };
  slo.alerts.tiers = {tier(AlertClass::kPage, 144, 10, absl::Hours(1), absl::Minutes(5)),
                      tier(AlertClass::kPage, 6, 1, absl::Hours(6), absl::Minutes(30)),
                      tier(AlertClass::kTicket, 3, 1, absl::Hours(12), absl::Hours(1))};
  slo.alerts.no_data = std::nullopt;
  return slo;
}

// A service that is scraped at times of its own.
class Service {
 public:
  explicit Service(std::int64_t scrape_seconds) : scrape_(scrape_seconds) {}

  // Serves `per_second` for `seconds`, a share of `errors` of which fail.
  void Serve(std::int64_t seconds, double per_second, double errors) {
    const double step = per_second * static_cast<double>(scrape_);
    for (std::int64_t at = 0; at < seconds; at += scrape_) {
      good_ += step * (1 - errors);
      bad_ += step * errors;
      good_values_.emplace_back(std::floor(good_));
      bad_values_.emplace_back(std::floor(bad_));
    }
  }

  // Serves unseen.
  void ServeUnscraped(std::int64_t seconds, double per_second) {
    good_ += per_second * static_cast<double>(seconds);
    for (std::int64_t at = 0; at < seconds; at += scrape_) {
      good_values_.emplace_back();
      bad_values_.emplace_back();
    }
  }

  // The errors have no series before the first of them.
  void ForgetErrorsUntilNow() {
    for (std::optional<double>& value : bad_values_) value.reset();
  }

  std::int64_t Now() const { return static_cast<std::int64_t>(good_values_.size()) * scrape_; }

  RuleUnitTest UnitTest() const {
    return {.scrape_seconds = scrape_,
            .series = {{R"(requests_total{job="shop",instance="a",code="200"})", good_values_},
                       {R"(requests_total{job="shop",instance="a",code="500"})", bad_values_}},
            .expectations = {}};
  }

  void Feed(FakePrometheus& store) const {
    const auto add = [&](const char* code, const std::vector<std::optional<double>>& values) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) continue;
        store.Add(Series("a", code), kBaseMs + static_cast<std::int64_t>(i) * scrape_ * 1000,
                  *values[i]);
      }
    };
    add("200", good_values_);
    add("500", bad_values_);
  }

 private:
  std::int64_t scrape_;
  double good_ = 0;
  double bad_ = 0;
  std::vector<std::optional<double>> good_values_;
  std::vector<std::optional<double>> bad_values_;
};

// A minute at which one alert fires in one of the two alone.
struct Difference {
  std::int64_t second = 0;
  bool slowburn = false;  // Who fires.
};

struct Compared {
  std::vector<Difference> differences;
  std::vector<std::int64_t> transitions;  // Seconds at which slowburn's alert begins or ends.
  std::int64_t firing_minutes = 0;        // Of slowburn's.
};

// Both alerts at each minute after the history; nullopt when there is no promtool.
std::optional<Compared> Compare(const Service& service, AlertClass alert_class) {
  const Slo slo = ShortSlo();
  EvaluatorBench bench(absl::Hours(14));
  service.Feed(bench.store);
  bench.Run(slo);
  RuleUnitTest test = service.UnitTest();
  Compared out;
  bool before = false;
  for (std::int64_t second = kHistory; second < service.Now(); second += kMinute) {
    bench.StepUntil(kBaseMs + second * 1000);
    const bool firing = bench.StateOf(alert_class) == AlertState::kFiring;
    test.expectations.push_back(
        {second, fmt::format("sloth_severity=\"{}\"", ToString(alert_class)), firing});
    if (firing != before) out.transitions.push_back(second);
    out.firing_minutes += firing ? 1 : 0;
    before = firing;
  }
  const SlothRules made = MakeSlothRules({slo}, {.labels = {}, .version = "test"});
  REQUIRE(made.diagnostics.empty());
  const auto result = RunRuleUnitTests(PrometheusRulesYaml(made.sets), kMinute, {test});
  if (!result) {
    WARN("SKIP: there is no promtool");
    return std::nullopt;
  }
  for (const UnitTestExpectation& wrong : result->wrong) {
    out.differences.push_back({wrong.seconds, wrong.firing});
  }
  return out;
}

std::string Text(const Compared& compared) {
  std::string out = "transitions:";
  for (const std::int64_t at : compared.transitions) {
    out += fmt::format(" {}m", (at - kHistory) / kMinute);
  }
  out += "\ndifferences:";
  for (const Difference& difference : compared.differences) {
    out += fmt::format(" {}m {}", (difference.second - kHistory) / kMinute,
                       difference.slowburn ? "slowburn" : "Prometheus");
  }
  return out;
}

// The edge bound: slowburn's windows end within a sixtieth of where they should, it resolves on
// data that is sealed, and takes the tick after.  A sixtieth of the longest short window, an hour.
constexpr std::int64_t kEdge = 60 + 2 * kMinute;

bool NearTransition(const Compared& compared, std::int64_t second, std::int64_t bound) {
  return std::any_of(compared.transitions.begin(), compared.transitions.end(),
                     [&](std::int64_t at) { return std::abs(second - at) <= bound; });
}

// A span in which a difference is expected, and who fires in it alone.
struct Named {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// All that differs is within `named`, and then slowburn that fires, or within `bound` of where an
// alert begins or ends.
void CheckExplained(const Compared& compared, std::optional<Named> named,
                    std::int64_t bound = kEdge) {
  for (const Difference& difference : compared.differences) {
    INFO((difference.second - kHistory) / kMinute << "m, " << Text(compared));
    const bool is_named = named && difference.slowburn && difference.second >= named->begin &&
                          difference.second <= named->end;
    CHECK((is_named || NearTransition(compared, difference.second, bound)));
  }
}

// How many minutes of `named` differ.
std::int64_t MinutesWithin(const Compared& compared, Named named) {
  return std::count_if(compared.differences.begin(), compared.differences.end(),
                       [&](const Difference& difference) {
                         return difference.slowburn && difference.second >= named.begin &&
                                difference.second <= named.end;
                       });
}

TEST_CASE("Sloth rules against slowburn: agree but for the edge bound", "[.e2e][exporters]") {
  Service service(15);
  service.Serve(kHistory + 20 * kMinute, 50, 0);
  service.Serve(10 * kMinute, 50, 0.15);
  service.Serve(60 * kMinute, 50, 0);
  service.Serve(5 * kMinute, 50, 1);
  service.Serve(120 * kMinute, 50, 0.0005);
  for (const AlertClass alert_class : {AlertClass::kPage, AlertClass::kTicket}) {
    const auto compared = Compare(service, alert_class);
    if (!compared) return;
    INFO(ToString(alert_class) << " " << Text(*compared));
    CHECK(compared->firing_minutes >= 5);
    CHECK(compared->transitions.size() >= 2);
    CheckExplained(*compared, std::nullopt);
  }
}

TEST_CASE("Sloth rules against slowburn: agree on a service that meets its objective",
          "[.e2e][exporters]") {
  Service service(15);
  service.Serve(kHistory + 180 * kMinute, 50, 0.0009);
  for (const AlertClass alert_class : {AlertClass::kPage, AlertClass::kTicket}) {
    const auto compared = Compare(service, alert_class);
    if (!compared) return;
    CHECK(compared->firing_minutes == 0);
    CHECK(compared->differences.empty());
  }
}

TEST_CASE("Sloth rules against slowburn: extrapolation over sparse scrapes", "[.e2e][exporters]") {
  // Two samples to a window of five minutes: rate() sees one interval, and takes it for two.
  constexpr std::int64_t kScrape = 150;
  Service service(kScrape);
  service.Serve(kHistory + 20 * kMinute, 50, 0);
  service.Serve(10 * kMinute, 50, 0.15);
  service.Serve(60 * kMinute, 50, 0);
  const auto compared = Compare(service, AlertClass::kPage);
  if (!compared) return;
  CHECK(compared->firing_minutes >= 5);
  CheckExplained(*compared, std::nullopt, kEdge + kScrape);
}

TEST_CASE("Sloth rules against slowburn: the first sample of a series is lost on rate()",
          "[.e2e][exporters]") {
  Service service(15);
  service.Serve(kHistory + 20 * kMinute, 50, 0);
  service.ForgetErrorsUntilNow();
  const std::int64_t born = service.Now();
  // Of an hour's 180 000 requests 1.44 % must fail: all of them come with the first sample.
  service.Serve(15, 400, 1);
  const Named lost{born, service.Now() + 5 * kMinute + kEdge};
  service.Serve(60 * kMinute, 50, 0);
  const auto compared = Compare(service, AlertClass::kPage);
  if (!compared) return;
  INFO(Text(*compared));
  CHECK(MinutesWithin(*compared, lost) >= 3);
  CheckExplained(*compared, lost);
}

TEST_CASE("Sloth rules against slowburn: a gap resolves in Prometheus, and holds in slowburn",
          "[.e2e][exporters]") {
  Service service(15);
  service.Serve(kHistory + 20 * kMinute, 50, 0);
  service.Serve(10 * kMinute, 50, 0.15);
  const std::int64_t begin = service.Now();
  service.ServeUnscraped(20 * kMinute, 50);
  const Named gap{begin, service.Now() + kEdge};
  service.Serve(60 * kMinute, 50, 0);
  const auto compared = Compare(service, AlertClass::kPage);
  if (!compared) return;
  INFO(Text(*compared));
  CHECK(MinutesWithin(*compared, gap) >= 10);
  CheckExplained(*compared, gap);
}

TEST_CASE("Sloth rules against slowburn: NaN without traffic resolves in Prometheus",
          "[.e2e][exporters]") {
  Service service(15);
  service.Serve(kHistory + 20 * kMinute, 50, 0);
  service.Serve(10 * kMinute, 50, 0.15);
  const std::int64_t begin = service.Now();
  service.Serve(20 * kMinute, 0, 0);
  const Named quiet{begin, service.Now() + kEdge};
  service.Serve(60 * kMinute, 50, 0);
  const auto compared = Compare(service, AlertClass::kPage);
  if (!compared) return;
  INFO(Text(*compared));
  CHECK(MinutesWithin(*compared, quiet) >= 10);
  CheckExplained(*compared, quiet);
}

}  // namespace
}  // namespace slowburn
