// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/rule_unit_test.h"

#include <absl/time/time.h>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "exporters/yaml_text.h"
#include "rules/duration.h"
#include "tests/fakes/promtool.h"
#include "tests/fakes/scratch_folder.h"
#include "tests/fakes/yaml_values.h"

namespace slowburn {
namespace {

std::string Expr(const UnitTestExpectation& expectation) {
  return fmt::format("count(ALERTS{{alertstate=\"firing\",{}}}) > bool 0 or vector(0)",
                     expectation.matchers);
}

// Runs of equal steps are written as one, as promtool reads long lists slowly.
std::string Values(const std::vector<std::optional<double>>& values) {
  std::string out;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i + 1;
    if (!values[i]) {
      while (end < values.size() && !values[end]) ++end;
      out += fmt::format("_x{} ", end - i);
    } else {
      const double step = end < values.size() && values[end] ? *values[end] - *values[i] : 0;
      while (end < values.size() && values[end] &&
             *values[end] == *values[i] + step * static_cast<double>(end - i)) {
        ++end;
      }
      out += fmt::format("{:.0f}{:+.0f}x{} ", *values[i], step, end - i - 1);
    }
    i = end;
  }
  return out;
}

std::string TestFile(const std::string& rules, const std::string& path,
                     std::int64_t interval_seconds, const std::vector<RuleUnitTest>& tests) {
  std::string out = fmt::format("rule_files: [{}]\nevaluation_interval: {}s\ngroup_eval_order:\n",
                                YamlQuoted(path), interval_seconds);
  const std::vector<nlohmann::json> documents = YamlValues(rules);
  for (const nlohmann::json& group : documents.at(0).at("groups")) {
    out += fmt::format("  - {}\n", YamlQuoted(group["name"].get<std::string>()));
  }
  out += "tests:\n";
  for (const RuleUnitTest& test : tests) {
    out += fmt::format("  - interval: {}s\n    input_series:\n", test.scrape_seconds);
    for (const UnitTestSeries& series : test.series) {
      out += fmt::format("      - series: {}\n        values: {}\n", YamlQuoted(series.series),
                         YamlQuoted(Values(series.values)));
    }
    out += "    promql_expr_test:\n";
    for (const UnitTestExpectation& expectation : test.expectations) {
      out += fmt::format(
          "      - expr: {}\n        eval_time: {}s\n        exp_samples: [{{labels: '{{}}', "
          "value: {}}}]\n",
          YamlQuoted(Expr(expectation)), expectation.seconds, expectation.firing ? 1 : 0);
    }
  }
  return out;
}

// Whether `output` names `expectation` as wrong.
bool IsWrong(const std::string& output, const UnitTestExpectation& expectation) {
  return output.find(fmt::format("expr: {}, time: {},", YamlQuoted(Expr(expectation)),
                                 PrometheusDurationText(absl::Seconds(expectation.seconds)))) !=
         std::string::npos;
}

}  // namespace

std::optional<RuleUnitResult> RunRuleUnitTests(const std::string& rules,
                                               std::int64_t interval_seconds,
                                               const std::vector<RuleUnitTest>& tests) {
  const ScratchFolder folder;
  const std::string path = folder.Write("rules.yaml", rules);
  const auto ran = RunPromtool("test rules {}", TestFile(rules, path, interval_seconds, tests));
  if (!ran) return std::nullopt;
  RuleUnitResult result{ran->exit_code == 0, ran->output, {}};
  for (const RuleUnitTest& test : tests) {
    for (const UnitTestExpectation& expectation : test.expectations) {
      if (IsWrong(ran->output, expectation)) result.wrong.push_back(expectation);
    }
  }
  // What failed for another reason, as a rule that can't be read, shows no wrong expectation.
  INFO(ran->output);
  REQUIRE(result.passed == result.wrong.empty());
  return result;
}

}  // namespace slowburn
