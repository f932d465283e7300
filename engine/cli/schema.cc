// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "exporters/json_schema.h"
#include "rules/config_keys.h"
#include "rules/native_keys.h"

namespace slowburn {
namespace {

constexpr const char* kSlo = "slo";
constexpr const char* kConfig = "config";

}  // namespace

void AddSchema(CLI::App& app, int& exit_code) {
  auto of = std::make_shared<std::string>(kSlo);
  CLI::App* command = app.add_subcommand(
      "schema", "Print the JSON Schema of SLO files, for editors to complete and check them");
  command->add_option("--of", *of, "slo: files of slowburn/v1; config: slowburn.yaml")
      ->check(CLI::IsMember({kSlo, kConfig}))
      ->capture_default_str();
  command->footer("Example: slowburn schema > slowburn.schema.json");
  command->callback([of, &exit_code] {
    const bool config = *of == kConfig;
    fmt::print("{}", config ? JsonSchema(kConfigKeys, "slowburn.yaml")
                            : JsonSchema(kNativeKeys, "SLOs of slowburn/v1"));
    exit_code = kGood;
  });
}

}  // namespace slowburn
