// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/io/log.h"
#include "engine/io/state_store_files.h"
#include "engine/io/state_store_schema.h"
#include "engine/io/state_store_sql.h"
#include "engine/io/state_store_write.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

// Columns are some hundred KiB each.  Room that is free is given back on request.
constexpr std::string_view kLayout = R"(
PRAGMA page_size = 8192;
PRAGMA auto_vacuum = INCREMENTAL;
)";

// A commit is on disk, not just in the kernel: a page that was sent has a state that knows of it.
constexpr std::string_view kSettings = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -16384;
)";

absl::Status CheckWhole(StateConnection& connection) {
  std::string problem;
  SLOWBURN_RETURN_IF_ERROR(connection.Query("PRAGMA quick_check(1)", [&](const StateRow& row) {
    if (row.View(0) != "ok") problem = row.String(0);
  }));
  if (problem.empty()) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{}: {}", connection.path(), problem));
}

// Copies the file of version `version` before it is changed for good.
absl::Status CopyBeforeUpgrade(StateConnection& connection, std::int64_t version) {
  const std::string copy = StateCopyPath(connection.path(), version);
  const std::string unfinished = copy + ".unfinished";
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  absl::Status status = connection.CopyTo(unfinished);
  if (status.ok()) status = MoveDatabase(unfinished, copy);
  if (!status.ok()) std::filesystem::remove(unfinished, ignored);
  if (status.ok()) {
    Log(LogLevel::kInfo, "state is brought up to date",
        {{"from_version", fmt::format("{}", version)}, {"copy", copy}});
  }
  return status;
}

}  // namespace

class StateFile::Impl {
 public:
  Impl(StateOptions options, Clock& clock)
      : options_(std::move(options)), clock_(clock), path_(StatePath(options_.folder)) {}

  // Opens everything; a damaged file is set aside and a fresh one opened.  `fatal` is set when this
  // slowburn must not go on with that folder.
  absl::Status Open(bool& fatal) {
    problem_ = OpenOnce(fatal);
    if (absl::IsDataLoss(problem_)) {
      if (absl::Status moved = SetAside(problem_); !moved.ok()) {
        problem_ = moved;
      } else {
        problem_ = OpenOnce(fatal);
      }
    }
    if (!problem_.ok()) Close();
    return problem_;
  }

