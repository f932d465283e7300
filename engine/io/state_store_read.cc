// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "engine/io/state_store_schema.h"
#include "engine/io/state_store_sql.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

// The ladder `name` at the end of `ladders`, which are read in the order of their names.
SavedLadder& LadderOf(std::vector<SavedLadder>& ladders, std::string_view name) {
  if (ladders.empty() || ladders.back().name != name)
    ladders.push_back({std::string(name), {}, {}});
  return ladders.back();
}

absl::Status LoadLadders(StateConnection& connection, SavedSource& source) {
  SLOWBURN_RETURN_IF_ERROR(connection.Query(
      "SELECT ladder, slot, written, data FROM columns WHERE source = ? ORDER BY ladder, slot",
      [&](const StateRow& row) {
        LadderOf(source.ladders, row.View(0))
            .columns.push_back({row.Int(1), row.Int(2), row.String(3)});
      },
      source.source));
  auto ladder = source.ladders.begin();
  return connection.Query(
      "SELECT ladder, written, data FROM journal WHERE source = ? ORDER BY ladder, id",
      [&](const StateRow& row) {
        while (ladder != source.ladders.end() && ladder->name < row.View(0)) ++ladder;
        if (ladder == source.ladders.end() || ladder->name != row.View(0)) return;
        ladder->journal.push_back({0, row.Int(1), row.String(2)});
      },
      source.source);
}

SavedEvent EventOf(const StateRow& row) {
  return {row.Time(0),   row.String(1), row.String(2), row.String(3),
          row.String(4), row.String(5), row.String(6), row.String(7)};
}

std::int64_t FileBytes(const std::string& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

absl::Status SummarizeSources(StateConnection& connection, StateSummary& summary) {
  return connection.Query(
      "SELECT name, (SELECT count(*) FROM slos WHERE source = name),"
      " (SELECT count(*) FROM columns WHERE source = name),"
      " (SELECT ifnull(min(slot), 0) FROM columns WHERE source = name),"
      " (SELECT ifnull(max(slot), 0) FROM columns WHERE source = name), heads"
      " FROM sources ORDER BY name",
      [&](const StateRow& row) {
        summary.sources.push_back(
            {row.String(0), row.Int(1), row.Int(2), row.Int(3), row.Int(4), row.String(5)});
      });
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateReader>> StateReader::Open(const std::string& folder) {
  const std::string path = StatePath(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return absl::NotFoundError(fmt::format("{}: there is no such file", path));
  }
  SLOWBURN_ASSIGN_OR_RETURN(auto connection,
                            StateConnection::Open(path, StateConnection::Mode::kRead));
  SLOWBURN_ASSIGN_OR_RETURN(const StateIdentity identity, IdentityOf(*connection));
  SLOWBURN_RETURN_IF_ERROR(
      CheckIdentity(*connection, identity, static_cast<std::int64_t>(CurrentStateSchema().size())));
  return std::make_unique<StateReader>(std::move(connection));
}

StateReader::StateReader(std::shared_ptr<StateConnection> connection)
    : connection_(std::move(connection)) {}

StateReader::~StateReader() = default;

absl::StatusOr<std::vector<std::string>> StateReader::Sources() const {
  std::vector<std::string> names;
  SLOWBURN_RETURN_IF_ERROR(
      connection_->Query("SELECT name FROM sources ORDER BY name",
                         [&](const StateRow& row) { names.push_back(row.String(0)); }));
  return names;
}

absl::StatusOr<SavedSource> StateReader::LoadSource(const std::string& name) const {
  SavedSource source;
  source.source = name;
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "SELECT heads FROM sources WHERE name = ?",
      [&](const StateRow& row) { source.heads = row.String(0); }, name));
  SLOWBURN_RETURN_IF_ERROR(LoadLadders(*connection_, source));
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "SELECT id, data FROM slos WHERE source = ? ORDER BY id",
      [&](const StateRow& row) {
        source.slos.push_back({row.String(0), row.String(1)});
      },
      name));
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "SELECT slo, grp, class, state, labels, starts_at, data FROM alerts WHERE source = ?"
      " ORDER BY slo, grp, class",
      [&](const StateRow& row) { source.alerts.push_back(AlertOf(row, 0)); }, name));
  return source;
}

