// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/evaluator.h"

#include <catch2/catch.hpp>

#include "tests/engine/bench.h"

namespace slowburn {
namespace {

constexpr std::int64_t kMinute = 60'000;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("Evaluator: a page fires, carries the facts, and resolves on evidence", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  const Alert page = *bench.Find(AlertClass::kPage);
  CHECK(page.labels == Labels{{"alertname", "ShopBurns"},
                              {"service", "shop"},
                              {"slo", "availability"},
                              {"slo_class", "page"}});
  CHECK(page.starts_at == absl::FromUnixMillis(kGrid.TimeOf(bench.slot - 1)));
  CHECK(page.value > 14.4);
  CHECK(Contains(page.annotations.at("summary"), "shop/availability"));
  CHECK(Contains(page.annotations.at("description"), "Objective 99.9 % over 30d"));
  CHECK(page.annotations.at("explain_url") ==
        "https://slowburn.example.org/api/v1/slos/shop/availability/explain");
  CHECK(page.generator_url.starts_with("https://prometheus.example.org/graph?g0.expr=sum%28rate"));
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].to == AlertState::kFiring);
  CHECK(Contains(bench.events[0].cause, "threshold=14.4"));

  const auto& description = page.annotations.at("description");
  CHECK(std::count(description.begin(), description.end(), '\n') < 6);

  bench.Traffic(kStart + 120 * kMinute, 100, 0);
  bench.StepUntil(kStart + 100 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kInactive);
  REQUIRE(bench.events.size() >= 2);
  for (const AlertEvent& event : bench.events) {
    if (event.to != AlertState::kResolved || event.alert.alert_class != AlertClass::kPage) continue;
    CHECK(event.alert.starts_at == page.starts_at);
    CHECK(event.alert.resolved_at == event.at);
  }
}

TEST_CASE("Evaluator: a tier of one window goes by that window alone", "[engine]") {
  Slo slo = TestSlo();
  const Tier tier = {AlertClass::kPage, {20, 1}, absl::Hours(1), absl::Hours(1), {}, {}};
  slo.alerts.tiers = {tier};
  EvaluatorBench bench;
  RunUntilPage(bench, slo);
  const Alert page = *bench.Find(AlertClass::kPage);
  const std::string& description = page.annotations.at("description");
  CHECK(page.annotations.at("tier") == "1h above 20");
  CHECK(description.find("Last 1h") == description.rfind("Last 1h"));
  CHECK(Contains(description, "Clears when the burn rate over 1h is known"));
  CHECK(bench.events[0].cause.find("burn(1h)") == bench.events[0].cause.rfind("burn(1h)"));
  CHECK(ReasonText(bench.result.snapshot->slos[0].groups[0].tiers[0])
            .starts_with("the window burns above 20: "));

  // All is well again, but not over the last hour.
  const std::int64_t broken_until = bench.fed_ms;
  bench.Traffic(broken_until + 90 * kMinute, 100, 0);
  bench.StepUntil(broken_until + 45 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  bench.StepUntil(broken_until + 65 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
}

TEST_CASE("Evaluator: a failed read holds a page, and loses no event", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.Traffic(kStart + 3 * 60 * kMinute, 100, 0);
  bench.store.failure = absl::UnavailableError("connection refused");
  bench.StepUntil(kStart + 2 * 60 * kMinute);
  // Every minute of the outage was long over, but nobody could know.
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  CHECK_FALSE(bench.result.snapshot->readable);
  CHECK(bench.result.snapshot->slos[0].problem == "connection refused");
  CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kInactive);

  bench.store.failure = absl::OkStatus();
  const SourceSnapshot& after = bench.Step();
  CHECK(after.readable);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
  EvaluatorBench whole;
  RunUntilPage(whole);
  whole.Traffic(kStart + 3 * 60 * kMinute, 100, 0);
  whole.StepUntil(kStart + 2 * 60 * kMinute + 30'000);
  const GroupStatus& got = after.slos[0].groups[0];
  const GroupStatus& want = whole.result.snapshot->slos[0].groups[0];
  CHECK(got.good_events == want.good_events);
  CHECK(got.bad_events == want.bad_events);
  CHECK(got.budget_remaining == want.budget_remaining);
}

TEST_CASE("Evaluator: an outage that stops all traffic does not resolve its own page", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  SECTION("when counters stand still") {
    bench.Traffic(kStart + 90 * kMinute, 0, 0);
    bench.StepUntil(kStart + 60 * kMinute);
  }
  SECTION("when the series are gone") {
    bench.StepUntil(kStart + 60 * kMinute);
  }
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
}

TEST_CASE("Evaluator: data that ends raises a no-data alert and keeps the page", "[engine]") {
  EvaluatorBench bench;
  bench.Run(TestSlo());
  bench.Traffic(kStart + 10 * kMinute, 100, 0);
  bench.StepUntil(kStart + 24 * kMinute);
  CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kInactive);
  bench.StepUntil(kStart + 26 * kMinute);
  REQUIRE(bench.StateOf(AlertClass::kNoData) == AlertState::kFiring);
  CHECK(bench.Find(AlertClass::kNoData)->labels.at("alertname") == "SLONoData");
  CHECK(bench.Find(AlertClass::kNoData)->labels.at("slo_class") == "no_data");
  bench.fed_ms = kStart + 26 * kMinute;
  bench.Traffic(kStart + 40 * kMinute, 100, 0);
  bench.StepUntil(kStart + 28 * kMinute);
  CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kResolved);
}

