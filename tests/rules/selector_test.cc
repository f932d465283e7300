// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/selector.h"

#include <random>

#include <catch2/catch.hpp>
#include <re2/re2.h>

namespace slowburn {
namespace {

using Op = Matcher::Op;

Selector Parsed(std::string_view text) {
  const auto selector = ParseSelector(text);
  INFO(text);
  INFO(selector.status());
  REQUIRE(selector.ok());
  return *selector;
}

TEST_CASE("Selector: reads and prints", "[rules]") {
  const struct {
    const char* text;
    const char* printed;
  } cases[] = {
      {"up", "up"},
      {"  up  ", "up"},
      {"up{}", "up"},
      {"job:errors:rate5m", "job:errors:rate5m"},
      {":odd", ":odd"},
      {R"(up{job="api"})", R"(up{job="api"})"},
      {R"(up{job="api",})", R"(up{job="api"})"},
      {R"(up { job = "api" , code !~ "5.." })", R"(up{code!~"5..",job="api"})"},
      {"up{\n  # which job\n  job='api', # the one\n}", R"(up{job="api"})"},
      {"up{job=`a\\d`}", R"(up{job="a\\d"})"},
      {R"({__name__="up"})", "up"},
      {R"({job="api",__name__="up"})", R"(up{job="api"})"},
      {R"({__name__=~"up|down"})", R"({__name__=~"up|down"})"},
      {R"({__name__="up",__name__!~"d.*"})", R"({__name__="up",__name__!~"d.*"})"},
      {R"({__name__="with space"})", R"({__name__="with space"})"},
      {R"({"http.requests"})", R"({__name__="http.requests"})"},
      {R"({"http.requests","a.b"=~"c"})", R"({__name__="http.requests","a.b"=~"c"})"},
      {R"(up{a="1",a="1",a!="1",a="2"})", R"(up{a="1",a="2",a!="1"})"},
      {R"(sum{on="x"})", R"({__name__="sum",on="x"})"},
      {R"(up{a="\x41\102\u0043\U00000044\t\"\\\n"})", "up{a=\"ABCD\t\\\"\\\\\\n\"}"},
      {R"(up{a='it\'s "so"'})", R"(up{a="it's \"so\""})"},
      {R"(up{a="ä€😀"})", R"(up{a="ä€😀"})"},
      {R"(up{a="\u00e4\u20ac\U0001F600"})", R"(up{a="ä€😀"})"},
      {R"(up{a=""})", R"(up{a=""})"},
      {R"({a!=""})", R"({a!=""})"},
      {R"({a=~".+"})", R"({a=~".+"})"},
      {R"({a!~".*b|"})", R"({a!~".*b|"})"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.text) {
      CHECK(ToString(Parsed(c.text)) == c.printed);
      CHECK(Parsed(c.printed) == Parsed(c.text));
    }
  }
}

TEST_CASE("Selector: says where and why it rejects", "[rules]") {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "at character 1: expected a metric name or `{`, not the end"},
      {"5", "at character 1: expected a metric name or `{`, not `5`"},
      {".5s",
       "at character 1: expected a metric name or `{`: `.5s` is neither a number nor a "
       "duration"},
      {"inf", "at character 1: expected a metric name or `{`, not `inf`"},
      {"up down", "at character 4: expected the end of the selector, not `down`"},
      {"up[5m]", "at character 3: expected the end of the selector, not `[`"},
      {"up{", "at character 4: expected a label name or `}`, not the end"},
      {"up{,}", "at character 4: expected a label name or `}`, not `,`"},
      {"up{a}", "at character 5: expected =, !=, =~ or !~, not `}`"},
      {"up{a==\"b\"}", "at character 5: expected =, !=, =~ or !~, not `==`"},
      {"up{a=b}", "at character 6: expected a value in quotes, not `b`"},
      {"up{a=\"b\" c=\"d\"}", "at character 10: expected `,` or `}`, not `c`"},
      {"up{a:b=\"c\"}", "at character 4: expected a label name or `}`, not `a:b`"},
      {"up{a=\"ä\",b=c}", "at character 12: expected a value in quotes, not `c`"},
      {"up{a=\"b}", "at character 6: expected a value in quotes: the string has no closing quote"},
      {"up{a=\"\\q\"}",
       "at character 6: expected a value in quotes: the string holds an unknown escape"},
      {"up{a='\\\"'}",
       "at character 6: expected a value in quotes: the string holds an unknown escape"},
      {"up{a=\"b\nc\"}",
       "at character 6: expected a value in quotes: the string has no closing quote"},
      {"up{a=\"\\xff\"}", "at character 6: expected a value that is UTF-8"},
      {"up{a=\"\xff\"}", "at character 6: expected a value in quotes: the string is not UTF-8"},
      {"up{a=\"\\ud800\"}",
       "at character 6: expected a value in quotes: the string holds an unknown escape"},
      {"up{a=~\"(\"}", "at character 7: expected a regular expression: missing ): ("},
      {"up{__name__=\"down\"}",
       "at character 4: expected no __name__ as the metric name is there already"},
      {"up{\"down\"}", "at character 4: expected one metric name, this is a second one"},
      {"{\"\"}", "at character 2: expected a name that is not empty and is UTF-8"},
      {"{}",
       "at character 1: expected a matcher that asks for a value, as all of these match any "
       "series"},
      {" {a=~\".*\",b=\"\",c!=\"x\",d!~\".+\"}",
       "at character 2: expected a matcher that asks for a value, as all of these match any "
       "series"},
      {"rate(up)", "at character 5: expected the end of the selector, not `(`"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.text) {
      const auto selector = ParseSelector(c.text);
      REQUIRE_FALSE(selector.ok());
      CHECK(selector.status().code() == absl::StatusCode::kInvalidArgument);
      CHECK(std::string(selector.status().message()) == c.message);
    }
  }
}