absl::StatusOr<std::vector<SavedDefinition>> StateReader::Definitions() const {
  std::vector<SavedDefinition> definitions;
  // A text may be of thousands of SLOs, so it is read once.
  std::map<std::string, std::string> texts;
  SLOWBURN_RETURN_IF_ERROR(
      connection_->Query("SELECT hash, text FROM texts",
                         [&](const StateRow& row) { texts[row.String(0)] = row.String(1); }));
  std::string hash;
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "SELECT path, text_hash, slo FROM definitions ORDER BY path, text_hash, slo",
      [&](const StateRow& row) {
        const bool same = !definitions.empty() && definitions.back().path == row.String(0) &&
                          hash == row.String(1);
        if (!same) {
          hash = row.String(1);
          definitions.push_back({row.String(0), texts[hash], {}});
        }
        definitions.back().slo_ids.push_back(row.String(2));
      }));
  return definitions;
}

absl::StatusOr<std::vector<SavedDelivery>> StateReader::Deliveries(
    const std::string& alertmanager) const {
  std::vector<SavedDelivery> deliveries;
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "SELECT alertmanager, alert_id, state, starts_at, resolved_at, acknowledged_at, alert"
      " FROM deliveries WHERE ?1 IN ('', alertmanager) ORDER BY alertmanager, alert_id",
      [&](const StateRow& row) { deliveries.push_back(DeliveryOf(row, 0)); }, alertmanager));
  return deliveries;
}

absl::StatusOr<std::vector<SavedEvent>> StateReader::Events(const EventFilter& filter) const {
  std::vector<SavedEvent> events;
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      fmt::format("SELECT at, kind, slo, grp, class, from_state, to_state, text FROM events"
                  " WHERE at >= ?1 AND at < ?2{}{} ORDER BY at DESC, id DESC LIMIT ?5",
                  filter.kind.empty() ? " AND ?3 = ''" : " AND kind = ?3",
                  filter.slo_id.empty() ? " AND ?4 = ''" : " AND slo = ?4"),
      [&](const StateRow& row) { events.push_back(EventOf(row)); }, absl::ToUnixMillis(filter.from),
      absl::ToUnixMillis(filter.until), filter.kind, filter.slo_id, filter.limit));
  return events;
}

absl::StatusOr<std::vector<SavedRollup>> StateReader::Rollups(const std::string& slo_id,
                                                              const std::string& group,
                                                              absl::Time from,
                                                              absl::Time until) const {
  std::vector<SavedRollup> rollups;
  // Hour by hour, as rows lie by hour: one look-up each rather than all groups of all hours.
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "WITH RECURSIVE hours_of(hour) AS (SELECT min(hour) FROM rollups WHERE hour >= ?3"
      " UNION ALL SELECT (SELECT min(hour) FROM rollups WHERE hour > hours_of.hour)"
      " FROM hours_of WHERE hour IS NOT NULL AND hour < ?4)"
      " SELECT rollups.hour, bad, total, known FROM hours_of JOIN rollups"
      " ON rollups.hour = hours_of.hour AND group_id ="
      " (SELECT id FROM rolled_groups WHERE slo = ?1 AND grp = ?2)"
      " WHERE hours_of.hour < ?4 ORDER BY rollups.hour",
      [&](const StateRow& row) {
        rollups.push_back(
            {slo_id, group, row.Time(0), row.Double(1), row.Double(2), row.Double(3)});
      },
      slo_id, group, absl::ToUnixMillis(from), absl::ToUnixMillis(until)));
  return rollups;
}

absl::StatusOr<StateSummary> StateReader::Summary() const {
  StateSummary summary;
  summary.path = connection_->path();
  summary.bytes = FileBytes(summary.path) + FileBytes(summary.path + "-wal");
  SLOWBURN_ASSIGN_OR_RETURN(summary.schema_version, connection_->Number("PRAGMA user_version"));
  SLOWBURN_RETURN_IF_ERROR(SummarizeSources(*connection_, summary));
  SLOWBURN_RETURN_IF_ERROR(connection_->Query(
      "SELECT slo, grp, class, state, labels, starts_at, x'' FROM alerts WHERE state = 'firing'"
      " ORDER BY starts_at, slo, grp, class",
      [&](const StateRow& row) { summary.firing.push_back(AlertOf(row, 0)); }));
  SLOWBURN_ASSIGN_OR_RETURN(summary.definitions,
                            connection_->Number("SELECT count(*) FROM definitions"));
  SLOWBURN_ASSIGN_OR_RETURN(summary.deliveries,
                            connection_->Number("SELECT count(*) FROM deliveries"));
  SLOWBURN_ASSIGN_OR_RETURN(summary.events, connection_->Number("SELECT count(*) FROM events"));
  SLOWBURN_ASSIGN_OR_RETURN(summary.rollups, connection_->Number("SELECT count(*) FROM rollups"));
  return summary;
}

absl::Status StateReader::Verify(bool history) const {
  return VerifyState(*connection_, history);
}

}  // namespace slowburn
