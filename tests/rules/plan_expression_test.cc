// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/load.h"
#include "rules/plan.h"
#include "rules/rational.h"
#include "tests/conformance.h"
#include "tests/rules/testdata.h"

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

// `text` with `around` for each word of one capital letter, as sums of counters of these names.
std::string Written(const std::string& text,
                    std::string_view around = "sum(rate({}[{{{{.window}}}}]))") {
  const auto is_letter = [&](std::size_t i) {
    return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool word = text[i] >= 'A' && text[i] <= 'Z' && !is_letter(i - 1) && !is_letter(i + 1);
    const std::string name(1, static_cast<char>(std::tolower(text[i])));
    out += word ? fmt::format(fmt::runtime(around), name) : text.substr(i, 1);
  }
  return out;
}

// `2 t:1/1 g:0/-1! by (a)`: the units of an event unless 1, each term with what it adds to total
// and errors, a `!` where it is required, and the labels; or why it is opaque.
std::string Summary(const Plan& plan) {
  if (const auto* opaque = std::get_if<OpaquePlan>(&plan)) return opaque->reason;
  const auto& counters = std::get<CounterPlan>(plan);
  std::string out =
      counters.units_per_event == 1 ? "" : fmt::format("{} ", counters.units_per_event);
  for (const Term& term : counters.terms) {
    if (&term != counters.terms.data()) out += ' ';
    out += fmt::format("{}:{}/{}{}", ToString(term.selector), term.total, term.bad,
                       term.required ? "!" : "");
  }
  if (!counters.by.empty()) out += fmt::format(" by ({})", fmt::join(counters.by, ", "));
  return out;
}

TEST_CASE("Plan: error ratios that are counted", "[rules]") {
  const struct {
    const char* ratio;
    const char* want;
  } cases[] = {
      {"E / T", "t:1/0 e:0/1"},
      {"(E) / (T)", "t:1/0 e:0/1"},
      {"1 - G / T", "t:1/1 g:0/-1!"},
      {"1 - (G / T)", "t:1/1 g:0/-1!"},
      {"(1 - (G / T))", "t:1/1 g:0/-1!"},
      {"(T - G) / T", "t:1/1 g:0/-1!"},
      {"-(G - T) / T", "t:1/1 g:0/-1!"},
      {"-(G / T) + 1", "t:1/1 g:0/-1!"},
      {"1 - (G or vector(0)) / T", "t:1/1 g:0/-1"},
      {"(T - (G OR on() vector(0))) / T", "t:1/1 g:0/-1"},
      {"E / (G + E)", "g:1/0! e:1/1"},
      {"E / (E + G)", "e:1/1 g:1/0!"},
      {"E / (E + (G or vector(0)))", "e:1/1 g:1/0"},
      {"1 - G / (G + E)", "g:1/0! e:1/1"},
      {"(E + F) / T", "t:1/0 e:0/1 f:0/1"},
      {"E / T + F / T", "t:1/0 e:0/1 f:0/1"},
      {"(E or vector(0)) / T", "t:1/0 e:0/1"},
      {"E / T or vector(0)", "t:1/0 e:0/1"},
      {"E / (T - H)", "t:1/0 h:-1/0! e:0/1"},
      {"60 * E / (T * 60)", "t:1/0 e:0/1"},
      {"60 * E / T", "t:1/0 e:0/60"},
      {"0.5 * E / T", "2 t:2/0 e:0/1"},
      {"E / 3 / (T / 2)", "3 t:3/0 e:0/2"},
      {"E / (T + 0.5 * U)", "2 t:2/0! u:1/0! e:0/2"},
      {"E / (2 * T + U)", "t:2/0! u:1/0! e:0/1"},
      {"E / (T / 2 + U / 2)", "t:1/0! u:1/0! e:0/2"},
      {"0x10 * E / 1.6e1 / T", "t:1/0 e:0/1"},
      {"(E + E) / T", "t:1/0 e:0/2"},
      {"(E - E + F) / T", "t:1/0 f:0/1"},
      {"(E + T - T) / T", "t:1/0 e:0/1"},
      {"T / T", "t:1/1"},
      {"sum(E) / sum(sum(T))", "t:1/0 e:0/1"},
      {"E / on() T", "t:1/0 e:0/1"},
      {"E / ignoring(pod) T", "t:1/0 e:0/1"},
      {"(1 - 0.5) * 2 * E / T", "t:1/0 e:0/1"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.ratio) {
      CHECK(Summary(MakePlan(With(RatioSli{Written(c.ratio)}))) == c.want);
      const std::string increase = Written(c.ratio, "sum(increase({}[{{{{.window}}}}]))");
      CHECK(Summary(MakePlan(With(RatioSli{increase}))) == c.want);
    }
  }
}

