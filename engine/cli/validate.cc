// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/io/spec_files.h"
#include "rules/load.h"
#include "rules/plan_text.h"

namespace slowburn {
namespace {

struct ValidateOptions {
  std::vector<std::string> paths;
  std::string config;
  std::string windows;
  bool explain = false;
};

int Validate(const ValidateOptions& options) {
  Config config;
  if (!ReadConfig(options.config, config)) return kUsage;
  const SpecFiles files = ReadSpecFiles(options.paths);
  Diagnostics all = files.diagnostics;
  LoadOptions how;
  if (!options.windows.empty()) config.sloth_windows = options.windows;
  if (!config.sloth_windows.empty()) {
    SpecFiles windows = ReadSpecFiles({config.sloth_windows});
    all.insert(all.end(), windows.diagnostics.begin(), windows.diagnostics.end());
    how.windows = std::move(windows.files);
  }
  const LoadResult loaded = LoadRules(files.files, config.defaults, how);
  all.insert(all.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  PrintDiagnostics(all);
  const auto errors = std::count_if(all.begin(), all.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::kError;
  });
  if (options.explain) {
    for (const Slo& slo : loaded.slos) fmt::print("{}", DescribePlan(slo, config.interval));
  }
  fmt::print("{} file{}, {} SLO{}, {} error{}, {} warning{}\n", files.files.size(),
             files.files.size() == 1 ? "" : "s", loaded.slos.size(),
             loaded.slos.size() == 1 ? "" : "s", errors, errors == 1 ? "" : "s",
             all.size() - static_cast<std::size_t>(errors),
             all.size() - static_cast<std::size_t>(errors) == 1 ? "" : "s");
  return errors == 0 ? kGood : kCheckFailed;
}

}  // namespace

void AddValidate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check SLO files and print what is wrong");
  command->add_option("paths", options->paths, "Files, folders and globs")->required();
  command->add_option("--config", options->config,
                      "slowburn.yaml, for its defaults and the names of its sources");
  command->add_option("--windows", options->windows,
                      "File or folder of Sloth's AlertWindows, instead of those among the paths");
  command->add_flag(
      "--explain", options->explain,
      "Say of each SLO whether it is counted exactly, by which queries, at what cost");
  command->footer("Example: slowburn validate --explain slos/*.yaml");
  command->callback([options, &exit_code] { exit_code = Validate(*options); });
}

}  // namespace slowburn
