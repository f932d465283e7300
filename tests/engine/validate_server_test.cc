// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/counted_service.h"
#include "tests/fakes/fake_http_server.h"
#include "tests/fakes/scratch_folder.h"
#include "tests/fakes/slowburn_process.h"
#include "tests/fakes/test_server.h"
#include "tests/fakes/wait_until.h"

// `slowburn validate --prometheus`, the real binary, beside real servers.

namespace slowburn {
namespace {

using nlohmann::json;

// What one run of the command said.
struct Said {
  int exit_code = 0;
  std::string text;

  json findings() const { return json::parse(text)["findings"]; }
};

Said Validate(const std::string& url, const std::string& slos, std::vector<std::string> flags = {},
              const std::string& config = "") {
  const ScratchFolder folder;
  const SlowburnProcess binary({.config = "", .rules = ""});
  std::vector<std::string> arguments = {"validate", "--output=json",
                                        folder.Write("slos.yaml",
                                                     "version: slowburn/v1\nservice: shop\n"
                                                     "slos:\n" +
                                                         slos)};
  if (!url.empty()) arguments.insert(arguments.end(), {"--prometheus", url});
  if (!config.empty()) {
    arguments.insert(arguments.end(), {"--config", folder.Write("slowburn.yaml", config)});
  }
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const int exit_code = binary.RunCommand(arguments);
  return {exit_code, binary.log()};
}

constexpr const char* kGood =
    "  - name: good\n    objective: 99\n    window: 7d\n"
    "    sli: {events: {total: http_requests_total, bad: 'http_requests_total{code=\"500\"}'}}\n";
constexpr const char* kDead =
    "  - name: dead\n    objective: 99\n    window: 7d\n"
    "    sli: {events: {total: requests_total, bad: 'requests_total{code=\"500\"}'}}\n";
constexpr const char* kBound =
    "  - name: bound\n    objective: 99\n    window: 7d\n"
    "    sli: {latency: {histogram: prometheus_http_request_duration_seconds, under: 300ms}}\n";
constexpr const char* kMonth = "  - {name: month, objective: 99, sli: {probe: up}}\n";

TEST_CASE("Validate: what a real Prometheus has is checked", "[.e2e][cli]") {
  CountedService service;
  service.SetTraffic(100, 0.1);
  const auto prometheus = TestServer::StartPrometheus(
      {.config = fmt::format("global: {{scrape_interval: 1s}}\n"
                             "scrape_configs:\n"
                             "  - {{job_name: a, static_configs: [{{targets: ['{}']}}]}}\n",
                             service.address()),
       .retention = "8d"});
  if (prometheus == nullptr) {
    WARN("skipped: prometheus is not installed");
    return;
  }
  REQUIRE(WaitUntil([&] {
    const auto answer = prometheus->Get("/api/v1/query?query=http_requests_total");
    return answer && json::parse(*answer)["data"]["result"].size() == 2;
  }));
  const std::string url = prometheus->url();

  const Said good = Validate(url, kGood);
  INFO(good.text);
  CHECK(good.exit_code == 0);
  CHECK(good.findings() == json::array());

  const Said all = Validate(url, std::string(kGood) + kDead + kMonth);
  INFO(all.text);
  CHECK(all.exit_code == 1);
  const json findings = all.findings();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0]["line"] == 8);
  CHECK(findings[0]["column"] == 5);
  CHECK(findings[0]["severity"] == "error");
  CHECK(findings[0]["message"] == "shop/dead: total: no series requests_total in the last 30 days");
  CHECK(findings[1]["severity"] == "warning");
  CHECK(findings[1]["message"] ==
        "shop/month: the source keeps samples for 8d, and the window reaches back 30d");
}

