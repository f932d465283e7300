// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/state_store_files.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "engine/status_macros.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

// Whose lock it is, for the message alone.
std::string HolderOf(int descriptor) {
  char text[32] = {};
  const ssize_t size = pread(descriptor, text, sizeof text - 1, 0);
  std::string holder(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "" : fmt::format(" (process {})", holder);
}

}  // namespace

absl::Status ErrnoStatus(int error, const std::string& what) {
  const std::string message = fmt::format("{}: {}", what, std::generic_category().message(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message);
    case EIO:
      return absl::UnavailableError(message);
    default:
      return absl::FailedPreconditionError(message);
  }
}

absl::StatusOr<StateLock> StateLock::Take(const std::string& folder) {
  const std::string path = (fs::path(folder) / "slowburn.lock").string();
  StateLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.descriptor_ < 0) return ErrnoStatus(errno, path);
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, path);
    return absl::AlreadyExistsError(
        fmt::format("{} is in use by another slowburn{}", folder, HolderOf(lock.descriptor_)));
  }
  const std::string holder = fmt::format("{}\n", getpid());
  // On a full disk the message says less; the lock holds.
  if (ftruncate(lock.descriptor_, 0) == 0) {
    [[maybe_unused]] const ssize_t written =
        pwrite(lock.descriptor_, holder.data(), holder.size(), 0);
  }
  return lock;
}

StateLock::StateLock(StateLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

StateLock::~StateLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return ErrnoStatus(error.value(), folder);
  return absl::OkStatus();
}

absl::Status MoveDatabase(const std::string& path, const std::string& to) {
  for (const std::string suffix : {"", "-wal", "-shm", "-journal"}) {
    if (std::rename((path + suffix).c_str(), (to + suffix).c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, path + suffix);
    }
  }
  return SyncToDisk(fs::path(path).parent_path().string());
}

std::string AsideName(const std::string& path, const std::string& what, absl::Time now) {
  const std::string name = fmt::format(
      "{}.{}-{}", path, what, absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  std::error_code ignored;
  std::string free = name;
  for (int i = 2; fs::exists(free, ignored) || fs::exists(free + "-wal", ignored); ++i) {
    free = fmt::format("{}.{}", name, i);
  }
  return free;
}

absl::Status SyncToDisk(const std::string& path) {
  const int descriptor = open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return ErrnoStatus(errno, path);
  const int error = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  return error == 0 ? absl::OkStatus() : ErrnoStatus(error, path);
}

bool HasContent(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return !error && size > 0;
}

}  // namespace slowburn
