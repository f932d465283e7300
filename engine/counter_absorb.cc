// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cmath>
#include <tuple>

#include "engine/counter_meter.h"
#include "engine/counter_pass.h"

// How CounterMeter counts a read, step by step in the order of the code.

namespace slowburn {
namespace {

// Units of 2^-20 events for counters that hold fractions.
constexpr int kFloatShift = 20;

constexpr std::int64_t kSweepMs = 10 * 60 * 1000;

// A stretch without samples longer than this many scrape intervals is a gap.
constexpr std::int64_t kGapIntervals = 2;

}  // namespace

void CounterMeter::Resolve(Pass& pass) {
  LimitOpen(pass);
  pass.open.resize(groups_.size());
  pass.total_times.resize(groups_.size());
  if (!required_.empty()) pass.required.resize(groups_.size());
}

void CounterMeter::LimitOpen(Pass& pass) const {
  absl::flat_hash_map<std::pair<std::uint64_t, std::size_t>, std::int64_t> newest;
  for (const Pass::Seen& seen : pass.seen) {
    std::int64_t& at_ms = newest[{seen.series->target, seen.term}];
    at_ms = std::max(at_ms, seen.samples.back().at_ms);
  }
  for (const auto& [key, at_ms] : newest) {
    const auto [limit, is_new] = pass.open_until.try_emplace(key.first, at_ms);
    if (!is_new) limit->second = std::min(limit->second, at_ms);
  }
}

void CounterMeter::MeasureUnit(const Pass& pass) {
  if (shift_ != 0 || plan_.probe) return;
  const bool fractional =
      std::any_of(pass.seen.begin(), pass.seen.end(), [](const Pass::Seen& seen) {
        return std::any_of(seen.samples.begin(), seen.samples.end(), [](const Sample& sample) {
          return std::isfinite(sample.value) && sample.value != std::floor(sample.value);
        });
      });
  if (!fractional) return;
  shift_ = kFloatShift;
  groups_.Rescale(kFloatShift);
  for (Series& series : series_) {
    if (series.carried) series.carried->value <<= kFloatShift;
  }
}

void CounterMeter::MeasureInterval(const Pass& pass) {
  std::int64_t longest = 0;
  for (const Pass::Seen& seen : pass.seen) {
    std::int64_t shortest = 0;
    for (std::size_t i = 1; i < seen.samples.size(); ++i) {
      const std::int64_t spacing = seen.samples[i].at_ms - seen.samples[i - 1].at_ms;
      if (spacing > 0 && (shortest == 0 || spacing < shortest)) shortest = spacing;
    }
    longest = std::max(longest, shortest);
  }
  if (longest > 0) interval_ms_ = longest;
}

void CounterMeter::ProveBirths(Pass& pass) const {
  const auto is_new = [](const Pass::Seen& seen) { return !seen.series->carried; };
  absl::flat_hash_map<std::uint64_t, std::vector<std::int64_t>> scrapes;  // By target.
  for (const Pass::Seen& seen : pass.seen) {
    if (is_new(seen)) scrapes.try_emplace(seen.series->target);
  }
  if (scrapes.empty()) return;
  for (const Pass::Seen& seen : pass.seen) {
    const auto times = scrapes.find(seen.series->target);
    if (times == scrapes.end()) continue;
    if (seen.series->carried) times->second.push_back(seen.series->carried->at_ms);
    for (const Sample& sample : seen.samples) {
      if (sample.at_ms > pass.from_ms) times->second.push_back(sample.at_ms);
    }
  }
  for (auto& [target, times] : scrapes) std::sort(times.begin(), times.end());
  for (Pass::Seen& seen : pass.seen) {
    if (!is_new(seen)) continue;
    // A scrape of this target before the series' first sample did not have the series.
    const std::vector<std::int64_t>& times = scrapes[seen.series->target];
    const auto first = std::lower_bound(times.begin(), times.end(), seen.samples.front().at_ms);
    if (first != times.begin()) {
      seen.born_after_ms = *std::prev(first);
    } else if (const auto target = targets_.find(seen.series->target);
               target != targets_.end() && target->second &&
               *target->second <= seen.samples.front().at_ms) {
      seen.born_after_ms = *target->second;
    }
  }
}

void CounterMeter::Book(std::size_t index, const Increment& increment, Counts counts, Pass& pass) {
  const Pass::Seen& seen = pass.seen[index];
  const std::size_t group = seen.series->group;
  if (increment.reset) ++pass.counted.resets;
  if (increment.at_ms <= pass.previous_ms) ++pass.counted.late;
  const bool gap = increment.at_ms - increment.from_ms > kGapIntervals * interval_ms_;
  if (gap && plan_.terms[seen.term].total > 0) {
    pass.bridges.push_back({group, increment.from_ms, increment.at_ms, increment.reset});
  }
  if (increment.at_ms > pass.horizon_ms) {
    pass.open[group] = pass.open[group] + counts;
    return;
  }
  const std::int64_t last = grid_.SlotOf(increment.at_ms);
  const std::int64_t first = grid_.SlotOf(std::max(increment.from_ms, since_ms_) + 1);
  if (!gap || increment.reset || first >= last) {
    pass.booked.push_back({group, last, counts});
    return;
  }
  // The events happened somewhere in the gap: spread them evenly, exact in their sum.
  const std::int64_t slots = last - first + 1;
  const auto share = [slots](std::int64_t amount, std::int64_t part) {
    const std::int64_t whole = amount / slots;
    const std::int64_t rest = amount % slots;
    return whole * part + rest * part / slots;
  };
  for (std::int64_t i = 0; i < slots; ++i) {
    const Counts part = {share(counts.bad, i + 1) - share(counts.bad, i),
                         share(counts.total, i + 1) - share(counts.total, i)};
    pass.booked.push_back({group, first + i, part});
  }
}

void CounterMeter::CountCounter(std::size_t index, Pass& pass) {
  const Pass::Seen& seen = pass.seen[index];
  Series& series = *seen.series;
  const Term& term = plan_.terms[seen.term];
  std::optional<Carried> last = series.carried;
  // What was there before a restart has been counted; its value is only where counting goes on.
  const bool resumes = !last && seen.samples.front().at_ms <= resumed_ms_;
  if (!last && !resumes && seen.born_after_ms) last = Carried{*seen.born_after_ms, 0};
  for (const Sample& sample : seen.samples) {
    const std::optional<std::int64_t> value = Quantize(sample.value, shift_);
    if (value && term.total > 0 && sample.at_ms > since_ms_) {
      pass.total_times[series.group].push_back(sample.at_ms);
    }
    if (last && sample.at_ms <= last->at_ms) continue;
    if (sample.at_ms > pass.horizon_ms && sample.at_ms > pass.open_until[series.target]) break;
    if (!value) {
      ++pass.counted.invalid;
      // Whatever happened since the last number: it may be told by the next one, or never.
      pass.unreadable.push_back(
          {series.group, last ? last->at_ms : sample.at_ms - interval_ms_, sample.at_ms});
      continue;
    }
    ++pass.counted.samples;
    const bool counted = resumes && sample.at_ms <= resumed_ms_;
    if (last && !counted && sample.at_ms > since_ms_) {
      const Increment increment = Between(*last, sample.at_ms, *value);
      if (pass.tolerant && increment.reset && IsTinyDrop(*last, *value)) {
        // The highest value stays, so that what brings the counter back up is not counted twice.
        ++pass.counted.tiny_drops;
        last->at_ms = sample.at_ms;
        if (sample.at_ms <= pass.horizon_ms) series.carried = last;
        continue;
      }
      Book(index, increment, {increment.amount * term.bad, increment.amount * term.total}, pass);
    }
    last = Carried{sample.at_ms, *value};
    if (sample.at_ms <= pass.horizon_ms) series.carried = last;
  }
}

void CounterMeter::CountProbe(std::size_t index, Pass& pass) {
  const Pass::Seen& seen = pass.seen[index];
  Series& series = *seen.series;
  std::optional<std::int64_t> last;
  if (series.carried) last = series.carried->at_ms;
  for (const Sample& sample : seen.samples) {
    if (sample.at_ms <= since_ms_) continue;
    pass.total_times[series.group].push_back(sample.at_ms);
    if (last && sample.at_ms <= *last) continue;
    if (!series.carried && sample.at_ms <= resumed_ms_) continue;  // Counted before a restart.
    if (std::isnan(sample.value)) {
      ++pass.counted.invalid;
      continue;
    }
    ++pass.counted.samples;
    // Each sample stands for itself: nothing is bridged, so a gap in a probe stays unknown.
    Book(index, {sample.at_ms, sample.at_ms, 1, false}, {sample.value >= 1 ? 0 : 1, 1}, pass);
    last = sample.at_ms;
    if (sample.at_ms <= pass.horizon_ms) series.carried = Carried{sample.at_ms, 0};
  }
}

void CounterMeter::DropUnknown(Pass& pass) {
  if (required_.empty()) return;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (pass.required[group] == required_) continue;
    // Without its good series, all of the total would look bad.
    std::erase_if(pass.booked, [group](const auto& booking) { return booking.group == group; });
    pass.open[group] = {};
    groups_[group].unknown.Add(pass.previous_ms, pass.horizon_ms);
  }
}