TEST_CASE("Plan: error ratios that are asked of the source, and why", "[rules]") {
  const struct {
    const char* ratio;
    const char* reason;
  } cases[] = {
      {"my_ratio{w=\"{{.window}}\"}",
       "a selector outside sum(rate(..)) or sum(increase(..)) is asked of the source"},
      {"E", "what is no ratio of two sums is asked of the source"},
      {"1 - E", "a number added to a rate is asked of the source"},
      {"E * T", "a product of terms is asked of the source"},
      {"1 / T", "a division of anything but two sums is asked of the source"},
      {"E / T / T", "a division of anything but two sums is asked of the source"},
      {"E / T + F / U", "a sum of ratios of different totals is asked of the source"},
      {"sum(E / T)", "a sum of ratios is asked of the source"},
      {"E / 0 / T", "a constant that is not counted exactly is asked of the source"},
      {"Inf * E / T", "a constant that is not counted exactly is asked of the source"},
      {"1e-9 * E / T",
       "weights that take more than 1000000 units to an event are asked of the source"},
      {"0.1234567 * E / T",
       "weights that take more than 1000000 units to an event are asked of the source"},
      {"E / (T - T)", "a total that counts nothing is asked of the source"},
      {"E / -T", "a total that counts nothing is asked of the source"},
      {"E ^ 2 / T", "`^` is asked of the source"},
      {"E % 2 / T", "`%` is asked of the source"},
      {"E / (T > 0)", "a comparison is asked of the source"},
      {"E / T and T", "`and` is asked of the source"},
      {"E / T or F", "`or` with anything but vector(0) is asked of the source"},
      {"E / T or vector(1)", "`or` with anything but vector(0) is asked of the source"},
      {"vector(0) or E / T", "`or` with anything but vector(0) is asked of the source"},
      {"E / T or on(a) vector(0)", "`or` with anything but vector(0) is asked of the source"},
      {"1 - G / T or vector(0)",
       "`or vector(0)` after a ratio that counts what is good is asked of the source"},
      {"clamp_max(E / T, 1)",
       "`clamp_max` is asked of the source; only sum(rate(..)) and sum(increase(..)) are counted"},
      {"E / sum(increase(t[{{.window}}]))", "rate mixed with increase"},
      {"E / sum by (a) (rate(t[{{.window}}]))",
       "sums by different labels, () and (a), are asked of the source"},
      {"E / on(a) T",
       "`on`, `ignoring` or `group_` with other labels than those of the sums is asked of the "
       "source"},
      {"E / on() group_left T",
       "`on`, `ignoring` or `group_` with other labels than those of the sums is asked of the "
       "source"},
      {"rate(e[{{.window}}]) / rate(t[{{.window}}])",
       "arithmetic between series that are not summed yet is asked of the source"},
      {"sum(rate(e[{{.window}}]) + rate(f[{{.window}}])) / T",
       "arithmetic between series that are not summed yet is asked of the source"},
      {"sum by (__name__) (rate(e[{{.window}}])) / T",
       "a sum by the name of the metric is asked of the source"},
      {"sum(sum by (a) (rate(t[{{.window}}])) - sum by (a) (rate(g[{{.window}}]))) / T",
       "a sum of sums or differences by other labels is asked of the source"},
      {"sum without (a) (rate(e[{{.window}}])) / sum without (a) (rate(e[{{.window}}]))",
       "a sum `without` labels is asked of the source, as it does not say which labels it keeps; a "
       "sum `by` labels could be counted"},
      {"E / T +", "it cannot be read: expected an expression, not the end"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.ratio) {
      const Plan plan = MakePlan(With(RatioSli{Written(c.ratio)}));
      CHECK(Summary(plan) == c.reason);
      REQUIRE(std::holds_alternative<OpaquePlan>(plan));
      CHECK(std::get<OpaquePlan>(plan).query == Written(c.ratio));
    }
  }
}

