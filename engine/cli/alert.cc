// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/cli/order.h"
#include "exporters/admin.h"

namespace slowburn {
namespace {

struct AlertOptions {
  StatePlace place;
  std::string alert;
  std::string reason;
  bool json = false;
};

// The user at the keyboard, also behind sudo.
std::string UserName() {
  for (const char* variable : {"SUDO_USER", "USER"}) {
    const char* const name = std::getenv(variable);
    if (name != nullptr && *name != '\0') return name;
  }
  return fmt::format("uid {}", getuid());
}

int Resolve(const AlertOptions& options) {
  if (options.reason.find_first_not_of(" \t\r\n") == std::string::npos) {
    fmt::print(stderr, "slowburn: --reason is empty: say why, for whoever looks later\n");
    return kUsage;
  }
  return GiveOrder(options.place, "/alert/resolve",
                   BodyOf(ResolveOrder{options.alert, options.reason, UserName()}));
}

void AddResolve(CLI::App& alert, const std::shared_ptr<AlertOptions>& options, int& exit_code) {
  CLI::App* command = alert.add_subcommand(
      "resolve", "Resolve a firing alert by hand, such as one whose service is gone for good");
  command
      ->add_option("alert", options->alert,
                   "SERVICE/SLO/CLASS, SERVICE/SLO/GROUP/CLASS or source/NAME, as listed")
      ->required();
  command
      ->add_option("--reason", options->reason,
                   "Why; goes with your name into the alert, as the annotation `released`, and "
                   "into the history")
      ->required();
  AddStatePlace(*command, options->place);
  command->footer(
      "It ends at the next evaluation, and fires anew at the one after if its data say so.\n"
      "Exit codes: 0 good, 1 nobody answers or no such alert fires, 2 usage or configuration.\n"
      "Example: slowburn alert resolve checkout/availability/page \\\n"
      "           --reason 'shut down for good' --config slowburn.yaml");
  command->callback([options, &exit_code] { exit_code = Resolve(*options); });
}

}  // namespace

void AddAlert(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<AlertOptions>();
  CLI::App* alert = app.add_subcommand(
      "alert", "See what fires, and resolve it by hand, in the slowburn that runs on a state");
  alert->require_subcommand(1);
  alert->footer("Example: slowburn alert list --config slowburn.yaml");

  CLI::App* list = alert->add_subcommand("list", "What fires and what pends");
  AddStatePlace(*list, options->place);
  list->add_flag("--json", options->json, "As JSON");
  list->footer(
      "HELD: it fires, and nobody can tell now whether it still should.\n"
      "Exit codes: 0 good, 1 nobody answers, 2 usage or configuration.\n"
      "Example: slowburn alert list --state /var/lib/slowburn");
  list->callback([options, &exit_code] {
    exit_code =
        GiveOrder(options->place, options->json ? "/alert/list?format=json" : "/alert/list");
  });
  AddResolve(*alert, options, exit_code);
}

void AddReload(CLI::App& app, int& exit_code) {
  auto place = std::make_shared<StatePlace>();
  CLI::App* command = app.add_subcommand(
      "reload",
      "Have the slowburn that runs on a state load its rules anew, and say what is wrong");
  AddStatePlace(*command, *place);
  command->footer(
      "Exit codes: 0 good, 1 nobody answers or the rules are wrong, 2 usage or configuration.\n"
      "Example: slowburn reload --config slowburn.yaml");
  command->callback([place, &exit_code] { exit_code = GiveOrder(*place, "/reload"); });
}

}  // namespace slowburn
