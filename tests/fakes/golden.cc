// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

namespace slowburn {

void CheckGolden(const std::string& path, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(SLOWBURN_SOURCE_DIR) / path;
  if (std::getenv("SLOWBURN_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  INFO("golden file " << file << ": SLOWBURN_UPDATE_GOLDEN=1 writes it anew");
  REQUIRE(stream.good());
  std::ostringstream want;
  want << stream.rdbuf();
  CHECK(text == want.str());
}

}  // namespace slowburn
