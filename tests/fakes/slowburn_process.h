// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/time/time.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/child_process.h"
#include "tests/fakes/scratch_folder.h"

namespace slowburn {

// `slowburn run`, the real binary, on a loopback port and in a folder of its own.  It may be
// ended and begun again, and finds its files as they were.
//
// Use from the main thread, as ChildProcess.
class SlowburnProcess {
 public:
  struct Options {
    std::string config;  // slowburn.yaml, but for `listen` and `rules`.
    std::string rules;   // The one file of SLOs that it begins with.
    std::vector<std::string> flags = {};
    bool state = false;  // Whether it keeps its state, in a folder of its own.
  };

  // Writes the files; begins nothing.
  explicit SlowburnProcess(Options options);

  // Begins it; does not wait.
  void Launch();

  // Begins it and waits until it is ready.  Throws, with its log, when it ends instead.
  void Start();

  // Kills it as kill -9 does.
  void Kill();

  // Sends SIGTERM and waits at most `bound`: its exit code, nullopt when it goes on.
  std::optional<int> Terminate(absl::Duration bound);

  void Signal(int signal) const;
  bool running();

  pid_t pid() const { return process_->pid(); }

  // Another configuration, for its next beginning; as `Options::config`.
  void WriteConfig(const std::string& config) const;

  // Files of SLOs, in the folder that it reads.
  void WriteRules(const std::string& text, const std::string& name = "rules.yaml") const;
  void RemoveRules(const std::string& name = "rules.yaml") const;

  // Runs another command of slowburn to its end: its exit code.
  int RunCommand(const std::vector<std::string>& arguments) const;

  std::string url() const;
  std::string log() const;
  std::string StateFolder() const;

  // The body of a GET of `path`; nullopt when it is not answered with 200.
  std::optional<std::string> Get(const std::string& path) const;

  // The same as JSON; null when there is none.
  nlohmann::json Json(const std::string& path) const;

  // The value of the first series of /metrics that begins so; nullopt without one.
  std::optional<double> Metric(std::string_view beginning) const;

 private:
  Options options_;
  ScratchFolder folder_;
  int port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace slowburn
