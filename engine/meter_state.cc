// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/counted_groups.h"
#include "engine/counter_meter.h"
#include "engine/opaque_meter.h"
#include "engine/summed_meter.h"

// How meters are kept in the state, beside their columns.
//
// The last sample of a counter is read again from the source after a restart, as a read reaches
// back to before the sealed horizon anyway.  Only those of series that have been quiet for longer
// are kept.

namespace slowburn {

void CountedGroups::Save(ByteWriter& slow, ByteWriter& heads, std::int64_t base_ms) const {
  const auto near = [base_ms](std::optional<std::int64_t> ms) {
    return ms ? std::optional(base_ms - *ms) : ms;
  };
  slow.Unsigned(groups_.size());
  for (const Group& group : groups_) {
    slow.LabelSet(group.labels);
    slow.Unsigned(group.row);
    slow.Signed(group.bad_before);
    slow.Signed(group.good_before);
    slow.Unsigned(group.unknown.size());
    group.unknown.ForEach([&slow](std::int64_t from, std::int64_t to) {
      slow.Signed(from);
      slow.Signed(to - from);
    });
    heads.OptionalSigned(near(group.newest_ms));
    heads.Signed(base_ms - group.known_until_ms);
    heads.Signed(base_ms - group.sealed_known_until_ms);
    heads.OptionalSigned(near(group.bad_tick_ms));
    heads.Signed(group.bad_reported);
    heads.Signed(group.good_reported);
  }
}

bool CountedGroups::Restore(ByteReader& slow, ByteReader& heads, std::int64_t base_ms) {
  const auto far = [base_ms](std::optional<std::int64_t> before) {
    return before ? std::optional(base_ms - *before) : before;
  };
  for (const Group& group : groups_) columns_->RemoveRow(group.row);
  groups_.clear();
  index_.clear();
  for (std::size_t count = slow.Count(); count > 0; --count) {
    Group group;
    group.labels = slow.LabelSet();
    group.key = GroupKey(group.labels);
    group.row = static_cast<Columns::Row>(slow.Unsigned());
    group.bad_before = slow.Signed();
    group.good_before = slow.Signed();
    for (std::size_t spans = slow.Count(); spans > 0; --spans) {
      const std::int64_t from = slow.Signed();
      group.unknown.Add(from, from + slow.Signed());
    }
    group.newest_ms = far(heads.OptionalSigned());
    group.known_until_ms = base_ms - heads.Signed();
    group.sealed_known_until_ms = base_ms - heads.Signed();
    group.bad_tick_ms = far(heads.OptionalSigned());
    group.bad_reported = heads.Signed();
    group.good_reported = heads.Signed();
    const bool fits = slow.ok() && heads.ok() && group.row < columns_->row_count() &&
                      index_.try_emplace(group.key, groups_.size()).second;
    if (!fits) return false;
    groups_.push_back(std::move(group));
  }
  return slow.ok() && heads.ok() && (!by_.empty() || groups_.size() == 1);
}

std::vector<Columns::Row> CountedGroups::rows() const {
  std::vector<Columns::Row> rows;
  for (const Group& group : groups_) rows.push_back(group.row);
  return rows;
}

// Whether the read after a restart would not reach back to the last sample that was counted.
bool CounterMeter::IsQuiet(const Series& series) const {
  return series.seen_ms != 0 && series.carried &&
         series.carried->at_ms <= *sealed_ms_ - overlap_ms();
}

void CounterMeter::Save(ByteWriter& slow, ByteWriter& heads) const {
  slow.Signed(shift_);
  slow.Signed(interval_ms_);
  slow.Signed(since_ms_);
  slow.OptionalSigned(known_from_ms_);
  slow.OptionalSigned(replica_ ? std::optional<std::int64_t>(*replica_) : std::nullopt);
  for (const bool matched : ever_matched_) slow.Bool(matched);
  const std::int64_t sealed_ms = sealed_ms_.value_or(0);
  heads.Signed(sealed_ms);
  groups_.Save(slow, heads, sealed_ms);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const bool known = i < sealed_newest_ms_.size() && sealed_newest_ms_[i];
    heads.OptionalSigned(known ? std::optional(sealed_ms - *sealed_newest_ms_[i]) : std::nullopt);
  }
  slow.Unsigned(static_cast<std::uint64_t>(
      sealed_ms_ ? std::count_if(series_.begin(), series_.end(),
                                 [this](const Series& series) { return IsQuiet(series); })
                 : 0));
  if (!sealed_ms_) return;
  for (const Series& series : series_) {
    if (!IsQuiet(series)) continue;
    slow.Unsigned(series.key.low);
    slow.Unsigned(series.key.high);
    slow.Unsigned(series.target);
    slow.Unsigned(series.group);
    slow.Unsigned(series.term);
    slow.Signed(series.seen_ms);
    slow.Signed(series.carried->at_ms);
    slow.Signed(series.carried->value);
  }
}

