// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "rules/load.h"
#include "tests/conformance.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

struct Verdict {
  const char* file;
  std::vector<const char*> findings;  // All of them, by place, severity and the words to look for.
};

// What is found in each of OpenSLO's example files; none can be run.
const std::vector<Verdict> kVerdicts = {
    {"occurences-slo.yaml",
     {":2:1: warning: an SLO without alertPolicies",
      ":16:9: error: a thresholdMetric is not supported yet",
      ":17:17: error: metrics of the type 'Any' can't be asked for"}},
    {"ratio-timeslices.yaml",
     {":2:1: warning: an SLO without alertPolicies", ":18:19: error: metrics of the type 'Any'",
      ":23:19: error: metrics of the type 'Any'",
      ":29:20: error: the budgetingMethod RatioTimeslices is not supported yet",
      ":32:11: warning: op has no effect on a ratioMetric"}},
    {"timeslices-slo.yaml",
     {":2:1: warning: an SLO without alertPolicies", ":18:19: error: metrics of the type 'Any'",
      ":23:19: error: metrics of the type 'Any'",
      ":27:7: warning: the window of 1m is shorter than 1h (m is minutes)",
      ":30:9: error: a calendar window is not supported yet",
      ":32:20: error: the budgetingMethod Timeslices is not supported yet",
      ":35:11: warning: op has no effect on a ratioMetric"}},
    {"treat-low-traffic-timeslices.yaml",
     {":1:1: warning: an SLO without alertPolicies", ":16:19: error: metrics of the type 'Any'",
      ":21:19: error: metrics of the type 'Any'",
      ":28:9: error: a calendar window is not supported yet",
      ":30:20: error: the budgetingMethod Timeslices is not supported yet",
      ":33:11: warning: op has no effect on a ratioMetric"}},
};

TEST_CASE("LoadRules: OpenSLO's examples are refused for what can't be run", "[rules]") {
  const auto conformance = ConformanceFolder();
  if (!conformance.has_value()) {
    WARN("SKIP: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
    return;
  }
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(*conformance / "openslo")) {
    files.insert(entry.path().filename().string());
  }
  for (const Verdict& verdict : kVerdicts) {
    DYNAMIC_SECTION(verdict.file) {
      const LoadResult result = LoadRules(
          {{verdict.file, testing::ReadWhole(*conformance / "openslo" / verdict.file)}}, {});
      INFO(testing::AsText(result.diagnostics));
      CHECK(result.slos.empty());
      REQUIRE(result.diagnostics.size() == verdict.findings.size());
      for (std::size_t i = 0; i < verdict.findings.size(); ++i) {
        CHECK_THAT(ToString(result.diagnostics[i]),
                   Catch::StartsWith(std::string(verdict.file) + verdict.findings[i]));
      }
    }
    files.erase(verdict.file);
  }
  CHECK(files.empty());  // Each has a verdict.
}

}  // namespace
}  // namespace slowburn
