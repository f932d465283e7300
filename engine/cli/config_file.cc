// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/io/spec_files.h"

namespace slowburn {

void PrintDiagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    fmt::print(stderr, "{}\n", ToString(diagnostic));
  }
}

bool ReadConfig(const std::string& path, Config& config) {
  if (path.empty()) return true;
  const SpecFiles files = ReadSpecFiles({path});
  PrintDiagnostics(files.diagnostics);
  if (HasErrors(files.diagnostics) || files.files.size() != 1) {
    if (files.diagnostics.empty()) fmt::print(stderr, "{}: error: not a file\n", path);
    return false;
  }
  ConfigResult loaded = LoadConfig(path, files.files[0].text);
  PrintDiagnostics(loaded.diagnostics);
  if (HasErrors(loaded.diagnostics)) return false;
  config = std::move(loaded.config);
  return true;
}

}  // namespace slowburn