// Sorts bookings, and adds up those of one group and slot.
void CounterMeter::Combine(std::vector<Booking>& booked) {
  std::sort(booked.begin(), booked.end(), [](const Booking& a, const Booking& b) {
    return std::tie(a.group, a.slot) < std::tie(b.group, b.slot);
  });
  std::size_t last = 0;
  for (std::size_t i = 1; i < booked.size(); ++i) {
    if (booked[i].group == booked[last].group && booked[i].slot == booked[last].slot) {
      booked[last].counts = booked[last].counts + booked[i].counts;
    } else {
      booked[++last] = booked[i];
    }
  }
  if (!booked.empty()) booked.resize(last + 1);
}

void CounterMeter::Apply(Pass& pass) {
  Combine(pass.booked);
  // One burst is seen by the scrapes of several instances: bad moments keep a distance.
  const std::int64_t spacing_ms = kGapIntervals * interval_ms_;
  sealed_newest_ms_.resize(groups_.size());
  auto booking = pass.booked.begin();
  std::vector<CountedGroups::SlotCounts> by_slot;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Counts sum;
    by_slot.clear();
    for (; booking != pass.booked.end() && booking->group == i; ++booking) {
      by_slot.emplace_back(booking->slot, booking->counts);
      sum = sum + booking->counts;
    }
    groups_.Book(i, by_slot, spacing_ms);
    if (sum.bad < 0 || sum.bad > sum.total) ++pass.counted.clamped;
    groups_.SetOpen(i, pass.open[i], pass.at_ms, spacing_ms);
    std::sort(pass.total_times[i].begin(), pass.total_times[i].end());
    UpdateKnown(i, pass.total_times[i], pass);
  }
  groups_.UpdateReported();
}

