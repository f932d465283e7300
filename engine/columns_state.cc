// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <tuple>

#include "engine/columns.h"

// How columns are kept in the state.
//
// A save writes the columns that are new: one an evaluation.  What happens to columns that a save
// has already (late samples, bridged gaps, a past that is learned) is written down as it is done,
// in a journal that is replayed upon the columns that were written before it.  So a late sample of
// one row does not write the hundred thousand others anew.

namespace slowburn {
namespace {

// A journal below this size is never a reason to write all columns.
constexpr std::size_t kSmallJournal = std::size_t{1} << 20;

// More rows than this are taken for damage.
constexpr std::uint64_t kMostRows = 100'000'000;

}  // namespace

struct Columns::JournalEntry {
  Change change = Change::kAdd;
  Row row = 0;
  std::int64_t slot = 0;  // Of kAdd.
  Counts counts;
  int shift = 0;  // Of kScale.
};

// Ends the journal where it costs more than the columns, as when nothing can be written for long.
void Columns::LimitJournal() {
  if (journal_.bytes().size() <= JournalWorth()) return;
  journal_ = {};
  last_written_slot_.reset();  // So the next save is whole.
}

std::size_t Columns::JournalWorth() const {
  return std::max(kSmallJournal, column_bytes_ * columns_.size());
}

void Columns::JournalAdd(Row row, std::int64_t slot, Counts counts) {
  LimitJournal();
  if (!Journals() || slot > *last_written_slot_) return;
  journal_.Unsigned(static_cast<std::uint64_t>(Change::kAdd));
  journal_.Unsigned(row);
  journal_.Signed(slot);
  journal_.Signed(counts.bad);
  journal_.Signed(counts.total);
  journal_.Signed(counts.bad_ticks);
}

void Columns::JournalClear(Row row) {
  if (!Journals()) return;
  journal_.Unsigned(static_cast<std::uint64_t>(Change::kClear));
  journal_.Unsigned(row);
}

void Columns::JournalScale(Row row, int shift) {
  if (!Journals()) return;
  journal_.Unsigned(static_cast<std::uint64_t>(Change::kScale));
  journal_.Unsigned(row);
  journal_.Signed(shift);
}

std::string Columns::Column::Encode() const {
  ByteWriter out;
  out.Unsigned(bad.size());
  for (std::size_t row = 0; row < bad.size(); ++row) {
    out.Signed(bad[row]);
    out.Signed(total[row]);
    out.Unsigned(bad_ticks[row]);
  }
  return out.Take();
}

bool Columns::Column::Decode(const std::string& data) {
  ByteReader in(data);
  const std::uint64_t rows = in.Unsigned();
  // A row takes three bytes at least.
  if (rows > kMostRows || rows * 3 > data.size()) return false;
  Reserve(static_cast<std::size_t>(rows));
  for (std::uint64_t row = 0; row < rows; ++row) {
    bad.push_back(in.Signed());
    total.push_back(in.Signed());
    bad_ticks.push_back(static_cast<std::uint32_t>(in.Unsigned()));
  }
  return in.done();
}

SourceDelta::Ladder Columns::Save(std::string name, std::int64_t written, bool whole) {
  assert(tracks_);
  SourceDelta::Ladder delta;
  delta.name = std::move(name);
  journal_bytes_ += journal_.bytes().size();
  delta.whole = whole || !last_written_slot_ || journal_bytes_ > JournalWorth();
  std::string journal = std::exchange(journal_, {}).Take();
  delta.dropped = std::exchange(dropped_, {});
  if (delta.whole) {
    journal_bytes_ = 0;
    delta.dropped.clear();
  } else if (!journal.empty()) {
    delta.journal.push_back({0, written, std::move(journal)});
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    if (!delta.whole && column.written != kUnwritten) continue;
    column.written = written;
    delta.columns.push_back({slots_[i], written, column.Encode()});
    column_bytes_ = delta.columns.back().data.size();
  }
  if (!slots_.empty()) last_written_slot_ = slots_.back();
  return delta;
}

absl::StatusOr<std::vector<Columns::JournalEntry>> Columns::ReadJournal(const std::string& data) {
  std::vector<JournalEntry> entries;
  ByteReader in(data);
  while (in.ok() && !in.done()) {
    JournalEntry entry;
    const std::uint64_t change = in.Unsigned();
    if (change < 1 || change > 3) return absl::DataLossError("a journal entry of no known kind");
    entry.change = static_cast<Change>(change);
    entry.row = static_cast<Row>(in.Unsigned());
    if (entry.change == Change::kAdd) {
      entry.slot = in.Signed();
      entry.counts = {in.Signed(), in.Signed(), in.Signed()};
    } else if (entry.change == Change::kScale) {
      entry.shift = static_cast<int>(std::clamp<std::int64_t>(in.Signed(), 0, 62));
    }
    entries.push_back(entry);
  }
  if (!in.ok()) return absl::DataLossError("a journal that ends early");
  return entries;
}

// Does what `entries` say to the columns that were written before them, row by row: the order
// matters within a row alone.
void Columns::Replay(std::vector<JournalEntry> entries, std::int64_t written) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const JournalEntry& a, const JournalEntry& b) { return a.row < b.row; });
  const auto for_older = [&](std::size_t from, auto visit) {
    for (std::size_t i = from; i < columns_.size(); ++i) {
      if (columns_[i].written < written) visit(i);
    }
  };
  for (auto begin = entries.begin(); begin != entries.end();) {
    const Row row = begin->row;
    const auto differs = [row](const JournalEntry& entry) {
      return entry.row != row || entry.change != Change::kAdd;
    };
    if (begin->change == Change::kClear) {
      for_older(0, [&](std::size_t i) { columns_[i].Set(row, {}); });
      ++begin;
      continue;
    }
    if (begin->change == Change::kScale) {
      for_older(0, [&](std::size_t i) { columns_[i].Scale(row, begin->shift); });
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, entries.end(), differs);
    std::sort(begin, end,
              [](const JournalEntry& a, const JournalEntry& b) { return a.slot < b.slot; });
    Counts sum;
    auto next = begin;
    const auto first = std::lower_bound(slots_.begin(), slots_.end(), begin->slot);
    for_older(static_cast<std::size_t>(first - slots_.begin()), [&](std::size_t i) {
      for (; next != end && next->slot <= slots_[i]; ++next) sum = sum + next->counts;
      columns_[i].Add(row, sum);
    });
    begin = end;
  }
}

