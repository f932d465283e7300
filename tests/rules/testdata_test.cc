// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rules/testdata.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "rules/config.h"
#include "rules/load.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> YamlFiles(std::string_view format) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(testing::TestdataFolder(format))) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What is found in the file, and whether that is what its `.want` says.  A file without one is
// clean.
void CheckFindings(const fs::path& file, const Diagnostics& diagnostics) {
  fs::path want = file;
  want.replace_extension(".want");
  const std::string wanted = fs::exists(want) ? testing::ReadWhole(want) : "";
  CHECK(testing::AsText(diagnostics) == wanted);
  const bool good = file.stem().extension() == ".good";
  CHECK(HasErrors(diagnostics) == !good);
}

TEST_CASE("LoadRules: every example file gives the findings beside it", "[rules]") {
  for (const std::string_view format :
       {"native", "sloth", "sloth-kubernetes", "sloth-windows", "openslo-alpha"}) {
    const std::vector<fs::path> files = YamlFiles(format);
    CHECK(files.size() >= 2);
    for (const fs::path& file : files) {
      DYNAMIC_SECTION(format << "/" << file.filename().string()) {
        const LoadResult result =
            LoadRules({{file.filename().string(), testing::ReadWhole(file)}}, {});
        CheckFindings(file, result.diagnostics);
        CHECK(result.bad_files.empty() == !HasErrors(result.diagnostics));
      }
    }
  }
}

TEST_CASE("LoadConfig: every example file gives the findings beside it", "[rules]") {
  const std::vector<fs::path> files = YamlFiles("config");
  CHECK(files.size() >= 2);
  for (const fs::path& file : files) {
    DYNAMIC_SECTION(file.filename().string()) {
      CheckFindings(file,
                    LoadConfig(file.filename().string(), testing::ReadWhole(file)).diagnostics);
    }
  }
}

}  // namespace
}  // namespace slowburn