TEST_CASE("Evaluator: a selector that can never match is no green SLO", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  auto& events = std::get<EventsSli>(slo.sli);
  const char* want = "";
  SECTION("an unknown metric") {
    events.bad = *ParseSelector("request_errors_total");
    want = "no series request_errors_total in the last 30 days";
  }
  SECTION("an unknown label") {
    events.bad = *ParseSelector(R"(requests_total{status="500"})");
    want = "no series requests_total with a label status in the last 30 days";
  }
  bench.Run(slo);
  bench.Traffic(kStart + 60 * kMinute, 100, 0);
  bench.StepUntil(kStart + 10 * kMinute);
  const SloStatus& status = bench.result.snapshot->slos[0];
  CHECK(status.problem == want);
  CHECK(status.groups[0].tiers[0].verdict.firing == Truth::kUnknown);
  CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kInactive);
  bench.StepUntil(kStart + 16 * kMinute);
  CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kFiring);
}

TEST_CASE("Evaluator: errors that never happened are a green SLO", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  std::get<EventsSli>(slo.sli).bad = *ParseSelector(R"(requests_total{code="503"})");
  bench.Run(slo);
  bench.Traffic(kStart + 60 * kMinute, 100, 0);
  bench.StepUntil(kStart + 30 * kMinute);
  const SloStatus& status = bench.result.snapshot->slos[0];
  CHECK(status.problem.empty());
  CHECK(status.groups[0].tiers[0].verdict.firing == Truth::kFalse);
  CHECK(status.groups[0].budget_remaining == 1.0);
  CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kInactive);
}

TEST_CASE("Evaluator: time before it counted is unknown, not good", "[engine]") {
  EvaluatorBench bench(absl::Minutes(2));
  bench.Run(TestSlo());
  bench.Traffic(kStart + 60 * kMinute, 100, 0);
  bench.StepUntil(kStart + 10 * kMinute);
  const GroupStatus& group = bench.result.snapshot->slos[0].groups[0];
  CHECK(group.tiers[0].short_window.coverage == 1);
  CHECK(group.tiers[0].long_window.coverage == Approx(12.0 / 60).margin(0.02));
  // Its short window is known not to burn, and that decides.
  CHECK(group.tiers[0].verdict.firing == Truth::kFalse);
  CHECK(group.tiers[3].verdict.firing == Truth::kUnknown);
}

