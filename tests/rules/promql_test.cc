// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "exporters/yaml_text.h"
#include "rules/plan.h"
#include "tests/conformance.h"
#include "tests/fakes/promtool.h"

namespace slowburn {
namespace {

bool IsGood(std::string_view promql) {
  for (const ExpressionProblem& problem : CheckExpression(promql)) {
    if (problem.error) return false;
  }
  return true;
}

enum class Verdict {
  kGood,
  kBad,
  kWeaker,  // Prometheus 2.42 rejects it and we do not, because newer servers take it.
};

struct Case {
  const char* promql;
  Verdict want;
};

constexpr Verdict kGood = Verdict::kGood;
constexpr Verdict kBad = Verdict::kBad;
constexpr Verdict kWeaker = Verdict::kWeaker;

constexpr Case kCases[] = {
    // Literals.
    {"1", kGood},
    {"-1.5e-3", kGood},
    {"0x1F + .5 + 5.", kGood},
    {"0755", kGood},
    {"Inf - NaN + +inf", kGood},
    {"\"text\"", kGood},
    {"1e", kBad},
    {"0x", kBad},
    {"1.2.3", kBad},
    {".5m", kBad},
    {"1e999", kBad},
    {"'a\\'b'", kGood},
    {"'a\\\"b'", kBad},
    {"\"a", kBad},
    {"`a\\`", kGood},
    {"`a", kBad},
    {"\"a\nb\"", kBad},
    {"`a\nb`", kGood},
    {"\"\\xff\\377\\u00e4\\U0001F600\"", kGood},
    {"\"\\400\"", kBad},
    {"\"\\ud800\"", kBad},
    {"\"\\q\"", kBad},
    {"1_000", kWeaker},
    // Structure.
    {"", kBad},
    {"# nothing", kBad},
    {"up # comment", kGood},
    {"# first\nup", kGood},
    {"(up)", kGood},
    {"((up))", kGood},
    {"()", kBad},
    {"(up", kBad},
    {"up)", kBad},
    {"(up]", kBad},
    {"up}", kBad},
    {"up down", kBad},
    {"up 1", kBad},
    {"1 up", kBad},
    {"up;", kBad},
    {"$up", kBad},
    {"up?", kBad},
    {"up & up", kBad},
    {"up && up", kBad},
    {"up,up", kBad},
    {"up = 1", kBad},
    {"up =~ 1", kBad},
    {"up ! 1", kBad},
    // Selectors.
    {"{job=\"a\"}", kGood},
    {"up{}", kGood},
    {"up{job=\"a\",}", kGood},
    {"up{,}", kBad},
    {"{}", kBad},
    {"{job=\"\"}", kBad},
    {"{job=~\".*\"}", kBad},
    {"{job!~\".+\"}", kBad},
    {"{job=~\".+\"}", kGood},
    {"up{job=a}", kBad},
    {"up{job}", kBad},
    {"up{job==\"a\"}", kBad},
    {"up{job>\"a\"}", kBad},
    {"up{job=~\"(\"}", kBad},
    {"up{job=~\"a{1001}\"}", kBad},
    {"up{job=\"a\"", kBad},
    {"up{__name__=\"b\"}", kBad},
    {"{__name__=\"b\"}", kGood},
    {"{__name__=\"b\",__name__=~\"b.*\"}", kGood},
    {"up{on=\"a\",sum=\"b\",bool=\"c\"}", kGood},
    {"up{1a=\"b\"}", kBad},
    {"up{a:b=\"c\"}", kBad},
    {"a:b:c", kGood},
    {":a", kGood},
    {"up{# all\njob=\"a\"}", kGood},
    {"{\"up\"}", kWeaker},
    {"{\"a.b\",\"c.d\"=\"e\"}", kWeaker},
    // Keywords as names.
    {"sum", kGood},
    {"sum{job=\"a\"}", kGood},
    {"sum(sum)", kGood},
    {"sum by (by) (by)", kGood},
    {"offset", kGood},
    {"and and and", kGood},
    {"or or or", kGood},
    {"bool", kBad},
    {"on", kBad},
    {"atan2", kBad},
    {"start", kGood},
    {"rate", kGood},
    {"limitk", kGood},
    // Operators.
    {"1 + 2 * 3 ^ 4 % 5 / 6 - 7 atan2 8", kGood},
    {"up +", kBad},
    {"+ up", kGood},
    {"- - up", kGood},
    {"* up", kBad},
    {"up * * up", kBad},
    {"up * - up", kGood},
    {"2 ^ -1", kGood},
    {"1 > 2", kBad},
    {"1 > bool 2", kGood},
    {"up > 1", kGood},
    {"up > bool 1", kGood},
    {"up + bool 1", kBad},
    {"up and bool up", kBad},
    {"up == up != up", kGood},
    {"up and up unless up or up", kGood},
    {"up AND up Unless up OR up", kGood},
    {"up and 1", kBad},
    {"1 or up", kBad},
    {"up or vector(0)", kGood},
    {"up or on() vector(0)", kGood},
    {"up or on(a,) vector(0)", kGood},
    {"up or on(,) vector(0)", kBad},
    {"up or on vector(0)", kBad},
    {"up * on(a) up", kGood},
    {"up * ignoring(a) group_left up", kGood},
    {"up * on(a) group_left(b) up", kGood},
    {"up * on(a) group_left(a) up", kBad},
    {"up * on(a) group_right() up", kGood},
    {"up * group_left up", kBad},
    {"up and on(a) group_left up", kBad},
    {"up * on(a) 1", kBad},
    {"up * on() 1", kGood},
    {"up > bool on(a) up", kGood},
    {"up > on(a) bool up", kBad},
    {"\"a\" + 1", kBad},
    {"-\"a\"", kBad},
    {"up[5m] + 1", kBad},
    {"-up[5m]", kBad},
    {"up default 0", kBad},
    {"up if down", kBad},
    // Ranges.
    {"up[5m]", kGood},
    {"rate(up[5m])", kGood},
    {"rate(up[1h30m])", kGood},
    {"rate(up[ 5m ])", kGood},
    {"rate(up [5m])", kGood},
    {"rate(up[5])", kWeaker},
    {"rate(up[5x])", kBad},
    {"rate(up[m])", kBad},
    {"rate(up[])", kBad},
    {"rate(up[0s])", kBad},
    {"rate(up[1m1h])", kBad},
    {"rate(up[1.5h])", kBad},
    {"rate(up[-5m])", kBad},
    {"rate(up[5m)", kBad},
    {"rate(up[$__rate_interval])", kBad},
    {"rate(up[5i])", kBad},
    {"vector(1)[5m]", kBad},
    {"(up)[5m]", kBad},
    {"up[5m][5m]", kBad},
    {"1[5m]", kBad},
    {"sum(up)[5m]", kBad},
    {"vector(1)[5m:]", kGood},
    {"(up)[5m:1m]", kGood},
    {"sum(up)[5m:1m]", kGood},
    {"up[5m:1m]", kGood},
    {"up[5m:1m][5m:]", kBad},
    {"1[5m:]", kBad},
    {"up[5m:0s]", kBad},
    {"up[:5m]", kBad},
    {"up[5m::]", kBad},
    {"max_over_time(rate(up[5m])[1h:1m] offset 1d)", kGood},
    // Modifiers.
    {"up offset 5m", kGood},
    {"up OFFSET 5m", kGood},
    {"up offset -5m", kGood},
    {"up offset 5", kWeaker},
    {"up offset", kBad},
    {"up offset x", kBad},
    {"up offset 5m offset 5m", kBad},
    {"up[5m] offset 5m", kGood},
    {"up offset 5m[5m]", kBad},
    {"(up) offset 5m", kBad},
    {"sum(up) offset 5m", kBad},
    {"sum(up offset 5m)", kGood},
    {"1 offset 5m", kBad},
    {"up @ 1609746000", kGood},
    {"up @ -5.5", kGood},
    {"up @ start()", kGood},
    {"up[5m] @ end() offset 5m", kGood},
    {"up offset 5m @ end()", kGood},
    {"up @ start", kBad},
    {"up @ up", kBad},
    {"up @ 1 @ 2", kBad},
    {"up @ 1[5m]", kBad},
    {"up @ end()[5m]", kGood},
    {"sum(up) @ 1", kBad},
    {"-up @ 1", kGood},
    // Aggregations.
    {"sum(up)", kGood},
    {"SUM(up)", kGood},
    {"sum by (a) (up)", kGood},
    {"sum by (a,b,) (up)", kGood},
    {"sum by () (up)", kGood},
    {"sum(up) by (a)", kGood},
    {"sum without (a) (up)", kGood},
    {"sum by (sum, on, bool) (up)", kGood},
    {"sum by (a) (up) by (b)", kBad},
    {"sum by a (up)", kBad},
    {"sum by (a b) (up)", kBad},
    {"sum by (,) (up)", kBad},
    {"sum by (a:b) (up)", kBad},
    {"sum()", kBad},
    {"sum(up, up)", kBad},
    {"sum(1)", kBad},
    {"sum(up[5m])", kBad},
    {"topk(3, up)", kGood},
    {"topk(up, up)", kBad},
    {"topk(up)", kBad},
    {"topk by (a) (3, up)", kGood},
    {"count_values(\"v\", up)", kGood},
    {"count_values(1, up)", kBad},
    {"quantile(0.9, up)", kGood},
    {"limitk(3, up)", kWeaker},
    {"median(up)", kBad},
    {"median by (a) (up)", kBad},
    // Functions.
    {"rate(up)", kBad},
    {"abs(up[5m])", kBad},
    {"abs(1)", kBad},
    {"abs()", kBad},
    {"abs(up, up)", kBad},
    {"abs(up,)", kBad},
    {"time()", kGood},
    {"time(1)", kBad},
    {"hour()", kGood},
    {"hour(up)", kGood},
    {"hour(up, up)", kBad},
    {"round(up)", kGood},
    {"round(up, 5)", kGood},
    {"vector(up)", kBad},
    {"scalar(up) + 1", kGood},
    {"histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))", kGood},
    {"histogram_quantile(rate(x_bucket[5m]), 0.9)", kBad},
    {"label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")", kGood},
    {"label_replace(up, \"a\", \"$1\", \"b\")", kBad},
    {"label_join(up, \"a\", \",\")", kGood},
    {"label_join(up, \"a\", \",\", \"b\", \"c\")", kGood},
    {"label_join(up, \"a\")", kBad},
    {"label_join(up, \"a\", \",\", 1)", kBad},
    {"quantile_over_time(0.9, up[5m])", kGood},
    {"absent(up)", kGood},
    {"absent_over_time(up[5m])", kGood},
    {"Rate(up[5m])", kWeaker},
    {"some_new_function(up)", kWeaker},
    {"mad_over_time(up[5m])", kWeaker},
    {"bool(up)", kBad},
    {"offset(up)", kBad},
    {"histogram_share(0.2, up)", kBad},
    {"default_rollup(up)", kBad},
    {"rollup_rate(up[5m])", kBad},
    {"running_sum(up)", kBad},
    {"range_avg(up)", kBad},
    {"keep_last_value(up)", kBad},
    {"label_set(up, \"a\", \"b\")", kBad},
    {"5m", kWeaker},
    {"up{a=\"ä\"} / ö", kBad},
};

TEST_CASE("PromQL: tells valid expressions from others", "[rules]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION("'" << c.promql << "'") {
      const auto problems = CheckExpression(c.promql);
      if (!problems.empty()) INFO(problems.front().message);
      CHECK(IsGood(c.promql) == (c.want != kBad));
    }
  }
}

