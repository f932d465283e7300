// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/cli/check_source.h"
#include "engine/cli/command.h"
#include "engine/cli/rule_input.h"
#include "exporters/findings.h"
#include "rules/plan_text.h"

namespace slowburn {
namespace {

struct ValidateOptions {
  RuleInput rules;
  std::string output = "text";
  std::string prometheus;
  std::string source;
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

void Append(Diagnostics more, Diagnostics& all) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// The SLOs that are measured on the source `name`; all when it is empty.
std::vector<Slo> MeasuredOn(const std::string& name, const std::vector<Slo>& slos) {
  if (name.empty()) return slos;
  std::vector<Slo> out;
  for (const Slo& slo : slos) {
    if (slo.source == name) out.push_back(slo);
  }
  return out;
}

int Validate(const ValidateOptions& options) {
  if (options.explain && options.output != "text") {
    fmt::print(stderr, "slowburn: --explain is text: not with --output {}\n", options.output);
    return kUsage;
  }
  Config config;
  if (!ReadConfig(options.rules.config, config)) return kUsage;
  std::optional<SourceSettings> source;
  if (!options.prometheus.empty() || !options.source.empty()) {
    source = SourceToCheck(config, options.prometheus, options.source);
    if (!source) return kUsage;
  }
  InputRules rules = ReadRuleInput(options.rules, config);
  Findings findings = {std::move(rules.diagnostics), rules.files, rules.slos.size()};
  int exit_code = HasErrors(findings.diagnostics) ? kCheckFailed : kGood;
  if (source) {
    SourceFindings found = CheckSource(*source, MeasuredOn(options.source, rules.slos));
    if (exit_code == kGood && HasErrors(found.diagnostics)) {
      exit_code = found.asked ? kCheckFailed : kUsage;
    }
    Append(std::move(found.diagnostics), findings.diagnostics);
  }
  if (options.output == "text") PrintDiagnostics(findings.diagnostics);
  if (options.explain) {
    for (const Slo& slo : rules.slos) fmt::print("{}", DescribePlan(slo, config.interval));
  }
  Print(findings, options.output);
  return exit_code;
}

}  // namespace

void AddValidate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check SLO files and print what is wrong");
  AddRuleInput(*command, options->rules);
  command->add_flag(
      "--explain", options->explain,
      "Say of each SLO whether it is counted exactly, by which queries, at what cost");
  command
      ->add_option("--output", options->output,
                   "How to print: text for people, json, or github for annotations of a workflow")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json", "github"}));
  command->add_option(
      "--prometheus", options->prometheus,
      "URL of a server that must have the series, the buckets and the past that the SLOs need; "
      "asked with the settings of --config's source");
  command->add_option(
      "--source", options->source,
      "A source of --config, for its SLOs alone: asked with its settings, at its own "
      "URL unless --prometheus gives one");
  command->footer(
      "Exit codes: 0 good, 1 a file is wrong or the server lacks what it needs,\n"
      "2 usage or configuration, or the server can't be asked.\n"
      "Example: slowburn validate --explain slos/*.yaml\n"
      "         slowburn validate --prometheus http://127.0.0.1:9090 slos/");
  command->callback([options, &exit_code] { exit_code = Validate(*options); });
}

}  // namespace slowburn
