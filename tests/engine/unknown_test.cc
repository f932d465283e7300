// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "engine/evaluator.h"
#include "tests/engine/bench.h"

// Unknown is not false: what can't be measured neither resolves an alert nor goes unsaid.

namespace slowburn {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The SLO of the bench, of one job.
Slo JobSlo() {
  Slo slo = TestSlo();
  slo.sli = EventsSli{*ParseSelector(R"(requests_total{job="shop"})"),
                      *ParseSelector(R"(requests_total{job="shop",code=~"5.."})"), std::nullopt};
  return slo;
}

std::int64_t Now(const EvaluatorBench& bench) {
  return kGrid.TimeOf(bench.slot);
}

// The service's series get no more samples until `until_ms`.
void Silence(EvaluatorBench& bench, std::int64_t until_ms) {
  bench.fed_ms = std::max(bench.fed_ms, until_ms);
}

// Adds samples of `value` to the series with `labels`, one every 15 s.
void Add(EvaluatorBench& bench, const Labels& labels, std::int64_t from_ms, std::int64_t until_ms,
         double value) {
  for (std::int64_t at = from_ms; at <= until_ms; at += 15'000) bench.store.Add(labels, at, value);
}

int Count(const EvaluatorBench& bench, AlertClass alert_class, AlertState to) {
  return static_cast<int>(
      std::count_if(bench.events.begin(), bench.events.end(), [&](const AlertEvent& event) {
        return event.to == to && event.alert.alert_class == alert_class;
      }));
}

std::string CauseOf(const EvaluatorBench& bench, AlertClass alert_class, AlertState to) {
  std::string cause = "no such event";
  for (const AlertEvent& event : bench.events) {
    if (event.to == to && event.alert.alert_class == alert_class) cause = event.cause;
  }
  return cause;
}

const Alert* FindById(const SourceSnapshot& snapshot, const std::string& id, AlertState state) {
  for (const Alert& alert : snapshot.alerts) {
    if (alert.Id() == id && alert.state == state) return &alert;
  }
  return nullptr;
}

TEST_CASE("Unknown is not false: bad data hold a page until good ones end it", "[engine]") {
  struct Case {
    const char* name;
    std::function<void(EvaluatorBench&, std::int64_t until)> begin;
    std::function<void(EvaluatorBench&)> end = [](EvaluatorBench&) {};
  };

  const auto good_traffic = [](EvaluatorBench& bench, std::int64_t until) {
    bench.Traffic(until, 100, 0);
  };
  const std::vector<Case> cases = {
      {"the source can't be reached",
       [&](EvaluatorBench& bench, std::int64_t until) {
         good_traffic(bench, until);
         bench.store.failure = absl::UnavailableError("connection refused");
       },
       [](EvaluatorBench& bench) { bench.store.failure = absl::OkStatus(); }},
      {"the source takes too long",
       [&](EvaluatorBench& bench, std::int64_t until) {
         good_traffic(bench, until);
         bench.store.failure = absl::DeadlineExceededError("timed out");
       },
       [](EvaluatorBench& bench) { bench.store.failure = absl::OkStatus(); }},
      {"the source refuses the query",
       [&](EvaluatorBench& bench, std::int64_t until) {
         good_traffic(bench, until);
         bench.store.failure = absl::InvalidArgumentError("parse error");
       },
       [](EvaluatorBench& bench) { bench.store.failure = absl::OkStatus(); }},
      {"the source answers in part",
       [&](EvaluatorBench& bench, std::int64_t until) {
         good_traffic(bench, until);
         bench.store.partial = true;
       },
       [](EvaluatorBench& bench) { bench.store.partial = false; }},
      {"the series are gone, as after stale markers", Silence},
      {"the series are there but count nothing",
       [](EvaluatorBench& bench, std::int64_t until) { bench.Traffic(until, 0, 0); }},
      {"samples are NaN",
       [](EvaluatorBench& bench, std::int64_t until) {
         const std::int64_t from = bench.fed_ms + 15'000;
         for (const char* code : {"200", "500"}) Add(bench, Series("a", code), from, until, kNaN);
         Silence(bench, until);
       }},
      {"the errors alone are NaN",
       [](EvaluatorBench& bench, std::int64_t until) {
         const std::int64_t from = bench.fed_ms;
         Silence(bench, until);
         // Their requests are there, and would look well.
         Add(bench, Series("a", "500"), from, until, kNaN);
         for (std::int64_t at = from; at <= until; at += 15'000) {
           bench.store.Add(Series("a", "200"), at, 1e6 + static_cast<double>(at - from));
         }
       }},
      {"samples are infinite",
       [](EvaluatorBench& bench, std::int64_t until) {
         const std::int64_t from = bench.fed_ms + 15'000;
         const double infinite = std::numeric_limits<double>::infinity();
         for (const char* code : {"200", "500"}) {
           Add(bench, Series("a", code), from, until, infinite);
         }
         Silence(bench, until);
       }},
      {"a deploy gives the metric another name",
       [](EvaluatorBench& bench, std::int64_t until) {
         Labels renamed = Series("a", "200");
         renamed["__name__"] = "requests_v2_total";
         Add(bench, renamed, bench.fed_ms + 15'000, until, 5);
         Silence(bench, until);
       }},
      {"a deploy gives a label another value",
       [](EvaluatorBench& bench, std::int64_t until) {
         Labels moved = Series("a", "200");
         moved["job"] = "shop-v2";
         Add(bench, moved, bench.fed_ms + 15'000, until, 5);
         Silence(bench, until);
       }},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      EvaluatorBench bench;
      RunUntilPage(bench, JobSlo());
      bench.Traffic(Now(bench), 100, 100);
      const absl::Time starts_at = *bench.Find(AlertClass::kPage)->starts_at;
      const std::int64_t until = Now(bench) + 3 * kHour;
      c.begin(bench, until);
      bench.StepUntil(until);
      const Alert* page = bench.Find(AlertClass::kPage);
      REQUIRE(page != nullptr);
      CHECK(page->state == AlertState::kFiring);
      CHECK(page->starts_at == starts_at);
      CHECK(page->held);
      CHECK(page->annotations.contains("data_age"));
      CHECK(page->annotations.at("description").find("Held since 20") != std::string::npos);
      CHECK(Count(bench, AlertClass::kPage, AlertState::kResolved) == 0);

      c.end(bench);
      bench.Traffic(until + 7 * kHour, 100, 0);
      while (bench.StateOf(AlertClass::kPage) == AlertState::kFiring) {
        REQUIRE(Now(bench) < until + 7 * kHour);
        bench.Step();
      }
      CHECK(Count(bench, AlertClass::kPage, AlertState::kResolved) == 1);
      CHECK(bench.Find(AlertClass::kPage)->starts_at == starts_at);
      CHECK_FALSE(bench.Find(AlertClass::kPage)->held);
    }
  }
}

TEST_CASE("Unknown is not false: what nobody can measure is given up in the end", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.store.failure = absl::UnavailableError("connection refused");
  // What is known goes on to exceed for a while, whatever happened since.
  while (!bench.Find(AlertClass::kPage)->held) {
    REQUIRE(Now(bench) < kStart + kHour);
    bench.Step();
  }
  const std::int64_t from = Now(bench) - kGrid.step_ms;
  bench.StepUntil(from + 24 * kHour - kMinute);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  bench.StepUntil(from + 24 * kHour);
  REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
  CHECK(bench.Find(AlertClass::kPage)->annotations.contains("unmeasured"));
  CHECK(CauseOf(bench, AlertClass::kPage, AlertState::kResolved) == "unmeasured for 1d");
  // It goes on saying why while it is shown.
  bench.StepUntil(Now(bench) + 5 * kMinute);
  CHECK(bench.Find(AlertClass::kPage)->annotations.contains("unmeasured"));
}

TEST_CASE("Unknown is not false: a held alert tells the growing age of its data", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  CHECK_FALSE(bench.Find(AlertClass::kPage)->held);
  CHECK_FALSE(bench.Find(AlertClass::kPage)->annotations.contains("data_age"));
  bench.store.failure = absl::UnavailableError("connection refused");
  bench.StepUntil(Now(bench) + 10 * kMinute);
  const std::string before = bench.Find(AlertClass::kPage)->annotations.at("data_age");
  bench.Step();
  const Alert& page = *bench.Find(AlertClass::kPage);
  CHECK(page.held);
  CHECK(page.annotations.at("data_age") != before);
  const std::string& description = page.annotations.at("description");
  CHECK(description.find(": connection refused.") != std::string::npos);
  CHECK(std::count(description.begin(), description.end(), '\n') < 6);
}

TEST_CASE("Unknown is not false: no data is said of what is dead, not of what is idle",
          "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  AlertState want = AlertState::kFiring;
  SECTION("the metric has never been there") {
    slo.sli = EventsSli{*ParseSelector("requsts_total"),
                        *ParseSelector(R"(requsts_total{code=~"5.."})"), std::nullopt};
    bench.Traffic(kStart + kHour, 100, 0);
  }
  SECTION("the label's value has never been there") {
    slo.sli = EventsSli{*ParseSelector(R"(requests_total{job="shopp"})"),
                        *ParseSelector(R"(requests_total{job="shopp",code=~"5.."})"), std::nullopt};
    bench.Traffic(kStart + kHour, 100, 0);
  }
  SECTION("the series end") {
    bench.Traffic(kStart + 10 * kMinute, 100, 0);
  }
  SECTION("an idle service is there") {
    bench.Traffic(kStart + 10 * kMinute, 100, 0);
    bench.Traffic(kStart + kHour, 0, 0);
    want = AlertState::kInactive;
  }
  SECTION("samples are rare: low coverage is no absence") {
    bench.Traffic(kStart + kHour, 1000, 0, 10 * kMinute);
    want = AlertState::kInactive;
  }
  bench.Run(slo);
  bench.StepUntil(kStart + 50 * kMinute);
  CHECK(bench.StateOf(AlertClass::kNoData) == want);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kInactive);
}

TEST_CASE("Unknown is not false: one SLO without results holds its own page alone", "[engine]") {
  EvaluatorBench bench;
  const auto slo_of = [](const std::string& instance) {
    Slo slo = TestSlo(instance);
    slo.sli =
        EventsSli{*ParseSelector("requests_total{instance=\"" + instance + "\"}"),
                  *ParseSelector("requests_total{instance=\"" + instance + "\",code=~\"5..\"}"),
                  std::nullopt};
    return std::make_shared<const Slo>(slo);
  };
  bench.evaluator->SetSlos({{slo_of("a"), false}, {slo_of("b"), false}});
  double good = 0;
  double bad = 0;
  for (std::int64_t at = kStart - kHour; at <= kStart + 3 * kHour; at += 15'000) {
    (at > kStart && at < kStart + 10 * kMinute ? bad : good) += 100;
    for (const char* instance : {"a", "b"}) {
      if (instance[0] == 'b' && at >= kStart + 10 * kMinute) continue;
      bench.store.Add(Series(instance, "200"), at, good);
      bench.store.Add(Series(instance, "500"), at, bad);
    }
  }
  bench.StepUntil(kStart + 3 * kHour);
  for (const Alert& alert : bench.result.snapshot->alerts) {
    if (alert.alert_class != AlertClass::kPage) continue;
    CHECK(alert.slo_id == "shop/b");
    CHECK(alert.state == AlertState::kFiring);
    CHECK(alert.held);
  }
  CHECK(Count(bench, AlertClass::kPage, AlertState::kResolved) == 1);
}

// Traffic of two regions, of which `eu` fails wholly for ten minutes from kStart on, and ends then.
void TwoRegions(EvaluatorBench& bench, bool us_ends) {
  Slo slo = TestSlo();
  slo.by = {"region"};
  bench.Run(slo);
  double good = 0;
  double bad = 0;
  for (std::int64_t at = kStart - kHour; at <= kStart + 40 * kHour; at += 15'000) {
    const bool fails = at > kStart && at <= kStart + 10 * kMinute;
    (fails ? bad : good) += 100;
    for (const char* region : {"eu", "us"}) {
      const bool ends = region[0] == 'e' || us_ends;
      if (ends && at > kStart + 10 * kMinute) continue;
      Labels labels = Series(region, "200");
      labels["region"] = region;
      bench.store.Add(labels, at, region[0] == 'e' ? good : good + bad);
      labels["code"] = "500";
      bench.store.Add(labels, at, region[0] == 'e' ? bad : 0);
    }
  }
}

TEST_CASE("Unknown is not false: a group that vanished beside others ends", "[engine]") {
  EvaluatorBench bench;
  SECTION("once its longest window is empty") {
    TwoRegions(bench, false);
    bench.StepUntil(kStart + 6 * kHour);
    REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
    CHECK(bench.Find(AlertClass::kPage)->group_key == "region=eu");
    bench.StepUntil(kStart + 6 * kHour + 12 * kMinute);
    REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
    CHECK(bench.Find(AlertClass::kPage)->annotations.contains("vanished"));
    CHECK(CauseOf(bench, AlertClass::kPage, AlertState::kResolved) == "vanished");
    CHECK(bench.StateOf(AlertClass::kNoData) == AlertState::kFiring);
    bench.StepUntil(kStart + 24 * kHour + 12 * kMinute);
    REQUIRE(bench.StateOf(AlertClass::kNoData) == AlertState::kResolved);
    CHECK(bench.Find(AlertClass::kNoData)->annotations.contains("vanished"));
  }
  SECTION("but not when all are gone") {
    TwoRegions(bench, true);
    bench.StepUntil(kStart + 12 * kHour);
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
    CHECK(bench.Find(AlertClass::kPage)->held);
  }
}

TEST_CASE("Unknown is not false: a group whose windows are all empty is shown no more",
          "[engine]") {
  EvaluatorBench bench;
  Slo slo = TestSlo();
  slo.by = {"region"};
  slo.window = absl::Hours(30);
  slo.alerts.tiers.resize(1);
  TwoRegions(bench, false);
  bench.Run(slo);
  bench.StepUntil(kStart + 29 * kHour);
  CHECK(bench.result.snapshot->slos[0].groups.size() == 2);
  bench.StepUntil(kStart + 30 * kHour + 45 * kMinute);  // Its edge is good to 1/60.
  REQUIRE(bench.result.snapshot->slos[0].groups.size() == 1);
  CHECK(bench.result.snapshot->slos[0].groups[0].key == "region=us");
}

TEST_CASE("Unknown is not false: an SLO without groups vanishes while its targets are up",
          "[engine]") {
  EvaluatorBench bench;
  std::optional<double> steps_up;
  int asked = 0;
  bench.store.evaluate = [&](const std::string& expr, absl::Time) -> std::optional<double> {
    if (expr != R"(sum_over_time(min(up{job="shop"})[6h:5m]))") return std::nullopt;
    ++asked;
    return steps_up;
  };
  bool ends = false;
  SECTION("targets that were up all along") {
    steps_up = 72;
    ends = true;
  }
  SECTION("targets of which one was down for a while") {
    steps_up = 60;
  }
  SECTION("no such targets") {}
  RunUntilPage(bench, JobSlo());
  const std::int64_t gone = bench.fed_ms;
  bench.StepUntil(gone + 6 * kHour);
  CHECK(asked == 0);
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  bench.StepUntil(gone + 6 * kHour + 12 * kMinute);
  CHECK(asked >= 1);
  CHECK(asked <= 3);
  CHECK(bench.StateOf(AlertClass::kPage) == (ends ? AlertState::kResolved : AlertState::kFiring));
  CHECK(bench.Find(AlertClass::kPage)->annotations.contains("vanished") == ends);
}

TEST_CASE("Source down: one alert for all of its SLOs", "[engine]") {
  EvaluatorBench bench;
  Slo counted = TestSlo("counted");
  Slo asked = TestSlo("asked");
  asked.sli = RatioSli{"bad:ratio{{.window}}"};
  bench.store.evaluate = [](const std::string& expr, absl::Time) -> std::optional<double> {
    return expr.starts_with("bad:ratio") ? std::optional(0.0) : std::nullopt;
  };
  bench.evaluator->SetSlos(
      {{std::make_shared<const Slo>(counted), false}, {std::make_shared<const Slo>(asked), false}});
  bench.Traffic(kStart + 2 * kHour, 100, 0);
  bench.StepUntil(kStart + 10 * kMinute);
  bench.store.failure = absl::UnavailableError("connection refused");
  const std::int64_t from = Now(bench);
  bench.StepUntil(from + 4 * kMinute);
  CHECK(bench.StateOf(AlertClass::kSource) == AlertState::kPending);
  bench.StepUntil(from + 5 * kMinute);
  REQUIRE(bench.StateOf(AlertClass::kSource) == AlertState::kFiring);
  const Alert down = *bench.Find(AlertClass::kSource);
  CHECK(down.labels == Labels{{"alertname", "SlowburnSourceDown"},
                              {"severity", "critical"},
                              {"slo_class", "source"},
                              {"source", "default"}});
  CHECK(down.starts_at == absl::FromUnixMillis(from + 5 * kMinute));
  const std::string& text = down.annotations.at("description");
  CHECK(text.find("connection refused") != std::string::npos);
  CHECK(text.find("can't page: 2.") != std::string::npos);
  CHECK(Count(bench, AlertClass::kSource, AlertState::kFiring) == 1);
  bench.StepUntil(from + 80 * kMinute);
  CHECK(Count(bench, AlertClass::kNoData, AlertState::kFiring) == 0);

  bench.store.failure = absl::OkStatus();
  bench.Step();
  CHECK(bench.StateOf(AlertClass::kSource) == AlertState::kResolved);
  CHECK(bench.Find(AlertClass::kSource)->starts_at == down.starts_at);
  bench.StepUntil(Now(bench) + 16 * kMinute);
  CHECK(bench.Find(AlertClass::kSource) == nullptr);
  CHECK(Count(bench, AlertClass::kNoData, AlertState::kFiring) == 0);
}

TEST_CASE("Source down: what a source did not scrape while it was away is not missed", "[engine]") {
  EvaluatorBench bench;
  bench.Run(TestSlo());
  bench.Traffic(kStart + 10 * kMinute, 100, 0);
  bench.StepUntil(kStart + 10 * kMinute);
  bench.store.failure = absl::UnavailableError("connection refused");
  bench.StepUntil(kStart + 70 * kMinute);
  bench.store.failure = absl::OkStatus();
  Silence(bench, kStart + 74 * kMinute);  // Its first scrapes take their time.
  bench.Traffic(kStart + 80 * kMinute, 100, 0);
  bench.StepUntil(kStart + 80 * kMinute);
  CHECK(Count(bench, AlertClass::kNoData, AlertState::kFiring) == 0);
  // What stays away is missed as long after as it would be otherwise.
  bench.StepUntil(kStart + 94 * kMinute);
  CHECK(Count(bench, AlertClass::kNoData, AlertState::kFiring) == 0);
  bench.StepUntil(kStart + 96 * kMinute);
  CHECK(Count(bench, AlertClass::kNoData, AlertState::kFiring) == 1);
}

// With the longer windows unknown in part, these would hold a page too.
Slo FirstTierSlo() {
  Slo slo = TestSlo();
  slo.alerts.tiers.resize(1);
  return slo;
}

TEST_CASE("Unknown is not false: what was sealed before a page fired does not end it", "[engine]") {
  constexpr std::int64_t kFails = kStart + 10 * kMinute;
  // What is sealed lags behind what fires by two slots.
  EvaluatorBench bench(absl::Hours(1), {kGrid.step_ms, 2 * kGrid.step_ms});
  bench.Run(FirstTierSlo());
  bench.Traffic(kFails, 100, 0);
  bench.Traffic(kFails + kMinute, 100, 100);
  bench.Traffic(kFails + 20 * kMinute, 10'000, 0);  // So much that they hardly count any more.
  bench.StepUntil(kFails + kMinute);
  REQUIRE(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  const absl::Time starts_at = *bench.Find(AlertClass::kPage)->starts_at;
  while (bench.StateOf(AlertClass::kPage) == AlertState::kFiring) bench.Step();
  CHECK(bench.result.snapshot->sealed_until > starts_at);
}

TEST_CASE("Unknown is not false: an answer without samples that were seen before ends no page",
          "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench, FirstTierSlo());
  const std::optional<absl::Time> starts_at = bench.Find(AlertClass::kPage)->starts_at;
  REQUIRE(starts_at > bench.result.snapshot->sealed_until);
  FakePrometheus before = std::exchange(bench.store, {});
  bench.Step();
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  bench.store = std::move(before);
  bench.Step();
  CHECK(bench.Find(AlertClass::kPage)->starts_at == starts_at);
}

TEST_CASE("Source down: an SLO of very many series raises no alert of its own", "[engine]") {
  EvaluatorBench bench;
  bench.store.evaluate = [](const std::string& expr, absl::Time at) -> std::optional<double> {
    if (expr.starts_with("count")) return 50'000;
    if (expr.starts_with("max")) return absl::ToDoubleSeconds(at - absl::UnixEpoch());
    return 100;
  };
  bench.Run(TestSlo());
  bench.StepUntil(kStart + 5 * kMinute);
  REQUIRE(bench.result.snapshot->slos[0].summed_at_source);
  bench.store.failure = absl::UnavailableError("down");
  bench.StepUntil(kStart + kHour);
  CHECK(bench.StateOf(AlertClass::kSource) == AlertState::kFiring);
  CHECK(Count(bench, AlertClass::kNoData, AlertState::kFiring) == 0);
}

// Refuses one SLO's queries.
class OneRefused : public FakePrometheus {
 public:
  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<absl::StatusOr<QueryResult>> results = FakePrometheus::Run(queries);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (queries[i].expr.starts_with("refused")) {
        results[i] = absl::InvalidArgumentError("parse error");
      }
    }
    return results;
  }
};

TEST_CASE("Source down: what the source refuses of one SLO is that one's no data", "[engine]") {
  OneRefused source;
  source.evaluate = [](const std::string&, absl::Time) { return 0.0; };
  Telemetry telemetry;
  Evaluator::Options options;
  options.grid = kGrid;
  Evaluator evaluator(options, source, telemetry);
  Slo good = TestSlo("good");
  good.sli = RatioSli{"good:ratio{{.window}}"};
  Slo refused = TestSlo("refused");
  refused.sli = RatioSli{"refused:ratio{{.window}}"};
  evaluator.SetSlos(
      {{std::make_shared<const Slo>(good), false}, {std::make_shared<const Slo>(refused), false}});
  Evaluator::Result result;
  for (int i = 0; i < 40; ++i) result = evaluator.Evaluate(kStart / kGrid.step_ms + i);
  REQUIRE(result.snapshot->alerts.size() == 1);
  const Alert& alert = result.snapshot->alerts[0];
  CHECK(alert.alert_class == AlertClass::kNoData);
  CHECK(alert.slo_id == "shop/refused");
  CHECK(alert.annotations.at("description").find("parse error") != std::string::npos);
}

TEST_CASE("Replaced: an alert whose labels change ends under the old ones", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.Traffic(kStart + 2 * kHour, 100, 100);
  const Alert before = *bench.Find(AlertClass::kPage);
  Slo slo = TestSlo();
  slo.alerts.name = "ShopIsOnFire";
  bench.Run(slo);
  const SourceSnapshot& after = bench.Step();
  const Alert* old = FindById(after, before.Id(), AlertState::kResolved);
  REQUIRE(old != nullptr);
  CHECK(old->annotations.contains("replaced"));
  CHECK(old->starts_at == before.starts_at);
  CHECK(old->resolved_at == after.at);
  const Alert* page = nullptr;
  for (const Alert& alert : after.alerts) {
    if (alert.state == AlertState::kFiring) page = &alert;
  }
  REQUIRE(page != nullptr);
  CHECK(page->labels.at("alertname") == "ShopIsOnFire");
  CHECK(page->starts_at == before.starts_at);
  CHECK(CauseOf(bench, AlertClass::kPage, AlertState::kResolved) == "replaced");

  SECTION("and is shown so for a quarter of an hour") {
    CHECK(FindById(bench.StepUntil(Now(bench) + 14 * kMinute), before.Id(),
                   AlertState::kResolved) != nullptr);
    CHECK(FindById(bench.StepUntil(Now(bench) + 2 * kMinute), before.Id(), AlertState::kResolved) ==
          nullptr);
  }
  SECTION("and never while it fires again under them") {
    bench.Run(TestSlo());
    const SourceSnapshot& back = bench.Step();
    CHECK(FindById(back, before.Id(), AlertState::kFiring) != nullptr);
    CHECK(FindById(back, before.Id(), AlertState::kResolved) == nullptr);
    CHECK(FindById(back, before.Id(), AlertState::kFiring)->starts_at == before.starts_at);
  }
}

TEST_CASE("Replaced: a live page that goes to shadow ends where it was sent", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.Traffic(kStart + 2 * kHour, 100, 100);
  const std::string id = bench.Find(AlertClass::kPage)->Id();
  Slo slo = TestSlo();
  slo.alerts.mode = AlertMode::kShadow;
  bench.Run(slo);
  const SourceSnapshot& after = bench.Step();
  REQUIRE(FindById(after, id, AlertState::kResolved) != nullptr);
  CHECK(FindById(after, id, AlertState::kResolved)->mode == AlertMode::kLive);
  REQUIRE(FindById(after, id, AlertState::kFiring) != nullptr);
  CHECK(FindById(after, id, AlertState::kFiring)->mode == AlertMode::kShadow);
}

TEST_CASE("Removed: a class without tiers any more ends its alert at once", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  const Alert before = *bench.Find(AlertClass::kPage);
  Slo slo = TestSlo();
  std::erase_if(slo.alerts.tiers,
                [](const Tier& tier) { return tier.alert_class == AlertClass::kPage; });
  bench.Run(slo);
  bench.Step();
  const Alert* page = bench.Find(AlertClass::kPage);
  REQUIRE(page != nullptr);
  CHECK(page->state == AlertState::kResolved);
  CHECK(page->labels == before.labels);
  CHECK(page->annotations.contains("removed"));
  CHECK(page->annotations.at("summary") == before.annotations.at("summary"));
  CHECK(CauseOf(bench, AlertClass::kPage, AlertState::kResolved) == "removed");
}

TEST_CASE("Released: a firing alert ends by hand, and fires anew if it is true", "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.Traffic(kStart + 2 * kHour, 100, 100);
  const Alert before = *bench.Find(AlertClass::kPage);
  const absl::Time asked = absl::FromUnixMillis(Now(bench) - 10'000);
  const auto release = [&](const std::string& name) {
    return bench.evaluator->Release(name, "released", "known and mended", asked);
  };
  CHECK_FALSE(release("shop/availability/ticket"));
  CHECK_FALSE(release("nonsense"));
  SECTION("by its id") {
    CHECK(release(before.Id()));
  }
  SECTION("by its handle") {
    CHECK(release("shop/availability/page"));
  }
  bench.Step();
  const Alert page = *bench.Find(AlertClass::kPage);
  CHECK(page.state == AlertState::kResolved);
  CHECK(page.starts_at == before.starts_at);
  CHECK(page.resolved_at == asked);
  CHECK(page.annotations.at("released") == "known and mended");
  CHECK(CauseOf(bench, AlertClass::kPage, AlertState::kResolved) == "released: known and mended");
  bench.Step();
  CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kFiring);
  CHECK(bench.Find(AlertClass::kPage)->starts_at ==
        absl::FromUnixMillis(kGrid.TimeOf(bench.slot - 1)));
}

TEST_CASE("Released: what can't be measured, is of no SLO, or is of a source ends too",
          "[engine]") {
  EvaluatorBench bench;
  RunUntilPage(bench);
  bench.store.failure = absl::UnavailableError("connection refused");
  SECTION("a held page, which then stays quiet") {
    bench.StepUntil(Now(bench) + kHour);
    REQUIRE(bench.Find(AlertClass::kPage)->held);
    REQUIRE(bench.evaluator->Release("shop/availability/page", "adopted", "by its peer",
                                     absl::FromUnixMillis(Now(bench))));
    bench.Step();
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
    CHECK(bench.Find(AlertClass::kPage)->annotations.at("adopted") == "by its peer");
    bench.StepUntil(Now(bench) + 20 * kMinute);
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kInactive);
  }
  SECTION("that of a removed SLO") {
    bench.evaluator->SetSlos({});
    bench.Step();
    REQUIRE(bench.evaluator->Release("shop/availability/page", "released", "gone",
                                     absl::FromUnixMillis(Now(bench))));
    bench.Step();
    CHECK(bench.StateOf(AlertClass::kPage) == AlertState::kResolved);
  }
  SECTION("that of a source") {
    bench.StepUntil(Now(bench) + 10 * kMinute);
    REQUIRE(bench.evaluator->Release("source/default", "released", "known",
                                     absl::FromUnixMillis(Now(bench))));
    bench.Step();
    CHECK(bench.StateOf(AlertClass::kSource) == AlertState::kResolved);
    CHECK(bench.Find(AlertClass::kSource)->annotations.at("released") == "known");
  }
}

TEST_CASE("Adopted: an alert that fires takes the start that a receiver has of it", "[engine]") {
  EvaluatorBench bench;
  const Labels labels = {{"alertname", "ShopBurns"},
                         {"service", "shop"},
                         {"slo", "availability"},
                         {"slo_class", "page"}};
  const absl::Time earlier = absl::FromUnixMillis(kStart - kHour);
  SECTION("when that is earlier") {
    bench.evaluator->AdoptStarts({{LabelsToString(labels), earlier}});
    RunUntilPage(bench);
    CHECK(bench.Find(AlertClass::kPage)->starts_at == earlier);
    bench.Step();
    CHECK(bench.Find(AlertClass::kPage)->starts_at == earlier);
  }
  SECTION("not when it is later") {
    bench.evaluator->AdoptStarts({{LabelsToString(labels), earlier + absl::Hours(48)}});
    RunUntilPage(bench);
    CHECK(bench.Find(AlertClass::kPage)->starts_at ==
          absl::FromUnixMillis(kGrid.TimeOf(bench.slot - 1)));
  }
  SECTION("not of another alert") {
    bench.evaluator->AdoptStarts({{"{}", earlier}});
    RunUntilPage(bench);
    CHECK(bench.Find(AlertClass::kPage)->starts_at > earlier);
  }
  SECTION("not after an hour") {
    bench.evaluator->AdoptStarts({{LabelsToString(labels), earlier}});
    bench.evaluator->Evaluate(bench.slot - 150);
    RunUntilPage(bench);
    CHECK(bench.Find(AlertClass::kPage)->starts_at > earlier);
  }
}

}  // namespace
}  // namespace slowburn
