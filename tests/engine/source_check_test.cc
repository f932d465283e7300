// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/source_check.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/prometheus_json.h"
#include "engine/series_probe.h"
#include "rules/load.h"
#include "tests/fakes/fake_prometheus.h"

namespace slowburn {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// Answers `count by (..) (selector)`, one row for each series, and `count(up)`.
class CountingSource : public FakePrometheus {
 public:
  void Put(const Labels& labels, absl::Duration age = absl::ZeroDuration()) {
    Add(labels, absl::ToUnixMillis(kNow - age), 1);
  }

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<absl::StatusOr<QueryResult>> answers;
    for (const Query& query : queries) {
      asked.push_back(query);
      if (!failure.ok()) {
        answers.emplace_back(failure);
        continue;
      }
      const std::size_t begin = query.expr == "count(up)" ? 6 : query.expr.find(") (") + 3;
      const auto selector = ParseSelector(query.expr.substr(begin, query.expr.size() - begin - 1));
      if (!selector.ok()) {
        answers.emplace_back(selector.status());
      } else if (query.expr.size() > longest_query) {
        answers.emplace_back(absl::ResourceExhaustedError("too much"));
      } else {
        const std::int64_t at_ms = absl::ToUnixMillis(query.at);
        answers.emplace_back(Range(*selector, at_ms - 300'000, at_ms));
        answers.back()->partial = partial;
      }
    }
    return answers;
  }

  std::size_t longest_query = 1'000'000;
};

std::vector<Slo> Load(const std::string& slos) {
  const LoadResult loaded =
      LoadRules({{"a.yaml", "version: slowburn/v1\nservice: shop\nslos:\n" + slos}}, {});
  for (const Diagnostic& diagnostic : loaded.diagnostics) FAIL(ToString(diagnostic));
  return loaded.slos;
}

std::string Events(const std::string& name, const std::string& total, const std::string& bad) {
  return fmt::format(
      "  - {{name: {}, objective: 99, sli: {{events: {{total: '{}', bad: '{}'}}}}}}\n", name, total,
      bad);
}

std::string Probe(const std::string& name, const std::string& gauge) {
  return fmt::format("  - {{name: {}, objective: 99, sli: {{probe: '{}'}}}}\n", name, gauge);
}

std::vector<std::string> Texts(const absl::StatusOr<Diagnostics>& found) {
  REQUIRE(found.ok());
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : *found) texts.push_back(ToString(diagnostic));
  return texts;
}

using Strings = std::vector<std::string>;

TEST_CASE("CheckSelectors: says nothing where all is there", "[engine]") {
  CountingSource source;
  source.Put({{"__name__", "r"}, {"job", "a"}, {"code", "200"}});
  source.Put({{"__name__", "r"}, {"job", "a"}, {"code", "500"}});
  source.Put({{"__name__", "h_bucket"}, {"le", "+Inf"}});
  source.Put({{"__name__", "h_bucket"}, {"le", "0.30"}});
  source.Put({{"__name__", "up"}});
  const std::vector<Slo> slos = Load(
      Events("a", R"(r{job="a"})", R"(r{job="a",code=~"5.."})") +
      "  - {name: b, objective: 99, sli: {latency: {histogram: h, under: 300ms}}}\n"
      "  - {name: c, objective: 99, sli: {probe: up}}\n"
      "  - {name: d, objective: 99, sli: {ratio: {error: 'avg_over_time(up[{{.window}}])'}}}\n");
  CHECK(Texts(CheckSelectors(source, slos, kNow)).empty());
}

TEST_CASE("CheckSelectors: tells what is missing, and how bad that is", "[engine]") {
  struct Case {
    const char* name;
    std::string slo;
    Strings want;
  };

  const Case cases[] = {
      {"a metric that never was",
       Events("x", "nope", R"(nope{code="500"})"),
       {"a.yaml:4:5: error: shop/x: total: no series nope in the last 30 days"}},
      {"a metric that never was, of the errors alone",
       Events("x", "r", "nope"),
       {"a.yaml:4:5: error: shop/x: bad: no series nope in the last 30 days"}},
      {"a label that never was",
       Events("x", "r", R"(r{status="500"})"),
       {"a.yaml:4:5: error: shop/x: bad: no series r with a label status in the last 30 days"}},
      {"a total that is gone",
       Events("x", "old", "r"),
       {"a.yaml:4:5: error: shop/x: total matches no series now: old"}},
      {"a value that is not there now",
       Events("x", R"(r{job="b"})", R"(r{job="b",code="500"})"),
       {R"(a.yaml:4:5: error: shop/x: total matches no series now: r{job="b"})"}},
      {"no errors yet",
       Events("x", "r", R"(r{code="503"})"),
       {R"(a.yaml:4:5: warning: shop/x: bad matches no series now: r{code="503"} )"
        "(as it should while there are none)"}},
      {"a bucket",
       "  - {name: x, objective: 99, sli: {latency: {histogram: h, under: 250ms}}}\n",
       {"a.yaml:4:5: error: shop/x: good: histogram h_bucket has no bucket with le=0.25; it has "
        "+Inf, 0.30"}},
      {"a part of an opaque query",
       "  - {name: x, objective: 99, sli: {ratio: {error: "
       "'avg_over_time(nope[{{.window}}]) or avg_over_time(r[{{.window}}])'}}}\n",
       {"a.yaml:4:5: warning: shop/x: nope: no series nope in the last 30 days"}},
      {"all of an opaque query",
       "  - {name: x, objective: 99, sli: {ratio: {error: 'avg_over_time(nope[{{.window}}])'}}}\n",
       {"a.yaml:4:5: error: shop/x: nope: no series nope in the last 30 days"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CountingSource source;
      source.Put({{"__name__", "r"}, {"job", "a"}, {"code", "200"}});
      source.Put({{"__name__", "old"}}, absl::Hours(1));
      source.Put({{"__name__", "h_bucket"}, {"le", "+Inf"}});
      source.Put({{"__name__", "h_bucket"}, {"le", "0.30"}});
      CHECK(Texts(CheckSelectors(source, Load(c.slo), kNow)) == c.want);
    }
  }
}

TEST_CASE("CheckSelectors: each SLO has its own series among those of a merged query", "[engine]") {
  CountingSource source;
  std::string slos;
  for (int i = 0; i < 300; ++i) {
    if (i % 100 != 7) source.Put({{"__name__", "r"}, {"job", fmt::format("j{}", i)}});
    slos += Probe(fmt::format("s{}", i), fmt::format("r{{job=\"j{}\"}}", i));
  }
  const auto want = [](int i) {
    return fmt::format(
        "a.yaml:{}:5: error: shop/s{}: total matches no series now: r{{job=\"j{}\"}}", 4 + i, i, i);
  };
  const Strings all = {want(7), want(107), want(207)};
  CHECK(Texts(CheckSelectors(source, Load(slos), kNow)) == all);
  CHECK(source.asked.size() == 1);

  SECTION("also when the source refuses what is too much") {
    source.longest_query = 200;
    CHECK(Texts(CheckSelectors(source, Load(slos), kNow)) == all);
  }
  SECTION("what is too much even by itself is a warning") {
    source.longest_query = 20;
    const Strings texts = Texts(CheckSelectors(source, Load(slos), kNow));
    REQUIRE(texts.size() == 300);
    CHECK(texts[0] == "a.yaml:4:5: warning: shop/s0: total can't be asked for: too much");
  }
}

TEST_CASE("CheckSelectors: a source that fails is no finding", "[engine]") {
  CountingSource source;
  const std::vector<Slo> slos = Load(Probe("x", "r"));
  SECTION("down") {
    source.failure = absl::UnavailableError("gone");
    CHECK(CheckSelectors(source, slos, kNow).status() == source.failure);
    CHECK(CheckRetention(source, slos, std::nullopt, kNow).status() == source.failure);
  }
  SECTION("hanging") {
    source.failure = absl::DeadlineExceededError("slow");
    CHECK(CheckSelectors(source, slos, kNow).status() == source.failure);
    CHECK(source.asked.size() == 1);
  }
  SECTION("answering in part") {
    source.partial = true;
    CHECK(absl::IsDataLoss(CheckSelectors(source, slos, kNow).status()));
  }
}

const std::string kRetentionSlos =
    "  - {name: a, objective: 99, sli: {probe: up}}\n"
    "  - {name: b, objective: 99, window: 7d, sli: {probe: up}}\n"
    "  - {name: c, objective: 99, sli: {ratio: {error: 'avg_over_time(up[{{.window}}])'}}}\n";

TEST_CASE("CheckRetention: one finding for each length of window beyond it", "[engine]") {
  CountingSource source;
  const std::vector<Slo> slos = Load(kRetentionSlos);
  const std::string window =
      "a.yaml:4:5: warning: shop/a: the source keeps samples for {}, and the window reaches back "
      "30d, of this SLO and 1 more (the rest is known once slowburn has run for as long)";
  CHECK(Texts(CheckRetention(source, slos, 30 * kDay, kNow)).empty());
  CHECK(Texts(CheckRetention(source, slos, 15 * kDay, kNow)) ==
        Strings{fmt::format(fmt::runtime(window), "15d")});
  CHECK(
      Texts(CheckRetention(source, slos, 2 * kDay, kNow)) ==
      Strings{"a.yaml:6:5: error: shop/c: the source keeps samples for 2d, and a query that it is "
              "asked for reaches back 3d",
              "a.yaml:5:5: warning: shop/b: the source keeps samples for 2d, and the window "
              "reaches back 7d (the rest is known once slowburn has run for as long)",
              fmt::format(fmt::runtime(window), "2d")});
  CHECK(source.asked.empty());
}

TEST_CASE("CheckRetention: a source that does not say is asked for old samples", "[engine]") {
  CountingSource source;
  const std::vector<Slo> slos = Load(kRetentionSlos);
  CHECK(Texts(CheckRetention(source, slos, std::nullopt, kNow)).empty());  // Nothing to go by.
  source.Put({{"__name__", "up"}});
  source.Put({{"__name__", "up"}}, 3 * kDay);
  source.Put({{"__name__", "up"}}, 7 * kDay);
  CHECK(Texts(CheckRetention(source, slos, std::nullopt, kNow)) ==
        Strings{"a.yaml:4:5: warning: shop/a: the source has no sample as old as that, and the "
                "window reaches back 30d, of this SLO and 1 more (the rest is known once slowburn "
                "has run for as long)"});
}

}  // namespace
}  // namespace slowburn
