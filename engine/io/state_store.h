// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/clock.h"
#include "engine/saved_state.h"
#include "engine/state_store.h"

namespace slowburn {

class StateConnection;

// The state is one SQLite file, `slowburn.db`, in the folder that `state.path` names.

// Which events to read; what is empty or infinite matches all.
struct EventFilter {
  std::string kind;
  std::string slo_id;
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();  // Exclusive.
  std::int64_t limit = 100;
};

// What `slowburn state info` says of a file.
struct StateSummary {
  struct Source {
    std::string name;
    std::int64_t slos = 0;
    std::int64_t columns = 0;
    std::int64_t oldest_slot = 0;  // Of the columns; 0 without one.
    std::int64_t newest_slot = 0;
    std::string heads;
  };

  std::string path;
  std::int64_t bytes = 0;  // With the write-ahead log.
  std::int64_t schema_version = 0;
  std::vector<Source> sources;
  std::vector<SavedAlert> firing;  // `data` left out.
  std::int64_t definitions = 0;
  std::int64_t deliveries = 0;
  std::int64_t events = 0;
  std::int64_t rollups = 0;
};

// Reads a state.  Thread-compatible.  Every call gives kDataLoss for what is damaged, and
// kUnavailable when the disk fails.
class StateReader {
 public:
  // Opens the state in `folder` for reading alone, also while a slowburn writes it.  kNotFound
  // without one; kFailedPrecondition for a file of a later version or of another program.
  static absl::StatusOr<std::unique_ptr<StateReader>> Open(const std::string& folder);

  explicit StateReader(std::shared_ptr<StateConnection> connection);
  ~StateReader();

  // Names of the sources that something is stored of, sorted.
  absl::StatusOr<std::vector<std::string>> Sources() const;

  // All of one source; empty but for its name when nothing is stored of it.  Ladders by name, SLOs
  // by id, alerts by identity.  A ladder is there while it has columns.
  absl::StatusOr<SavedSource> LoadSource(const std::string& name) const;

  // By path.
  absl::StatusOr<std::vector<SavedDefinition>> Definitions() const;

  // Of one Alertmanager, or of all, by alert.
  absl::StatusOr<std::vector<SavedDelivery>> Deliveries(const std::string& alertmanager = {}) const;

  // The latest `limit` that match, the latest first.
  absl::StatusOr<std::vector<SavedEvent>> Events(const EventFilter& filter) const;

  // Hours of one group that begin in [from, until), ascending.
  absl::StatusOr<std::vector<SavedRollup>> Rollups(const std::string& slo_id,
                                                   const std::string& group, absl::Time from,
                                                   absl::Time until) const;

  absl::StatusOr<StateSummary> Summary() const;

  // Checks the structure and the checksums of all that decides about alerts; with `history` of
  // events and rollups too, which can take long.
  absl::Status Verify(bool history) const;

 private:
  std::shared_ptr<StateConnection> connection_;
};

// Steps that make a schema: the first makes version 1 of nothing, each other the next version.
using StateSchema = std::span<const std::string_view>;

// Those of this slowburn.
StateSchema CurrentStateSchema();

struct StateOptions {
  std::string folder;  // Made when it is not there.
  absl::Duration retention = absl::Hours(24 * 400);
  StateSchema schema = CurrentStateSchema();  // Tests have others.
};

// The state that a slowburn writes.  Thread-compatible.
class StateFile : public StateStore {
 public:
  // Opens the state for writing, making it when there is none, and holds a lock on it until it is
  // destroyed.  kFailedPrecondition, with the file left as it is, when another slowburn holds the
  // lock, and when the file is of a later version or of another program.
  //
  // A damaged file is set aside, and a fresh one begun: see `set_aside`.  A file of an earlier
  // version is copied to `slowburn.db.v<version>` and then brought up to date.  When disk or folder
  // fail, `problem` says so, there is no reader, and every Write tries anew.
  //
  // `clock` names what is set aside, and must outlive this.
  static absl::StatusOr<std::unique_ptr<StateFile>> Open(StateOptions options, Clock& clock);

  ~StateFile() override;

  // Where the damaged file was put last; empty when there was none.
  const std::string& set_aside() const;

  // Why it can't be written; OK when it can.
  const absl::Status& problem() const;

  // What is stored; null while it can't be opened.  Valid until the next Write or Prune.
  const StateReader* reader() const;

  absl::Status Write(const StateBatch& batch) override;
  absl::StatusOr<bool> Prune(absl::Time now) override;
  std::int64_t bytes() const override;

 private:
  class Impl;
  explicit StateFile(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Copies the state in `folder` to the file `to`, which must not exist (kAlreadyExists), also while
// a slowburn writes it.  After an error there is no such file.
absl::Status BackupState(const std::string& folder, const std::string& to);

// Puts the backup `from` in the place of the state in `folder`, at once or not at all.  What was
// there is kept under the name that is returned, empty when there was nothing; it holds `now`.
//
// Changes nothing but for OK: kFailedPrecondition while a slowburn runs on it, or for a backup of a
// later version or of another program; kDataLoss for a damaged one.
absl::StatusOr<std::string> RestoreState(const std::string& folder, const std::string& from,
                                         absl::Time now);

}  // namespace slowburn
