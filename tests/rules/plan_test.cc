// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/plan.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <re2/re2.h>

namespace slowburn {
namespace {

Slo With(Sli sli, std::vector<std::string> by = {}) {
  Slo slo;
  slo.service = "checkout";
  slo.name = "availability";
  slo.objective = {999, 1000};
  slo.window = absl::Hours(720);
  slo.sli = std::move(sli);
  slo.by = std::move(by);
  return slo;
}

Selector Parsed(std::string_view text) {
  const auto selector = ParseSelector(text);
  REQUIRE(selector.ok());
  return *selector;
}

CounterPlan Counted(const Slo& slo) {
  const Plan plan = MakePlan(slo);
  if (const auto* opaque = std::get_if<OpaquePlan>(&plan)) FAIL(opaque->reason);
  return std::get<CounterPlan>(plan);
}

OpaquePlan Opaque(const Slo& slo) {
  const Plan plan = MakePlan(slo);
  REQUIRE(std::holds_alternative<OpaquePlan>(plan));
  return std::get<OpaquePlan>(plan);
}

TEST_CASE("Plan: events become two terms", "[rules]") {
  const Selector total = Parsed("http_requests_total{job=\"api\"}");
  const Selector bad = Parsed("http_requests_total{job=\"api\",code=~\"5..\"}");

  EventsSli sli;
  sli.total = total;
  sli.bad = bad;
  CounterPlan want;
  want.terms = {{.selector = total, .total = 1}, {.selector = bad, .bad = 1}};
  want.by = {"region"};
  CHECK(Counted(With(sli, {"region"})) == want);

  sli.good = std::exchange(sli.bad, std::nullopt);
  want.terms = {{.selector = total, .total = 1, .bad = 1}, {.selector = bad, .bad = -1}};
  CHECK(Counted(With(sli, {"region"})) == want);

  sli.good = Parsed("http_successes_total{job=\"api\"}");
  CHECK(Counted(With(sli)).terms[1].required);
}

TEST_CASE("Plan: a probe is its gauge", "[rules]") {
  CounterPlan want;
  want.terms = {{.selector = Parsed("probe_success"), .total = 1}};
  want.by = {"instance"};
  want.probe = true;
  CHECK(Counted(With(ProbeSli{Parsed("probe_success")}, {"instance"})) == want);
}

TEST_CASE("Plan: latency takes total and good from one histogram", "[rules]") {
  LatencySli sli;
  sli.histogram = Parsed("latency_seconds_bucket{job=\"api\"}");
  sli.under = absl::Milliseconds(300);
  const CounterPlan plan = Counted(With(sli, {"job"}));
  CHECK(plan.by == std::vector<std::string>{"job"});
  REQUIRE(plan.terms.size() == 2);
  CHECK(ToString(plan.terms[0].selector) == R"(latency_seconds_bucket{job="api",le="+Inf"})");
  CHECK(RoleOf(plan.terms[0]) == "total");
  CHECK_FALSE(plan.terms[0].le);
  CHECK(RoleOf(plan.terms[1]) == "good");
  CHECK_FALSE(plan.terms[1].required);
  CHECK(plan.terms[1].le == 0.3);
  CHECK(ParseSelector(ToString(plan.terms[1].selector)).ok());
}

std::string LePattern(absl::Duration under, bool milliseconds) {
  const CounterPlan plan = Counted(With(LatencySli{Parsed("h_bucket"), under, milliseconds}));
  for (const Matcher& matcher : plan.terms[1].selector.matchers) {
    if (matcher.label != "le") continue;
    CHECK(matcher.op == Matcher::Op::kRegex);
    return matcher.value;
  }
  FAIL("no matcher on le");
  return "";
}

TEST_CASE("Plan: a bound is found however it is written", "[rules]") {
  const struct {
    absl::Duration under;
    bool milliseconds;
    std::vector<std::string> same;
    std::vector<std::string> other;
  } cases[] = {
      {absl::Milliseconds(300),
       false,
       {"0.3", ".3", "0.30", "00.300", "3e-1", "3.0E-1", "3e-01"},
       {"3", "0.03", "0.31", "0.03e1", "30", "0x3", "+Inf", "", "0.3.0", "03"}},
      {absl::Seconds(1),
       false,
       {"1", "1.0", "1.", "1e0", "1.0E0", "1e+00", "01"},
       {"10", "0.1", "11", "1.01", "1e1"}},
      {absl::Seconds(10),
       false,
       {"10", "10.0", "1e1", "1e+01", "1.0E1"},
       {"1", "100", "1e10", "010.1"}},
      {absl::Milliseconds(2500),
       false,
       {"2.5", "2.50", "2.5e0", "2.5e+00"},
       {"25", "2.05", "2.5e1", "2"}},
      {absl::Nanoseconds(1500),
       false,
       {"0.0000015", "1.5e-06", "1.5E-6"},
       {"0.000015", "1.5e-05", "1.5e6"}},
      {absl::Milliseconds(300), true, {"300", "300.0", "3e2", "3e+02"}, {"0.3", "3", "30", "3000"}},
      {absl::Seconds(1000),
       true,
       {"1000000", "1e+06", "1.0E6", "1e6", "1000000.0"},
       {"100000", "1e+05", "1e-06", "1e+16"}},
      {absl::Microseconds(250), true, {"0.25", ".25", "2.5e-01"}, {"25", "0.025"}},
  };

  for (const auto& c : cases) {
    const std::string pattern = LePattern(c.under, c.milliseconds);
    DYNAMIC_SECTION(pattern) {
      for (const std::string& text : c.same) {
        INFO(text);
        CHECK(RE2::FullMatch(text, pattern));
      }
      for (const std::string& text : c.other) {
        INFO(text);
        CHECK_FALSE(RE2::FullMatch(text, pattern));
      }
    }
  }
}

TEST_CASE("Plan: the bound is the number that its text reads as", "[rules]") {
  for (int millis = 1; millis < 20000; millis += 7) {
    const LatencySli sli = {Parsed("h_bucket"), absl::Milliseconds(millis), false};
    const auto le = Counted(With(sli)).terms[1].le;
    REQUIRE(le);
    REQUIRE(*le == std::stod(fmt::format("{}.{:03}", millis / 1000, millis % 1000)));
    REQUIRE(*le == sli.Bound());
  }
}

TEST_CASE("Plan: a comment does not swallow what follows it", "[rules]") {
  const OpaquePlan plan = Opaque(With(ExpressionSli{" e # one", "t\n"}));
  CHECK(plan.query == "((e # one\n) or (t) * 0) / (t)");
}

TEST_CASE("Plan: a number is divided as it is, as it is never absent", "[rules]") {
  CHECK(Opaque(With(ExpressionSli{"1 - scalar(e)", "t"})).query == "(1 - scalar(e)) / (t)");
  CHECK(Opaque(With(ExpressionSli{"e", "1"})).query == "(e) / (1)");
}

TEST_CASE("Plan: puts the window into a query", "[rules]") {
  const absl::Duration window = absl::Minutes(90);

  const struct {
    const char* query;
    const char* want;
  } cases[] = {
      {"rate(a[{{.window}}])", "rate(a[1h30m])"},
      {"rate(a[{{ .window }}]) / rate(b[{{\t.window}}])", "rate(a[1h30m]) / rate(b[1h30m])"},
      {"{{{.window}}}", "{1h30m}"},
      {"{{.windows}} {{window}} {{. window}} {{.window} {{.window", ""},
      {"{{", ""},
      {"", ""},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION("'" << c.query << "'") {
      const bool has = *c.want != '\0';
      CHECK(HasWindow(c.query) == has);
      CHECK(WithWindow(c.query, window) == (has ? c.want : c.query));
    }
  }
}

}  // namespace
}  // namespace slowburn
