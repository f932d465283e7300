// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "exporters/sloth_rules.h"
#include "rules/load.h"
#include "tests/conformance.h"
#include "tests/fakes/promtool.h"
#include "tests/fakes/yaml_values.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::optional<fs::path> SlothFolder() {
  const auto folder = ConformanceFolder();
  if (folder.has_value()) return *folder / "sloth";
  WARN("SKIP: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
  return std::nullopt;
}

// SLI plugins are Go code, which slowburn refuses to run.
bool IsGoCode(const std::string& name) {
  return name.starts_with("plugin-");
}

// The label `plug-l1` takes the names of Prometheus 3; the queries are MetricsQL.
bool IsBeyondPromtool(const std::string& name) {
  return name == "contrib-slo-plugins.yml" || name == "victoria-metrics.yml";
}

struct Made {
  SlothRules rules;
  Diagnostics diagnostics;  // Of the load.
};

Made MakeRules(const fs::path& spec, const SlothRuleOptions& options) {
  RuleDefaults defaults;
  defaults.for_rules = true;
  const LoadResult loaded =
      LoadRules({{spec.filename().string(), testing::ReadWhole(spec)}}, defaults);
  return {MakeSlothRules(loaded.slos, options), loaded.diagnostics};
}

// Version and mode are those of who made the rules.
void Forget(json& value) {
  if (value.is_object()) {
    value.erase("sloth_version");
    value.erase("sloth_mode");
  }
  if (value.is_structured()) {
    for (json& part : value) Forget(part);
  }
}

json Groups(const std::vector<json>& documents) {
  json out = json::array();
  for (const json& document : documents) {
    for (const json& group : document["groups"]) out.push_back(group);
  }
  return out;
}

void CheckSame(json got, json want) {
  Forget(got);
  Forget(want);
  // One difference reads better than two files.
  const json difference = json::diff(want, got);
  if (!difference.empty()) {
    const json& first = difference.front();
    INFO(first.dump(2));
    const std::string path = first["path"];
    if (want.contains(json::json_pointer(path))) {
      INFO("want: " << want[json::json_pointer(path)].dump(2));
      FAIL_CHECK(difference.size() << " differences");
    } else {
      FAIL_CHECK(difference.size() << " differences");
    }
  }
  CHECK(difference.empty());
}

void CheckGolden(const std::vector<PrometheusRuleSet>& sets, const std::string& golden) {
  const std::vector<json> want = YamlValues(golden);
  REQUIRE_FALSE(want.empty());
  if (want.front().contains("kind")) {
    CheckSame(YamlValues(OperatorRulesYaml(sets)), want);
    return;
  }
  // Sloth writes a document for each spec.  Prometheus reads the first document of a file and no
  // other, so slowburn writes all groups in one.
  const std::vector<json> got = YamlValues(PrometheusRulesYaml(sets));
  CHECK(got.size() == 1);
  CheckSame(Groups(got), Groups(want));
}

TEST_CASE("Sloth rules: equal what Sloth makes of its examples", "[exporters]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(*folder / "golden")) {
    const std::string name = entry.path().filename().string();
    ++seen;
    DYNAMIC_SECTION(name) {
      const Made made = MakeRules(*folder / "specs" / name,
                                  {.labels = {{"cmd", "examplesgen.sh"}}, .version = "dev"});
      const std::string findings = testing::AsText(made.diagnostics);
      INFO(findings);
      if (findings.find("not supported yet") != std::string::npos) {
        WARN("SKIP: " << findings);
      } else if (IsGoCode(name)) {
        CHECK(made.rules.sets.empty());
        CHECK_THAT(findings, Catch::Contains("is Go code"));
      } else {
        CHECK_FALSE(HasErrors(made.diagnostics));
        CHECK_FALSE(HasErrors(made.rules.diagnostics));
        CheckGolden(made.rules.sets, testing::ReadWhole(entry.path()));
      }
    }
  }
  CHECK(seen == 18);
}

TEST_CASE("Sloth rules: promtool takes them", "[exporters]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  for (const auto& entry : fs::directory_iterator(*folder / "specs")) {
    const std::string name = entry.path().filename().string();
    if (IsGoCode(name)) continue;
    DYNAMIC_SECTION(name) {
      const Made made = MakeRules(entry.path(), {.version = "test"});
      if (made.rules.sets.empty()) {
        WARN("SKIP: " << testing::AsText(made.diagnostics));
        continue;
      }
      const auto checked = RunPromtool("check rules {}", PrometheusRulesYaml(made.rules.sets));
      if (!checked) {
        WARN("SKIP: there is no promtool");
        continue;
      }
      INFO(checked->output);
      CHECK((checked->exit_code == 0) == !IsBeyondPromtool(name));
      // What it refuses, a reader has been told of.
      if (IsBeyondPromtool(name)) {
        CHECK((!made.diagnostics.empty() || !made.rules.diagnostics.empty()));
      }
    }
  }
}

}  // namespace
}  // namespace slowburn