absl::StatusOr<Columns> Columns::Restore(std::vector<std::int64_t> windows,
                                         const SavedLadder& saved, std::int64_t from_step_ms,
                                         std::int64_t step_ms) {
  Columns columns(std::move(windows));
  columns.tracks_ = true;
  std::vector<std::vector<JournalEntry>> journal;
  std::size_t rows = 0;
  for (const SavedColumn& piece : saved.journal) {
    absl::StatusOr<std::vector<JournalEntry>> entries = ReadJournal(piece.data);
    if (!entries.ok()) return entries.status();
    for (const JournalEntry& entry : *entries) rows = std::max(rows, entry.row + 1);
    columns.journal_bytes_ += piece.data.size();
    journal.push_back(*std::move(entries));
  }
  for (const SavedColumn& each : saved.columns) {
    Column column;
    if (!column.Decode(each.data)) return absl::DataLossError("a column with a damaged body");
    column.written = each.written;
    columns.column_bytes_ = each.data.size();
    rows = std::max(rows, column.bad.size());
    columns.slots_.push_back(each.slot);  // Ascending, as is checked below.
    columns.columns_.push_back(std::move(column));
  }
  if (rows > kMostRows || columns.slots_.empty() ||
      !std::is_sorted(columns.slots_.begin(), columns.slots_.end())) {
    return absl::DataLossError("columns that make no sense");
  }
  for (Column& column : columns.columns_) column.Resize(rows);
  columns.whole_since_.resize(rows, kNever);
  for (std::size_t i = 0; i < journal.size(); ++i) {
    columns.Replay(std::move(journal[i]), saved.journal[i].written);
  }
  columns.now_ = columns.columns_.back();
  columns.newest_ = columns.now_;
  columns.last_written_slot_ = columns.slots_.back();
  if (from_step_ms != step_ms) columns.MoveToGrid(from_step_ms, step_ms);
  for (std::size_t i = 0; i < columns.slots_.size(); ++i) {
    columns.columns_[i].dies_at = columns.slots_[i] + columns.Lifetime(columns.slots_[i]);
  }
  return columns;
}

void Columns::KeepOnly(const std::vector<bool>& owned) {
  assert(owned.size() == row_count());
  free_.clear();
  for (Row row = 0; row < owned.size(); ++row) {
    if (!owned[row]) RemoveRow(row);
  }
}

std::vector<std::int64_t> Columns::windows() const {
  std::vector<std::int64_t> windows;
  for (const Rung& rung : ladder_) windows.push_back(rung.window);
  return windows;
}

// Gives each column the slot of another grid that is at or before its own; of several that meet at
// one, the last stays.
void Columns::MoveToGrid(std::int64_t from_step_ms, std::int64_t step_ms) {
  std::vector<std::int64_t> slots;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::int64_t slot = slots_[i] * from_step_ms / step_ms;
    if (!slots.empty() && slots.back() == slot) {
      columns.back() = std::move(columns_[i]);
      continue;
    }
    slots.push_back(slot);
    columns.push_back(std::move(columns_[i]));
  }
  slots_ = std::move(slots);
  columns_ = std::move(columns);
  // The slots that saves have are others: the next one is to be whole.
  last_written_slot_.reset();
  for (Column& column : columns_) column.written = kUnwritten;
}

}  // namespace slowburn
