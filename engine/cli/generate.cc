// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <set>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/cli/rule_input.h"
#include "engine/cli/text_output.h"
#include "exporters/sloth_rules.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

struct GenerateOptions {
  RuleInput input;
  std::string style = "sloth";
  std::string kind = "prometheus";
  std::string default_window;
  std::vector<std::string> labels;
  bool no_alerts = false;
  bool no_recordings = false;
  std::string output;
};

// Takes `name=value` apart; false, having said so, when it is none.
bool ReadLabel(const std::string& text, Labels& labels) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (equals == std::string::npos || !IsLabelName(name)) {
    fmt::print(stderr, "slowburn: --label {}: write NAME=VALUE\n", text);
    return false;
  }
  labels.insert_or_assign(name, text.substr(equals + 1));
  return true;
}

// What the options say beyond the paths; false, having said why, when they can't be used.
bool ReadOptions(const GenerateOptions& options, Config& config, SlothRuleOptions& rules) {
  if (!ReadConfig(options.input.config, config)) return false;
  config.defaults.for_rules = true;
  if (!options.default_window.empty()) {
    const auto window = ParseDuration(options.default_window);
    if (!window.ok() || *window <= absl::ZeroDuration()) {
      fmt::print(stderr, "slowburn: --default-window {}: write a duration such as 28d\n",
                 options.default_window);
      return false;
    }
    config.defaults.window = *window;
  }
  for (const std::string& label : options.labels) {
    if (!ReadLabel(label, rules.labels)) return false;
  }
  if (options.no_alerts && options.no_recordings) {
    fmt::print(stderr, "slowburn: --no-alerts and --no-recordings together leave nothing\n");
    return false;
  }
  rules.alerts = !options.no_alerts;
  rules.recordings = !options.no_recordings;
  rules.version = "slowburn-" SLOWBURN_VERSION;
  return true;
}

std::string RulesText(const std::string& kind, const std::vector<PrometheusRuleSet>& sets) {
  if (kind == "operator") return OperatorRulesYaml(sets);
  if (kind == "mimir") return MimirRulesYaml(sets);
  return PrometheusRulesYaml(sets);
}

// One file of rules is for one server.
void WarnOfSources(const std::vector<Slo>& slos) {
  std::set<std::string> sources;
  for (const Slo& slo : slos) sources.insert(slo.source);
  if (sources.size() < 2) return;
  fmt::print(stderr,
             "slowburn: warning: the SLOs are of {} sources, and their rules stand together: give "
             "the files of each source by themselves\n",
             sources.size());
}

int Generate(const GenerateOptions& options) {
  Config config;
  SlothRuleOptions rule_options;
  if (!ReadOptions(options, config, rule_options)) return kUsage;
  InputRules input = ReadRuleInput(options.input, config);
  Diagnostics& all = input.diagnostics;
  const SlothRules rules = MakeSlothRules(input.slos, rule_options);
  all.insert(all.end(), rules.diagnostics.begin(), rules.diagnostics.end());
  PrintDiagnostics(all);
  // Rules that lack an SLO would replace those that have it.
  if (HasErrors(all)) {
    fmt::print(stderr, "slowburn: nothing is written: mend the errors first\n");
    return kCheckFailed;
  }
  if (rules.sets.empty()) {
    fmt::print(stderr, "slowburn: there are no rules to write\n");
    return kCheckFailed;
  }
  WarnOfSources(input.slos);
  const std::string text = RulesText(options.kind, rules.sets);
  return PrintText(text, options.output) ? kGood : kCheckFailed;
}

}  // namespace

void AddGenerate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command =
      app.add_subcommand("generate", "Write recording and alerting rules for Prometheus");
  AddRuleInput(*command, options->input);
  command->add_option("--style", options->style, "Names, groups and labels as this tool has them")
      ->check(CLI::IsMember({"sloth"}))
      ->capture_default_str();
  command
      ->add_option("--kind", options->kind,
                   "prometheus: a rule file; operator: PrometheusRule objects; mimir: namespaces "
                   "for mimirtool")
      ->check(CLI::IsMember({"prometheus", "operator", "mimir"}))
      ->capture_default_str();
  command->add_option("--default-window", options->default_window,
                      "Window of SLOs that name none (30d)");
  command->add_option("--label", options->labels, "NAME=VALUE, on every recorded series")
      ->allow_extra_args(false);
  command->add_flag("--no-alerts", options->no_alerts, "Recording rules alone");
  command->add_flag("--no-recordings", options->no_recordings, "Alerting rules alone");
  command->add_option("-o,--output", options->output, "File to write instead of standard output");
  command->footer("Example: slowburn generate slos/ -o rules.yaml");
  command->callback([options, &exit_code] { exit_code = Generate(*options); });
}

}  // namespace slowburn