TEST_CASE("Plan: expressions that are counted", "[rules]") {
  const struct {
    const char* error;
    const char* total;
    const char* want;
  } cases[] = {
      {"sum(rate(e[{{.window}}]))", "sum(rate(t[{{.window}}]))", "t:1/0 e:0/1"},
      {"sum(increase(e[{{.window}}]))", "sum(increase(t[{{ .window }}]))", "t:1/0 e:0/1"},
      {"SUM(rate(e[{{.window}}]))", "sum ( rate ( t [ {{  .window\t}} ] ) )", "t:1/0 e:0/1"},
      {"((sum((rate((e[{{.window}}]))))))", "\n sum(\n rate(t[{{.window}}]) # all\n)\n# end",
       "t:1/0 e:0/1"},
      {"sum by (b, a) (rate(e[{{.window}}]))", "sum(rate(t[{{.window}}])) BY (a,b,)",
       "t:1/0 e:0/1 by (a, b)"},
      {"sum by () (rate(e[{{.window}}]))", "sum(rate(t[{{.window}}]))", "t:1/0 e:0/1"},
      {"sum by (a,a) (rate(e[{{.window}}]))", "sum by (a) (rate(t[{{.window}}]))",
       "t:1/0 e:0/1 by (a)"},
      {"E or vector(0)", "T", "t:1/0 e:0/1"},
      {"E OR on() vector(0.0)", "T Or (vector(0))", "t:1/0 e:0/1"},
      {"(E or vector(0)) or vector(0)", "(T)", "t:1/0 e:0/1"},
      {"sum(rate({__name__=\"e\"}[{{.window}}]))", "sum(rate(t{}[{{.window}}]))", "t:1/0 e:0/1"},
      {"sum(sum by (a, b) (rate(e[{{.window}}])))", "T", "t:1/0 e:0/1"},
      {"sum by (a, z) (sum by (a, b) (rate(e[{{.window}}])))", "sum by (a) (rate(t[{{.window}}]))",
       "t:1/0 e:0/1 by (a)"},
      {"sum by (a) (sum without (b) (rate(e[{{.window}}])))", "sum by (a) (rate(t[{{.window}}]))",
       "t:1/0 e:0/1 by (a)"},
      {"sum without (b) (sum by (a, b) (rate(e[{{.window}}])))",
       "sum by (a) (rate(t[{{.window}}]))", "t:1/0 e:0/1 by (a)"},
      {"sum(rate(e[{{.window}}]) * 60)", "60 * T", "t:1/0 e:0/1"},
      {"sum(-rate(e[{{.window}}]))", "T", "t:1/0 e:0/-1!"},
      {"sum(rate(e[{{.window}}]) or vector(0))", "T", "t:1/0 e:0/1"},
      {"T - G", "T", "t:1/1 g:0/-1!"},
      {"T - G", "T + U", "t:1/1! u:1/0! g:0/-1!"},
      {"E + F - G", "T", "t:1/0 e:0/1 f:0/1 g:0/-1!"},
      {"E", "(T or vector(0)) + (U or vector(0))", "t:1/0 u:1/0 e:0/1"},
      {"sum(rate(x_count[{{.window}}])) - sum(rate(x_bucket{le=\"1\"}[{{.window}}])) or vector(0)",
       "T", "t:1/0 x_count:0/1 x_bucket{le=\"1\"}:0/-1"},
      {"((E or vector(0)) + (F or vector(0))) or vector(0)", "T", "t:1/0 e:0/1 f:0/1"},
      // What is taken away is known to be zero where it is part of what is counted.
      {"T - sum(rate(t{code=\"200\"}[{{.window}}]))", "T", "t:1/1 t{code=\"200\"}:0/-1"},
      {"sum(rate(x_count[{{.window}}])) - sum(rate(x_bucket{le=\"0.4\"}[{{.window}}]))",
       "sum(rate(x_count[{{.window}}]))", "x_count:1/1 x_bucket{le=\"0.4\"}:0/-1"},
      {"sum(rate(x_count{a=\"b\"}[{{.window}}])) - sum(rate(x_bucket{a=\"b\",c=\"d\",le=\"0.4\"}"
       "[{{.window}}]))",
       "sum(rate(x_count{a=\"b\"}[{{.window}}]))",
       "x_count{a=\"b\"}:1/1 x_bucket{a=\"b\",c=\"d\",le=\"0.4\"}:0/-1"},
      {"sum(rate(x_count{a=\"b\"}[{{.window}}])) - sum(rate(x_bucket{le=\"0.4\"}[{{.window}}]))",
       "sum(rate(x_count{a=\"b\"}[{{.window}}]))",
       "x_count{a=\"b\"}:1/1 x_bucket{le=\"0.4\"}:0/-1!"},
      {"sum(rate(x_count[{{.window}}])) - sum(rate(y_bucket{le=\"0.4\"}[{{.window}}]))",
       "sum(rate(x_count[{{.window}}]))", "x_count:1/1 y_bucket{le=\"0.4\"}:0/-1!"},
      {"sum(rate(x_count[{{.window}}])) - sum(rate(x_bucket[{{.window}}]))",
       "sum(rate(x_count[{{.window}}]))", "x_count:1/1 x_bucket:0/-1!"},
      {"sum(rate(x_bucket{le=\"+Inf\"}[{{.window}}])) - "
       "sum(rate(x_bucket{le=\"0.4\"}[{{.window}}]))",
       "sum(rate(x_bucket{le=\"+Inf\"}[{{.window}}]))",
       "x_bucket{le=\"+Inf\"}:1/1 x_bucket{le=\"0.4\"}:0/-1"},
      // But not in a group that can't have it.
      {"sum by (code) (rate(t[{{.window}}])) - sum by (code) (rate(t{code=\"200\"}[{{.window}}]))",
       "sum by (code) (rate(t[{{.window}}]))", "t:1/1 t{code=\"200\"}:0/-1! by (code)"},
      {"sum(sum by (a) (rate(x_count[{{.window}}])) - sum by (a) "
       "(rate(x_bucket{le=\"1\"}[{{.window}}])))",
       "sum(rate(x_count[{{.window}}]))", "x_count:1/1 x_bucket{le=\"1\"}:0/-1"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.error << " / " << c.total) {
      CHECK(Summary(MakePlan(With(ExpressionSli{Written(c.error), Written(c.total)}))) == c.want);
    }
  }
}

