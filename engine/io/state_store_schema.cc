// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/state_store_schema.h"

#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "engine/codec.h"
#include "engine/series_key.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

// Times are milliseconds since 1970; the views show them as text.  A column of bytes comes last, so
// that the others are read without it.
constexpr std::string_view kVersion1 = R"(
CREATE TABLE sources(name TEXT PRIMARY KEY, checksum INTEGER NOT NULL, heads BLOB NOT NULL);
CREATE TABLE columns(source TEXT NOT NULL, ladder TEXT NOT NULL, slot INTEGER NOT NULL,
  written INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY(source, ladder, slot));
CREATE TABLE journal(id INTEGER PRIMARY KEY, source TEXT NOT NULL, ladder TEXT NOT NULL,
  written INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX journal_of_ladder ON journal(source, ladder, written);
CREATE TABLE slos(source TEXT NOT NULL, id TEXT NOT NULL, checksum INTEGER NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY(source, id));
CREATE TABLE alerts(source TEXT NOT NULL, slo TEXT NOT NULL, grp TEXT NOT NULL,
  class TEXT NOT NULL, state TEXT NOT NULL, labels TEXT NOT NULL, starts_at INTEGER,
  checksum INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(source, slo, grp, class));
CREATE TABLE deliveries(alertmanager TEXT NOT NULL, alert_id TEXT NOT NULL, state TEXT NOT NULL,
  starts_at INTEGER, resolved_at INTEGER, acknowledged_at INTEGER, checksum INTEGER NOT NULL,
  alert BLOB NOT NULL, PRIMARY KEY(alertmanager, alert_id));
CREATE TABLE texts(hash TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE definitions(slo TEXT PRIMARY KEY, path TEXT NOT NULL, text_hash TEXT NOT NULL);
CREATE TABLE events(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
  slo TEXT NOT NULL, grp TEXT NOT NULL, class TEXT NOT NULL, from_state TEXT NOT NULL,
  to_state TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX events_by_time ON events(at);
CREATE INDEX events_by_slo ON events(slo, at);
CREATE TABLE rolled_groups(id INTEGER PRIMARY KEY, slo TEXT NOT NULL, grp TEXT NOT NULL,
  last_hour INTEGER NOT NULL, UNIQUE(slo, grp));
CREATE TABLE rollups(hour INTEGER NOT NULL, group_id INTEGER NOT NULL, bad REAL NOT NULL,
  total REAL NOT NULL, known REAL NOT NULL, PRIMARY KEY(hour, group_id)) WITHOUT ROWID;
CREATE VIEW alert_history AS SELECT strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS time,
  slo, grp, class, from_state, to_state, text FROM events WHERE kind = 'alert';
CREATE VIEW event_log AS SELECT strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS time,
  kind, slo, grp, class, from_state, to_state, text FROM events;
CREATE VIEW alerts_now AS SELECT source, slo, grp, class, state,
  strftime('%Y-%m-%dT%H:%M:%SZ', starts_at / 1000, 'unixepoch') AS since, labels FROM alerts;
CREATE VIEW hours AS SELECT strftime('%Y-%m-%dT%H:%M:%SZ', hour / 1000, 'unixepoch') AS time,
  slo, grp, bad, total, known FROM rollups JOIN rolled_groups ON group_id = id;
)";

constexpr std::array kSchema = {kVersion1};

// Nobody has released so many: more is a damaged header.
constexpr std::int64_t kMostVersions = 1000;

// Every alert hangs on these; the history is another matter.
constexpr std::array<std::string_view, 8> kStateTables = {
    "sources", "columns", "journal", "slos", "alerts", "deliveries", "definitions", "texts"};
constexpr std::array<std::string_view, 3> kHistoryTables = {"events", "rolled_groups", "rollups"};

std::int64_t HashOf(ByteWriter key, std::string_view data) {
  const SeriesKey of_data = SeriesKeyOf(data);
  key.Unsigned(of_data.low);
  key.Unsigned(of_data.high);
  return static_cast<std::int64_t>(SeriesKeyOf(key.bytes()).low);
}

absl::Status Damaged(const StateConnection& connection, std::string_view what) {
  return absl::DataLossError(fmt::format("{}: {}", connection.path(), what));
}

// `check` is quick_check, or integrity_check for the entries of indices too: through a wrong one a
// row is not found.
absl::Status CheckStructure(StateConnection& connection, std::string_view check,
                            std::string_view table) {
  std::string problem;
  const absl::Status status =
      connection.Query(fmt::format("PRAGMA {}({})", check, table), [&](const StateRow& row) {
        if (problem.empty() && row.View(0) != "ok") problem = row.String(0);
      });
  if (status.ok() && !problem.empty()) return Damaged(connection, problem);
  return status;
}

// Compares the checksum in the first column of each row with what `compute` makes of the others.
absl::Status CheckSums(StateConnection& connection, std::string_view sql,
                       const std::function<std::int64_t(const StateRow&)>& compute) {
  std::int64_t wrong = 0;
  SLOWBURN_RETURN_IF_ERROR(connection.Query(
      sql, [&](const StateRow& row) { wrong += row.Int(0) != compute(row) ? 1 : 0; }));
  if (wrong == 0) return absl::OkStatus();
  return Damaged(connection, fmt::format("{} rows with a wrong checksum in `{}`", wrong, sql));
}

absl::Status CheckAllSums(StateConnection& connection) {
  const auto column_sum = [](const StateRow& row) {
    return ChecksumOf(row.String(1), row.String(2), {row.Int(3), row.Int(4), row.String(5)});
  };
  SLOWBURN_RETURN_IF_ERROR(
      CheckSums(connection, "SELECT checksum, name, heads FROM sources",
                [](const StateRow& row) { return ChecksumOf(row.String(1), row.View(2)); }));
  SLOWBURN_RETURN_IF_ERROR(CheckSums(
      connection, "SELECT checksum, source, ladder, slot, written, data FROM columns", column_sum));
  SLOWBURN_RETURN_IF_ERROR(CheckSums(
      connection, "SELECT checksum, source, ladder, 0, written, data FROM journal", column_sum));
  SLOWBURN_RETURN_IF_ERROR(
      CheckSums(connection, "SELECT checksum, source, id, data FROM slos", [](const StateRow& row) {
        return ChecksumOf(row.String(1), SavedSlo{row.String(2), row.String(3)});
      }));
  SLOWBURN_RETURN_IF_ERROR(
      CheckSums(connection,
                "SELECT checksum, source, slo, grp, class, state, labels, starts_at, data"
                " FROM alerts",
                [](const StateRow& row) { return ChecksumOf(row.String(1), AlertOf(row, 2)); }));
  SLOWBURN_RETURN_IF_ERROR(
      CheckSums(connection,
                "SELECT checksum, alertmanager, alert_id, state, starts_at, resolved_at,"
                " acknowledged_at, alert FROM deliveries",
                [](const StateRow& row) { return ChecksumOf(DeliveryOf(row, 1)); }));
  std::int64_t wrong_texts = 0;
  SLOWBURN_RETURN_IF_ERROR(
      connection.Query("SELECT hash, text FROM texts", [&](const StateRow& row) {
        wrong_texts += row.View(0) != ToHex(SeriesKeyOf(row.View(1))) ? 1 : 0;
      }));
  if (wrong_texts > 0) return Damaged(connection, "definitions with a changed text");
  SLOWBURN_ASSIGN_OR_RETURN(
      const std::int64_t without_text,
      connection.Number("SELECT count(*) FROM definitions WHERE text_hash NOT IN"
                        " (SELECT hash FROM texts)"));
  if (without_text == 0) return absl::OkStatus();
  return Damaged(connection, "definitions without their text");
}

}  // namespace

StateSchema CurrentStateSchema() {
  return kSchema;
}

std::string StatePath(const std::string& folder) {
  return (std::filesystem::path(folder) / "slowburn.db").string();
}

std::string StateCopyPath(const std::string& path, std::int64_t version) {
  return fmt::format("{}.v{}", path, version);
}

absl::StatusOr<StateIdentity> IdentityOf(StateConnection& connection) {
  StateIdentity identity;
  SLOWBURN_ASSIGN_OR_RETURN(identity.application_id, connection.Number("PRAGMA application_id"));
  SLOWBURN_ASSIGN_OR_RETURN(identity.version, connection.Number("PRAGMA user_version"));
  SLOWBURN_ASSIGN_OR_RETURN(const std::int64_t tables,
                            connection.Number("SELECT count(*) FROM sqlite_schema"));
  identity.empty = tables == 0;
  return identity;
}

absl::Status CheckIdentity(const StateConnection& connection, const StateIdentity& identity,
                           std::int64_t newest) {
  if (identity.application_id != kStateApplicationId) {
    if (identity.empty) return Damaged(connection, "an empty database with a header of no use");
    return absl::FailedPreconditionError(
        fmt::format("{} is no state of slowburn, but a database of another program: give slowburn "
                    "a folder of its own",
                    connection.path()));
  }
  if (identity.version < 1 || identity.version > kMostVersions || identity.empty) {
    return Damaged(connection, fmt::format("an impossible header: version {}", identity.version));
  }
  if (identity.version <= newest) return absl::OkStatus();
  std::string way = "run that one";
  std::error_code ignored;
  for (std::int64_t version = newest; version > 0; --version) {
    const std::string copy = StateCopyPath(connection.path(), version);
    if (!std::filesystem::exists(copy, ignored)) continue;
    way += fmt::format(
        ", or go back to the copy of before its upgrade: "
        "slowburn state restore {} --state {}",
        copy, std::filesystem::path(copy).parent_path().string());
    break;
  }
  return absl::FailedPreconditionError(fmt::format(
      "{} is of schema version {}, written by a later slowburn; this one knows versions up to {}. "
      "It is left as it is: {}",
      connection.path(), identity.version, newest, way));
}

absl::Status ApplySchema(StateConnection& connection, StateSchema schema, std::int64_t from) {
  return connection.Transaction([&]() -> absl::Status {
    for (std::size_t i = static_cast<std::size_t>(from); i < schema.size(); ++i) {
      SLOWBURN_RETURN_IF_ERROR(connection.Script(schema[i]));
    }
    SLOWBURN_RETURN_IF_ERROR(
        connection.Script(fmt::format("PRAGMA application_id = {}", kStateApplicationId)));
    return connection.Script(fmt::format("PRAGMA user_version = {}", schema.size()));
  });
}

absl::Status VerifyState(StateConnection& connection, bool history) {
  for (const std::string_view table : kStateTables) {
    SLOWBURN_RETURN_IF_ERROR(CheckStructure(connection, "integrity_check", table));
  }
  SLOWBURN_RETURN_IF_ERROR(CheckAllSums(connection));
  if (!history) return absl::OkStatus();
  for (const std::string_view table : kHistoryTables) {
    SLOWBURN_RETURN_IF_ERROR(CheckStructure(connection, "quick_check", table));
  }
  return absl::OkStatus();
}

std::int64_t ChecksumOf(const std::string& source, std::string_view heads) {
  ByteWriter key;
  key.String(source);
  return HashOf(std::move(key), heads);
}

std::int64_t ChecksumOf(const std::string& source, const std::string& ladder,
                        const SavedColumn& column) {
  ByteWriter key;
  key.String(source);
  key.String(ladder);
  key.Signed(column.slot);
  key.Signed(column.written);
  return HashOf(std::move(key), column.data);
}

std::int64_t ChecksumOf(const std::string& source, const SavedSlo& slo) {
  ByteWriter key;
  key.String(source);
  key.String(slo.id);
  return HashOf(std::move(key), slo.data);
}

std::int64_t ChecksumOf(const std::string& source, const SavedAlert& alert) {
  ByteWriter key;
  for (const std::string* text :
       {&source, &alert.slo_id, &alert.group, &alert.alert_class, &alert.state, &alert.labels}) {
    key.String(*text);
  }
  key.Time(alert.starts_at);
  return HashOf(std::move(key), alert.data);
}

std::int64_t ChecksumOf(const SavedDelivery& delivery) {
  ByteWriter key;
  for (const std::string* text : {&delivery.alertmanager, &delivery.alert_id, &delivery.state}) {
    key.String(*text);
  }
  for (const absl::Time time :
       {delivery.starts_at, delivery.resolved_at, delivery.acknowledged_at}) {
    key.Time(time);
  }
  return HashOf(std::move(key), delivery.alert);
}

SavedAlert AlertOf(const StateRow& row, int first) {
  SavedAlert alert;
  alert.slo_id = row.String(first);
  alert.group = row.String(first + 1);
  alert.alert_class = row.String(first + 2);
  alert.state = row.String(first + 3);
  alert.labels = row.String(first + 4);
  alert.starts_at = row.Time(first + 5);
  alert.data = row.String(first + 6);
  return alert;
}

SavedDelivery DeliveryOf(const StateRow& row, int first) {
  SavedDelivery delivery;
  delivery.alertmanager = row.String(first);
  delivery.alert_id = row.String(first + 1);
  delivery.state = row.String(first + 2);
  delivery.starts_at = row.Time(first + 3);
  delivery.resolved_at = row.Time(first + 4);
  delivery.acknowledged_at = row.Time(first + 5);
  delivery.alert = row.String(first + 6);
  return delivery;
}

}  // namespace slowburn