TEST_CASE("Selector: knows its metric name", "[rules]") {
  CHECK(MetricName(Parsed("up{a=\"b\"}")) == "up");
  CHECK(MetricName(Parsed("{__name__=\"up\"}")) == "up");
  CHECK(MetricName(Parsed("{__name__=~\"up\"}")).empty());
  CHECK(MetricName(Parsed("{a=\"b\"}")).empty());
}

TEST_CASE("Selector: adds a matcher in its place, once", "[rules]") {
  const Matcher le = {"le", Op::kEqual, "+Inf"};
  const Selector once = With(Parsed("up{a=\"1\",z=\"2\"}"), le);
  CHECK(ToString(once) == R"(up{a="1",le="+Inf",z="2"})");
  CHECK(With(once, le) == once);
}

std::string Pick(std::mt19937& random, const std::vector<std::string>& from) {
  return from[std::uniform_int_distribution<std::size_t>(0, from.size() - 1)(random)];
}

Matcher RandomMatcher(std::mt19937& random) {
  static const std::vector<std::string> kLabels = {"__name__", "a", "b", "le", "x.y", "on", "ä"};
  static const std::vector<std::string> kValues = {
      "", "a", "b", "a|b", ".*", ".+", "a.c", "\"", "\\\\", "\n\t\r", "ü#{},", "[ab]+", "`'"};
  return {Pick(random, kLabels), static_cast<Op>(random() % 4), Pick(random, kValues)};
}

TEST_CASE("Selector: what is printed reads back the same", "[rules]") {
  std::mt19937 random(20260401);
  int proper = 0;
  for (int i = 0; i < 5000; ++i) {
    Selector selector;
    const std::size_t count = 1 + random() % 5;
    for (std::size_t k = 0; k < count; ++k) selector = With(selector, RandomMatcher(random));
    const std::string text = ToString(selector);
    const auto again = ParseSelector(text);
    if (!again.ok()) {  // Only because it would match anything.
      INFO(text << ": " << again.status());
      REQUIRE(std::string(again.status().message()).find("match any series") != std::string::npos);
      continue;
    }
    ++proper;
    INFO(text);
    REQUIRE(*again == selector);
    REQUIRE(ToString(*again) == text);
  }
  CHECK(proper > 3000);
}

using Series = std::map<std::string, std::string>;

bool Matches(const Selector& selector, const Series& series) {
  for (const Matcher& matcher : selector.matchers) {
    const auto found = series.find(matcher.label);
    const std::string value = found == series.end() ? "" : found->second;
    const bool regex = matcher.op == Op::kRegex || matcher.op == Op::kNotRegex;
    const bool same = regex ? RE2::FullMatch(value, matcher.value) : value == matcher.value;
    const bool negated = matcher.op == Op::kNotEqual || matcher.op == Op::kNotRegex;
    if (same == negated) return false;
  }
  return true;
}

TEST_CASE("Selector: what covers another matches all that it matches", "[rules]") {
  std::mt19937 random(7);
  const std::vector<std::string> values = {"", "a", "b", "ab", "aXc"};
  int covered = 0;
  int matched = 0;
  for (int i = 0; i < 20000; ++i) {
    Selector wide;
    for (std::size_t k = random() % 3; k > 0; --k) wide = With(wide, RandomMatcher(random));
    Selector narrow = random() % 2 == 0 ? wide : Selector{};
    for (std::size_t k = random() % 3; k > 0; --k) narrow = With(narrow, RandomMatcher(random));
    if (!Covers(wide, narrow)) continue;
    ++covered;
    for (int s = 0; s < 10; ++s) {
      Series series;
      for (const char* label : {"__name__", "a", "b", "le"}) series[label] = Pick(random, values);
      if (!Matches(narrow, series)) continue;
      ++matched;
      INFO(ToString(wide) << " and " << ToString(narrow));
      REQUIRE(Matches(wide, series));
    }
  }
  CHECK(covered > 5000);
  CHECK(matched > 5000);
}

TEST_CASE("Selector: does not cover what it may not match", "[rules]") {
  CHECK(Covers(Parsed("up"), Parsed("up{a=\"1\"}")));
  CHECK(Covers(Parsed("up"), Parsed("up")));
  CHECK_FALSE(Covers(Parsed("up{a=\"1\"}"), Parsed("up")));
  CHECK_FALSE(Covers(Parsed("up{a=\"1\"}"), Parsed("up{a=~\"1\"}")));
  CHECK_FALSE(Covers(Parsed("up"), Parsed("down")));
}

TEST_CASE("Selector: survives any bytes", "[rules]") {
  std::mt19937 random(11);
  const std::string alphabet = std::string("ab{}=~!\"'`\\,#\n\xff\xc3(|*x9[]:.") + '\0';
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::size_t k = random() % 40; k > 0; --k) text += alphabet[random() % alphabet.size()];
    const auto selector = ParseSelector(text);
    if (selector.ok()) CHECK(ParseSelector(ToString(*selector)) == selector);
  }
  CHECK_FALSE(ParseSelector(std::string(1 << 20, '{')).ok());
  CHECK_FALSE(ParseSelector("a{b=\"" + std::string(1 << 20, '\\')).ok());
}

}  // namespace
}  // namespace slowburn