TEST_CASE("Evaluator: changed definitions keep counts and clocks", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  const absl::Time starts_at = *bench.Find(AlertClass::kPage)->starts_at;
  const double bad = bench.result.snapshot->slos[0].groups[0].bad_events;
  Slo slo = TestSlo();
  SECTION("another objective and owner") {
    slo.objective = MakeRatio(998, 1000);
    slo.owner = "payments";
  }
  SECTION("other tiers, and so another ladder") {
    slo.alerts.tiers.pop_back();
    slo.alerts.tiers[1].short_window = absl::Minutes(20);
    slo.window = absl::Hours(28 * 24);
  }
  bench.Run(slo);
  bench.Step();
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  CHECK(bench.Find(AlertClass::kPage)->starts_at == starts_at);
  CHECK(bench.result.snapshot->slos[0].groups[0].bad_events >= bad);
  CHECK(bench.result.snapshot->slos[0].groups[0].tiers[0].long_window.coverage == 1);
}

TEST_CASE("Evaluator: a changed SLI holds the page until it is known anew", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  const absl::Time starts_at = *bench.Find(AlertClass::kPage)->starts_at;
  Slo slo = TestSlo();
  slo.sli =
      EventsSli{*ParseSelector("other_total"), *ParseSelector("other_bad_total"), std::nullopt};
  bench.Run(slo);
  bench.StepUntil(kGrid.TimeOf(bench.slot) + 5 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  CHECK(bench.Find(AlertClass::kPage)->starts_at == starts_at);
}

TEST_CASE("Evaluator: the page of a removed SLO stays ten minutes, in case", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  const absl::Time starts_at = *bench.Find(AlertClass::kPage)->starts_at;
  bench.evaluator->SetSlos({});
  bench.StepUntil(kGrid.TimeOf(bench.slot) + 9 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  SECTION("and is the same when it returns") {
    bench.Run(TestSlo());
    bench.Step();
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
    CHECK(bench.Find(AlertClass::kPage)->starts_at == starts_at);
  }
  SECTION("and is resolved then, saying why") {
    bench.StepUntil(kGrid.TimeOf(bench.slot) + 2 * kMinute);
    REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
    CHECK(bench.Find(AlertClass::kPage)->annotations.contains("removed"));
    bench.StepUntil(kGrid.TimeOf(bench.slot) + 20 * kMinute);
    CHECK(bench.result.snapshot->alerts.empty());
  }
}

TEST_CASE("Evaluator: errors come with their total in one query", "[engine]") {
  EvaluatorBench bench;
  bench.Run(TestSlo());
  bench.Traffic(kStart + 10 * kMinute, 100, 0);
  bench.Step();
  bench.store.asked.clear();
  bench.Step();
  REQUIRE(bench.store.asked.size() == 1);
  // Back to the sealed horizon before, and two scrape intervals.
  CHECK(bench.store.asked[0].expr == "requests_total[75000ms]");
}

TEST_CASE("Evaluator: slots that were missed are counted by the next", "[engine]") {
  EvaluatorBench missed;
  EvaluatorBench whole;
  for (EvaluatorBench* bench : {&missed, &whole}) {
    bench->Run(TestSlo());
    bench->Traffic(kStart + 40 * kMinute, 100, 0.5);
    bench->StepUntil(kStart);
  }
  missed.slot += 60;
  missed.Step();
  whole.StepUntil(kStart + 60 * 30'000 + 30'000);
  const GroupStatus& got = missed.result.snapshot->slos[0].groups[0];
  const GroupStatus& want = whole.result.snapshot->slos[0].groups[0];
  REQUIRE(got.windows.size() == want.windows.size());
  for (std::size_t i = 0; i < want.windows.size(); ++i) {
    CHECK(got.windows[i].bad == want.windows[i].bad);
    CHECK(got.windows[i].total == want.windows[i].total);
    CHECK(got.windows[i].coverage == want.windows[i].coverage);
  }
}

TEST_CASE("Evaluator: a source that refuses long reads is read in pieces", "[engine]") {
  EvaluatorBench limited;
  EvaluatorBench free;
  limited.store.longest_range_ms = 20 * kMinute;
  for (EvaluatorBench* bench : {&limited, &free}) {
    bench->Run(TestSlo());
    bench->Traffic(kStart + 5 * 60 * kMinute, 100, 0.5);
    bench->StepUntil(kStart + 5 * kMinute);
    // Four hours in which nobody reads.
    bench->slot += 480;
    bench->StepUntil(kGrid.TimeOf(bench->slot) + 5 * kMinute);
    CHECK(bench->result.snapshot->readable);
  }
  const GroupStatus& got = limited.result.snapshot->slos[0].groups[0];
  const GroupStatus& want = free.result.snapshot->slos[0].groups[0];
  CHECK(got.bad_events == want.bad_events);
  CHECK(got.good_events == want.good_events);
  for (std::size_t i = 0; i < want.windows.size(); ++i) {
    CHECK(got.windows[i].total == want.windows[i].total);
    CHECK(got.windows[i].coverage == want.windows[i].coverage);
  }
}

TEST_CASE("Evaluator: scrapes that take longer than a tick are counted in full", "[engine]") {
  EvaluatorBench bench;
  bench.Run(TestSlo());
  // Scraped every 60 s, each visible 45 s later: after its time was sealed.
  double value = 0;
  for (std::int64_t at = kStart - 2 * 3600'000; at <= kStart + 3600'000; at += 60'000) {
    bench.store.Add(Series("a", "200"), at, value, at + 45'000);
    bench.store.Add(Series("a", "500"), at, value / 10, at + 45'000);
    value += 600;
  }
  bench.StepUntil(kStart + 40 * kMinute);
  const WindowStatus& window = bench.result.snapshot->slos[0].groups[0].tiers[1].short_window;
  CHECK(*window.total == Approx(30 * 660).margin(660));
  CHECK(*window.error_ratio == Approx(60.0 / 660));
}

TEST_CASE("Evaluator: an opaque ratio is asked of the source", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  slo.sli = RatioSli{"1 - avg_over_time(up[{{.window}}])"};
  std::optional<double> ratio = 0.0005;
  bench.store.evaluate = [&ratio](const std::string& expr, absl::Time) {
    return expr.starts_with("1 - avg_over_time(up[") ? ratio : std::nullopt;
  };
  bench.Run(slo);
  bench.StepUntil(kStart + 10 * kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kInactive);
  CHECK(bench.result.snapshot->slos[0].groups[0].tiers[0].verdict.firing == Truth::kFalse);
  ratio = 0.02;
  bench.Step();
  bench.Step();  // The window of an hour is asked for once a minute.
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  SECTION("no answer holds it") {
    ratio = std::nullopt;
    bench.StepUntil(kStart + 40 * kMinute);
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
    CHECK(bench.result.snapshot->slos[0].problem == "the expression gives no result");
  }
  SECTION("NaN holds it") {
    ratio = std::numeric_limits<double>::quiet_NaN();
    bench.StepUntil(kStart + 40 * kMinute);
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  }
  SECTION("a good answer on sealed data resolves it") {
    ratio = 0.0;
    bench.Step();
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
    CHECK(bench.store.asked.back().at == absl::FromUnixMillis(kGrid.Horizon(bench.slot - 1)));
  }
}

TEST_CASE("Evaluator: a ticket on an opaque ratio keeps the pace of its windows", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  slo.sli = RatioSli{"bad:ratio{{.window}}"};
  slo.alerts.tiers = {{.alert_class = AlertClass::kTicket,
                       .factor = MakeRatio(1, 1),
                       .long_window = absl::Hours(72),
                       .short_window = absl::Hours(6)}};
  double ratio = 0;
  bench.store.evaluate = [&ratio](const std::string&, absl::Time) { return ratio; };
  bench.Run(slo);
  bench.StepUntil(kStart + 10 * kMinute);
  const auto steps_until = [&bench](AlertState state) {
    int steps = 0;
    for (; bench.StateOf(AlertClass::kTicket) != state && steps < 1000; ++steps) bench.Step();
    return steps;
  };
  ratio = 0.01;
  const int fired = steps_until(AlertState::kFiring);
  CHECK(fired > 12);    // Three days are asked for every 72 minutes,
  CHECK(fired <= 144);  // so it takes until then at most.
  const std::size_t asked = bench.store.asked.size();
  bench.StepUntil(kGrid.TimeOf(bench.slot) + 12 * 30'000);
  CHECK(bench.store.asked.size() <= asked + 3);
  CHECK(bench.StateOf(AlertClass::kTicket) == AlertState::kFiring);
  ratio = 0;
  CHECK(steps_until(AlertState::kResolved) <= 12);  // Six hours every 6 minutes.
  CHECK(bench.store.asked.back().at == absl::FromUnixMillis(kGrid.Horizon(bench.slot - 1)));
}

// Refuses what asks for three days, and says half of everything else.
class HalfRefusing : public FakePrometheus {
 public:
  HalfRefusing() {
    evaluate = [](const std::string&, absl::Time) { return 0.5; };
  }

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<absl::StatusOr<QueryResult>> results = FakePrometheus::Run(queries);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (Contains(queries[i].expr, "3d")) results[i] = absl::DeadlineExceededError("too slow");
    }
    return results;
  }
};

TEST_CASE("Evaluator: an opaque window that the source refuses blinds no other", "[engine]") {
  HalfRefusing source;
  Telemetry telemetry;
  Evaluator::Options options;
  options.grid = kGrid;
  Evaluator evaluator(options, source, telemetry);
  Slo slo = TestSlo();
  slo.sli = RatioSli{"bad:ratio{{.window}}"};
  evaluator.SetSlos({{std::make_shared<const Slo>(slo), false}});
  const auto result = evaluator.Evaluate(kStart / kGrid.step_ms);
  const SloStatus& status = result.snapshot->slos[0];
  CHECK(status.problem == "too slow");
  CHECK(result.snapshot->readable);
  const std::vector<TierStatus>& tiers = status.groups[0].tiers;
  REQUIRE(tiers.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK(tiers[i].verdict.firing == Truth::kTrue);
  CHECK(tiers[3].verdict.firing == Truth::kUnknown);
}

TEST_CASE("Evaluator: equal opaque queries are asked once", "[engine]") {
  const auto asked_in_an_hour = [](int slos) {
    EvaluatorBench bench;
    bench.store.evaluate = [](const std::string&, absl::Time) { return 0.0; };
    std::vector<ActiveSlo> active;
    for (int i = 0; i < slos; ++i) {
      Slo slo = TestSlo("slo" + std::to_string(i));
      slo.sli = RatioSli{"bad:ratio{{.window}}"};
      active.push_back({std::make_shared<const Slo>(slo), false});
    }
    bench.evaluator->SetSlos(active);
    for (int i = 0; i < 120; ++i) bench.Step();
    return bench.store.asked.size();
  };
  CHECK(asked_in_an_hour(5) == asked_in_an_hour(1));
}

TEST_CASE("Evaluator: a latency bound that no bucket has names those there are", "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  LatencySli latency;
  latency.histogram = *ParseSelector("latency_seconds_bucket");
  latency.under = absl::Milliseconds(300);
  slo.sli = latency;
  for (std::int64_t at = kStart - 3600'000; at < kStart + 3600'000; at += 15'000) {
    for (const char* le : {"0.1", "0.5", "+Inf"}) {
      bench.store.Add({{"__name__", "latency_seconds_bucket"}, {"le", le}, {"instance", "a"}}, at,
                      static_cast<double>(at - kStart + 7200'000) / 15'000);
    }
  }
  bench.Run(slo);
  bench.Step();
  CHECK(Contains(bench.result.snapshot->slos[0].problem, "0.1, 0.5"));
  CHECK(bench.result.snapshot->slos[0].groups[0].tiers[0].verdict.firing == Truth::kUnknown);
}

}  // namespace
}  // namespace slowburn
