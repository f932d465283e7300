// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/state_store_write.h"

#include <string_view>

#include <fmt/format.h>

#include "engine/io/state_store_schema.h"
#include "engine/series_key.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

// Rows that one step of pruning takes away: some ten milliseconds.
constexpr std::int64_t kPruneRows = 5000;
// Pages that one step gives back, of 8 KiB each.
constexpr std::int64_t kVacuumPages = 1000;

// What goes when it is older than ?1, at most ?2 rows of each; a group when all its hours have
// gone.
constexpr std::string_view kPruneSteps[] = {
    "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < ?1 ORDER BY at LIMIT ?2)",
    "DELETE FROM rollups WHERE (hour, group_id) IN (SELECT hour, group_id FROM rollups"
    " WHERE hour < ?1 LIMIT ?2)",
    "DELETE FROM rolled_groups WHERE id IN (SELECT id FROM rolled_groups WHERE last_hour < ?1"
    " AND NOT EXISTS (SELECT 1 FROM rollups WHERE hour < ?1) LIMIT ?2)",
    "DELETE FROM deliveries WHERE (alertmanager, alert_id) IN (SELECT alertmanager, alert_id"
    " FROM deliveries WHERE state = 'resolved' AND max(ifnull(resolved_at, 0),"
    " ifnull(acknowledged_at, 0)) < ?1 LIMIT ?2)"};

absl::Status DropSource(StateConnection& connection, const std::string& source) {
  for (const std::string_view sql :
       {"DELETE FROM sources WHERE name = ?", "DELETE FROM columns WHERE source = ?",
        "DELETE FROM journal WHERE source = ?", "DELETE FROM slos WHERE source = ?",
        "DELETE FROM alerts WHERE source = ?"}) {
    SLOWBURN_RETURN_IF_ERROR(connection.Run(sql, source));
  }
  return absl::OkStatus();
}

absl::Status DropLadder(StateConnection& connection, const std::string& source,
                        const std::string& ladder) {
  SLOWBURN_RETURN_IF_ERROR(
      connection.Run("DELETE FROM columns WHERE source = ? AND ladder = ?", source, ladder));
  return connection.Run("DELETE FROM journal WHERE source = ? AND ladder = ?", source, ladder);
}

// A piece of the journal that is older than every column applies to none any more.
absl::Status DropStaleJournal(StateConnection& connection, const std::string& source,
                              const std::string& ladder) {
  return connection.Run(
      "DELETE FROM journal WHERE source = ?1 AND ladder = ?2 AND written <= ifnull("
      "(SELECT min(written) FROM columns WHERE source = ?1 AND ladder = ?2), written)",
      source, ladder);
}

absl::Status WriteLadder(StateConnection& connection, const std::string& source,
                         const SourceDelta::Ladder& ladder) {
  if (ladder.whole) SLOWBURN_RETURN_IF_ERROR(DropLadder(connection, source, ladder.name));
  for (const std::int64_t slot : ladder.dropped) {
    SLOWBURN_RETURN_IF_ERROR(
        connection.Run("DELETE FROM columns WHERE source = ? AND ladder = ? AND slot = ?", source,
                       ladder.name, slot));
  }
  for (const SavedColumn& column : ladder.columns) {
    SLOWBURN_RETURN_IF_ERROR(connection.Run(
        "INSERT OR REPLACE INTO columns(source, ladder, slot, written, checksum, data)"
        " VALUES(?, ?, ?, ?, ?, ?)",
        source, ladder.name, column.slot, column.written, ChecksumOf(source, ladder.name, column),
        StateBlob{column.data}));
  }
  for (const SavedColumn& piece : ladder.journal) {
    const SavedColumn stored = {0, piece.written, piece.data};
    SLOWBURN_RETURN_IF_ERROR(
        connection.Run("INSERT INTO journal(source, ladder, written, checksum, data)"
                       " VALUES(?, ?, ?, ?, ?)",
                       source, ladder.name, piece.written, ChecksumOf(source, ladder.name, stored),
                       StateBlob{piece.data}));
  }
  return DropStaleJournal(connection, source, ladder.name);
}

