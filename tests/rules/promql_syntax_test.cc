// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/plan.h"
#include "rules/promql.h"
#include "tests/fakes/test_server.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

struct Line {
  std::string verdict;  // valid, invalid, newer
  std::string promql;
};

std::string Unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    out += next == 'n' ? '\n' : next == 't' ? '\t' : next;
  }
  return out;
}

std::vector<Line> Corpus() {
  std::ifstream file(testing::TestdataFolder("promql") / "expressions.txt");
  std::vector<Line> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.find(' ');
    lines.push_back({line.substr(0, space), Unescaped(line.substr(space + 1))});
  }
  return lines;
}

TEST_CASE("PromQL corpus: verdicts are those of the file", "[rules]") {
  std::map<std::string, int> seen;
  for (const Line& line : Corpus()) {
    ++seen[line.verdict];
    const ParsedExpression parsed = ParseExpression(line.promql);
    const ExpressionProblem* error = parsed.FirstError();
    INFO(line.promql);
    INFO((error == nullptr ? "" : error->message));
    CHECK((error == nullptr) == (line.verdict != "invalid"));
  }
  CHECK(seen.size() == 3);
  CHECK(seen["valid"] > 200);
  CHECK(seen["invalid"] > 200);
  CHECK(seen["newer"] > 40);
}

std::string UrlEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

TEST_CASE("PromQL corpus: verdicts are those of Prometheus", "[rules]") {
  const auto server = TestServer::StartPrometheus({});
  if (server == nullptr) {
    WARN("skipped: prometheus is not on PATH");
    return;
  }
  const std::string version = server->Get("/api/v1/status/buildinfo").value_or("");
  if (version.find("\"version\":\"2.42") == std::string::npos) {
    WARN("skipped: the verdicts are those of Prometheus 2.42, here is " << version);
    return;
  }
  for (const Line& line : Corpus()) {
    const std::string promql = WithWindow(line.promql, absl::Minutes(5));
    INFO(promql);
    // Ranges and strings are fine as instant queries, so that each valid one answers 200.
    CHECK(server->Get("/api/v1/query?time=0&query=" + UrlEncoded(promql)).has_value() ==
          (line.verdict == "valid"));
  }
}

ExpressionTree Parsed(std::string_view promql) {
  ParsedExpression parsed = ParseExpression(promql);
  INFO(promql);
  INFO((parsed.FirstError() == nullptr ? "" : parsed.FirstError()->message));
  REQUIRE(parsed.FirstError() == nullptr);
  return std::move(parsed.tree);
}