void CounterMeter::UpdateKnown(std::size_t index, std::vector<std::int64_t>& times,
                               const Pass& pass) {
  const std::int64_t limit = kGapIntervals * interval_ms_;
  CountedGroups::Group& group = groups_[index];
  std::optional<std::int64_t>& sealed_newest_ms = sealed_newest_ms_[index];
  for (const std::int64_t at_ms : times) {
    group.newest_ms = std::max(group.newest_ms.value_or(at_ms), at_ms);
    if (at_ms > pass.horizon_ms) continue;
    const std::int64_t before_ms = sealed_newest_ms.value_or(at_ms);
    if (at_ms <= before_ms) {
      sealed_newest_ms = before_ms;
      continue;
    }
    if (at_ms - before_ms > limit) {
      bool bridged = false;
      bool broken = false;
      for (const Pass::Bridge& bridge : pass.bridges) {
        if (bridge.group != index || bridge.at_ms < at_ms || bridge.from_ms > before_ms) continue;
        (bridge.reset ? broken : bridged) = true;
      }
      if (!bridged || broken) group.unknown.Add(before_ms, at_ms);
    }
    sealed_newest_ms = at_ms;
  }
  const auto known_until = [limit, &pass](std::optional<std::int64_t> newest, std::int64_t end) {
    if (!newest) return std::int64_t{0};
    return pass.horizon_ms - *newest <= limit ? end : *newest;
  };
  group.known_until_ms = known_until(group.newest_ms, pass.at_ms);
  group.sealed_known_until_ms = known_until(sealed_newest_ms, pass.horizon_ms);
  // A sample that an earlier read has shown and this one lacks: there is more than it tells.
  const std::int64_t shown_ms =
      std::max(sealed_newest_ms.value_or(0), times.empty() ? 0 : times.back());
  if (group.newest_ms.value_or(0) > shown_ms) {
    group.known_until_ms = std::min(group.known_until_ms, shown_ms);
    group.sealed_known_until_ms = std::min(group.sealed_known_until_ms, shown_ms);
  }
  for (const Pass::Unreadable& span : pass.unreadable) {
    if (span.group != index) continue;
    group.unknown.Insert(span.from_ms, std::min(span.at_ms, pass.horizon_ms));
    if (span.at_ms > pass.horizon_ms) {
      group.known_until_ms = std::min(group.known_until_ms, span.from_ms);
    }
  }
}

