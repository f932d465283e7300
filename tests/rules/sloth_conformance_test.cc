// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <catch2/catch.hpp>

#include "rules/load.h"
#include "tests/conformance.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

// Sloth's own example files of `prometheus/v1` below `folder`, by path.
std::vector<RuleFile> SlothFiles(const fs::path& folder) {
  std::vector<RuleFile> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::string text = testing::ReadWhole(entry.path());
    if (text.find("prometheus/v1\"") == std::string::npos &&
        text.find("version: prometheus/v1") == std::string::npos) {
      continue;
    }
    out.push_back({entry.path().filename().string(), std::move(text)});
  }
  std::sort(out.begin(), out.end(),
            [](const RuleFile& a, const RuleFile& b) { return a.path < b.path; });
  return out;
}

std::optional<fs::path> SlothFolder() {
  const auto folder = ConformanceFolder();
  if (!folder.has_value()) {
    WARN("SKIP: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
    return std::nullopt;
  }
  return *folder / "sloth";
}

TEST_CASE("LoadRules: Sloth's examples load without an error", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  std::vector<RuleFile> files = SlothFiles(*folder / "specs");
  for (RuleFile& file : SlothFiles(*folder / "validate" / "good")) files.push_back(std::move(file));
  CHECK(files.size() >= 13);
  for (const RuleFile& file : files) {
    // It asks for what slowburn does not have.
    if (file.path == "plugin-getting-started.yml") continue;
    DYNAMIC_SECTION(file.path) {
      const LoadResult result = LoadRules({file}, {});
      INFO(testing::AsText(result.diagnostics));
      CHECK_FALSE(HasErrors(result.diagnostics));
      CHECK_FALSE(result.slos.empty());
    }
  }
}

TEST_CASE("LoadRules: says of Sloth's examples what it can't do", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  const auto load = [&](const std::string& name) {
    return LoadRules({{name, testing::ReadWhole(*folder / "specs" / name)}}, {});
  };
  const LoadResult plugin = load("plugin-getting-started.yml");
  CHECK(plugin.slos.empty());
  CHECK_THAT(testing::AsText(plugin.diagnostics),
             Catch::Contains("plugin-getting-started.yml:14:13: error: ") &&
                 Catch::Contains("getting_started_availability") && Catch::Contains("sli.raw"));
  // It names the plugin for MetricsQL, so the source is asked for its queries as they are.
  const LoadResult metricsql = load("victoria-metrics.yml");
  CHECK(metricsql.slos.size() == 2);
  CHECK_FALSE(HasErrors(metricsql.diagnostics));
  CHECK_THAT(
      testing::AsText(metricsql.diagnostics),
      Catch::Contains("victoria-metrics.yml:27:24: warning: ") && Catch::Contains("MetricsQL"));
}

TEST_CASE("LoadRules: Sloth's bad files are refused with a place", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  const std::vector<RuleFile> files = SlothFiles(*folder / "validate" / "bad");
  CHECK(files.size() >= 4);
  for (const RuleFile& file : files) {
    DYNAMIC_SECTION(file.path) {
      const LoadResult result = LoadRules({file}, {});
      const auto error = std::find_if(
          result.diagnostics.begin(), result.diagnostics.end(),
          [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kError; });
      REQUIRE(error != result.diagnostics.end());
      CHECK(error->at.line > 0);
      CHECK(error->at.column > 0);
      CHECK_FALSE(result.slos.empty());  // The good ones beside it.
    }
  }
}

TEST_CASE("LoadRules: Sloth's duplicates are found", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  const auto duplicates = [](const std::vector<RuleFile>& files) {
    const LoadResult result = LoadRules(files, {});
    return std::count_if(result.diagnostics.begin(), result.diagnostics.end(),
                         [](const Diagnostic& diagnostic) {
                           return diagnostic.message.find("is defined twice") != std::string::npos;
                         });
  };
  CHECK(duplicates(SlothFiles(*folder / "validate" / "duplicates" / "prom")) == 2);
  const auto within = *folder / "validate" / "duplicates" / "bad-prom-multi-duplicates.yaml";
  CHECK(duplicates({{"multi", testing::ReadWhole(within)}}) == 2);
}

}  // namespace
}  // namespace slowburn
