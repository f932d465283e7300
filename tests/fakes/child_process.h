// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>
#include <sys/types.h>

namespace slowburn {

// The file of a program that is on the PATH; empty when it is not installed.
std::string FindProgram(const std::string& name);

// A port of 127.0.0.1 that nobody listens on now, below those that outgoing connections get: a
// server that comes back to it finds it free.
int FreePort();

// All of a file; empty when there is none.
std::string ReadFile(const std::string& path);

// A process of ours; killed and forgotten with this object.  Not thread-safe.
//
// Use from the main thread: the process also ends with the thread that began it, so that none is
// left behind by a test that crashes.
class ChildProcess {
 public:
  // Begins `command`, the first word of which is a file, with its output appended to the file
  // `output`.
  ChildProcess(const std::vector<std::string>& command, const std::string& output);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Sends a signal; nothing once it has ended.
  void Signal(int signal);

  // Waits at most `bound` for its end: its exit code, or 128 and the signal that ended it; nullopt
  // while it goes on.
  std::optional<int> Wait(absl::Duration bound);

  bool running() { return !Wait(absl::ZeroDuration()); }

  // Ends it by SIGTERM, after 5 s by SIGKILL; as Wait.
  int End();

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  std::optional<int> ended_;
};

}  // namespace slowburn
