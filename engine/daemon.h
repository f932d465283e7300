// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <absl/status/status.h>

#include "engine/board.h"
#include "engine/clock.h"
#include "engine/evaluator.h"
#include "engine/io/spec_files.h"
#include "engine/mutex.h"
#include "engine/saved_state.h"
#include "engine/source.h"
#include "engine/state_keeper.h"
#include "engine/telemetry.h"
#include "rules/config.h"
#include "rules/load.h"

namespace slowburn {

// Runs everything that has a thread of its own: one evaluation loop for each source, so that a slow
// one delays no other, and one that polls the rule files.
//
// Thread-safe.
class Daemon {
 public:
  struct Options {
    Config config;
    bool allow_shrink = false;
    std::optional<Format> format = {};       // Of all rule files; by what they say when not given.
    absl::Duration poll = absl::Seconds(5);  // How often rule files are looked at.
    // Reads the rule files; called on the polling thread and by Reload.
    std::function<SpecFiles()> read_files;
    // Reads Sloth's AlertWindows, likewise; null where they are among the rule files.
    std::function<SpecFiles()> read_windows = nullptr;
    StateKeeper* keeper = nullptr;  // Null: no state is kept.  Else must outlive this.
    // What an earlier process left: its SLOs, and by source where they stood.
    std::vector<SavedDefinition> definitions = {};
    std::map<std::string, SavedSource> restored = {};
    // When alerts began that Alertmanagers still have, by Alert::Id, for a start without state.
    std::map<std::string, absl::Time> starts = {};
  };

  // `sources` by name, all that the configuration names.  The others must outlive this.
  Daemon(Options options, std::map<std::string, std::unique_ptr<Source>> sources, Board& board,
         Clock& clock, Telemetry& telemetry);
  ~Daemon();  // Stops.

  // Takes up the state, hangs out the alerts that fire, loads the rules and begins.
  // kFailedPrecondition when there is no SLO to run.
  absl::Status Start();

  // Loads the rules anew; on error what runs goes on.
  absl::Status Reload();

  // Has each source's evaluator resolve the firing alert with this id or handle at its next
  // evaluation; see Evaluator::Release.  kNotFound when no alert on the board is meant.
  absl::Status Release(const std::string& alert_id, const std::string& annotation,
                       const std::string& text);

  // Ends all threads.  An evaluation in progress is finished and saved where that takes no longer
  // than `bound`; then its requests are cut off.  Idempotent.
  void Stop(absl::Duration bound = absl::ZeroDuration());

  // Whether every evaluation loop has moved lately.
  bool healthy() const;

  // Whether the rules are loaded and each source's first evaluation was tried.
  bool ready() const;

 private:
  struct Loop;

  void Restore();
  absl::Status Load(bool only_if_changed);
  std::vector<RuleFile> WithLost(const SpecFiles& files) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  void KeepDefinitions(const SpecFiles& files, const SpecFiles& windows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  void LogChanges(const std::vector<ActiveSlo>& before, const SpecFiles& files)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  std::optional<absl::Time> SourceNow(Loop& loop);
  bool HasDataFor(Loop& loop, absl::Duration offset);
  void Evaluate(Loop& loop);
  void EvaluateSlot(Loop& loop, std::int64_t slot, std::int64_t missed);
  void Save(Loop& loop, bool hurry);
  absl::Duration LearnPast(Loop& loop, absl::Duration free);
  void Poll();
  bool WaitFor(absl::Duration duration);

  Options options_;
  Board& board_;
  Clock& clock_;
  Telemetry& telemetry_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::thread poller_;

  Mutex load_mutex_;  // One load at a time.
  std::vector<ActiveSlo> running_ ABSL_GUARDED_BY(load_mutex_);
  // Of what runs, the file that it was read from, as it was then.
  std::map<std::string, std::shared_ptr<const RuleFile>> texts_ ABSL_GUARDED_BY(load_mutex_);
  // What SLOs may refer to, as it was when none was stale.
  std::vector<SavedDefinition> shared_ ABSL_GUARDED_BY(load_mutex_);
  std::size_t loaded_hash_ ABSL_GUARDED_BY(load_mutex_) = 0;
  absl::Status last_load_ ABSL_GUARDED_BY(load_mutex_);

  std::mutex stop_mutex_;
  std::condition_variable stop_changed_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> cut_off_ = false;  // What is under way now is no evaluation any more.
};

}  // namespace slowburn
