// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/retention.h"

#include <catch2/catch.hpp>

#include "tests/fakes/fake_http_server.h"
#include "tests/fakes/test_server.h"

namespace slowburn {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

TEST_CASE("Retention: Prometheus' text", "[engine]") {
  CHECK(PrometheusRetention("15d") == 15 * kDay);
  CHECK(PrometheusRetention("4w2d or 512MiB") == 30 * kDay);
  CHECK(PrometheusRetention("512MiB") == std::nullopt);
  CHECK(PrometheusRetention("0s or 1GiB") == std::nullopt);
  CHECK(PrometheusRetention("") == std::nullopt);
}

TEST_CASE("Retention: VictoriaMetrics' flags", "[engine]") {
  CHECK(VictoriaMetricsRetention("-a=\"1\"\n-retentionPeriod=\"3\"\n-z=\"\"\n") == 93 * kDay);
  CHECK(VictoriaMetricsRetention("-retentionPeriod=\"2w\"\n") == 14 * kDay);
  CHECK(VictoriaMetricsRetention("-retentionPeriod=\"1.5y\"") == 547.5 * kDay);
  for (const char* other :
       {"", "-retentionPeriod=", "-retentionPeriod=\"\"", "-retentionPeriod=\"x\"",
        "-retentionPeriod=\"-1\"", "-retentionPeriod=\"nan\"", "-my-retentionPeriod=\"1\""}) {
    CHECK(VictoriaMetricsRetention(other) == std::nullopt);
  }
}

TEST_CASE("Retention: what servers say of it", "[engine]") {
  struct Case {
    const char* name;
    FakeHttpServer::Answer info;
    FakeHttpServer::Answer flags;
    std::optional<absl::Duration> want;
  };

  const FakeHttpServer::Answer none = {.status = 404, .body = "404 page not found\n"};
  const FakeHttpServer::Answer flags = {.body = "-retentionPeriod=\"1\"\n"};
  const auto info = [](const std::string& data) {
    return FakeHttpServer::Answer{.body = R"({"status":"success","data":)" + data + "}"};
  };
  const Case cases[] = {
      {"Prometheus", info(R"({"GOGC":"","storageRetention":"15d"})"), none, 15 * kDay},
      {"Prometheus with a limit of bytes", info(R"({"storageRetention":"1GiB"})"), none,
       std::nullopt},
      {"VictoriaMetrics", none, flags, 31 * kDay},
      {"a store that knows of none", info("{}"), none, std::nullopt},
      {"neither", none, none, std::nullopt},
      {"nonsense", {.body = "<html>"}, {.body = "<html>"}, std::nullopt},
      {"a list", info("[1]"), none, std::nullopt},
      {"nobody", {.hang_up = true}, {.hang_up = true}, std::nullopt},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const FakeHttpServer server([&](const FakeHttpServer::Request& request) {
        return request.target == "/api/v1/status/runtimeinfo" ? c.info : c.flags;
      });
      CHECK(ReadRetention({.url = server.url()}) == c.want);
    }
  }
}

TEST_CASE("Retention: of real servers", "[engine]") {
  const auto prometheus = TestServer::StartPrometheus({.retention = "9d"});
  const auto victoria = TestServer::StartVictoriaMetrics({});
  if (prometheus == nullptr || victoria == nullptr) {
    WARN("skipped: prometheus and victoria-metrics are not both installed");
    return;
  }
  CHECK(ReadRetention({.url = prometheus->url()}) == 9 * kDay);
  CHECK(ReadRetention({.url = victoria->url()}) == 36500 * kDay);
}

}  // namespace
}  // namespace slowburn