TEST_CASE("Plan: keeps the selectors of an expression", "[rules]") {
  CHECK(Summary(MakePlan(With(ExpressionSli{
            "sum(rate(http_requests_total{job=\"api\", code=~'(5..|429)'}[{{.window}}]))",
            "sum(rate(http_requests_total{job=\"api\"}[{{.window}}]))"}))) ==
        "http_requests_total{job=\"api\"}:1/0 "
        "http_requests_total{code=~\"(5..|429)\",job=\"api\"}:0/1");
}

TEST_CASE("Plan: expressions that are asked of the source, and why", "[rules]") {
  const std::string t = "sum(rate(t[{{.window}}]))";
  const std::string e = "sum(rate(e[{{.window}}]))";

  const struct {
    std::string error;
    std::string total;
    const char* reason;
  } cases[] = {
      {"1 - " + e, t, "error query: a number added to a rate is asked of the source"},
      {e + " / " + t, t, "error query: a division is asked of the source"},
      {"2 * 3", t, "error query: a number is asked of the source"},
      {e + " > 0", t, "error query: a comparison is asked of the source"},
      {e + " and " + e, t, "error query: `and` is asked of the source"},
      {e + " or vector(1)", t,
       "error query: `or` with anything but vector(0) is asked of the source"},
      {"(" + e + " - " + t + ") or vector(0)", t,
       "error query: `or vector(0)` after several terms is asked of the source; after each of them "
       "it could be counted"},
      {e + " or " + e, t, "error query: `or` with anything but vector(0) is asked of the source"},
      {e, "sum(increase(t[{{.window}}]))", "errors and total: rate mixed with increase"},
      {e + " + sum(increase(e[{{.window}}]))", t, "error query: rate mixed with increase"},
      {"sum by (a) (rate(e[{{.window}}]))", t,
       "errors and total: sums by different labels, (a) and (), are asked of the source"},
      {"sum without (a) (rate(e[{{.window}}]))", t,
       "errors and total: sums by different labels, without (a) and (), are asked of the source"},
      {"sum without (a) (rate(e[{{.window}}]))", "sum without (a) (rate(t[{{.window}}]))",
       "errors and total: sums `without` labels whose groups need not be the same are asked of the "
       "source"},
      {"sum(rate(e[5m]))", t, "error query: the range is `5m`, not {{.window}}"},
      {"sum(rate(e[{{.window}} * 2]))", t,
       "error query: the range is `{{.window}} * 2`, not {{.window}}"},
      {"sum(rate(e[{{.window}}] offset 5m))", t,
       "error query: a term with `offset` is asked of the source"},
      {"sum(rate(e[{{.window}}] @ end()))", t,
       "error query: a term with `@` is asked of the source"},
      {"sum(rate(e[{{.window}}] smoothed))", t,
       "error query: a term that is `anchored` or `smoothed` is asked of the source"},
      {"sum(rate(e[{{.window}}:1m]))", t, "error query: a subquery is asked of the source"},
      {"sum(irate(e[{{.window}}]))", t,
       "error query: `irate` is asked of the source; only sum(rate(..)) and sum(increase(..)) are "
       "counted"},
      {e, "max(rate(t[{{.window}}]))",
       "total query: `max` is asked of the source; only sum(rate(..)) and sum(increase(..)) are "
       "counted"},
      {"rate(e[{{.window}}])", t,
       "error query: a rate without a sum around it is asked of the source"},
      {"sum(e)", t,
       "error query: a selector outside sum(rate(..)) or sum(increase(..)) is asked of the source"},
      {"sum(rate(e{w=\"{{.window}}\"}[{{.window}}]))", t,
       "error query: a selector that changes with the window is asked of the source"},
      {"sum(rate(e[{{.window}}])", t, "error query: it cannot be read: expected `)`, not the end"},
      {e + " $", t,
       "error query: it cannot be read: expected an operator or the end: `$` has no meaning"},
      {std::string(300, '(') + e + std::string(300, ')'), t,
       "error query: it cannot be read: the expression is nested too deep"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.error << " / " << c.total) {
      const Plan plan = MakePlan(With(ExpressionSli{c.error, c.total}));
      CHECK(Summary(plan) == c.reason);
      REQUIRE(std::holds_alternative<OpaquePlan>(plan));
      if (c.error == "2 * 3") continue;  // A number can't be absent.
      CHECK(std::get<OpaquePlan>(plan).query ==
            "((" + c.error + ") or (" + c.total + ") * 0) / (" + c.total + ")");
    }
  }
}

