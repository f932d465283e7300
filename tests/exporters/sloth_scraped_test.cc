// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/url.h"
#include "tests/fakes/counted_service.h"
#include "tests/fakes/fake_http_server.h"
#include "tests/fakes/slowburn_process.h"
#include "tests/fakes/test_server.h"
#include "tests/fakes/wait_until.h"

// `run --metrics.sloth`, the real binary, on a Prometheus that scrapes it.

namespace slowburn {
namespace {

using nlohmann::json;

TEST_CASE("Sloth's series: served beside our own in the source, not beside those of others",
          "[.e2e][exporters]") {
  CountedService service;
  service.SetTraffic(100, 0.1);
  std::atomic<bool> others = false;
  const FakeHttpServer rules([&](const FakeHttpServer::Request&) {
    return FakeHttpServer::Answer{
        .body = others ? "sloth_slo_info{sloth_id=\"a-b\",sloth_mode=\"cli-gen-prom\"} 1\n" : "",
        .content_type = "text/plain; version=0.0.4"};
  });
  // Its port is known before it runs, and the source's to it.
  SlowburnProcess probe({.config = "", .rules = ""});
  const std::string address = probe.url().substr(7);
  const auto prometheus = TestServer::StartPrometheus(
      {.config = fmt::format("global: {{scrape_interval: 1s}}\n"
                             "scrape_configs:\n"
                             "  - {{job_name: a, static_configs: [{{targets: ['{}', '{}', "
                             "'127.0.0.1:{}']}}]}}\n",
                             service.address(), address, rules.port())});
  if (prometheus == nullptr) {
    WARN("skipped: prometheus is not installed");
    return;
  }
  probe.WriteConfig(
      fmt::format("evaluation: {{interval: 1s, settle: 2s}}\n"
                  "sources: {{default: {{prometheus: {{url: '{}'}}}}}}\n"
                  "metrics: {{sloth: true}}\n",
                  prometheus->url()));
  probe.WriteRules(
      "version: slowburn/v1\nservice: shop\nslos:\n"
      "  - {name: a, objective: 99, sli: {events: {total: http_requests_total, "
      "bad: 'http_requests_total{code=\"500\"}'}}}\n");
  const auto has = [&](const std::string& query) {
    const auto answer = prometheus->Get("/api/v1/query?query=" + UrlEncode(query));
    return answer && !json::parse(*answer)["data"]["result"].empty();
  };
  const auto served = [&] { return probe.Metric("slowburn_sloth_series_served "); };

  probe.Start();
  REQUIRE(WaitUntil([&] { return served() == 1; }));
  CHECK(WaitUntil([&] { return has("sloth_slo_info{sloth_mode=\"slowburn\"}"); }));
  CHECK(WaitUntil([&] {
    return has("slo:sli_error:ratio_rate5m{sloth_id=\"shop-a\",sloth_window=\"5m\"} > 0");
  }));
  CHECK(WaitUntil([&] { return has("slo:current_burn_rate:ratio{sloth_service=\"shop\"} > 1"); }));

  // Begun again, it finds its own.
  REQUIRE(probe.Terminate(absl::Seconds(30)) == 0);
  probe.Start();
  CHECK(WaitUntil([&] { return served() == 1; }));

  REQUIRE(probe.Terminate(absl::Seconds(30)) == 0);
  others = true;
  REQUIRE(WaitUntil([&] { return has("sloth_slo_info{sloth_mode=\"cli-gen-prom\"}"); }));
  probe.Start();
  REQUIRE(WaitUntil(
      [&] { return probe.log().find("Sloth's series are not served") != std::string::npos; }));
  CHECK(served() == 0);
  CHECK(!probe.Metric("sloth_slo_info"));
}

}  // namespace
}  // namespace slowburn
