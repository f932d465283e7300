// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/io/spec_files.h"
#include "exporters/native_yaml.h"
#include "rules/load.h"

namespace slowburn {
namespace {

struct ConvertOptions {
  std::vector<std::string> paths;
  std::string config;
  std::string output;
};

// To the file, or to standard output without one; false when that can't be written.
bool Print(const std::string& text, const std::string& file) {
  if (file.empty()) {
    fmt::print("{}", text);
    return true;
  }
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) fmt::print(stderr, "slowburn: {} can't be written\n", file);
  return static_cast<bool>(out);
}

int Convert(const ConvertOptions& options) {
  Config config;
  if (!ReadConfig(options.config, config)) return kUsage;
  const SpecFiles files = ReadSpecFiles(options.paths);
  const LoadResult loaded = LoadRules(files.files, config.defaults);
  const NativeYaml native = WriteNative(loaded, config.defaults);
  Diagnostics all = files.diagnostics;
  all.insert(all.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  all.insert(all.end(), native.inexact.begin(), native.inexact.end());
  PrintDiagnostics(all);
  if (!Print(native.text, options.output)) return kUsage;
  return HasErrors(all) ? kCheckFailed : kGood;
}

}  // namespace

void AddConvert(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command =
      app.add_subcommand("convert", "Write SLOs of any format that is read as slowburn/v1");
  command->add_option("paths", options->paths, "Files, folders and globs")->required();
  command->add_option("-o,--output", options->output, "File to write; else standard output");
  command->add_option("--config", options->config,
                      "slowburn.yaml, whose defaults apply and are left out");
  command->footer(
      "Exit codes: 0 good, 1 an error in a file, whose good SLOs are written all the same, 2 usage "
      "or configuration.\n"
      "Example: slowburn convert sloth/*.yml -o slos.yaml");
  command->callback([options, &exit_code] { exit_code = Convert(*options); });
}

}  // namespace slowburn
