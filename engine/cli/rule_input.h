// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "rules/config.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"

namespace slowburn {

// The SLO files that a command is given, and how it takes them.
struct RuleInput {
  std::vector<std::string> paths;
  std::string config;            // slowburn.yaml; empty for its defaults.
  std::string windows;           // Of AlertWindows; wins over the configuration.
  std::optional<Format> format;  // As LoadOptions::format.
};

// Adds the options that fill `input`, which must outlive the parser.
void AddRuleInput(CLI::App& command, RuleInput& input);

struct InputRules {
  std::vector<Slo> slos;
  Diagnostics diagnostics;  // Of the files, and of what is in them.
  std::size_t files = 0;
};

// Reads the SLOs of `input` with what `config` says of it.
InputRules ReadRuleInput(const RuleInput& input, const Config& config);

}  // namespace slowburn
