// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "engine/cli/command.h"

namespace slowburn {
namespace {

int Main(int argc, char** argv) {
  CLI::App app("slowburn: SLO and error-budget burn-rate alerting.", "slowburn");
  app.require_subcommand(1);
  app.set_version_flag("--version", "slowburn " SLOWBURN_VERSION);
  app.footer(
      "Exit codes: 0 good, 1 the check failed, 2 usage or configuration.\n"
      "Try: slowburn validate slos/ && slowburn run --config slowburn.yaml");
  int exit_code = kGood;
  AddRun(app, exit_code);
  AddValidate(app, exit_code);
  AddExplain(app, exit_code);
  AddConvert(app, exit_code);
  AddGenerate(app, exit_code);
  AddDashboard(app, exit_code);
  AddSchema(app, exit_code);
  AddAlert(app, exit_code);
  AddReload(app, exit_code);
  AddState(app, exit_code);
  AddVersion(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kGood : kUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace slowburn

int main(int argc, char** argv) {
  try {
    return slowburn::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "slowburn: %s\n", error.what());
    return slowburn::kUsage;
  }
}
