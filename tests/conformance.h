// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace slowburn {

// The folder of peers' own example files, where it is present: $SLOWBURN_CONFORMANCE, else beside
// the sources.  Tests that need it say that they are skipped where it is not.
inline std::optional<std::filesystem::path> ConformanceFolder() {
  const char* set = std::getenv("SLOWBURN_CONFORMANCE");
  const std::filesystem::path folder =
      set != nullptr ? std::filesystem::path(set)
                     : std::filesystem::path(SLOWBURN_SOURCE_DIR) / "../shared/conformance";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  return folder;
}

}  // namespace slowburn