TEST_CASE("Plan: knows the bucket that an expression asks for", "[rules]") {
  const auto plan = MakePlan(With(
      RatioSli{"1 - sum(rate(x_bucket{le=\"0.40\"}[{{.window}}])) / sum(rate(x_bucket{le=\"+Inf\"}"
               "[{{.window}}]))"}));
  REQUIRE(std::holds_alternative<CounterPlan>(plan));
  const auto& terms = std::get<CounterPlan>(plan).terms;
  REQUIRE(terms.size() == 2);
  CHECK_FALSE(terms[0].le);
  CHECK(terms[1].le == 0.4);
}

TEST_CASE("Plan: counts no more than a person lists", "[rules]") {
  const auto chain = [](int counters) {
    std::string text;
    for (int i = 0; i < counters; ++i) {
      text += fmt::format("{}sum(rate(e{}[{{{{.window}}}}]))", i == 0 ? "" : " + ", i);
    }
    return Summary(MakePlan(With(ExpressionSli{text, "sum(rate(e0[{{.window}}]))"})));
  };
  CHECK(chain(64).starts_with("e0:1/1 e1:0/1 "));
  CHECK(chain(65) == "error query: more than 64 counters are asked of the source");
  CHECK(chain(3000) == "error query: more than 64 counters are asked of the source");
}

TEST_CASE("Plan: the SLO's split must be kept by its expressions", "[rules]") {
  const auto plan = [](const std::string& grouping, std::vector<std::string> by) {
    return Summary(
        MakePlan(With(ExpressionSli{"sum " + grouping + " (rate(t{code=\"500\"}[{{.window}}]))",
                                    "sum " + grouping + " (rate(t[{{.window}}]))"},
                      std::move(by))));
  };
  const std::string terms = "t:1/0 t{code=\"500\"}:0/1 ";
  CHECK(plan("by (a,b)", {}) == terms + "by (a, b)");
  CHECK(plan("by (a,b)", {"a"}) == terms + "by (a, b)");
  CHECK(plan("by (a,b)", {"a", "b"}) == terms + "by (a, b)");
  CHECK(plan("by (a,b)", {"a", "c"}) ==
        "the SLO is split by (a, c) but its expressions keep only (a, b)");
  CHECK(plan("without (code, pod)", {"a", "b"}) == terms + "by (a, b)");
  CHECK(plan("without (code, pod)", {"a", "pod"}) ==
        "the SLO is split by (a, pod) but its expressions sum without (code, pod)");
  CHECK(
      plan("without (pod)", {"a"}) ==
      "errors and total: sums `without` labels whose groups need not be the same are asked of the "
      "source");
}

