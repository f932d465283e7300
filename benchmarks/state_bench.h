// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include "engine/io/real_clock.h"

// What the programs that measure the state on disk share.

namespace slowburn {

// Ends the program when something failed.
inline void Must(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", std::string(status.message()));
  std::exit(1);
}

inline absl::Duration TimeOf(const std::function<void()>& body) {
  const absl::Time began = RealClock().TimeNow();
  body();
  return RealClock().TimeNow() - began;
}

inline void Report(const char* what, absl::Duration took) {
  fmt::print("{:<44} {:>8.0f} ms\n", what, absl::ToDoubleMilliseconds(took));
}

// Runs `measure` with a folder of its own below the first argument, or the current one, and takes
// it away again.  The exit code.
inline int InScratchFolder(int argc, char** argv,
                           const std::function<void(const std::string& folder)>& measure) {
  std::string folder =
      (std::filesystem::path(argc > 1 ? argv[1] : ".") / "slowburn-state-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    fmt::print(stderr, "{}: no folder can be made there\n", folder);
    return 1;
  }
  measure(folder);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace slowburn