// The numbers of the expressions that promtool finds at fault; nullopt when there is no promtool.
std::optional<std::set<std::size_t>> RejectedByPromtool(
    const std::vector<std::string>& expressions) {
  std::string rules = "groups:\n- name: g\n  rules:\n";
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    rules += fmt::format("  - record: r{}\n    expr: {}\n", i, YamlQuoted(expressions[i]));
  }
  const auto result = RunPromtool("check rules --lint=none {}", rules);
  if (!result) return std::nullopt;
  std::set<std::size_t> rejected;
  std::istringstream lines(result->output);
  for (std::string line; std::getline(lines, line);) {
    std::size_t number = 0;
    const std::size_t at = line.find("rule ");
    if (at == std::string::npos || std::sscanf(line.c_str() + at, "rule %zu,", &number) != 1)
      continue;
    rejected.insert(number - 1);
  }
  return rejected;
}

TEST_CASE("PromQL: agrees with promtool", "[rules]") {
  std::vector<std::string> expressions;
  for (const Case& c : kCases) expressions.emplace_back(c.promql);
  const auto rejected = RejectedByPromtool(expressions);
  if (!rejected) {
    WARN("skipped: promtool is not on PATH");
    return;
  }
  REQUIRE(rejected->size() > 50);
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    INFO(expressions[i]);
    CHECK((rejected->count(i) == 0) == (kCases[i].want == kGood));
  }
}

