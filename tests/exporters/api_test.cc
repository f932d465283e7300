// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/api.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "engine/url.h"
#include "tests/fakes/sample_snapshot.h"

namespace slowburn {
namespace {

using Catch::Contains;
using nlohmann::json;

// The API over the sample, or over nothing.
class ApiFixture {
 public:
  ApiFixture() { Publish(SampleSnapshot()); }

  void Publish(const Snapshot& snapshot) {
    for (const auto& source : snapshot.sources) board_.Publish(source);
    board_.Publish(snapshot.rules);
  }

  ApiDependencies Dependencies() {
    return {board_,
            metrics_,
            [](const std::string&) {
              return std::vector<Acknowledgement>{{"http://am", {}}};
            },
            [this] { return healthy_; },
            [this] { return ready_; },
            nullptr};
  }

  WebResponse Call(const std::string& method, const std::string& path,
                   std::multimap<std::string, std::string> query = {}) {
    return NewApi(Dependencies())({method, path, std::move(query)});
  }

  WebResponse Get(const std::string& path, std::multimap<std::string, std::string> query = {}) {
    return Call("GET", path, std::move(query));
  }

 protected:
  Board board_;
  Metrics metrics_{{"1.2.3", {"default"}, {}}};
  bool healthy_ = true;
  bool ready_ = true;
};

json ErrorOf(const WebResponse& response) {
  CHECK(response.content_type == "application/json; charset=utf-8");
  const json error = json::parse(response.body);
  CHECK(error["status"] == "error");
  return error["error"];
}

TEST_CASE_METHOD(ApiFixture, "Api: lists every SLO in short", "[exporters]") {
  const WebResponse response = Get("/api/v1/slos");
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json; charset=utf-8");
  const json answer = json::parse(response.body);
  CHECK(answer["status"] == "success");
  std::map<std::string, json> slos;
  for (const json& slo : answer["data"]["slos"]) {
    slos[slo["service"].get<std::string>() + "/" + slo["slo"].get<std::string>()] = slo;
  }

  const struct {
    std::string id;
    const char* state;
  } cases[] = {
      {"checkout/availability", "firing_page"}, {"checkout/latency", "ok"},
      {"search/freshness", "firing_ticket"},    {"payments/settlement", "no_data"},
      {"payments/refunds", "unknown"},          {"vault/integrity", "ok"},
      {HostileSloId(), "firing_page"},
  };

  CHECK(slos.size() == std::size(cases));
  for (const auto& c : cases) {
    INFO(c.id);
    REQUIRE(slos.contains(c.id));
    CHECK(slos[c.id]["state"] == c.state);
  }
  const json& availability = slos["checkout/availability"];
  CHECK(availability["groups"] == 3);
  CHECK(availability["owner"] == "payments");
  CHECK(availability["objective"] == 0.999);
  CHECK(availability["window"] == "30d");
  CHECK(availability["budget_remaining"].get<double>() == Approx(0.4116).epsilon(1e-3));
  CHECK(slos["payments/refunds"]["budget_remaining"].is_null());
  CHECK_THAT(slos["payments/refunds"]["problem"].get<std::string>(), Contains("never matched"));
  CHECK(answer["data"]["sources"][0]["name"] == "backup");
  CHECK(answer["data"]["sources"][0]["readable"] == false);
  CHECK(answer["data"]["rules"]["loaded"] == 7);
}

TEST_CASE_METHOD(ApiFixture, "Api: a pending group shows as pending", "[exporters]") {
  const json answer = json::parse(Get("/api/v1/slos/checkout/availability").body);
  std::map<std::string, std::string> states;
  for (const json& group : answer["data"]["groups"]) {
    states[group["group"].get<std::string>()] = group["state"].get<std::string>();
  }
  CHECK(states == std::map<std::string, std::string>{
                      {"region=ap", "pending"}, {"region=eu", "firing_page"}, {"region=us", "ok"}});
}

TEST_CASE_METHOD(ApiFixture, "Api: one SLO, whole", "[exporters]") {
  const WebResponse response = Get("/api/v1/slos/checkout/availability");
  CHECK(response.status == 200);
  const json data = json::parse(response.body)["data"];
  CHECK(data["state"] == "firing_page");
  CHECK(data["definition"]["by"] == json::array({"region"}));
  CHECK(data["definition"]["defined_at"]["line"] == 8);
  CHECK(data["definition"]["alerts"]["tiers"].size() == 4);
  CHECK(data["definition"]["plan"]["terms"][1]["selector"] == "errors_total{code=~\"5..\"}");
  CHECK(data["groups"][1]["events"]["bad"] == 1317.5);
  CHECK(data["alerts"].size() == 4);
  CHECK(data["alerts"][0]["labels"]["severity"] == "critical");
  CHECK(json::parse(Get("/api/v1/slos/search/freshness").body)["data"]["groups"][0]["events"]
            .is_null());
}

TEST_CASE_METHOD(ApiFixture, "Api: path parts are percent-decoded", "[exporters]") {
  const std::string id = HostileSloId();
  const std::size_t slash = id.find('/');
  const std::string path =
      "/api/v1/slos/" + UrlEncode(id.substr(0, slash)) + "/" + UrlEncode(id.substr(slash + 1));
  CHECK(json::parse(Get(path).body)["data"]["slo"] == id.substr(slash + 1));
  CHECK(Get(path + "/explain", {{"group", HostileGroupKey()}}).status == 200);
}

TEST_CASE_METHOD(ApiFixture, "Api: explains as text, or as JSON", "[exporters]") {
  const std::string path = "/api/v1/slos/checkout/availability/explain";
  const WebResponse text = Get(path, {{"group", "region=eu"}});
  CHECK(text.status == 200);
  CHECK(text.content_type == "text/plain; charset=utf-8");
  CHECK_THAT(text.body, Catch::StartsWith("checkout/availability [region=eu]: PAGE FIRING") &&
                            Contains("Acknowledged by http://am: never."));
  const WebResponse as_json = Get(path, {{"format", "json"}});
  CHECK(as_json.content_type == "application/json; charset=utf-8");
  CHECK(json::parse(as_json.body)["groups"].size() == 3);
}

TEST_CASE_METHOD(ApiFixture, "Api: says what is wrong, as JSON with the right status",
                 "[exporters]") {
  const struct {
    const char* name;
    const char* method;
    const char* path;
    std::multimap<std::string, std::string> query;
    int status;
    const char* message;
  } cases[] = {
      {"no such page", "GET", "/nothing", {}, 404, "no page at /nothing"},
      {"nothing below a service",
       "GET",
       "/api/v1/slos/checkout",
       {},
       404,
       "no page at /api/v1/slos/checkout"},
      {"too deep", "GET", "/api/v1/slos/a/b/c", {}, 404, "no page at /api/v1/slos/a/b/c"},
      {"no page whatever the method", "POST", "/nothing", {}, 404, "no page at /nothing"},
      {"an SLO that isn't there",
       "GET",
       "/api/v1/slos/checkout/latencyy",
       {},
       404,
       "no SLO 'checkout/latencyy'; did you mean checkout/latency?"},
      {"one to explain",
       "GET",
       "/api/v1/slos/checkout/latencyy/explain",
       {},
       404,
       "no SLO 'checkout/latencyy'; did you mean checkout/latency?"},
      {"a group that isn't there",
       "GET",
       "/api/v1/slos/checkout/latency/explain",
       {{"group", "x"}},
       404,
       "checkout/latency has no groups, so none 'x'"},
      {"another format",
       "GET",
       "/api/v1/slos/checkout/latency/explain",
       {{"format", "xml"}},
       400,
       "format is text or json, not 'xml'"},
      {"two groups",
       "GET",
       "/api/v1/slos/checkout/latency/explain",
       {{"group", "a"}, {"group", "b"}},
       400,
       "group is given more than once"},
      {"a wrong method", "POST", "/metrics", {}, 405, "/metrics takes GET, not POST"},
      {"reading a reload", "GET", "/-/reload", {}, 405, "/-/reload takes POST, not GET"},
      {"a reload when it is off",
       "POST",
       "/-/reload",
       {},
       403,
       "reloading over HTTP is not enabled"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const WebResponse response = Call(c.method, c.path, c.query);
      CHECK(response.status == c.status);
      CHECK(ErrorOf(response) == c.message);
    }
  }
}

TEST_CASE_METHOD(ApiFixture, "Api: health and readiness are probes", "[exporters]") {
  CHECK(Get("/-/healthy").status == 200);
  CHECK(Get("/-/ready").body == "ready\n");
  CHECK(Call("HEAD", "/-/ready").status == 200);
  healthy_ = false;
  ready_ = false;
  CHECK(Get("/-/healthy").status == 503);
  CHECK(Get("/-/ready").status == 503);
  CHECK(Get("/-/ready").body == "not ready\n");
}

TEST_CASE_METHOD(ApiFixture, "Api: reloads where that is enabled", "[exporters]") {
  ApiDependencies dependencies = Dependencies();
  absl::Status result;
  dependencies.reload = [&] { return result; };
  const WebHandler api = NewApi(dependencies);
  CHECK(api({"POST", "/-/reload", {}}).status == 200);
  result = absl::InvalidArgumentError("slos/a.yaml:3:1: error: no such key");
  const WebResponse failed = api({"POST", "/-/reload", {}});
  CHECK(failed.status == 500);
  CHECK(ErrorOf(failed) == "slos/a.yaml:3:1: error: no such key");
}

TEST_CASE_METHOD(ApiFixture, "Api: serves the metrics", "[exporters]") {
  const WebResponse response = Get("/metrics");
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK_THAT(response.body, Contains("slowburn_build_info{version=\"1.2.3\"} 1\n") &&
                                Contains("slowburn_slo_burn_rate{"));
}

TEST_CASE_METHOD(ApiFixture, "Api: the page lists the worst first and escapes what users wrote",
                 "[exporters]") {
  const WebResponse response = Get("/");
  CHECK(response.content_type == "text/html; charset=utf-8");
  const std::string& page = response.body;
  CHECK_THAT(page, Catch::StartsWith("<!DOCTYPE html>"));
  CHECK_THAT(page, !Contains("<script") && !Contains("<b>") && !Contains("src="));
  CHECK_THAT(page, Contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK_THAT(page, Contains("Source backup could not be read"));
  const auto at = [&](const char* id) { return page.find(std::string(">") + id + "</a>"); };
  CHECK(at("checkout/availability") < at("search/freshness"));
  CHECK(at("search/freshness") < at("payments/settlement"));
  CHECK(at("payments/settlement") < at("payments/refunds"));
  CHECK(at("payments/refunds") < at("checkout/latency"));
  CHECK(at("checkout/latency") < at("vault/integrity"));
  CHECK(at("vault/integrity") != std::string::npos);
}

TEST_CASE_METHOD(ApiFixture, "Api: every link on the page leads somewhere", "[exporters]") {
  const std::string page = Get("/").body;
  int links = 0;
  for (std::size_t at = page.find("href=\""); at != std::string::npos;
       at = page.find("href=\"", at + 1)) {
    const std::size_t begin = at + 6;
    const std::string link = page.substr(begin, page.find('"', begin) - begin);
    INFO(link);
    CHECK(Get("/" + link).status == 200);
    ++links;
  }
  CHECK(links == 4 + 2 * 7);
}

TEST_CASE("Api: answers before anything was evaluated", "[exporters]") {
  Board board;
  const Metrics metrics({"1.2.3", {}, {}});
  const WebHandler api =
      NewApi({board, metrics, nullptr, [] { return true; }, [] { return false; }, nullptr});
  CHECK_THAT(api({"GET", "/", {}}).body, Contains("Nothing has been evaluated yet."));
  CHECK(json::parse(api({"GET", "/api/v1/slos", {}}).body)["data"]["slos"].empty());
  CHECK(api({"GET", "/api/v1/slos/a/b", {}}).status == 404);
  CHECK(api({"GET", "/metrics", {}}).status == 200);
}

}  // namespace
}  // namespace slowburn