TEST_CASE("Validate: a bucket that a real Prometheus lacks is told with those that it has",
          "[.e2e][cli]") {
  // It scrapes itself, whatever its port.
  const auto target = TestServer::StartPrometheus({});
  if (target == nullptr) {
    WARN("skipped: prometheus is not installed");
    return;
  }
  REQUIRE(target->Get("/-/ready"));
  const auto prometheus = TestServer::StartPrometheus(
      {.config = fmt::format("global: {{scrape_interval: 1s}}\n"
                             "scrape_configs:\n"
                             "  - {{job_name: a, static_configs: [{{targets: ['{}']}}]}}\n",
                             target->url().substr(7))});
  REQUIRE(WaitUntil([&] {
    const auto answer =
        prometheus->Get("/api/v1/query?query=prometheus_http_request_duration_seconds_bucket");
    return answer && !json::parse(*answer)["data"]["result"].empty();
  }));
  const Said said = Validate(prometheus->url(), kBound);
  INFO(said.text);
  CHECK(said.exit_code == 1);
  REQUIRE(said.findings().size() == 1);
  CHECK(said.findings()[0]["line"] == 4);
  CHECK(said.findings()[0]["message"].get<std::string>().starts_with(
      "shop/bound: good: histogram prometheus_http_request_duration_seconds_bucket has no bucket "
      "with le=0.3; it has +Inf, 0.1, 0.2, 0.4, 1, "));
}

TEST_CASE("Validate: a server that can't be asked is no fault of the files", "[.e2e][cli]") {
  struct Case {
    const char* name;
    FakeHttpServer::Answer answer;
    const char* message;
  };

  const Case cases[] = {
      {"hangs up", {.hang_up = true}, "the source can't be asked: "},
      {"forbids", {.status = 403, .body = "no"}, "the source can't be asked: "},
      {"is no Prometheus", {.body = "<html>"}, "the source can't be asked: answer is not of the"},
      {"is overloaded", {.status = 503, .body = "later"}, "the source can't be asked: "},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const FakeHttpServer server([&](const FakeHttpServer::Request&) { return c.answer; });
      const Said said = Validate(server.url(), kGood);
      INFO(said.text);
      CHECK(said.exit_code == 2);
      REQUIRE(said.findings().size() == 1);
      CHECK(said.findings()[0]["file"] == server.url());
      CHECK(said.findings()[0]["line"] == nullptr);
      CHECK(said.findings()[0]["message"].get<std::string>().starts_with(c.message));
    }
  }
  SECTION("but a file that is wrong still is") {
    const Said said = Validate("http://127.0.0.1:9", "  - {name: a, objective: 999}\n");
    CHECK(said.exit_code == 1);
  }
}

TEST_CASE("Validate: a source of the configuration is asked with its settings, for its SLOs",
          "[.e2e][cli]") {
  const FakeHttpServer server([](const FakeHttpServer::Request&) {
    return FakeHttpServer::Answer{
        .body = R"({"status":"success","data":{"resultType":"vector","result":[]}})"};
  });
  const std::string config = fmt::format(
      "sources:\n"
      "  default: {{prometheus: {{url: '{0}', headers: {{X-Scope-OrgID: one}}}}}}\n"
      "  other: {{prometheus: {{url: 'http://127.0.0.1:9', headers: {{X-Scope-OrgID: two}}}}}}\n",
      server.url());
  const std::string slos =
      "  - {name: a, objective: 99, sli: {probe: up}}\n"
      "  - {name: b, objective: 99, source: other, sli: {probe: down}}\n";
  const auto asked = [&](const std::string& text) {
    const auto requests = server.requests();
    return std::any_of(requests.begin(), requests.end(), [&](const auto& request) {
      return request.Parameter("query").value_or("").find(text) != std::string::npos;
    });
  };
  SECTION("at its own URL") {
    Validate("", slos, {"--source", "default"}, config);
    REQUIRE(!server.requests().empty());
    for (const auto& request : server.requests()) CHECK(request.Header("x-scope-orgid") == "one");
    CHECK(asked("(up)"));
    CHECK(!asked("(down)"));
  }
  SECTION("at another URL") {
    Validate(server.url(), slos, {"--source", "other"}, config);
    REQUIRE(!server.requests().empty());
    for (const auto& request : server.requests()) CHECK(request.Header("x-scope-orgid") == "two");
    CHECK(asked("(down)"));
    CHECK(!asked("(up)"));
  }
  SECTION("that is not there") {
    CHECK(Validate("", slos, {"--source", "third"}, config).exit_code == 2);
  }
}

}  // namespace
}  // namespace slowburn