// An operand, now and then wrapped in something that takes it or does not.
std::string RandomOperand(std::mt19937& random, int depth) {
  static const std::vector<std::string> kPlain = {
      "up",         "1",   "up[5m]",      "{a=\"b\"}", "up{a!=\"\"}", "'s'",          "time()",
      "inf",        "sum", "{a=~\".*\"}", "vector(1)", "hour()",      "up offset 5m", "up[1h:1m]",
      "up @ end()", "",    "max",         "(up)"};
  static const std::vector<std::string> kBefore = {"(",
                                                   "sum(",
                                                   "rate(",
                                                   "abs(",
                                                   "scalar(",
                                                   "sum by (a)(",
                                                   "topk(2,",
                                                   "round(",
                                                   "-",
                                                   "+",
                                                   "sum_over_time(",
                                                   "vector(",
                                                   "histogram_quantile(.9,",
                                                   "count_values('v',",
                                                   "MAX without(b)("};
  static const std::vector<std::string> kAfter = {
      "[5m]", "[5m:]", "[1h:1m]", " offset 5m", " offset -1h", " @ 5", " @ end()", " by (a)", ")"};
  std::string out = kPlain[random() % kPlain.size()];
  if (depth < 3 && random() % 3 != 0) {
    const std::string& before = kBefore[random() % kBefore.size()];
    out = before + RandomOperand(random, depth + 1);
    if (before.back() != '-' && before.back() != '+') out += ')';
  }
  if (random() % 4 == 0) out += kAfter[random() % kAfter.size()];
  return out;
}

