// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/io/spec_files.h"
#include "exporters/findings.h"
#include "rules/load.h"
#include "rules/plan_text.h"

namespace slowburn {
namespace {

struct ValidateOptions {
  std::vector<std::string> paths;
  std::string config;
  std::string output = "text";
  std::optional<Format> format;
  bool explain = false;
};

void Print(const Findings& findings, const std::string& output) {
  if (output == "json") {
    fmt::print("{}", FindingsJson(findings));
  } else if (output == "github") {
    fmt::print("{}{}", FindingsGithub(findings), FindingsSummary(findings));
  } else {
    fmt::print("{}", FindingsSummary(findings));
  }
}

int Validate(const ValidateOptions& options) {
  if (options.explain && options.output != "text") {
    fmt::print(stderr, "slowburn: --explain is text: not with --output {}\n", options.output);
    return kUsage;
  }
  Config config;
  if (!ReadConfig(options.config, config)) return kUsage;
  SpecFiles files = ReadSpecFiles(options.paths);
  LoadResult loaded = LoadRules(files.files, config.defaults, {.format = options.format});
  Findings findings = {std::move(files.diagnostics), files.files.size(), loaded.slos.size()};
  findings.diagnostics.insert(findings.diagnostics.end(), loaded.diagnostics.begin(),
                              loaded.diagnostics.end());
  if (options.output == "text") PrintDiagnostics(findings.diagnostics);
  if (options.explain) {
    for (const Slo& slo : loaded.slos) fmt::print("{}", DescribePlan(slo, config.interval));
  }
  Print(findings, options.output);
  return HasErrors(findings.diagnostics) ? kCheckFailed : kGood;
}

}  // namespace

void AddValidate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check SLO files and print what is wrong");
  command->add_option("paths", options->paths, "Files, folders and globs")->required();
  command->add_option("--config", options->config,
                      "slowburn.yaml, for its defaults and the names of its sources");
  command->add_flag(
      "--explain", options->explain,
      "Say of each SLO whether it is counted exactly, by which queries, at what cost");
  AddFormatOption(*command, options->format);
  command
      ->add_option("--output", options->output,
                   "How to print: text for people, json, or github for annotations of a workflow")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json", "github"}));
  command->footer("Example: slowburn validate --explain slos/*.yaml");
  command->callback([options, &exit_code] { exit_code = Validate(*options); });
}

}  // namespace slowburn