  absl::Status Write(const StateBatch& batch) {
    SLOWBURN_RETURN_IF_ERROR(BeReady());
    for (const SourceDelta& delta : batch.sources) {
      if (behind_ && !delta.whole && !caught_up_.contains(delta.source)) {
        return absl::AbortedError(
            fmt::format("{} lacks what came before, of source {}", path_, delta.source));
      }
    }
    SLOWBURN_RETURN_IF_ERROR(Survive(WriteBatch(*connection_, batch)));
    for (const SourceDelta& delta : batch.sources) {
      if (behind_) caught_up_.insert(delta.source);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Prune(absl::Time now) {
    SLOWBURN_RETURN_IF_ERROR(BeReady());
    absl::StatusOr<bool> more = PruneState(*connection_, now - options_.retention);
    SLOWBURN_RETURN_IF_ERROR(Survive(more.status()));
    return more;
  }

  std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (const std::string& path : {path_, path_ + "-wal"}) {
      std::error_code error;
      const std::uintmax_t bytes = std::filesystem::file_size(path, error);
      if (!error) sum += static_cast<std::int64_t>(bytes);
    }
    return sum;
  }

  const std::string& set_aside() const { return set_aside_; }

  const absl::Status& problem() const { return problem_; }

  const StateReader* reader() const { return reader_ ? &*reader_ : nullptr; }

 private:
  absl::Status OpenOnce(bool& fatal) {
    Close();
    SLOWBURN_RETURN_IF_ERROR(MakeFolder(options_.folder));
    absl::StatusOr<StateLock> lock = StateLock::Take(options_.folder);
    if (absl::IsAlreadyExists(lock.status())) {
      fatal = true;
      return absl::FailedPreconditionError(std::string(lock.status().message()));
    }
    SLOWBURN_RETURN_IF_ERROR(lock.status());
    lock_ = *std::move(lock);
    if (!HasContent(path_) && HasContent(path_ + "-wal")) {
      // SQLite would throw the log away.
      return absl::DataLossError(fmt::format("{} is empty beside its write-ahead log", path_));
    }
    SLOWBURN_ASSIGN_OR_RETURN(connection_,
                              StateConnection::Open(path_, StateConnection::Mode::kWrite));
    SLOWBURN_ASSIGN_OR_RETURN(const StateIdentity identity, IdentityOf(*connection_));
    const auto newest = static_cast<std::int64_t>(options_.schema.size());
    if (!identity.IsNew()) {
      const absl::Status known = CheckIdentity(*connection_, identity, newest);
      fatal = absl::IsFailedPrecondition(known);
      if (fatal) connection_->KeepFiles();
      SLOWBURN_RETURN_IF_ERROR(known);
    }
    SLOWBURN_RETURN_IF_ERROR(Prepare(identity, newest));
    reader_.emplace(connection_);
    return absl::OkStatus();
  }

  absl::Status Prepare(const StateIdentity& identity, std::int64_t newest) {
    if (identity.IsNew()) SLOWBURN_RETURN_IF_ERROR(connection_->Script(kLayout));
    SLOWBURN_RETURN_IF_ERROR(connection_->Script(kSettings));
    if (identity.IsNew()) {
      SLOWBURN_RETURN_IF_ERROR(ApplySchema(*connection_, options_.schema, 0));
      return SyncToDisk(options_.folder);
    }
    if (identity.version < newest) {
      SLOWBURN_RETURN_IF_ERROR(CheckWhole(*connection_));
      SLOWBURN_RETURN_IF_ERROR(CopyBeforeUpgrade(*connection_, identity.version));
      SLOWBURN_RETURN_IF_ERROR(ApplySchema(*connection_, options_.schema, identity.version));
    }
    return VerifyState(*connection_, false);
  }

  void Close() {
    reader_.reset();
    connection_.reset();
    lock_.reset();
  }

  // Opens what is not open, or was taken from under us.
  absl::Status BeReady() {
    if (connection_ && !connection_->HasMoved()) return absl::OkStatus();
    behind_ = true;
    caught_up_.clear();
    bool fatal = false;
    return Open(fatal);
  }

  // After a use of the connection that came to `status`: goes on with a fresh file if it showed
  // damage.
  absl::Status Survive(absl::Status status) {
    if (!absl::IsDataLoss(status)) return status;
    behind_ = true;
    caught_up_.clear();
    problem_ = SetAside(status);
    bool fatal = false;
    if (problem_.ok()) Open(fatal).IgnoreError();  // Or at the next call.
    return status;
  }

  absl::Status SetAside(const absl::Status& damage) {
    if (connection_) connection_->KeepFiles();
    Close();
    const std::string aside = AsideName(path_, "damaged", clock_.TimeNow());
    SLOWBURN_RETURN_IF_ERROR(MoveDatabase(path_, aside));
    set_aside_ = aside;
    Log(LogLevel::kError, "state is damaged: it is set aside, and a fresh one begun",
        {{"kept_as", aside}, {"damage", std::string(damage.message())}});
    return absl::OkStatus();
  }

  const StateOptions options_;
  Clock& clock_;
  const std::string path_;
  std::optional<StateLock> lock_;
  std::shared_ptr<StateConnection> connection_;
  std::optional<StateReader> reader_;
  std::string set_aside_;
  absl::Status problem_;
  // Whether the file was opened after those who write began: it then lacks what they wrote before,
  // but for the sources that have been written whole since.
  bool behind_ = false;
  std::set<std::string> caught_up_;
};

StateFile::StateFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

StateFile::~StateFile() = default;

absl::StatusOr<std::unique_ptr<StateFile>> StateFile::Open(StateOptions options, Clock& clock) {
  std::unique_ptr<StateFile> file(new StateFile(std::make_unique<Impl>(std::move(options), clock)));
  bool fatal = false;
  const absl::Status opened = file->impl_->Open(fatal);
  if (fatal) return opened;
  return file;
}

const std::string& StateFile::set_aside() const {
  return impl_->set_aside();
}

const absl::Status& StateFile::problem() const {
  return impl_->problem();
}

const StateReader* StateFile::reader() const {
  return impl_->reader();
}

absl::Status StateFile::Write(const StateBatch& batch) {
  return impl_->Write(batch);
}

absl::StatusOr<bool> StateFile::Prune(absl::Time now) {
  return impl_->Prune(now);
}

std::int64_t StateFile::bytes() const {
  return impl_->bytes();
}

}  // namespace slowburn