std::string RandomExpression(std::mt19937& random) {
  static const std::vector<std::string> kOperators = {"+",
                                                      "-",
                                                      "^",
                                                      "and",
                                                      "or",
                                                      "unless",
                                                      "==",
                                                      "> bool",
                                                      "<",
                                                      "* on(a)",
                                                      "/ on(a) group_left",
                                                      "+ ignoring(b) group_right(c)",
                                                      "or on()",
                                                      "atan2",
                                                      "- bool",
                                                      "and on(a) group_left()",
                                                      "="};
  std::string out = RandomOperand(random, 0);
  for (std::size_t k = random() % 3; k > 0; --k) {
    out += ' ' + kOperators[random() % kOperators.size()] + ' ' + RandomOperand(random, 1);
  }
  return out;
}

TEST_CASE("PromQL: agrees with promtool on expressions put together at random", "[rules]") {
  std::mt19937 random(42);
  std::vector<std::string> expressions;
  for (int i = 0; i < 12000; ++i) expressions.push_back(RandomExpression(random));
  const auto rejected = RejectedByPromtool(expressions);
  if (!rejected) {
    WARN("skipped: promtool is not on PATH");
    return;
  }
  int good = 0;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const bool accepted = rejected->count(i) == 0;
    if (accepted) ++good;
    INFO(expressions[i]);
    const auto problems = CheckExpression(expressions[i]);
    const bool bad = std::any_of(problems.begin(), problems.end(), [&](const auto& p) {
      const bool newer = p.message.find("Prometheus 3") != std::string::npos ||
                         p.message.find("no function") != std::string::npos;
      return p.error || (newer && !accepted);
    });
    REQUIRE(bad == !accepted);
  }
  CHECK(good > 500);
}