TEST_CASE("PromQL tree: prints as it was meant and no longer", "[rules]") {
  const struct {
    const char* promql;
    const char* want;
  } cases[] = {
      {"((1))", "1"},
      {"(1 + 2) * 3", "(1 + 2) * 3"},
      {"1 + (2 * 3)", "1 + 2 * 3"},
      {"1 + (2 + 3)", "1 + (2 + 3)"},
      {"(1 + 2) + 3", "1 + 2 + 3"},
      {"2 ^ 3 ^ 4", "2 ^ 3 ^ 4"},
      {"2 ^ (3 ^ 4)", "2 ^ 3 ^ 4"},
      {"(2 ^ 3) ^ 4", "(2 ^ 3) ^ 4"},
      {"-2 ^ 2", "-2 ^ 2"},
      {"(-2) ^ 2", "(-2) ^ 2"},
      {"2 ^ -(1)", "2 ^ -1"},
      {"2 ^ -1 ^ 2", "2 ^ -1 ^ 2"},
      {"2 ^ (-1) ^ 2", "2 ^ (-1) ^ 2"},
      {"-(a + b)", "-(a + b)"},
      {"-a + b", "-a + b"},
      {"a - (-b)", "a - -b"},
      {"a OR b And c", "a or b and c"},
      {"(a or b) and c", "(a or b) and c"},
      {"a unless (b and c)", "a unless (b and c)"},
      {"up{ job = 'a' , } ", "up{job=\"a\"}"},
      {"{__name__=\"up\"}", "up"},
      {"{\"a.b\"}", "{__name__=\"a.b\"}"},
      {"up [ 5m ] OFFSET - 1h", "up[5m] offset -1h"},
      {"up[{{ .window }}]", "up[{{.window}}]"},
      {"up @ End() offset 5m", "up offset 5m @ end()"},
      {"up[5m] smoothed", "up[5m] smoothed"},
      {"up[(5m+1m)*2]", "up[(5m + 1m) * 2]"},
      {"up[5m+(1m*2)]", "up[5m + 1m * 2]"},
      {"up[2^(-1)*5m]", "up[2 ^ (-1) * 5m]"},
      {"up[1h-(5m-1m)]", "up[1h - (5m - 1m)]"},
      {"up[(1h-5m)-1m]", "up[1h - 5m - 1m]"},
      {"up[(2^3)^2*1s]", "up[(2 ^ 3) ^ 2 * 1s]"},
      {"up[-(5m-1h)]", "up[-(5m - 1h)]"},
      {"up offset (5m)", "up offset 5m"},
      {"up offset -(5m*2)", "up offset -(5m * 2)"},
      {"(up)[1h:]", "up[1h:]"},
      {"(up offset 5m)[1h:5m]", "(up offset 5m)[1h:5m]"},
      {"(a + b)[1h:5m] offset 1d", "(a + b)[1h:5m] offset 1d"},
      {"Sum(up) BY (a,b,)", "sum by (a, b) (up)"},
      {"sum without () (up)", "sum without () (up)"},
      {"sum by (\"a.b\") (up)", "sum by (\"a.b\") (up)"},
      {"topk ( 3,up )", "topk(3, up)"},
      {"round(up)", "round(up)"},
      {"a / on(x) GROUP_LEFT b", "a / on (x) group_left () b"},
      {"a > BOOL ignoring() b", "a > bool ignoring () b"},
      {"'it\\'s'", "\"it's\""},
      {"\"\\xff\\x00é\\n\"", "\"\\xff\\x00é\\n\""},
      {"up # comment", "up"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.promql) {
      const ExpressionTree tree = Parsed(c.promql);
      CHECK(ToString(tree) == c.want);
      CHECK(Parsed(c.want) == tree);
    }
  }
}

TEST_CASE("PromQL tree: tells apart what means different things", "[rules]") {
  const char* different[][2] = {
      {"a - b - c", "a - (b - c)"},
      {"(-2) ^ 2", "-2 ^ 2"},
      {"up", "down"},
      {"up[5m]", "up[6m]"},
      {"up offset 5m", "up"},
      {"sum(up)", "sum by () (up)"},
      {"a / on(x) b", "a / b"},
      {"a / on() b", "a / b"},
      {"a > b", "a > bool b"},
      {"up @ start()", "up @ end()"},
      {"up[1h:]", "up[1h:1m]"},
      {"-up", "+up"},
      {"rate(up[5m])", "Rate(up[5m])"},
      {"1", "1.0"},
      {"'1'", "1"},
  };
  for (const auto& pair : different) {
    INFO(pair[0] << " and " << pair[1]);
    CHECK_FALSE(Parsed(pair[0]) == Parsed(pair[1]));
  }
}

TEST_CASE("PromQL tree: each expression of the corpus prints and parses to itself", "[rules]") {
  int checked = 0;
  for (const Line& line : Corpus()) {
    if (line.verdict == "invalid") continue;
    const ExpressionTree tree = Parsed(line.promql);
    const std::string printed = ToString(tree);
    INFO(line.promql << " prints " << printed);
    CHECK(Parsed(printed) == tree);
    CHECK(ToString(Parsed(printed)) == printed);
    ++checked;
  }
  CHECK(checked > 250);
}

