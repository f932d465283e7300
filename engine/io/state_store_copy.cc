// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/io/state_store.h"
#include "engine/io/state_store_files.h"
#include "engine/io/state_store_schema.h"
#include "engine/io/state_store_sql.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

using Mode = StateConnection::Mode;

// Makes the file, which must not be there: nobody can slip in between a look and the making.
absl::Status Claim(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(fmt::format("{}: there is such a file already", path));
  }
  if (descriptor < 0) return ErrnoStatus(errno, path);
  close(descriptor);
  return absl::OkStatus();
}

void Remove(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

absl::StatusOr<std::unique_ptr<StateConnection>> OpenChecked(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return absl::NotFoundError(fmt::format("{}: there is no such file", path));
  }
  SLOWBURN_ASSIGN_OR_RETURN(auto connection, StateConnection::Open(path, Mode::kRead));
  SLOWBURN_ASSIGN_OR_RETURN(const StateIdentity identity, IdentityOf(*connection));
  SLOWBURN_RETURN_IF_ERROR(
      CheckIdentity(*connection, identity, static_cast<std::int64_t>(CurrentStateSchema().size())));
  return connection;
}

// Lets the last word of the write-ahead log into the file, where that can be done.
void FoldLog(const std::string& path) {
  if (!HasContent(path)) return;
  const auto connection = StateConnection::Open(path, Mode::kWrite);
  if (connection.ok()) (*connection)->Script("PRAGMA wal_checkpoint(TRUNCATE)").IgnoreError();
}

// Gives the file at `path` a second name, so that another can take its place in one step.
absl::Status KeepUnder(const std::string& path, const std::string& aside) {
  FoldLog(path);
  if (link(path.c_str(), aside.c_str()) != 0) return ErrnoStatus(errno, aside);
  for (const std::string suffix : {"-wal", "-shm", "-journal"}) {
    if (std::rename((path + suffix).c_str(), (aside + suffix).c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, path + suffix);
    }
  }
  return absl::OkStatus();
}

absl::Status CopyInPlace(StateConnection& backup, const std::string& path) {
  SLOWBURN_RETURN_IF_ERROR(backup.CopyTo(path));
  return SyncToDisk(path);
}

}  // namespace

absl::Status BackupState(const std::string& folder, const std::string& to) {
  SLOWBURN_ASSIGN_OR_RETURN(const auto connection, OpenChecked(StatePath(folder)));
  SLOWBURN_RETURN_IF_ERROR(Claim(to));
  absl::Status copied = CopyInPlace(*connection, to);
  if (copied.ok()) copied = SyncToDisk(fs::absolute(to).parent_path().string());
  if (!copied.ok()) Remove(to);
  return copied;
}

absl::StatusOr<std::string> RestoreState(const std::string& folder, const std::string& from,
                                         absl::Time now) {
  SLOWBURN_ASSIGN_OR_RETURN(const auto backup, OpenChecked(from));
  SLOWBURN_RETURN_IF_ERROR(VerifyState(*backup, true));
  SLOWBURN_RETURN_IF_ERROR(MakeFolder(folder));
  absl::StatusOr<StateLock> lock = StateLock::Take(folder);
  if (absl::IsAlreadyExists(lock.status())) {
    return absl::FailedPreconditionError(
        fmt::format("{}: stop it first", std::string(lock.status().message())));
  }
  SLOWBURN_RETURN_IF_ERROR(lock.status());
  const std::string path = StatePath(folder);
  const std::string unfinished = path + ".unfinished";
  Remove(unfinished);
  absl::Status status = CopyInPlace(*backup, unfinished);
  std::error_code ignored;
  std::string aside;
  if (status.ok() && fs::exists(path, ignored)) {
    aside = AsideName(path, "before-restore", now);
    status = KeepUnder(path, aside);
  }
  if (status.ok() && std::rename(unfinished.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, path);
  }
  if (status.ok()) status = SyncToDisk(folder);
  if (!status.ok()) {
    Remove(unfinished);
    return status;
  }
  return aside;
}

}  // namespace slowburn
