// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/load.h"
#include "tests/conformance.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

// What becomes of one of Sloth's own example files.
struct Verdict {
  const char* file;
  std::size_t slos;   // That are loaded.
  const char* error;  // A part of the first error; empty: there is none.
};

constexpr char kDefinedTwice[] = "is defined twice";
constexpr char kPlugin[] = "the SLI plugin 'getting_started_availability' is Go code";

// rules/README.md has the reasons.
constexpr Verdict kVerdicts[] = {
    {"specs/contrib-denominator-corrected.yaml", 1, ""},
    {"specs/contrib-slo-plugins.yml", 2, ""},
    {"specs/getting-started.yml", 1, ""},
    {"specs/home-wifi.yml", 2, ""},
    {"specs/k8s-getting-started.yml", 1, ""},
    {"specs/k8s-home-wifi.yml", 2, ""},
    {"specs/k8s-multifile.yml", 2, ""},
    {"specs/kubernetes-apiserver.yml", 2, ""},
    {"specs/multifile.yml", 2, ""},
    {"specs/no-alerts.yml", 1, ""},
    {"specs/openslo-getting-started.yml", 1, ""},
    {"specs/openslo-kubernetes-apiserver.yml", 3, ""},
    {"specs/plugin-getting-started.yml", 0, kPlugin},
    {"specs/plugin-k8s-getting-started.yml", 0, kPlugin},
    {"specs/raw-home-wifi.yml", 1, ""},
    {"specs/slo-plugin-getting-started.yml", 1, ""},
    {"specs/slo-plugin-k8s-getting-started.yml", 1, ""},
    {"specs/victoria-metrics.yml", 2, ""},
    {"validate/good/good-aa.yaml", 2, ""},
    {"validate/good/good-ab.yaml", 2, ""},
    {"validate/good/good-ba.yaml", 2, ""},
    {"validate/good/good-k8s.yaml", 2, ""},
    {"validate/good/good-multi-k8s.yaml", 4, ""},
    {"validate/good/good-multi.yaml", 4, ""},
    {"validate/good/good-openslo.yaml", 1, ""},
    {"validate/bad/bad-aa.yaml", 1, "objective must be above 0 and at most 100 percent"},
    {"validate/bad/bad-ab.yaml", 1, "objective must be above 0 and at most 100 percent"},
    {"validate/bad/bad-ba.yaml", 1, "objective must be above 0 and at most 100 percent"},
    {"validate/bad/bad-k8s.yaml", 0, "service is empty"},
    {"validate/bad/bad-multi-k8s.yaml", 3, "name is empty"},
    {"validate/bad/bad-multi.yaml", 3, "sli needs exactly one of"},
    {"validate/bad/bad-openslo.yaml", 1, ""},  // 28 days are fine since Sloth has windows of them.
    {"validate/duplicates/bad-prom-multi-duplicates.yaml", 2, kDefinedTwice},
    {"validate/duplicates/k8s", 2, kDefinedTwice},
    {"validate/duplicates/openslo", 1, kDefinedTwice},
    {"validate/duplicates/prom", 2, kDefinedTwice},
    {"windows/7d.yaml", 0, ""},
    {"windows/custom-30d.yaml", 0, ""},
    {"windows/google-28d.yaml", 0, ""},
    {"windows/google-30d.yaml", 0, ""},
};

std::optional<fs::path> SlothFolder() {
  const auto folder = ConformanceFolder();
  if (!folder.has_value()) {
    WARN("SKIP: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
    return std::nullopt;
  }
  return *folder / "sloth";
}

// The file at `path`, or those in the folder there.
std::vector<RuleFile> ReadAll(const fs::path& path) {
  std::vector<fs::path> paths = {path};
  if (fs::is_directory(path)) {
    const fs::directory_iterator entries(path);
    paths.assign(begin(entries), end(entries));
    std::sort(paths.begin(), paths.end());
  }
  std::vector<RuleFile> files;
  for (const fs::path& each : paths) {
    files.push_back({each.filename().string(), testing::ReadWhole(each)});
  }
  return files;
}

const Diagnostic* FirstError(const LoadResult& loaded) {
  const auto error = std::find_if(
      loaded.diagnostics.begin(), loaded.diagnostics.end(),
      [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kError; });
  return error == loaded.diagnostics.end() ? nullptr : &*error;
}

TEST_CASE("LoadRules: each of Sloth's examples has its verdict", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  for (const Verdict& want : kVerdicts) {
    DYNAMIC_SECTION(want.file) {
      const LoadResult loaded = LoadRules(ReadAll(*folder / want.file), {});
      INFO(testing::AsText(loaded.diagnostics));
      CHECK(loaded.slos.size() == want.slos);
      const Diagnostic* error = FirstError(loaded);
      REQUIRE((error == nullptr) == (*want.error == '\0'));
      if (error == nullptr) continue;
      CHECK_THAT(error->message, Catch::Contains(want.error));
      CHECK(error->at.line > 0);
      CHECK(error->at.column > 0);
    }
  }
}

TEST_CASE("LoadRules: none of Sloth's examples is without a verdict", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  std::size_t count = 0;
  for (const std::string part : {"specs", "validate", "windows"}) {
    for (const auto& entry : fs::recursive_directory_iterator(*folder / part)) {
      if (!entry.is_regular_file()) continue;
      ++count;
      const std::string path = fs::relative(entry.path(), *folder).string();
      const std::string above = fs::relative(entry.path().parent_path(), *folder).string();
      INFO(path);
      CHECK(std::any_of(std::begin(kVerdicts), std::end(kVerdicts), [&](const Verdict& verdict) {
        return verdict.file == path || verdict.file == above;
      }));
    }
  }
  CHECK(count >= 43);
}

// The README names the same files with the same verdicts.
TEST_CASE("rules/README.md: says what becomes of Sloth's examples", "[rules]") {
  const std::string text =
      testing::ReadWhole(fs::path(SLOWBURN_SOURCE_DIR) / "rules" / "README.md");
  for (const Verdict& verdict : kVerdicts) {
    const std::string_view file = verdict.file;
    const std::size_t at = text.find(fmt::format("`{}`", file.substr(file.rfind('/') + 1)));
    INFO(file);
    REQUIRE(at != std::string::npos);
    const std::string_view line = std::string_view(text).substr(at, text.find('\n', at) - at);
    const bool refused = line.find("| refused") != std::string_view::npos;
    CHECK(refused == (*verdict.error != '\0'));
  }
}

TEST_CASE("LoadRules: Sloth's examples mean the same as Kubernetes resources", "[rules]") {
  const auto folder = SlothFolder();
  if (!folder.has_value()) return;
  for (const std::string name : {"getting-started.yml", "home-wifi.yml", "multifile.yml"}) {
    DYNAMIC_SECTION(name) {
      LoadResult plain = LoadRules(ReadAll(*folder / "specs" / name), {});
      LoadResult resource = LoadRules(ReadAll(*folder / "specs" / ("k8s-" + name)), {});
      REQUIRE(plain.slos.size() == resource.slos.size());
      for (std::size_t i = 0; i < plain.slos.size(); ++i) {
        resource.slos[i].format = plain.slos[i].format;
        resource.slos[i].defined_at = plain.slos[i].defined_at;
        resource.slos[i].rules.object.reset();
        CHECK(resource.slos[i] == plain.slos[i]);
      }
    }
  }
}

}  // namespace
}  // namespace slowburn
