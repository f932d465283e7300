// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <absl/time/time.h>

namespace slowburn {

// What the state keeps, as values: the engine makes them, a StateStore keeps them.  `data` is bytes
// that only the engine reads; the fields beside it are for people who query the file.

// One column of cumulative counts, or a piece of the journal of changes to older columns.
//
// `written` is the number of the save that wrote it, ascending within a source: a piece of the
// journal applies to the columns that were written before it.
struct SavedColumn {
  std::int64_t slot = 0;  // Of a column; 0 for a piece of the journal.
  std::int64_t written = 0;
  std::string data;

  bool operator==(const SavedColumn&) const = default;
};

// The columns of one ladder of windows.
struct SavedLadder {
  std::string name;                  // Identifies the ladder within its source.
  std::vector<SavedColumn> columns;  // By slot, ascending.
  std::vector<SavedColumn> journal;  // In the order in which it was written.

  bool operator==(const SavedLadder&) const = default;
};

// How one SLO is counted, without its columns.
struct SavedSlo {
  std::string id;
  std::string data;

  bool operator==(const SavedSlo&) const = default;
};

// Where one alert stands.
struct SavedAlert {
  std::string slo_id;
  std::string group;
  std::string alert_class;  // These three identify it within its source.
  std::string state;
  std::string labels;  // As text.
  absl::Time starts_at = absl::InfinitePast();
  std::string data;

  bool operator==(const SavedAlert&) const = default;
};

// What one hour brought to one group.
struct SavedRollup {
  std::string slo_id;
  std::string group;
  absl::Time hour;   // Its beginning.
  double bad = 0;    // Events.
  double total = 0;  // Events.
  double known = 0;  // Share of the hour that is known, 0 to 1.

  bool operator==(const SavedRollup&) const = default;
};

// All that is stored of one source.
struct SavedSource {
  std::string source;
  std::string heads;  // What changes at every evaluation.
  std::vector<SavedLadder> ladders;
  std::vector<SavedSlo> slos;
  std::vector<SavedAlert> alerts;

  bool operator==(const SavedSource&) const = default;
};

// Something that happened, for the history.
struct SavedEvent {
  absl::Time at;
  std::string kind;    // `alert`, `load`, `change`, `delivery`, `state`, `source`.
  std::string slo_id;  // These three where they apply, else empty.
  std::string group;
  std::string alert_class;
  std::string from;  // States of an alert.
  std::string to;
  std::string text;  // The numbers, the difference, the error.

  bool operator==(const SavedEvent&) const = default;
};

// What changed of one source since the save before.
struct SourceDelta {
  // Which columns of a ladder changed.
  struct Ladder {
    std::string name;
    bool whole = false;                 // All columns are here: what was stored of it goes.
    std::vector<SavedColumn> columns;   // New or rewritten.
    std::vector<std::int64_t> dropped;  // Slots of columns that are no more.
    std::vector<SavedColumn> journal;   // Pieces to append.
  };

  std::string source;
  bool whole = false;  // All of the source is here: everything that was stored of it goes.
  std::string heads;   // Replaces what was stored.
  std::vector<Ladder> ladders;
  std::vector<std::string> dropped_ladders;
  std::vector<SavedSlo> slos;  // New or changed.
  std::vector<std::string> dropped_slos;
  std::vector<SavedAlert> alerts;          // New or changed.
  std::vector<SavedAlert> dropped_alerts;  // Their identity counts.
  std::vector<SavedRollup> rollups;        // Replace those of the same hour.
  std::vector<SavedEvent> events;
};

// A file as it was when it last defined SLOs validly, and which of them it still defines.
struct SavedDefinition {
  std::string path;
  std::string text;                  // Of the whole file.
  std::vector<std::string> slo_ids;  // Sorted.

  bool operator==(const SavedDefinition&) const = default;
};

// What one Alertmanager has been told of one alert.
struct SavedDelivery {
  std::string alertmanager;                     // Its display url; with `alert_id` the identity.
  std::string alert_id;                         // Alert::Id().
  std::string state;                            // That was acknowledged last; empty when none was.
  absl::Time starts_at = absl::InfinitePast();  // Of what was acknowledged.
  absl::Time resolved_at = absl::InfinitePast();  // Likewise.
  absl::Time acknowledged_at = absl::InfinitePast();
  std::string alert;  // The alert to be told (EncodeAlert).

  bool operator==(const SavedDelivery&) const = default;
};

}  // namespace slowburn
