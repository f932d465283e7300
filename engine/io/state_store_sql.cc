// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/state_store_sql.h"

#include <utility>

#include <fmt/format.h>

#include "engine/status_macros.h"

namespace slowburn {
namespace {

// A reader holds a file for a moment; whoever waits longer has something else to say.
constexpr int kBusyTimeoutMs = 5000;

// `code` is an extended one.
absl::StatusCode CodeOf(int code) {
  switch (code) {
    case SQLITE_IOERR_READ:  // What can't be read is as good as wrong.
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
      return absl::StatusCode::kDataLoss;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // Our statements fit our schema: this is another one.
      return absl::StatusCode::kDataLoss;
    case SQLITE_CONSTRAINT:
      return absl::StatusCode::kInternal;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

std::string_view StateRow::View(int column) const {
  // In this order: asking for the bytes may move them.
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

absl::Time StateRow::Time(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return absl::InfinitePast();
  return absl::FromUnixMillis(Int(column));
}

absl::StatusOr<std::unique_ptr<StateConnection>> StateConnection::Open(const std::string& path,
                                                                       Mode mode) {
  // Readers too: a file in WAL mode needs its index beside it.
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == Mode::kWrite ? SQLITE_OPEN_CREATE : 0);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) return absl::ResourceExhaustedError("no memory for SQLite");
  std::unique_ptr<StateConnection> connection(new StateConnection(path, handle));
  if (code != SQLITE_OK) return connection->Error(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  SLOWBURN_RETURN_IF_ERROR(connection->Script("PRAGMA cell_size_check = ON"));
  if (mode == Mode::kRead) {
    connection->KeepFiles();
    SLOWBURN_RETURN_IF_ERROR(connection->Script("PRAGMA query_only = ON"));
  }
  return connection;
}

StateConnection::~StateConnection() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

absl::Status StateConnection::Error(int code) const {
  return absl::Status(CodeOf(code), fmt::format("{}: {}", path_, sqlite3_errmsg(handle_)));
}

absl::StatusOr<sqlite3_stmt*> StateConnection::Prepare(std::string_view sql) {
  if (const auto it = prepared_.find(sql); it != prepared_.end()) return it->second;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code);
  prepared_.emplace(sql, statement);
  return statement;
}

absl::Status StateConnection::Step(sqlite3_stmt* statement, const Visit& visit) {
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    if (visit) visit(StateRow(statement));
  }
  const absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : Error(code);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);  // What they point to is about to go.
  return status;
}

absl::Status StateConnection::Script(std::string_view sql) {
  const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::StatusOr<std::int64_t> StateConnection::Number(std::string_view sql) {
  std::int64_t number = 0;
  SLOWBURN_RETURN_IF_ERROR(Query(sql, [&](const StateRow& row) { number = row.Int(0); }));
  return number;
}

absl::Status StateConnection::Transaction(const std::function<absl::Status()>& body) {
  SLOWBURN_RETURN_IF_ERROR(Run("BEGIN IMMEDIATE"));
  absl::Status status = body();
  if (status.ok()) status = Run("COMMIT");
  // Some errors have ended it already.
  if (!status.ok() && sqlite3_get_autocommit(handle_) == 0) Run("ROLLBACK").IgnoreError();
  return status;
}

absl::Status StateConnection::CopyTo(const std::string& path) {
  SLOWBURN_ASSIGN_OR_RETURN(const auto copy, Open(path, Mode::kWrite));
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle_, "main", handle_, "main");
  if (backup == nullptr) return copy->Error(sqlite3_extended_errcode(copy->handle_));
  const int stepped = sqlite3_backup_step(backup, -1);  // In one step: nobody changes it meanwhile.
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK || stepped != SQLITE_DONE) return copy->Error(code);
  // One file, with nothing beside it.
  return copy->Script("PRAGMA journal_mode = DELETE");
}

bool StateConnection::HasMoved() {
  int moved = 0;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

void StateConnection::KeepFiles() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void StateConnection::Bind(sqlite3_stmt* statement, int index, std::int64_t value) {
  sqlite3_bind_int64(statement, index, value);
}

void StateConnection::Bind(sqlite3_stmt* statement, int index, double value) {
  sqlite3_bind_double(statement, index, value);
}

void StateConnection::Bind(sqlite3_stmt* statement, int index, std::string_view text) {
  // A null pointer would be a null.
  sqlite3_bind_text64(statement, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void StateConnection::Bind(sqlite3_stmt* statement, int index, StateBlob blob) {
  sqlite3_bind_blob64(statement, index, blob.bytes.empty() ? "" : blob.bytes.data(),
                      blob.bytes.size(), SQLITE_STATIC);
}

void StateConnection::Bind(sqlite3_stmt* statement, int index, absl::Time time) {
  if (time == absl::InfinitePast()) {
    sqlite3_bind_null(statement, index);
  } else {
    sqlite3_bind_int64(statement, index, absl::ToUnixMillis(time));
  }
}

}  // namespace slowburn
