// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <sqlite3.h>

namespace slowburn {

// Bytes to bind, where a string would be text.
struct StateBlob {
  std::string_view bytes;
};

// One row of an answer, valid while it is being visited.
class StateRow {
 public:
  explicit StateRow(sqlite3_stmt* statement) : statement_(statement) {}

  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }

  double Double(int column) const { return sqlite3_column_double(statement_, column); }

  // Text or bytes.
  std::string_view View(int column) const;

  std::string String(int column) const { return std::string(View(column)); }

  // Milliseconds; null is the infinite past.
  absl::Time Time(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// A connection to an SQLite file.  Thread-compatible.  Errors are sorted by what a caller can do:
// see StateStore::Write.
class StateConnection {
 public:
  enum class Mode { kRead, kWrite };

  // Opens `path`; kWrite makes the file when there is none.
  static absl::StatusOr<std::unique_ptr<StateConnection>> Open(const std::string& path, Mode mode);

  ~StateConnection();
  StateConnection(const StateConnection&) = delete;
  StateConnection& operator=(const StateConnection&) = delete;

  const std::string& path() const { return path_; }

  // Runs one statement to its end.  Statements are kept prepared: `sql` is one of few texts.
  template <typename... Arguments>
  absl::Status Run(std::string_view sql, const Arguments&... arguments) {
    return Query(sql, nullptr, arguments...);
  }

  // The same, and visits each row of the answer.
  using Visit = std::function<void(const StateRow&)>;

  template <typename... Arguments>
  absl::Status Query(std::string_view sql, const Visit& visit, const Arguments&... arguments) {
    absl::StatusOr<sqlite3_stmt*> statement = Prepare(sql);
    if (!statement.ok()) return statement.status();
    int index = 0;
    (Bind(*statement, ++index, arguments), ...);
    return Step(*statement, visit);
  }

  // Runs several statements that take no arguments.
  absl::Status Script(std::string_view sql);

  // The first value of the answer to a statement without arguments; 0 when there is none.
  absl::StatusOr<std::int64_t> Number(std::string_view sql);

  // Runs `body` between BEGIN and COMMIT; nothing of it stays when it or the commit fails.
  absl::Status Transaction(const std::function<absl::Status()>& body);

  // Copies everything into a file that is not there yet, or is empty.  On disk when it returns OK.
  absl::Status CopyTo(const std::string& path);

  // Whether the file under this connection is no longer at its path.
  bool HasMoved();

  // Leaves the files as they are when this is destroyed: no last word from the write-ahead log.
  void KeepFiles();

 private:
  StateConnection(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  absl::StatusOr<sqlite3_stmt*> Prepare(std::string_view sql);
  absl::Status Step(sqlite3_stmt* statement, const Visit& visit);
  absl::Status Error(int code) const;

  static void Bind(sqlite3_stmt* statement, int index, std::int64_t value);
  static void Bind(sqlite3_stmt* statement, int index, double value);
  static void Bind(sqlite3_stmt* statement, int index, std::string_view text);
  static void Bind(sqlite3_stmt* statement, int index, StateBlob blob);
  static void Bind(sqlite3_stmt* statement, int index, absl::Time time);

  const std::string path_;
  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> prepared_;
};

}  // namespace slowburn