absl::Status WriteSlos(StateConnection& connection, const SourceDelta& delta) {
  for (const std::string& id : delta.dropped_slos) {
    SLOWBURN_RETURN_IF_ERROR(
        connection.Run("DELETE FROM slos WHERE source = ? AND id = ?", delta.source, id));
  }
  for (const SavedSlo& slo : delta.slos) {
    SLOWBURN_RETURN_IF_ERROR(
        connection.Run("INSERT OR REPLACE INTO slos(source, id, checksum, data) VALUES(?, ?, ?, ?)",
                       delta.source, slo.id, ChecksumOf(delta.source, slo), StateBlob{slo.data}));
  }
  return absl::OkStatus();
}

absl::Status WriteAlerts(StateConnection& connection, const SourceDelta& delta) {
  for (const SavedAlert& alert : delta.dropped_alerts) {
    SLOWBURN_RETURN_IF_ERROR(
        connection.Run("DELETE FROM alerts WHERE source = ? AND slo = ? AND grp = ? AND class = ?",
                       delta.source, alert.slo_id, alert.group, alert.alert_class));
  }
  for (const SavedAlert& alert : delta.alerts) {
    SLOWBURN_RETURN_IF_ERROR(connection.Run(
        "INSERT OR REPLACE INTO alerts(source, slo, grp, class, state, labels, starts_at,"
        " checksum, data) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
        delta.source, alert.slo_id, alert.group, alert.alert_class, alert.state, alert.labels,
        alert.starts_at, ChecksumOf(delta.source, alert), StateBlob{alert.data}));
  }
  return absl::OkStatus();
}

absl::Status WriteRollup(StateConnection& connection, const SavedRollup& rollup) {
  SLOWBURN_RETURN_IF_ERROR(connection.Run(
      "INSERT INTO rolled_groups(slo, grp, last_hour) VALUES(?, ?, ?) ON CONFLICT(slo, grp)"
      " DO UPDATE SET last_hour = excluded.last_hour WHERE excluded.last_hour > last_hour",
      rollup.slo_id, rollup.group, rollup.hour));
  return connection.Run(
      "INSERT OR REPLACE INTO rollups(hour, group_id, bad, total, known)"
      " VALUES(?, (SELECT id FROM rolled_groups WHERE slo = ? AND grp = ?), ?, ?, ?)",
      rollup.hour, rollup.slo_id, rollup.group, rollup.bad, rollup.total, rollup.known);
}

absl::Status WriteEvent(StateConnection& connection, const SavedEvent& event) {
  return connection.Run(
      "INSERT INTO events(at, kind, slo, grp, class, from_state, to_state, text)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      event.at, event.kind, event.slo_id, event.group, event.alert_class, event.from, event.to,
      event.text);
}

absl::Status WriteDelta(StateConnection& connection, const SourceDelta& delta) {
  if (delta.whole) SLOWBURN_RETURN_IF_ERROR(DropSource(connection, delta.source));
  SLOWBURN_RETURN_IF_ERROR(
      connection.Run("INSERT OR REPLACE INTO sources(name, checksum, heads) VALUES(?, ?, ?)",
                     delta.source, ChecksumOf(delta.source, delta.heads), StateBlob{delta.heads}));
  for (const std::string& ladder : delta.dropped_ladders) {
    SLOWBURN_RETURN_IF_ERROR(DropLadder(connection, delta.source, ladder));
  }
  for (const SourceDelta::Ladder& ladder : delta.ladders) {
    SLOWBURN_RETURN_IF_ERROR(WriteLadder(connection, delta.source, ladder));
  }
  SLOWBURN_RETURN_IF_ERROR(WriteSlos(connection, delta));
  SLOWBURN_RETURN_IF_ERROR(WriteAlerts(connection, delta));
  for (const SavedRollup& rollup : delta.rollups) {
    SLOWBURN_RETURN_IF_ERROR(WriteRollup(connection, rollup));
  }
  for (const SavedEvent& event : delta.events) {
    SLOWBURN_RETURN_IF_ERROR(WriteEvent(connection, event));
  }
  return absl::OkStatus();
}

