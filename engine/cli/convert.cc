// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "engine/cli/command.h"
#include "engine/cli/rule_input.h"
#include "engine/cli/text_output.h"
#include "exporters/native_yaml.h"

namespace slowburn {
namespace {

struct ConvertOptions {
  RuleInput rules;
  std::string output;
};

int Convert(const ConvertOptions& options) {
  Config config;
  if (!ReadConfig(options.rules.config, config)) return kUsage;
  InputRules rules = ReadRuleInput(options.rules, config);
  Diagnostics& all = rules.diagnostics;
  NativeYaml native = WriteNative(rules.slos, all, config.defaults);
  all.insert(all.end(), native.inexact.begin(), native.inexact.end());
  PrintDiagnostics(all);
  if (!PrintText(native.text, options.output)) return kUsage;
  return HasErrors(all) ? kCheckFailed : kGood;
}

}  // namespace

void AddConvert(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command = app.add_subcommand("convert", "Write SLOs of any format as slowburn/v1");
  AddRuleInput(*command, options->rules);
  command->add_option("-o,--output", options->output, "File to write instead of standard output");
  command->footer(
      "The defaults of --config apply and are left out.\n"
      "Exit codes: 0 good, 1 an error in a file, whose good SLOs are written all the same, 2 usage "
      "or configuration.\n"
      "Example: slowburn convert sloth/*.yml -o slos.yaml");
  command->callback([options, &exit_code] { exit_code = Convert(*options); });
}

}  // namespace slowburn