TEST_CASE("Plan: what Sloth's example files ask", "[rules]") {
  const auto folder = ConformanceFolder();
  if (!folder) {
    WARN("skipped: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
    return;
  }

  const struct {
    const char* file;
    std::vector<std::string>
        want;  // Of each SLO, in order: the terms, or the beginning of why not.
  } cases[] = {
      {"getting-started.yml",
       {"http_request_duration_seconds_count{job=\"myservice\"}:1/0 "
        "http_request_duration_seconds_count{code=~\"(5..|429)\",job=\"myservice\"}:0/1"}},
      {"no-alerts.yml",
       {"http_request_duration_seconds_count{job=\"myapp\"}:1/0 "
        "http_request_duration_seconds_count{code=~\"(5..|429)\",job=\"myapp\"}:0/1"}},
      {"kubernetes-apiserver.yml",
       {"apiserver_request_total:1/0 apiserver_request_total{code=~\"(5..|429)\"}:0/1",
        "apiserver_request_duration_seconds_count{verb!=\"WATCH\"}:1/1 "
        "apiserver_request_duration_seconds_bucket{le=\"0.4\",verb!=\"WATCH\"}:0/-1"}},
      {"home-wifi.yml",
       {"error query: `sum_over_time` is asked", "error query: `sum_over_time` is asked"}},
      {"raw-home-wifi.yml", {"`sum_over_time` is asked of the source"}},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.file) {
      const LoadResult loaded =
          LoadRules({{c.file, testing::ReadWhole(*folder / "sloth" / "specs" / c.file)}}, {});
      REQUIRE(loaded.slos.size() == c.want.size());
      for (std::size_t i = 0; i < c.want.size(); ++i) {
        CHECK_THAT(Summary(MakePlan(loaded.slos[i])), Catch::StartsWith(c.want[i]));
      }
    }
  }
}

TEST_CASE("Rational: reads numbers of PromQL exactly", "[rules]") {
  const struct {
    const char* text;
    std::optional<Rational> want;
  } cases[] = {
      {"0", Rational{0, 1}},
      {"60", Rational{60, 1}},
      {"0.1", Rational{1, 10}},
      {".50", Rational{1, 2}},
      {"5.", Rational{5, 1}},
      {"1e3", Rational{1000, 1}},
      {"2.5e-3", Rational{1, 400}},
      {"1E+2", Rational{100, 1}},
      {"0x1F", Rational{31, 1}},
      {"1_000", Rational{1000, 1}},
      {"0.000", Rational{0, 1}},
      {"0e999", Rational{0, 1}},
      {"0010", Rational{10, 1}},
      {"Inf", std::nullopt},
      {"nan", std::nullopt},
      {"5m", std::nullopt},
      {"1e15", Rational{1'000'000'000'000'000, 1}},
      {"1e16", std::nullopt},
      {"1e-16", std::nullopt},
      {"1e300", std::nullopt},
      {"1234567890123456", std::nullopt},
      {"0xfffffffffffffff", std::nullopt},
  };

  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(ParseRational(c.text) == c.want);
  }
}

TEST_CASE("Rational: computes exactly or not at all", "[rules]") {
  CHECK(Add({1, 3}, {1, 6}) == Rational{1, 2});
  CHECK(Add({1, 3}, {-1, 3}) == Rational{0, 1});
  CHECK(Multiply(Rational{2, 3}, Rational{-3, 4}) == Rational{-1, 2});
  CHECK(Divide({1, 2}, {-1, 4}) == Rational{-2, 1});
  CHECK_FALSE(Divide({1, 2}, {0, 1}));
  const Rational large = {1'000'000'000'000'000, 1};
  CHECK_FALSE(Add(large, {1, 1}));
  CHECK_FALSE(Multiply(large, large));
  CHECK_FALSE(Divide({1, 1'000'000'000'000'000}, {2, 1}));
}

}  // namespace
}  // namespace slowburn