bool CounterMeter::Restore(ByteReader& slow, ByteReader& heads) {
  shift_ = static_cast<int>(slow.Signed());
  interval_ms_ = slow.Signed();
  since_ms_ = slow.Signed();
  known_from_ms_ = slow.OptionalSigned();
  if (const auto replica = slow.OptionalSigned()) replica_ = static_cast<int>(*replica);
  for (std::size_t term = 0; term < ever_matched_.size(); ++term) ever_matched_[term] = slow.Bool();
  sealed_ms_ = heads.Signed();
  if (!groups_.Restore(slow, heads, *sealed_ms_)) return false;
  sealed_newest_ms_.resize(groups_.size());
  for (std::optional<std::int64_t>& newest : sealed_newest_ms_) {
    if (const auto before = heads.OptionalSigned()) newest = *sealed_ms_ - *before;
  }
  if (*sealed_ms_ == 0 || interval_ms_ <= 0 || shift_ < 0 || shift_ > 62) return false;
  resumed_ms_ = *sealed_ms_;
  for (std::size_t count = slow.Count(); count > 0; --count) {
    Series series;
    series.key.low = slow.Unsigned();
    series.key.high = slow.Unsigned();
    series.target = slow.Unsigned();
    series.group = static_cast<std::uint32_t>(slow.Unsigned());
    series.term = static_cast<std::uint32_t>(slow.Unsigned());
    series.seen_ms = slow.Signed();
    const std::int64_t at_ms = slow.Signed();
    series.carried = Carried{at_ms, slow.Signed()};
    if (!slow.ok() || series.group >= groups_.size() || series.term >= plan_.terms.size()) {
      return false;
    }
    const auto number = static_cast<std::uint32_t>(series_.size());
    numbers_.try_emplace({series.key, series.term}, number);
    targets_.try_emplace(series.target);
    series_.push_back(series);
  }
  return slow.ok() && heads.ok();
}

void SummedMeter::Save(ByteWriter& slow, ByteWriter& heads) const {
  slow.Signed(shift_);
  slow.Signed(grid_ms_);
  slow.Bool(telescopes_);
  slow.OptionalSigned(known_from_ms_);
  for (const bool matched : ever_matched_) slow.Bool(matched);
  const std::int64_t sealed_ms = sealed_ms_.value_or(0);
  heads.Signed(sealed_ms);
  groups_.Save(slow, heads, sealed_ms);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    slow.Bool(i < ever_total_.size() && ever_total_[i]);
  }
}

bool SummedMeter::Restore(ByteReader& slow, ByteReader& heads) {
  shift_ = static_cast<int>(slow.Signed());
  const std::int64_t grid_ms = slow.Signed();
  telescopes_ = slow.Bool();
  known_from_ms_ = slow.OptionalSigned();
  for (std::size_t term = 0; term < ever_matched_.size(); ++term) ever_matched_[term] = slow.Bool();
  sealed_ms_ = heads.Signed();
  if (!groups_.Restore(slow, heads, *sealed_ms_)) return false;
  ever_total_.resize(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) ever_total_[i] = slow.Bool();
  // Tiles begin where the last ones ended, which must lie on the grid of now.
  return slow.ok() && heads.ok() && *sealed_ms_ != 0 && grid_ms == grid_ms_ && shift_ >= 0 &&
         shift_ <= 62;
}

void OpaqueMeter::Save(ByteWriter& slow, ByteWriter& /*heads*/) const {
  slow.Unsigned(schedules_.size());
  for (const Schedule& schedule : schedules_) {
    slow.OptionalSigned(schedule.answered);
    slow.Bool(schedule.ambiguous);
    slow.Bool(schedule.empty);
  }
  slow.Unsigned(groups_.size());
  for (const Group& group : groups_) {
    slow.LabelSet(group.labels);
    slow.Unsigned(group.row);
    slow.OptionalSigned(group.newest_slot);
    slow.Bool(group.ever);
    for (const std::optional<Asked>& asked : group.asked) {
      slow.Optional(asked, [&slow](const Asked& answer) {
        slow.Signed(answer.slot);
        slow.Bool(answer.sealed);
        slow.Optional(answer.ratio, [&slow](double ratio) { slow.Double(ratio); });
      });
    }
  }
}

bool OpaqueMeter::Restore(ByteReader& slow, ByteReader& /*heads*/) {
  if (slow.Unsigned() != schedules_.size()) return false;
  for (Schedule& schedule : schedules_) {
    schedule.answered = slow.OptionalSigned();
    schedule.ambiguous = slow.Bool();
    schedule.empty = slow.Bool();
  }
  for (const Group& group : groups_) columns_.RemoveRow(group.row);
  groups_.clear();
  for (std::size_t count = slow.Count(); count > 0; --count) {
    Group group;
    group.labels = slow.LabelSet();
    group.key = GroupKey(group.labels);
    group.row = static_cast<Columns::Row>(slow.Unsigned());
    group.newest_slot = slow.OptionalSigned();
    group.ever = slow.Bool();
    group.asked.resize(schedules_.size());
    for (std::optional<Asked>& asked : group.asked) {
      asked = slow.Optional([&slow] {
        Asked answer;
        answer.slot = slow.Signed();
        answer.sealed = slow.Bool();
        answer.ratio = slow.Optional([&slow] { return slow.Double(); });
        return answer;
      });
    }
    if (!slow.ok() || group.row >= columns_.row_count()) return false;
    groups_.push_back(std::move(group));
  }
  return slow.ok() && (!by_.empty() || !groups_.empty());
}

std::vector<Columns::Row> OpaqueMeter::rows() const {
  std::vector<Columns::Row> rows;
  for (const Group& group : groups_) rows.push_back(group.row);
  return rows;
}

}  // namespace slowburn
