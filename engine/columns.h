// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "engine/codec.h"
#include "engine/saved_state.h"

namespace slowburn {

// Counts of one row, or their difference between two instants.
struct Counts {
  std::int64_t bad = 0;
  std::int64_t total = 0;
  std::int64_t bad_ticks = 0;

  bool operator==(const Counts&) const = default;
};

inline Counts operator+(Counts a, Counts b) {
  return {a.bad + b.bad, a.total + b.total, a.bad_ticks + b.bad_ticks};
}

inline Counts operator-(Counts a, Counts b) {
  return {a.bad - b.bad, a.total - b.total, a.bad_ticks - b.bad_ticks};
}

// Cumulative counts at past instants for many rows: any window is the difference of two columns.
//
// At each slot one column is appended for all rows at once.  Old columns are thinned by age and
// never rewritten but for counts that arrive late: with windows w1 < w2 < ... and resolutions r1 |
// r2 | ..., each at most 1/60 of its window, the column of slot k lives while its age is below
// max{w + r : r divides k}.  So a window is answered exactly for an age a with w <= a < w + r, and
// the count of columns does not grow with time.  All is in whole slots, which are absolute (slot
// time over step), so that two engines keep the same columns. Thread-compatible.
class Columns {
 public:
  using Row = std::size_t;

  // `windows` in slots, each at least 1, in any order.
  explicit Columns(std::vector<std::int64_t> windows);

  // Makes a row whose counts are zero in every live column.
  Row AddRow();

  // Frees a row; its number may be given out again.
  void RemoveRow(Row row);

  // Appends the column of `slot`, later than the newest, with the counts as they are now, then
  // thins.
  void Append(std::int64_t slot);

  // Appends the columns of the slots after the newest until `slot`, but for those that would have
  // been thinned by then.  For use after the first append.
  void AppendUntil(std::int64_t slot);

  // Makes the columns of the past that would live now had they been appended from `slot` on, if it
  // is older than the oldest.  They hold the counts of the oldest, so nothing happened in that time
  // until it is added.  For use after the first append.
  void Reach(std::int64_t slot);

  // Adds counts that happened by `slot` (and after the slot before): to every live column from
  // `slot` on, and to what later columns will hold.
  void Add(Row row, std::int64_t slot, Counts counts);

  // Adds many at once, by slot in ascending order: the same as `Add` of each, in one pass.
  void AddAll(Row row, std::span<const std::pair<std::int64_t, Counts>> by_slot);

  // Sets what happened to `row` after the newest column's horizon and is not final: it is part of
  // `Newest` alone.
  void SetOpen(Row row, Counts open);

  // Says since which slot's column nothing of `row` is unknown, until now; kNever, as at first,
  // when something may be.
  void SetWholeSince(Row row, std::int64_t slot);
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  // Multiplies all counts of `row` by 2^shift.
  void Rescale(Row row, int shift);

  // Appends a column for each of `other`'s, and gives `row` the counts of `other`'s row at each of
  // them: a series moves to another ladder with its history.  For use before other appends, or
  // where both have appended the same slots; what this ladder thinned already stays away.
  void AppendLike(const Columns& other);
  void CopyRow(const Columns& other, Row from, Row to);

  // A live column: where it stands in time.
  struct Edge {
    std::int64_t slot = 0;
    std::size_t index = 0;
  };

  // The newest live column at or before `slot`; nullopt when there is none.
  std::optional<Edge> EdgeAt(std::int64_t slot) const;

  // The counts of `row` at a column, as they are now, and with what is not final yet.
  Counts At(Edge edge, Row row) const;
  Counts Now(Row row) const;
  Counts Newest(Row row) const;

  // Begins to keep account of changes, for `Save`.  For use before the first append.
  void TrackChanges() { tracks_ = true; }

  // What changed since the last call: columns that are new, slots of those that are gone, and the
  // journal of what was done to older ones.  `written` numbers the save, above every earlier one.
  // All of it when `whole`, and where the journal has grown as large as the columns.  For use with
  // TrackChanges.
  SourceDelta::Ladder Save(std::string name, std::int64_t written, bool whole);

