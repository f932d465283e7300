// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/rule_input.h"

#include <iterator>
#include <utility>

#include "engine/cli/command.h"
#include "engine/io/spec_files.h"
#include "rules/load.h"

namespace slowburn {
namespace {

void Append(Diagnostics more, Diagnostics& all) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

void AddRuleInput(CLI::App& command, RuleInput& input) {
  command.add_option("paths", input.paths, "SLO files of any format, folders and globs")
      ->required();
  command.add_option("--config", input.config,
                     "slowburn.yaml, for its defaults and the names of its sources");
  command.add_option("--windows", input.windows,
                     "File or folder of Sloth's AlertWindows, instead of those among the paths");
  AddFormatOption(command, input.format);
}

InputRules ReadRuleInput(const RuleInput& input, const Config& config) {
  InputRules out;
  SpecFiles files = ReadSpecFiles(input.paths);
  out.files = files.files.size();
  out.diagnostics = std::move(files.diagnostics);
  LoadOptions how = {.format = input.format};
  const std::string& windows_path = input.windows.empty() ? config.sloth_windows : input.windows;
  if (!windows_path.empty()) {
    SpecFiles windows = ReadSpecFiles({windows_path});
    Append(std::move(windows.diagnostics), out.diagnostics);
    how.windows = std::move(windows.files);
  }
  LoadResult loaded = LoadRules(files.files, config.defaults, how);
  Append(std::move(loaded.diagnostics), out.diagnostics);
  out.slos = std::move(loaded.slos);
  return out;
}

}  // namespace slowburn