absl::Status WriteDefinitions(StateConnection& connection,
                              const std::vector<SavedDefinition>& definitions) {
  SLOWBURN_RETURN_IF_ERROR(connection.Run("DELETE FROM definitions"));
  for (const SavedDefinition& definition : definitions) {
    const std::string hash = ToHex(SeriesKeyOf(definition.text));
    SLOWBURN_RETURN_IF_ERROR(connection.Run("INSERT OR IGNORE INTO texts(hash, text) VALUES(?, ?)",
                                            hash, definition.text));
    for (const std::string& id : definition.slo_ids) {
      SLOWBURN_RETURN_IF_ERROR(
          connection.Run("INSERT OR REPLACE INTO definitions(slo, path, text_hash) VALUES(?, ?, ?)",
                         id, definition.path, hash));
    }
  }
  return connection.Run("DELETE FROM texts WHERE hash NOT IN (SELECT text_hash FROM definitions)");
}

absl::Status WriteDeliveries(StateConnection& connection, const StateBatch& batch) {
  for (const StateBatch::DroppedDelivery& dropped : batch.dropped_deliveries) {
    SLOWBURN_RETURN_IF_ERROR(
        connection.Run("DELETE FROM deliveries WHERE alertmanager = ? AND alert_id = ?",
                       dropped.alertmanager, dropped.alert_id));
  }
  for (const SavedDelivery& delivery : batch.deliveries) {
    SLOWBURN_RETURN_IF_ERROR(connection.Run(
        "INSERT OR REPLACE INTO deliveries(alertmanager, alert_id, state, starts_at, resolved_at,"
        " acknowledged_at, checksum, alert) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        delivery.alertmanager, delivery.alert_id, delivery.state, delivery.starts_at,
        delivery.resolved_at, delivery.acknowledged_at, ChecksumOf(delivery),
        StateBlob{delivery.alert}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteBatch(StateConnection& connection, const StateBatch& batch) {
  return connection.Transaction([&]() -> absl::Status {
    for (const SourceDelta& delta : batch.sources) {
      SLOWBURN_RETURN_IF_ERROR(WriteDelta(connection, delta));
    }
    for (const SavedEvent& event : batch.events) {
      SLOWBURN_RETURN_IF_ERROR(WriteEvent(connection, event));
    }
    if (batch.definitions) {
      SLOWBURN_RETURN_IF_ERROR(WriteDefinitions(connection, *batch.definitions));
    }
    return WriteDeliveries(connection, batch);
  });
}

absl::StatusOr<bool> PruneState(StateConnection& connection, absl::Time before) {
  bool more = false;
  const absl::Status pruned = connection.Transaction([&]() -> absl::Status {
    for (const std::string_view sql : kPruneSteps) {
      SLOWBURN_RETURN_IF_ERROR(connection.Run(sql, before, kPruneRows));
      SLOWBURN_ASSIGN_OR_RETURN(const std::int64_t removed, connection.Number("SELECT changes()"));
      more = more || removed >= kPruneRows;
    }
    return absl::OkStatus();
  });
  SLOWBURN_RETURN_IF_ERROR(pruned);
  // Free pages are used again: only what a whole history left behind goes back.
  SLOWBURN_ASSIGN_OR_RETURN(const std::int64_t free, connection.Number("PRAGMA freelist_count"));
  SLOWBURN_ASSIGN_OR_RETURN(const std::int64_t pages, connection.Number("PRAGMA page_count"));
  if (free < kVacuumPages || free < pages / 4) return more;
  SLOWBURN_RETURN_IF_ERROR(
      connection.Script(fmt::format("PRAGMA incremental_vacuum({})", kVacuumPages)));
  return true;
}

}  // namespace slowburn
