// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "rules/config.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"

namespace slowburn {

// Exit codes that scripts rely on.
enum ExitCode { kGood = 0, kCheckFailed = 1, kUsage = 2 };

// Each adds one command to `app`.  When the command runs it sets `exit_code`.
void AddRun(CLI::App& app, int& exit_code);
void AddValidate(CLI::App& app, int& exit_code);
void AddExplain(CLI::App& app, int& exit_code);
void AddConvert(CLI::App& app, int& exit_code);
void AddGenerate(CLI::App& app, int& exit_code);
void AddDashboard(CLI::App& app, int& exit_code);
void AddSchema(CLI::App& app, int& exit_code);
void AddState(CLI::App& app, int& exit_code);
void AddAlert(CLI::App& app, int& exit_code);
void AddReload(CLI::App& app, int& exit_code);
void AddVersion(CLI::App& app, int& exit_code);

// Reads slowburn.yaml; an empty path gives the defaults.  Prints its diagnostics to standard error
// and returns false when they hold an error.
bool ReadConfig(const std::string& path, Config& config);

// Where the state of a slowburn lies.
struct StatePlace {
  std::string config;  // slowburn.yaml, with state.path.
  std::string folder;  // Wins over the configuration.
};

// Adds the options that fill `place`, which must outlive the parser.
void AddStatePlace(CLI::App& command, StatePlace& place);

// The folder of the state; false, said why, when neither names one.
bool FindStateFolder(const StatePlace& place, std::string& folder);

// Adds `--format`, as `LoadOptions::format`.  `format` must live as long as `command`; it stays
// empty when the flag is not given.
void AddFormatOption(CLI::App& command, std::optional<Format>& format);

// Prints each on a line of its own to standard error.
void PrintDiagnostics(const Diagnostics& diagnostics);

}  // namespace slowburn