void CounterMeter::ForgetOldSeries(std::int64_t now_ms) {
  if (now_ms < next_sweep_ms_) return;
  next_sweep_ms_ = now_ms + kSweepMs;
  groups_.ForgetOldGaps(now_ms);
  for (std::uint32_t number = 0; number < series_.size(); ++number) {
    Series& series = series_[number];
    if (series.seen_ms == 0 || now_ms - series.seen_ms <= kForgetMs) continue;
    numbers_.erase({series.key, series.term});
    series = {};
    free_.push_back(number);
    ++renumbered_;
  }
  absl::flat_hash_map<std::uint64_t, std::optional<std::int64_t>> targets;
  for (const Series& series : series_) {
    if (series.seen_ms == 0) continue;
    const auto known = targets_.find(series.target);
    if (known != targets_.end()) targets.insert(*known);
  }
  targets_ = std::move(targets);
}

Telemetry::Counted CounterMeter::Absorb(std::span<const Found> found, const ReadSpan& read) {
  assert(sealed_ms_);
  Pass pass;
  pass.tolerant = deduplicated_ || (replica_ && *replica_ != read.replica);
  replica_ = read.replica;
  pass.from_ms = read.from_ms;
  pass.slot = read.slot;
  pass.at_ms = grid_.TimeOf(read.slot);
  pass.horizon_ms = std::max(*sealed_ms_, grid_.Horizon(read.slot));
  pass.previous_ms = *sealed_ms_;
  pass.seen.reserve(found.size());
  for (const auto& [term, number, samples] : found) {
    series_[number].seen_ms = pass.at_ms;
    pass.seen.push_back({term, &series_[number], samples, std::nullopt});
  }
  Resolve(pass);
  MeasureUnit(pass);
  MeasureInterval(pass);
  ProveBirths(pass);
  for (std::size_t i = 0; i < groups_.size(); ++i) groups_[i].series = 0;
  for (std::size_t i = 0; i < pass.seen.size(); ++i) {
    const Series& series = *pass.seen[i].series;
    const Term& term = plan_.terms[pass.seen[i].term];
    if (term.total > 0) ++groups_[series.group].series;
    if (term.required) pass.required[series.group].insert(pass.seen[i].term);
    if (plan_.probe) {
      CountProbe(i, pass);
    } else {
      CountCounter(i, pass);
    }
  }
  DropUnknown(pass);
  Apply(pass);
  if (!known_from_ms_) {
    std::optional<std::int64_t> oldest;
    for (const std::vector<std::int64_t>& times : pass.total_times) {
      if (!times.empty()) oldest = std::min(oldest.value_or(times.front()), times.front());
    }
    if (oldest) {
      known_from_ms_ = *oldest - since_ms_ <= kGapIntervals * interval_ms_ ? since_ms_ : *oldest;
    }
  }
  sealed_ms_ = pass.horizon_ms;
  ForgetOldSeries(pass.at_ms);
  return pass.counted;
}

}  // namespace slowburn