  // The columns of `windows` as they were saved.  Slots were `from_step_ms` apart and are now
  // `step_ms`: what does not fall on a slot counts by the one before.  All rows are taken; the
  // caller frees those that nobody owns.  kDataLoss when the bytes are damaged.
  static absl::StatusOr<Columns> Restore(std::vector<std::int64_t> windows,
                                         const SavedLadder& saved, std::int64_t from_step_ms,
                                         std::int64_t step_ms);

  // Frees all rows but those that are `owned`; as many as there are rows.
  void KeepOnly(const std::vector<bool>& owned);

  // The windows in slots, ascending.
  std::vector<std::int64_t> windows() const;

  // What the journal since the last save takes in memory.
  std::size_t JournalBytesForTest() const { return journal_.bytes().size(); }

  // How many rows there are, free ones too.
  std::size_t row_count() const { return now_.bad.size(); }

  // The longest window in slots, and how far apart the columns are that answer it.
  std::int64_t longest() const { return ladder_.back().window; }

  std::int64_t coarsest() const { return ladder_.back().resolution; }

  // The newest column's slot; nullopt before the first.
  std::optional<std::int64_t> newest() const;

  std::size_t size() const { return columns_.size(); }

  // The counts of all rows at once, free ones included; valid until this changes.
  struct Rows {
    std::span<const std::int64_t> bad;
    std::span<const std::int64_t> total;
  };

  Rows RowsAt(Edge edge) const { return columns_[edge.index].rows(); }

  Rows NewestRows() const { return newest_.rows(); }

  // What `SetWholeSince` said of all rows.
  std::span<const std::int64_t> WholeSince() const { return whole_since_; }

 private:
  // No save has the column as it is, but for the journal.
  static constexpr std::int64_t kUnwritten = std::numeric_limits<std::int64_t>::max();

  struct Column {
    std::int64_t dies_at = 0;  // The slot at which it is thinned away.
    std::vector<std::int64_t> bad;
    std::vector<std::int64_t> total;
    std::vector<std::uint32_t> bad_ticks;
    std::int64_t written = kUnwritten;  // The number of the save that has it as it was then.

    Rows rows() const { return {bad, total}; }

    void Reserve(std::size_t rows);
    void Push();
    Counts Get(Row row) const;
    void Set(Row row, Counts counts);
    void Add(Row row, Counts counts);
    void Scale(Row row, int shift);
    void Resize(std::size_t rows);
    std::string Encode() const;
    bool Decode(const std::string& data);
  };

  struct Rung {
    std::int64_t window = 0;
    std::int64_t resolution = 0;
  };

  // What the journal says was done to a row.
  enum class Change { kAdd = 1, kClear = 2, kScale = 3 };

  struct JournalEntry;

  static std::vector<Rung> Ladder(std::vector<std::int64_t> windows);
  std::int64_t Lifetime(std::int64_t slot) const;

  bool Journals() const { return tracks_ && last_written_slot_.has_value(); }

  void LimitJournal();
  std::size_t JournalWorth() const;
  void JournalAdd(Row row, std::int64_t slot, Counts counts);
  void JournalClear(Row row);
  void JournalScale(Row row, int shift);
  static absl::StatusOr<std::vector<JournalEntry>> ReadJournal(const std::string& data);
  void Replay(std::vector<JournalEntry> entries, std::int64_t written);
  void MoveToGrid(std::int64_t from_step_ms, std::int64_t step_ms);
  void Thin(std::int64_t newest);
  template <typename Visit>
  void ForEach(Visit visit);

  std::vector<Rung> ladder_;
  std::vector<std::int64_t> slots_;  // Of the columns, ascending; apart, as it is searched.
  std::vector<Column> columns_;
  Column now_;     // What is final.
  Column newest_;  // And what is not yet.
  Column spare_;   // The memory of a column that was thinned, for the next.
  std::vector<std::int64_t> whole_since_;
  std::vector<Row> free_;

  bool tracks_ = false;
  std::optional<std::int64_t> last_written_slot_;  // The newest column that a save has.
  ByteWriter journal_;                             // Since the last save.
  std::size_t journal_bytes_ = 0;                  // That saves have, since the last whole one.
  std::size_t column_bytes_ = 0;                   // Of the column that was written last.
  std::vector<std::int64_t> dropped_;              // Written columns thinned since the last save.
};

}  // namespace slowburn
