// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/metrics_sloth.h"

#include <map>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/url.h"
#include "exporters/metrics.h"
#include "tests/fakes/fake_http_server.h"
#include "tests/fakes/golden.h"
#include "tests/fakes/sample_snapshot.h"
#include "tests/fakes/test_server.h"
#include "tests/fakes/wait_until.h"

namespace slowburn {
namespace {

using Catch::Contains;
using nlohmann::json;

// The samples by what stands before the value.
std::map<std::string, std::string> Samples(const std::string& text) {
  std::map<std::string, std::string> samples;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t space = line.rfind(' ');
    INFO(line);
    CHECK(samples.try_emplace(line.substr(0, space), line.substr(space + 1)).second);
  }
  return samples;
}

TEST_CASE("SlothMetrics: every kind of SLO as text", "[exporters]") {
  const std::string text = SlothMetrics(SampleSnapshot(), {.version = "1.2.3"});
  CheckGolden("tests/golden/sloth_metrics.txt", text);
  CHECK(!Samples(text).empty());
  CHECK_THAT(text, !Contains("nan", Catch::CaseSensitive::No));
}

TEST_CASE("SlothMetrics: the values are what Sloth's rules would record", "[exporters]") {
  const Snapshot snapshot = SampleSnapshot();
  std::map<std::string, std::string> samples =
      Samples(SlothMetrics(snapshot, {.version = "1.2.3"}));
  const GroupStatus* group = nullptr;
  for (const auto& source : snapshot.sources) {
    for (const SloStatus& slo : source->slos) {
      if (slo.slo->Id() == "checkout/latency") group = &slo.groups[0];
    }
  }
  REQUIRE(group != nullptr);
  const std::string id =
      R"(sloth_id="checkout-latency",sloth_service="checkout",sloth_slo="latency")";
  const auto value = [&](const std::string& name, const std::string& more = "") {
    for (const auto& [key, text] : samples) {
      if (key.starts_with(name + "{" + id) && key.find(more) != std::string::npos) {
        return std::stod(text);
      }
    }
    FAIL("no " << name);
    return 0.0;
  };
  const WindowStatus& shortest = group->windows.front();
  const WindowStatus& period = group->windows.back();
  const double budget = value("slo:error_budget:ratio");
  CHECK(value("slo:objective:ratio") == Approx(1 - budget));
  CHECK(value("slo:time_period:days") == 30);
  CHECK(value("slo:sli_error:ratio_rate5m", R"(sloth_window="5m")") ==
        Approx(*shortest.error_ratio));
  CHECK(value("slo:sli_error:ratio_rate30d", R"(sloth_window="30d")") ==
        Approx(*period.error_ratio));
  CHECK(value("slo:current_burn_rate:ratio") == Approx(*shortest.error_ratio / budget));
  CHECK(value("slo:period_burn_rate:ratio") == Approx(*period.error_ratio / budget));
  CHECK(value("slo:period_error_budget_remaining:ratio") ==
        Approx(1 - *period.error_ratio / budget));
  CHECK(value("sloth_slo_info", R"(sloth_version="1.2.3",sloth_mode="slowburn",)"
                                R"(sloth_spec="slowburn/v1",sloth_objective=")") == 1);
}

TEST_CASE("SlothMetrics: windows are named as Prometheus names them", "[exporters]") {
  Snapshot snapshot = ManySlos(1);
  SourceSnapshot source = *snapshot.sources[0];
  Slo slo = *source.slos[0].slo;
  slo.window = absl::Hours(24 * 28);
  source.slos[0].groups[0].windows.back().window = slo.window;
  source.slos[0].slo = std::make_shared<const Slo>(slo);
  snapshot.sources = {std::make_shared<const SourceSnapshot>(source)};
  const std::string text = SlothMetrics(snapshot, {.version = "1"});
  CHECK_THAT(text, Contains("\nslo:sli_error:ratio_rate4w{"));
  CHECK_THAT(text, Contains("sloth_window=\"4w\"} "));
  CHECK_THAT(text, Contains("\nslo:period_burn_rate:ratio{"));
  CHECK_THAT(text, !Contains("28d"));
}

TEST_CASE("SlothMetrics: a prefix is before every name", "[exporters]") {
  const std::string plain = SlothMetrics(SampleSnapshot(), {.version = "1"});
  const std::string prefixed = SlothMetrics(SampleSnapshot(), {.version = "1", .prefix = "sb:"});
  const auto before = Samples(plain);
  const auto after = Samples(prefixed);
  CHECK(before.size() == after.size());
  for (const auto& [key, value] : before) {
    INFO(key);
    CHECK(after.contains("sb:" + key));
  }
}

TEST_CASE("Metrics: Sloth's series are served when they may be", "[exporters]") {
  const std::string name = "\nsloth_slo_info{";
  const auto served = [&](const Metrics& metrics) {
    return metrics.Expose(SampleSnapshot()).find(name) != std::string::npos;
  };
  SECTION("never when nobody asks") {
    Metrics metrics({"1", {}, {}});
    CHECK(!served(metrics));
    CHECK_THAT(metrics.Expose(SampleSnapshot()), !Contains("slowburn_sloth_series_served"));
  }
  SECTION("without a prefix once they are allowed") {
    Metrics metrics({.version = "1", .sources = {}, .alertmanagers = {}, .sloth = true});
    CHECK(!served(metrics));
    CHECK_THAT(metrics.Expose(SampleSnapshot()), Contains("\nslowburn_sloth_series_served 0\n"));
    metrics.AllowSloth(true);
    CHECK(served(metrics));
    CHECK_THAT(metrics.Expose(SampleSnapshot()), Contains("\nslowburn_sloth_series_served 1\n"));
    metrics.AllowSloth(false);
    CHECK(!served(metrics));
  }
  SECTION("under a prefix at once") {
    Metrics metrics(
        {.version = "1", .sources = {}, .alertmanagers = {}, .sloth = true, .sloth_prefix = "x_"});
    CHECK(!served(metrics));
    CHECK_THAT(metrics.Expose(SampleSnapshot()), Contains("\nx_sloth_slo_info{"));
  }
}

// What Sloth's dashboards, of one SLO and of all, ask of the names that its rules record: their
// variables, and each shape of query with what their panels put around it.
std::vector<std::string> DashboardQueries() {
  const std::string slo = R"({sloth_service="checkout",sloth_slo="latency"})";
  const std::string paging = R"({sloth_service="checkout",sloth_slo="availability")";
  return {
      // Of one SLO.
      "slo:objective:ratio" + slo,
      "slo:period_error_budget_remaining:ratio" + slo + " or on() vector(1)",
      "slo:period_error_budget_remaining:ratio" + slo,
      "slo:period_burn_rate:ratio" + slo,
      "slo:current_burn_rate:ratio" + slo,
      "slo:time_period:days" + slo,
      "1 - (max(slo:sli_error:ratio_rate5m" + slo + ") or on() vector(0))",
      "1 - max(slo:sli_error:ratio_rate5m" + slo + ")",
      "slo:sli_error:ratio_rate5m" + slo +
          " / on(sloth_id, sloth_slo, sloth_service) group_left "
          "slo:error_budget:ratio" +
          slo,
      // The budget that a month's errors leave, by the hour; here by the second of the last minute,
      // as no sample is older.
      "1 - (sum_over_time((slo:sli_error:ratio_rate1h" + slo +
          " * on() group_left() (month() == bool month()))[1m:1s]) / on(sloth_id) "
          "(slo:error_budget:ratio" +
          slo + " * on() group_left() (24 * days_in_month())))",
      "sum_over_time(slo:sli_error:ratio_rate1h" + slo + "[32d])",
      "max(slo:sli_error:ratio_rate30d" + slo + ") without (sloth_window)",
      "slo:error_budget:ratio" + slo + " * 14.4",
      "count(ALERTS" + paging + R"(,sloth_severity="page",alertstate="firing"}))",
      // Of all of them.
      "count(sloth_slo_info)",
      "count(count by (sloth_service) (slo:objective:ratio))",
      "avg(slo:objective:ratio)",
      "topk(10, slo:current_burn_rate:ratio)",
      "sort_desc(max by (sloth_service, sloth_slo) (slo:current_burn_rate:ratio) > 1)",
      "bottomk(10, slo:period_error_budget_remaining:ratio)",
      "min by (sloth_id) (slo:period_error_budget_remaining:ratio) < 0",
      "slo:current_burn_rate:ratio * on(sloth_id) group_left(sloth_objective, sloth_spec) "
      "sloth_slo_info",
      "count by (sloth_service, sloth_slo) (ALERTS{sloth_severity!=\"\",alertstate=\"firing\"})",
      "sum by (sloth_severity) (ALERTS{alertstate=\"firing\"})",
      "count(slo:sli_error:ratio_rate5m > on(sloth_id) group_left slo:error_budget:ratio)",
  };
}

TEST_CASE("SlothMetrics: every query of Sloth's dashboards has an answer in a Prometheus",
          "[exporters]") {
  const FakeHttpServer slowburn([](const FakeHttpServer::Request&) {
    return FakeHttpServer::Answer{.body = SlothMetrics(SampleSnapshot(), {.version = "1"}),
                                  .content_type = "text/plain; version=0.0.4"};
  });
  const auto prometheus = TestServer::StartPrometheus(
      {.config = fmt::format("global: {{scrape_interval: 1s}}\n"
                             "scrape_configs:\n"
                             "  - {{job_name: slowburn, static_configs: [{{targets: "
                             "['127.0.0.1:{}']}}]}}\n",
                             slowburn.port())});
  if (!prometheus) {
    WARN("SKIPPED: prometheus is not installed");
    return;
  }
  const auto ask = [&](const std::string& query) {
    const auto answer = prometheus->Get("/api/v1/query?query=" + UrlEncode(query));
    return answer ? json::parse(*answer)["data"]["result"] : json(nullptr);
  };
  REQUIRE(WaitUntil([&] { return slowburn.requests().size() >= 4; }));
  // All that was written came in, colons and hostile labels too.
  const std::size_t written = Samples(SlothMetrics(SampleSnapshot(), {.version = "1"})).size();
  REQUIRE(WaitUntil([&] { return !ask("up == 1").empty(); }));
  CHECK(ask("scrape_samples_scraped")[0]["value"][1] == fmt::format("{}", written));
  for (const std::string& query : DashboardQueries()) {
    INFO(query);
    const json result = ask(query);
    CHECK(result.is_array());
    CHECK(!result.empty());
  }
  for (const char* label : {"sloth_service", "sloth_slo"}) {
    const auto values =
        prometheus->Get(fmt::format("/api/v1/label/{}/values?match[]=sloth_slo_info", label));
    REQUIRE(values);
    CHECK(json::parse(*values)["data"].size() >= 3);
  }
}

}  // namespace
}  // namespace slowburn
