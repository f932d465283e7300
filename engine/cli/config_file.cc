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

void AddStatePlace(CLI::App& command, StatePlace& place) {
  command.add_option("--state", place.folder, "Folder of the state, as state.path");
  command.add_option("--config", place.config, "slowburn.yaml");
}

bool FindStateFolder(const StatePlace& place, std::string& folder) {
  Config config;
  if (!ReadConfig(place.config, config)) return false;
  folder = place.folder.empty() ? config.state_path : place.folder;
  if (folder.empty()) {
    fmt::print(stderr, "slowburn: no state: give --state, or --config with state.path\n");
  }
  return !folder.empty();
}

}  // namespace slowburn
