// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

namespace slowburn {

// Keeps a second slowburn out of a folder, for as long as it lives: also when the process is
// killed.
class StateLock {
 public:
  // kAlreadyExists when another has it; the error names it.  Otherwise as of StateStore::Write.
  static absl::StatusOr<StateLock> Take(const std::string& folder);

  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  ~StateLock();

 private:
  explicit StateLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

// Makes `folder` and those above it where they are not there.
absl::Status MakeFolder(const std::string& folder);

// Moves a database with its write-ahead log, as far as they are there.  `to` lies in the same
// folder.
absl::Status MoveDatabase(const std::string& path, const std::string& to);

// `<path>.<what>-<UTC time of now>`, with a number where that is taken.
std::string AsideName(const std::string& path, const std::string& what, absl::Time now);

// Waits until a file, or the names in a folder, are on disk.
absl::Status SyncToDisk(const std::string& path);

// Whether there is a file that holds something.
bool HasContent(const std::string& path);

// The status of `errno`, with what failed.
absl::Status ErrnoStatus(int error, const std::string& what);

}  // namespace slowburn
