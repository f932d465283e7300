// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/io/spec_files.h"
#include "exporters/sloth_rules.h"
#include "rules/duration.h"
#include "rules/load.h"

namespace slowburn {
namespace {

struct GenerateOptions {
  std::vector<std::string> paths;
  std::string style = "sloth";
  std::string kind = "prometheus";
  std::string config;
  std::string default_window;
  std::string windows;
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
bool ReadOptions(const GenerateOptions& options, RuleDefaults& defaults, SlothRuleOptions& rules) {
  Config config;
  if (!ReadConfig(options.config, config)) return false;
  defaults = config.defaults;
  defaults.for_rules = true;
  if (!options.default_window.empty()) {
    const auto window = ParseDuration(options.default_window);
    if (!window.ok() || *window <= absl::ZeroDuration()) {
      fmt::print(stderr, "slowburn: --default-window {}: write a duration such as 28d\n",
                 options.default_window);
      return false;
    }
    defaults.window = *window;
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

// Writes a file that is there as a whole or not at all.
bool WriteWhole(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(part, path, error);
  if (file && !error) return true;
  std::filesystem::remove(part, error);
  fmt::print(stderr, "slowburn: {} can't be written\n", path);
  return false;
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
  RuleDefaults defaults;
  SlothRuleOptions rule_options;
  if (!ReadOptions(options, defaults, rule_options)) return kUsage;
  const SpecFiles files = ReadSpecFiles(options.paths);
  LoadOptions load_options;
  Diagnostics all = files.diagnostics;
  if (!options.windows.empty()) {
    SpecFiles windows = ReadSpecFiles({options.windows});
    load_options.windows = std::move(windows.files);
    all.insert(all.end(), windows.diagnostics.begin(), windows.diagnostics.end());
  }
  const LoadResult loaded = LoadRules(files.files, defaults, load_options);
  all.insert(all.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  const SlothRules rules = MakeSlothRules(loaded.slos, rule_options);
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
  WarnOfSources(loaded.slos);
  const std::string text = RulesText(options.kind, rules.sets);
  if (!options.output.empty()) return WriteWhole(options.output, text) ? kGood : kCheckFailed;
  fmt::print("{}", text);
  return kGood;
}

}  // namespace

void AddGenerate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command =
      app.add_subcommand("generate", "Write recording and alerting rules for Prometheus");
  command->add_option("paths", options->paths, "SLO files of any format, folders and globs")
      ->required();
  command->add_option("--style", options->style, "Names, groups and labels as this tool has them")
      ->check(CLI::IsMember({"sloth"}))
      ->capture_default_str();
  command
      ->add_option("--kind", options->kind,
                   "prometheus: a rule file; operator: PrometheusRule objects; mimir: namespaces "
                   "for mimirtool")
      ->check(CLI::IsMember({"prometheus", "operator", "mimir"}))
      ->capture_default_str();
  command->add_option("--config", options->config,
                      "slowburn.yaml, for its defaults and the names of its sources");
  command->add_option("--default-window", options->default_window,
                      "Window of SLOs that name none (30d)");
  command->add_option("--windows", options->windows,
                      "File or folder of Sloth's AlertWindows, instead of its own");
  command->add_option("--label", options->labels, "NAME=VALUE, on every recorded series")
      ->allow_extra_args(false);
  command->add_flag("--no-alerts", options->no_alerts, "Recording rules alone");
  command->add_flag("--no-recordings", options->no_recordings, "Alerting rules alone");
  command->add_option("-o,--output", options->output, "File to write instead of standard output");
  command->footer("Example: slowburn generate slos/ -o rules.yaml");
  command->callback([options, &exit_code] { exit_code = Generate(*options); });
}

}  // namespace slowburn