// A valid expression that gives a vector.
std::string RandomVector(std::mt19937& random, int depth) {
  const auto any = [&](std::initializer_list<const char*> of) {
    return std::string(of.begin()[random() % of.size()]);
  };
  const auto inner = [&] { return RandomVector(random, depth + 1); };
  if (depth > 4) return any({"up", "{a=\"b\"}", "up offset 1h", "vector(1)", "-up"});
  switch (random() % 9) {
    case 0:
      return "(" + inner() + ")";
    case 1:
      return any({"-", "+", "- -"}) + inner();
    case 2:
      return any({"sum(", "max by (a) (", "topk(2 ^ -1, ", "abs("}) + inner() + ")";
    case 3:
      return "max_over_time((" + inner() + ")[" + any({"1h:", "1h:5m", "{{.window}}:"}) + "]" +
             any({"", " offset 5m", " @ end()", " @ -5 offset -1d"}) + ")";
    case 4:
      return any({"2", "0x1f", "-Inf"}) + any({" ^ ", " * ", " - ", " > bool "}) + inner();
    default:
      return inner() +
             any({" + ", " - ", " * ", " / ", " ^ ", " atan2 ", " == ", " > bool ", " and ", " or ",
                  " unless ", " / on (a) group_left ", " - ignoring (a, b) "}) +
             inner();
  }
}

TEST_CASE("PromQL tree: expressions put together at random print and parse to themselves",
          "[rules]") {
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    const std::string promql = RandomVector(random, 0);
    const ParsedExpression parsed = ParseExpression(promql);
    if (parsed.FirstError() != nullptr) continue;  // A list of labels that was meant as an operand.
    const std::string printed = ToString(parsed.tree);
    INFO(promql << " prints " << printed);
    REQUIRE(Parsed(printed) == parsed.tree);
    REQUIRE(printed.size() <= 2 * promql.size() + 10);
  }
}

TEST_CASE("PromQL tree: long chains are no deep nesting", "[rules]") {
  std::string chain = "a";
  for (int i = 0; i < 20000; ++i) chain += " + a - (b * c)";
  const ExpressionTree tree = Parsed(chain);
  CHECK(tree.nodes.size() == 1 + 20000 * 6);
  CHECK(Parsed(ToString(tree)) == tree);
}

TEST_CASE("PromQL tree: knows where its parts stand", "[rules]") {
  const ExpressionTree tree = Parsed("1 - max_over_time(sum(up) [1h:])");
  const auto& difference = std::get<BinaryNode>(tree.root().part);
  CHECK(tree.root().offset == 0);
  CHECK(tree.root().at_offset == 2);
  const ExpressionNode& call = tree.nodes[difference.right];
  CHECK(call.offset == 4);
  const ExpressionNode& subquery = tree.nodes[std::get<CallNode>(call.part).arguments[0]];
  CHECK(subquery.offset == 18);
  CHECK(subquery.at_offset == 26);
}

TEST_CASE("PromQL: warns of what only newer servers take", "[rules]") {
  const struct {
    const char* promql;
    const char* message;
    int offset;
  } cases[] = {
      {"up{\"a.b\"=\"c\"}", "a name in quotes is understood by Prometheus 3 only", 3},
      {"sum by (\"a.b\") (up)", "a name in quotes is understood by Prometheus 3 only", 8},
      {"1 + 1_000", "`1_000` holds a `_`, as only Prometheus 3 takes it", 4},
      {"up smoothed", "`smoothed` is understood by Prometheus 3 only", 3},
      {"rate(up[5m*2])",
       "arithmetic with durations is understood by Prometheus 3 only, where it is enabled", 10},
      {"up offset +5m", "a `+` before an offset is understood by Prometheus 3 only", 10},
      {"up offset 300", "`300` has no unit, as only Prometheus 3 takes it", 10},
      {"5m * up", "a duration as a number is understood by Prometheus 3 only", 0},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.promql) {
      const auto problems = CheckExpression(c.promql);
      REQUIRE(problems.size() >= 1);
      CHECK(problems[0].message == c.message);
      CHECK(problems[0].offset == c.offset);
      CHECK(std::none_of(problems.begin(), problems.end(), [](const auto& p) { return p.error; }));
    }
  }
}

}  // namespace
}  // namespace slowburn
