// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
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

// Peers' own example files, which are no part of this project; nothing where they are absent.
inline std::optional<std::filesystem::path> ConformanceFolder() {
  const char* given = std::getenv("SLOWBURN_CONFORMANCE");
  std::filesystem::path folder =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(SLOWBURN_SOURCE_DIR) / "../shared/conformance";
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return folder;
}

// One diagnostic a line, as users see them.
inline std::string AsText(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += ToString(diagnostic) + "\n";
  return out;
}

}  // namespace slowburn::testing
