// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "engine/prometheus_json.h"
#include "tests/fakes/test_server.h"

// What real servers answer to PrometheusSource.

namespace slowburn {
namespace {

using absl::StatusCode;

constexpr std::int64_t kNow = 1795246200;

std::vector<absl::StatusOr<QueryResult>> RunOne(Source& source, const std::string& expr,
                                                absl::Time at) {
  const Query query = {.expr = expr, .at = at};
  return source.Run({&query, 1});
}

// A source that reads from `server`.
struct ServerSource {
  explicit ServerSource(const TestServer& server)
      : source(NewPrometheusSource("main", {.http = {.url = server.url()}}, clock, telemetry)) {}

  absl::StatusOr<QueryResult> Run(const std::string& expr, std::int64_t at_ms) {
    return std::move(RunOne(*source, expr, absl::FromUnixMillis(at_ms)).front());
  }

  StatusCode CodeOf(const std::string& expr) { return Run(expr, kNow * 1000).status().code(); }

  SimulatedClock clock{absl::FromUnixSeconds(kNow)};
  Telemetry telemetry;
  std::unique_ptr<Source> source;
};

// Forty series of a hundred samples until `kNow`, each line made by `line` of a series, a value and
// a time in milliseconds.
template <typename Line>
std::string ManySamples(const Line& line) {
  std::string text;
  for (int series = 0; series < 40; ++series) {
    for (int i = 0; i < 100; ++i) {
      text += line(fmt::format("many_exceeded_total{{job=\"a\",s=\"{}\"}}", series), i,
                   (kNow - 15 * (99 - i)) * 1000);
    }
  }
  return text;
}

TEST_CASE("PrometheusSource: reads from a real Prometheus", "[engine]") {
  std::string samples = "# TYPE http_requests counter\n";
  for (const char* code : {"200", "500"}) {
    for (int i = 0; i < 20; ++i) {
      samples += fmt::format("http_requests_total{{code=\"{}\",job=\"a\\\"b\"}} {} {}.{:03}\n",
                             code, i * 10, kNow - 300 + 15 * i, 100 + i);
    }
  }
  const auto server = TestServer::StartPrometheus({.openmetrics = samples + "# EOF\n"});
  if (server == nullptr) {
    WARN("skipped: prometheus and promtool are not installed");
    return;
  }
  SimulatedClock clock(absl::FromUnixSeconds(kNow));
  Telemetry telemetry;
  const auto source =
      NewPrometheusSource("main", {.http = {.url = server->url()}}, clock, telemetry);
  const absl::Time at = absl::FromUnixSeconds(kNow);

  const auto range = RunOne(*source, "http_requests_total{code=~\"5..\"}[5m]", at);
  REQUIRE(range[0].ok());
  REQUIRE(range[0]->series.size() == 1);
  const QueryResult::Series& series = range[0]->series[0];
  REQUIRE(series.samples.size() == 20);
  for (int i = 0; i < 20; ++i) {
    CHECK(series.samples[static_cast<std::size_t>(i)] ==
          Sample{(kNow - 300 + 15 * i) * 1000 + 100 + i, i * 10.0});
  }
  CHECK(ParseLabels(series.labels_json).value() ==
        Labels{{"__name__", "http_requests_total"}, {"code", "500"}, {"job", "a\"b"}});

  const auto scalar = RunOne(*source, "vector(2) / 0", at);
  REQUIRE(scalar[0].ok());
  CHECK(scalar[0]->samples.at(0).value > 1e308);
  CHECK(scalar[0]->samples.at(0).at_ms == kNow * 1000);
  CHECK(RunOne(*source, "http_requests_total[", at)[0].status().code() ==
        StatusCode::kInvalidArgument);
  CHECK(RunOne(*source, "\"text\"", at)[0].status().code() == StatusCode::kDataLoss);
  CHECK(source->LabelNames("http_requests_total", at - absl::Hours(1)).value() ==
        std::vector<std::string>{"__name__", "code", "job"});
  CHECK(source->LabelValues("code", "http_requests_total", at - absl::Hours(1)).value() ==
        std::vector<std::string>{"200", "500"});
  CHECK(source->LabelValues("code", "none", at - absl::Hours(1)).value().empty());
  CHECK(source->ClockOffset().has_value());
}

TEST_CASE("PrometheusSource: classifies the errors of a real Prometheus", "[engine]") {
  const std::string samples =
      "# TYPE many_exceeded counter\n" +
      ManySamples([](const std::string& series, int value, std::int64_t ms) {
        return fmt::format("{} {} {}\n", series, value, ms / 1000);
      }) +
      "# EOF\n";
  const auto server =
      TestServer::StartPrometheus({.openmetrics = samples, .flags = {"--query.max-samples=2000"}});
  if (server == nullptr) {
    WARN("skipped: prometheus and promtool are not installed");
    return;
  }
  ServerSource f(*server);
  CHECK(f.CodeOf("many_exceeded_total[2m]") == StatusCode::kOk);
  CHECK(f.CodeOf("many_exceeded_total[1h]") == StatusCode::kResourceExhausted);
  CHECK(f.CodeOf("sum(count_over_time(many_exceeded_total[1h:1s]))") ==
        StatusCode::kResourceExhausted);
  for (const char* wrong :
       {"many_exceeded_total[", "many_exceeded_total{s=~\"(\"}[5m]", "exceeded(too_many)",
        "rate(many_exceeded_total)", "many_exceeded_total + on(job) many_exceeded_total",
        "many_exceeded_total too_many", ""}) {
    INFO(wrong);
    CHECK(f.CodeOf(wrong) == StatusCode::kInvalidArgument);
  }
  CHECK(f.source->LabelNames("many{", absl::UnixEpoch()).status().code() ==
        StatusCode::kInvalidArgument);

  const auto slow =
      TestServer::StartPrometheus({.openmetrics = samples, .flags = {"--query.timeout=1ms"}});
  ServerSource g(*slow);
  CHECK(g.CodeOf("sum(count_over_time(many_exceeded_total[1h:1s]))") ==
        StatusCode::kDeadlineExceeded);
}

std::string ImportLine(const std::string& series, double value, std::int64_t ms) {
  return fmt::format("{} {} {}\n", series, value, ms);
}

TEST_CASE("PrometheusSource: reads from a real VictoriaMetrics", "[engine]") {
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count();
  const std::string name = "m_total{code=\"500\",job=\"a\\\"b\"}";
  std::string samples;
  for (int i = 0; i < 20; ++i) {
    samples += ImportLine(name, i * 10, (kNow - 15 * (19 - i)) * 1000 + 7);
  }
  samples += ImportLine(name, 200, kNow * 1000 + 7);  // The same time twice.
  samples += ImportLine("fraction_total", 123456789.375, kNow * 1000);
  samples +=
      ImportLine("live_total", 1, now_ms - 6'000) + ImportLine("live_total", 2, now_ms - 1'000);
  const auto server = TestServer::StartVictoriaMetrics({.samples = samples});
  if (server == nullptr) {
    WARN("skipped: victoria-metrics is not installed");
    return;
  }
  ServerSource f(*server);
  const std::int64_t at = kNow * 1000 + 7;

  // Ranges are left-open and exact to the millisecond.
  const auto range = f.Run("m_total{code=~\"5..\"}[30000ms]", at);
  REQUIRE(range.ok());
  REQUIRE(range->series.size() == 1);
  CHECK(ParseLabels(range->series[0].labels_json).value() ==
        Labels{{"__name__", "m_total"}, {"code", "500"}, {"job", "a\"b"}});
  REQUIRE(range->samples.size() == 2);  // Of two samples of one time, one.
  CHECK(range->samples[0] == Sample{at - 15'000, 180});
  CHECK(range->samples[1] == Sample{at, 200});
  CHECK(f.Run("m_total[30001ms]", at)->samples.size() == 3);
  CHECK(f.Run("m_total[14999ms]", at - 1)->samples.empty());
  CHECK(f.Run("m_total[15s]", at - 1)->samples.size() == 1);
  CHECK(f.Run("fraction_total[1m]", at)->samples.at(0).value == 123456789.375);
  CHECK(f.Run("none[1m]", at)->series.empty());

  // What is seconds old is seen, in a range and at an instant: nothing is held back or moved.
  CHECK(f.Run("live_total[10s]", now_ms)->samples.size() == 2);
  const auto instant = f.Run("live_total", now_ms);
  REQUIRE(instant.ok());
  CHECK(instant->samples.at(0) == Sample{now_ms, 2});
  CHECK(f.Run("sum(increase(m_total[30s]))", at)->samples.size() == 1);

  CHECK(f.source->LabelNames("m_total", absl::FromUnixSeconds(kNow - 3600)).value() ==
        std::vector<std::string>{"__name__", "code", "job"});
  CHECK(f.source->LabelValues("code", "m_total", absl::FromUnixSeconds(kNow - 3600)).value() ==
        std::vector<std::string>{"500"});
  CHECK(f.source->ClockOffset().has_value());
}

TEST_CASE("PrometheusSource: classifies the errors of a real VictoriaMetrics", "[engine]") {
  const auto server = TestServer::StartVictoriaMetrics(
      {.samples = ManySamples(ImportLine),
       .flags = {"-search.maxUniqueTimeseries=30", "-search.maxSamplesPerQuery=1000"}});
  if (server == nullptr) {
    WARN("skipped: victoria-metrics is not installed");
    return;
  }
  ServerSource f(*server);
  CHECK(f.CodeOf("many_exceeded_total{s=~\"1.\"}[5m]") == StatusCode::kOk);
  for (const std::string& large :
       {std::string("many_exceeded_total[5m]"),
        std::string("many_exceeded_total{s!=\"parse error\"}[5m]"),
        std::string("sum(many_exceeded_total)"),
        std::string("many_exceeded_total{s=~\"[12].\"}[1h]"),
        "many_exceeded_total{s=~\"" + std::string(17'000, 'x') + "\"}[5m]",
        // A query so long that its reason is far behind it.
        "many_exceeded_total{s!~\"" + std::string(5'000, 'x') + "\"}[5m]",
        std::string("many_exceeded_total{s=\"1\"}[5m:1ms]")}) {
    INFO(large.substr(0, 100));
    CHECK(f.CodeOf(large) == StatusCode::kResourceExhausted);
  }
  for (const std::string& wrong :
       {std::string("many_exceeded_total["), std::string("many_exceeded_total{s=~\"(\"}[5m]"),
        std::string("exceeded(too_many)"), std::string("many_exceeded_total too_many"),
        std::string("sum by ("), std::string("5 +"), std::string(),
        "many{s=\"" + std::string(5'000, 'x') + "\"}["}) {
    INFO(wrong.substr(0, 100));
    CHECK(f.CodeOf(wrong) == StatusCode::kInvalidArgument);
  }
  const absl::Status limit =
      f.Run("many_exceeded_total{s!~\"" + std::string(5'000, 'x') + "\"}[5m]", kNow * 1000)
          .status();
  INFO(limit);
  CHECK(limit.message().find("-search.max") != std::string::npos);
  CHECK(f.source->LabelNames("many_exceeded_total", absl::FromUnixSeconds(kNow - 60))
            .status()
            .code() == StatusCode::kResourceExhausted);
  CHECK(f.source->LabelNames("many{", absl::UnixEpoch()).status().code() ==
        StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace slowburn
