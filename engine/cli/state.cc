// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/evaluator.h"
#include "engine/io/real_clock.h"
#include "engine/io/state_store.h"
#include "exporters/state_text.h"

namespace slowburn {
namespace {

struct StateCommandOptions {
  StatePlace place;
  std::string file;  // Of the backup.
  std::int64_t events = 10;
  bool json = false;
};

// Says what went wrong; the exit code for it.
int Fail(const absl::Status& status) {
  fmt::print(stderr, "slowburn: {}\n", std::string(status.message()));
  return kCheckFailed;
}

StateReport::Times TimesOf(const StateSummary::Source& source) {
  const auto place = Evaluator::PlaceOf(source.heads);
  if (!place) return {};
  if (source.columns == 0) return {place->TimeOf(place->slot), std::nullopt, std::nullopt};
  return {place->TimeOf(place->slot), place->TimeOf(source.oldest_slot),
          place->TimeOf(source.newest_slot)};
}

int Info(const StateCommandOptions& options) {
  std::string folder;
  if (!FindStateFolder(options.place, folder)) return kUsage;
  const auto reader = StateReader::Open(folder);
  if (!reader.ok()) return Fail(reader.status());
  StateReport report;
  report.integrity = (*reader)->Verify(true);
  const auto summary = (*reader)->Summary();
  const auto events = (*reader)->Events({.limit = options.events});
  for (const absl::Status& status : {summary.status(), events.status()}) {
    if (!status.ok()) return Fail(status);
  }
  report.summary = *summary;
  report.events = *events;
  for (const StateSummary::Source& source : report.summary.sources) {
    report.times[source.name] = TimesOf(source);
  }
  fmt::print("{}", options.json ? StateJson(report) : StateText(report));
  return report.integrity.ok() ? kGood : kCheckFailed;
}

int Backup(const StateCommandOptions& options) {
  std::string folder;
  if (!FindStateFolder(options.place, folder)) return kUsage;
  const absl::Status copied = BackupState(folder, options.file);
  if (!copied.ok()) return Fail(copied);
  fmt::print("{}: the state of {} as of now\n", options.file, folder);
  return kGood;
}

int Restore(const StateCommandOptions& options) {
  std::string folder;
  if (!FindStateFolder(options.place, folder)) return kUsage;
  const auto aside = RestoreState(folder, options.file, RealClock().TimeNow());
  if (!aside.ok()) return Fail(aside.status());
  fmt::print("{}: restored from {}\n", folder, options.file);
  if (!aside->empty()) fmt::print("{}: what was there before\n", *aside);
  return kGood;
}

// Adds a command under `state`, with the options that all of them have.
CLI::App* AddUnder(CLI::App& state, const char* name, const char* what,
                   StateCommandOptions& options) {
  CLI::App* command = state.add_subcommand(name, what);
  AddStatePlace(*command, options.place);
  return command;
}

}  // namespace

void AddState(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<StateCommandOptions>();
  CLI::App* state =
      app.add_subcommand("state", "Look at the state on disk, back it up, or restore it");
  state->require_subcommand(1);
  state->footer("Example: slowburn state info --config slowburn.yaml");

  CLI::App* info = AddUnder(*state, "info",
                            "What is stored, and whether it is sound; also while "
                            "slowburn runs",
                            *options);
  info->add_option("--events", options->events, "How many of the latest events to show")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  info->add_flag("--json", options->json, "As JSON");
  info->footer(
      "Exit codes: 0 good, 1 damaged or not there, 2 usage or configuration.\n"
      "Example: slowburn state info --state /var/lib/slowburn");
  info->callback([options, &exit_code] { exit_code = Info(*options); });

  CLI::App* backup =
      AddUnder(*state, "backup", "Copy the state to a file; also while slowburn runs", *options);
  backup->add_option("file", options->file, "The copy; there must be no such file yet")->required();
  backup->footer("Example: slowburn state backup slowburn-monday.db --state /var/lib/slowburn");
  backup->callback([options, &exit_code] { exit_code = Backup(*options); });

  CLI::App* restore = AddUnder(*state, "restore",
                               "Put a backup in the place of the state, which is kept beside it; "
                               "not while slowburn runs",
                               *options);
  restore->add_option("file", options->file, "The backup")->required();
  restore->footer("Example: slowburn state restore slowburn-monday.db --state /var/lib/slowburn");
  restore->callback([options, &exit_code] { exit_code = Restore(*options); });
}

}  // namespace slowburn