TEST_CASE("PromQL: says what is wrong, where, and what to write", "[rules]") {
  const struct {
    const char* promql;
    ExpressionProblem want;
  } cases[] = {
      {"", {"the expression is empty", "", 0, true}},
      {"up +", {"expected an expression, not the end", "", 4, true}},
      {"(up", {"expected `)`, not the end", "", 3, true}},
      {"(up]", {"expected `)`, not `]`", "", 3, true}},
      {"up)", {"`)` closes nothing", "", 2, true}},
      {"up{job=\"a}", {"expected a value in quotes: the string has no closing quote", "", 7, true}},
      {"up{job=~\"(\"}", {"expected a regular expression: missing ): (", "", 8, true}},
      {"up = 1", {"expected an operator or the end, not `=`", "write `==` to compare", 3, true}},
      {"up && up", {"expected an operator or the end: `&` has no meaning", "write `and`", 3, true}},
      {"rate(up[$__rate_interval])",
       {"expected a duration such as 5m: `$` has no meaning",
        "variables of Grafana mean nothing here; write {{.window}}", 8, true}},
      {"vector(1)[5m]",
       {"a range can stand after a selector only, not after an expression",
        "write [5m:] to evaluate the expression again and again", 9, true}},
      {"vector(1)[{{.window}}]",
       {"a range can stand after a selector only, not after an expression",
        "write [{{.window}}:] to evaluate the expression again and again", 9, true}},
      {"rate(up)",
       {"`rate` takes a range vector here, this is an instant vector",
        "write [{{.window}}] after the selector", 5, true}},
      {"1 > 2", {"a comparison of two scalars needs `bool`", "write `> bool`", 2, true}},
      {"up or 0",
       {"`or` needs instant vectors on both sides, one is a scalar",
        "write vector(0) for the number 0", 3, true}},
      {"sum(up, up)", {"`sum` takes 1 argument, not 2", "", 0, true}},
      {"round()", {"`round` takes 1 to 2 arguments, not 0", "", 0, true}},
      {"label_join(up)", {"`label_join` takes 3 or more arguments, not 1", "", 0, true}},
      {"1 - default_rollup(up)",
       {"`default_rollup` is MetricsQL, not PromQL", "use last_over_time", 4, true}},
      {"up default 0", {"`default` is MetricsQL, not PromQL", "", 3, true}},
      {"rollup_rate(up[5m])",
       {"`rollup_rate` is MetricsQL, not PromQL", "use the _over_time functions", 0, true}},
      {"rat(up[5m])", {"no function `rat` is known here", "did you mean `rate`?", 0, false}},
      {"Rate(up[5m])", {"no function `Rate` is known here", "did you mean `rate`?", 0, false}},
      {"increse(up[5m])",
       {"no function `increse` is known here", "did you mean `increase`?", 0, false}},
      {"frobnicate(up)", {"no function `frobnicate` is known here", "", 0, false}},
      {"rate(up[300])",
       {"`300` has no unit, as only Prometheus 3 takes it", "write 300s", 8, false}},
      {"up[5m]",
       {"the expression gives a range vector, of which no ratio can be made", "", 0, false}},
      {"up[{{.windw}}]",
       {"expected a duration such as 5m: only {{.window}} may stand between {{ and }}", "", 3,
        true}},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION("'" << c.promql << "'") {
      const auto problems = CheckExpression(c.promql);
      REQUIRE(problems.size() == 1);
      CHECK(problems[0].message == c.want.message);
      CHECK(problems[0].hint == c.want.hint);
      CHECK(problems[0].offset == c.want.offset);
      CHECK(problems[0].error == c.want.error);
    }
  }
}

TEST_CASE("PromQL: reports every wrong type, from left to right", "[rules]") {
  const auto problems = CheckExpression("rate(up) / abs(down[5m]) + keep_last_value(x)");
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].offset == 5);
  CHECK(problems[1].offset == 15);
  CHECK(problems[2].offset == 27);
}

