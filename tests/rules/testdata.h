// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "rules/diagnostic.h"

namespace slowburn::testing {

inline std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::filesystem::path TestdataFolder(std::string_view format) {
  return std::filesystem::path(SLOWBURN_SOURCE_DIR) / "tests" / "testdata" / format;
}

// One diagnostic a line, as users see them.
inline std::string AsText(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += ToString(diagnostic) + "\n";
  return out;
}

}  // namespace slowburn::testing