TEST_CASE("PromQL: takes the window of a template for a duration", "[rules]") {
  CHECK(CheckExpression("sum(rate(up[{{.window}}]))").empty());
  CHECK(CheckExpression("sum_over_time((up > 1)[{{ .window }}:]) OR on() vector(0)").empty());
  CHECK_FALSE(IsGood("sum(rate(up{{.window}}))"));
}

TEST_CASE("PromQL: knows a scalar", "[rules]") {
  for (const char* promql : {"1", "(2 * pi())", "-scalar(up)", "1 > bool 2"}) {
    CHECK(IsScalarExpression(promql));
  }
  for (const char* promql : {"up", "1 +", "vector(1)", "1 * up", "'1'", "unknown()", "1 > 2"}) {
    CHECK_FALSE(IsScalarExpression(promql));
  }
}

// The queries in a Sloth file: the values of the keys that end in `query`, in lines or blocks.
std::vector<std::string> QueriesIn(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> queries;
  std::size_t block = std::string::npos;  // Indentation of the key of the block that is being read.
  for (std::string line; std::getline(file, line);) {
    const std::size_t indent = line.find_first_not_of(" -");
    if (block != std::string::npos && (indent == std::string::npos || indent > block)) {
      queries.back() += line + "\n";
      continue;
    }
    block = std::string::npos;
    const std::size_t colon = line.find(':');
    if (indent == std::string::npos || colon == std::string::npos) continue;
    const std::string key = line.substr(indent, colon - indent);
    if (key.size() < 5 ||
        (key.substr(key.size() - 5) != "query" && key.substr(key.size() - 5) != "Query")) {
      continue;
    }
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    queries.push_back(value == std::string::npos ? "" : line.substr(value));
    if (queries.back() != "|") continue;
    queries.back().clear();
    block = indent;
  }
  return queries;
}

TEST_CASE("PromQL: accepts what Sloth's example files ask", "[rules]") {
  const auto folder = ConformanceFolder();
  if (!folder) {
    WARN("skipped: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
    return;
  }
  int checked = 0;
  for (const auto* part : {"specs", "validate/good"}) {
    for (const auto& entry : std::filesystem::directory_iterator(*folder / "sloth" / part)) {
      const bool foreign = entry.path().filename() == "victoria-metrics.yml";
      for (const std::string& query : QueriesIn(entry.path())) {
        INFO(entry.path() << ": " << query);
        REQUIRE(HasWindow(query));
        CHECK(CheckExpression(query).empty() == !foreign);
        CHECK(CheckExpression(WithWindow(query, absl::Minutes(5))).empty() == !foreign);
        ++checked;
      }
    }
  }
  CHECK(checked > 60);
}

TEST_CASE("PromQL: survives any bytes", "[rules]") {
  std::mt19937 random(5);
  const std::string alphabet =
      std::string("ab05(){}[],:\"'`\\#\n =!~<>+-*/%^@.emshdx_$;\xff\xc3\xa4") + '\0';
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (std::size_t k = random() % 30; k > 0; --k) text += alphabet[random() % alphabet.size()];
    for (const ExpressionProblem& problem : CheckExpression(text)) {
      REQUIRE(problem.offset >= 0);
      REQUIRE(static_cast<std::size_t>(problem.offset) <= text.size());
      REQUIRE_FALSE(problem.message.empty());
    }
  }
}

TEST_CASE("PromQL: large expressions take their time once", "[rules]") {
  const std::size_t size = 1 << 20;
  std::string chain = "up";
  while (chain.size() < size) chain += " ^ up or up + 1";
  CHECK(IsGood(chain));
  for (const char* word : {"(", "-", "abs(", "sum by (a)(", "{", "[", "{{", "up[", "'", "\\", "1",
                           "#", "\xff", "up[5m:]", "a offset ", "2^", "{a='b',"}) {
    std::string text;
    while (text.size() < size) text += word;
    INFO(word);
    CHECK_FALSE(CheckExpression(text).empty());
  }
  CHECK(IsGood(std::string(250, '(') + "up" + std::string(250, ')')));
  CHECK_FALSE(IsGood(std::string(300, '(') + "up" + std::string(300, ')')));
}

}  // namespace
}  // namespace slowburn
