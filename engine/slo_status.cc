// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/slo_status.h"

#include <algorithm>
#include <cassert>
#include <set>

namespace slowburn {
namespace {

// A group whose data ended is no longer expected back after this long.
constexpr absl::Duration kGroupForgotten = absl::Hours(24);

// A group without traffic in this long before its data ended is not missed.
constexpr absl::Duration kTrafficBefore = absl::Hours(1);

// Data of a group tell that the source is being fed if no older than this, and known of this share
// of the time that another group has been gone for.
constexpr absl::Duration kSiblingFresh = absl::Minutes(5);
constexpr double kSiblingKnown = 0.9;

TierReason ReasonOf(Truth long_exceeds, Truth short_exceeds, const EvaluationContext& context) {
  switch (And(long_exceeds, short_exceeds)) {
    case Truth::kTrue:
      return TierReason::kBothExceed;
    case Truth::kFalse:
      return long_exceeds == Truth::kFalse ? TierReason::kLongBelow : TierReason::kShortBelow;
    case Truth::kUnknown:
      if (context.dead) return TierReason::kDeadSelector;
      if (!context.read) return TierReason::kReadFailed;
      return long_exceeds == Truth::kUnknown ? TierReason::kLongUnknown : TierReason::kShortUnknown;
  }
  return TierReason::kNone;
}

// Resolving needs evidence: a window without events has none.
Truth ExceedsSealed(const Reading& reading, Ratio threshold) {
  if (!reading.opaque && reading.counts.total == 0) return Truth::kUnknown;
  return Exceeds(reading, threshold);
}

double CoverageOf(const WindowCounts& counts) {
  if (counts.covered <= absl::ZeroDuration()) return 0;
  if (counts.unknown == absl::ZeroDuration()) return 1;
  return absl::FDivDuration(counts.covered, counts.covered + counts.unknown);
}

// Whether nothing begins: an inactive alert with no tier that is true or pending stays as it is.
bool StaysInactive(const AlertRecord& record, std::span<const Tier> tiers,
                   std::span<const TierVerdict> verdicts) {
  return record.state == AlertState::kInactive && record.tiers.size() == tiers.size() &&
         std::all_of(record.tiers.begin(), record.tiers.end(),
                     [](const TierState& tier) { return tier.state == AlertState::kInactive; }) &&
         std::none_of(verdicts.begin(), verdicts.end(),
                      [](const TierVerdict& verdict) { return verdict.firing == Truth::kTrue; });
}

void AdvanceClass(AlertRecord& record, std::span<const Tier> tiers,
                  std::span<const TierVerdict> verdicts, absl::Time at, const HoldPolicy& hold) {
  if (StaysInactive(record, tiers, verdicts)) return;
  record = Advance(ForgetResolved(std::move(record), at), tiers, verdicts, at, hold);
}

absl::Duration LongestOf(std::span<const Tier> tiers) {
  absl::Duration longest;
  for (const Tier& tier : tiers) longest = std::max(longest, tier.long_window);
  return longest;
}

// Whether another group than `index` has been measured all through the last `window`.
bool HasFreshSibling(const Meter& meter, std::size_t index, absl::Duration window, absl::Time at) {
  for (std::size_t i = 0; i < meter.group_count(); ++i) {
    if (i == index) continue;
    const std::optional<std::int64_t> newest_ms = meter.group(i).newest_ms;
    if (!newest_ms || at - absl::FromUnixMillis(*newest_ms) > kSiblingFresh) continue;
    if (CoverageOf(meter.Read(i, window, WindowEnd::kNewest).counts) >= kSiblingKnown) return true;
  }
  return false;
}

}  // namespace

std::vector<Tier> TiersOf(const Slo& slo, const AlertKey& key) {
  std::vector<Tier> tiers;
  for (const Tier& tier : slo.alerts.tiers) {
    if (tier.Key() == key) tiers.push_back(tier);
  }
  return tiers;
}

GroupAlerts CarryOver(const GroupAlerts& alerts, const Slo& from, const Slo& to) {
  GroupAlerts carried = alerts;
  for (auto& [key, record] : carried) {
    if (key.alert_class == AlertClass::kNoData) continue;
    const std::vector<Tier> old_tiers = TiersOf(from, key);
    const std::vector<Tier> new_tiers = TiersOf(to, key);
    std::vector<TierState> states(new_tiers.size());
    for (std::size_t i = 0; i < new_tiers.size(); ++i) {
      for (std::size_t j = 0; j < old_tiers.size() && j < record.tiers.size(); ++j) {
        if (old_tiers[j].long_window == new_tiers[i].long_window &&
            old_tiers[j].short_window == new_tiers[i].short_window) {
          states[i] = record.tiers[j];
        }
      }
    }
    record.tiers = std::move(states);
  }
  return carried;
}

struct SloJudge::Readings {
  std::vector<Reading> newest;
  std::vector<Reading> sealed;
};

SloJudge::SloJudge(const Slo& slo)
    : slo_window_(slo.window), budget_(slo.ErrorBudget()), no_data_(slo.alerts.no_data) {
  windows_ = {slo.window};
  for (const Tier& tier : slo.alerts.tiers) {
    windows_.push_back(tier.long_window);
    windows_.push_back(tier.short_window);
  }
  std::sort(windows_.begin(), windows_.end());
  windows_.erase(std::unique(windows_.begin(), windows_.end()), windows_.end());
  whole_index_ = IndexOf(slo.window);
  burn_index_ =
      slo.alerts.tiers.empty() ? whole_index_ : IndexOf(slo.alerts.tiers.front().long_window);
  for (const Tier& tier : slo.alerts.tiers) {
    JudgedTier judged = {tier, IndexOf(tier.long_window), IndexOf(tier.short_window)};
    const absl::StatusOr<Ratio> threshold = Multiply(tier.factor, budget_);
    if (threshold.ok()) judged.threshold = *threshold;
    tiers_.push_back(std::move(judged));
  }
  std::set<AlertKey> keys = {AlertClass::kPage, AlertClass::kTicket};
  for (const Tier& tier : slo.alerts.tiers) keys.insert(tier.Key());
  for (const AlertKey& key : keys) {
    JudgedAlert judged = {key, TiersOf(slo, key), {}};
    for (std::size_t i = 0; i < tiers_.size(); ++i) {
      if (tiers_[i].tier.Key() == key) judged.indices.push_back(i);
    }
    alerts_.push_back(std::move(judged));
  }
}

std::size_t SloJudge::IndexOf(absl::Duration window) const {
  const auto at = std::lower_bound(windows_.begin(), windows_.end(), window);
  assert(at != windows_.end() && *at == window);
  return static_cast<std::size_t>(at - windows_.begin());
}

WindowStatus SloJudge::StatusOf(std::size_t window, const Reading& reading, double unit) const {
  WindowStatus status;
  status.window = windows_[window];
  status.error_ratio = reading.ratio;
  status.coverage = CoverageOf(reading.counts);
  if (reading.ratio && budget_.num > 0) status.burn_rate = *reading.ratio / budget_.AsDouble();
  if (!reading.opaque) {
    status.bad = static_cast<double>(reading.counts.bad) * unit;
    status.total = static_cast<double>(reading.counts.total) * unit;
  }
  return status;
}

TierStatus SloJudge::Judge(const JudgedTier& tier, const Readings& readings,
                           const GroupStatus& group, const EvaluationContext& context) const {
  TierStatus status;
  status.tier = tier.tier;
  status.long_window = group.windows[tier.long_index];
  status.short_window = group.windows[tier.short_index];
  Truth long_exceeds = Truth::kUnknown;
  Truth short_exceeds = Truth::kUnknown;
  if (tier.threshold && !context.dead) {
    long_exceeds = Exceeds(readings.newest[tier.long_index], *tier.threshold);
    short_exceeds = Exceeds(readings.newest[tier.short_index], *tier.threshold);
    status.verdict.resolving =
        And(ExceedsSealed(readings.sealed[tier.long_index], *tier.threshold),
            ExceedsSealed(readings.sealed[tier.short_index], *tier.threshold));
  }
  status.verdict.firing = And(long_exceeds, short_exceeds);
  status.reason = ReasonOf(long_exceeds, short_exceeds, context);
  return status;
}

// Consumed is bad over what the budget of a whole window allows, the unknown part of which carries
// the traffic of the known part.
void SloJudge::SetBudget(const Reading& whole, GroupStatus& group) const {
  if (whole.counts.covered > absl::ZeroDuration()) {
    if (!whole.ratio || *whole.ratio <= 0) {
      group.budget_remaining = 1.0;
    } else if (budget_.num > 0) {
      group.budget_remaining = 1 - *whole.ratio / budget_.AsDouble() * CoverageOf(whole.counts);
    }
  }
  const std::optional<double>& remaining = group.budget_remaining;
  const std::optional<double>& burn = group.windows[burn_index_].burn_rate;
  if (remaining && *remaining <= 0) {
    group.time_to_exhaustion = absl::ZeroDuration();
  } else if (remaining && burn && *burn > 0) {
    group.time_to_exhaustion = slo_window_ * (*remaining / *burn);
  }
}

// Absence alone is no evidence: something that would have shown it must have been there all along.
bool SloJudge::HasVanished(const Meter& meter, std::size_t index, absl::Duration window,
                           const GroupStatus& group, const EvaluationContext& context) const {
  if (!context.read || context.dead || !group.data_age || *group.data_age <= window) return false;
  if (meter.Read(index, window, WindowEnd::kNewest).counts.total > 0) return false;
  if (group.key.empty()) return context.targets_up >= window;
  return HasFreshSibling(meter, index, window, context.at);
}

bool SloJudge::HasAgedOut(const Meter& meter, std::size_t group, const GroupStatus& status,
                          const EvaluationContext& context) const {
  return !status.key.empty() &&
         HasVanished(meter, group, std::max(slo_window_, kGroupForgotten), status, context);
}

TierVerdict SloJudge::NoData(const Meter& meter, std::size_t index, const GroupStatus& group,
                             const EvaluationContext& context) const {
  // While the whole source can't be read, that is the news; and who catches up is on the way.
  if (!context.read && (!context.source_read || context.catching_up)) return {};
  const absl::Duration running = context.at - context.running_since;
  const std::optional<absl::Duration> age = group.data_age;
  absl::Duration silent = context.dead ? running : age.value_or(running);
  // A source that was away may not have scraped either: what it could not say is not missed.
  silent -= std::max(absl::ZeroDuration(), std::min(context.at, context.outage.until) -
                                               std::max(context.at - silent, context.outage.from));
  bool missed = silent > no_data_->after;
  if (missed && age && !group.key.empty()) {
    const Reading before = meter.Read(index, *age + kTrafficBefore, WindowEnd::kNewest);
    missed = before.counts.total > 0 && *age <= kGroupForgotten;
  }
  const Truth truth = missed ? Truth::kTrue : Truth::kFalse;
  return {truth, truth};
}

GroupStatus SloJudge::Evaluate(const Meter& meter, std::size_t index,
                               const EvaluationContext& context, GroupAlerts& alerts) const {
  MeterGroup group = meter.group(index);
  GroupStatus status;
  status.labels = std::move(group.labels);
  status.key = std::move(group.key);
  status.series = group.series;
  status.bad_events = group.bad_events;
  status.good_events = group.total_events - group.bad_events;
  if (group.newest_ms) {
    status.data_age =
        std::max(absl::ZeroDuration(), context.at - absl::FromUnixMillis(*group.newest_ms));
  }

  Readings readings;
  readings.newest.reserve(windows_.size());
  readings.sealed.reserve(windows_.size());
  status.windows.reserve(windows_.size());
  const double unit = meter.unit();
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    readings.newest.push_back(meter.Read(index, windows_[i], WindowEnd::kNewest));
    readings.sealed.push_back(meter.Read(index, windows_[i], WindowEnd::kSealed));
    status.windows.push_back(StatusOf(i, readings.newest[i], unit));
  }
  SetBudget(readings.newest[whole_index_], status);

  status.tiers.reserve(tiers_.size());
  for (const JudgedTier& tier : tiers_) {
    status.tiers.push_back(Judge(tier, readings, status, context));
  }
  std::vector<TierVerdict> verdicts;
  for (const JudgedAlert& judged : alerts_) {
    verdicts.clear();
    AlertRecord& record = alerts[judged.key];
    // What is sealed of the time before it fired says nothing of whether it is over.
    const bool early = record.state == AlertState::kFiring && record.starts_at &&
                       *record.starts_at > context.sealed_until;
    for (const std::size_t i : judged.indices) {
      TierVerdict& verdict = status.tiers[i].verdict;
      if (early && verdict.resolving == Truth::kFalse) verdict.resolving = Truth::kUnknown;
      verdicts.push_back(verdict);
    }
    HoldPolicy hold = {context.hold_limit, false};
    hold.vanished = record.state == AlertState::kFiring && !judged.tiers.empty() &&
                    HasVanished(meter, index, LongestOf(judged.tiers), status, context);
    AdvanceClass(record, judged.tiers, verdicts, context.at, hold);
    for (std::size_t i = 0; i < judged.indices.size(); ++i) {
      status.tiers[judged.indices[i]].state = record.tiers[i];
    }
  }

  for (auto& [key, record] : alerts) {
    const bool judged = key.name.empty() || std::any_of(alerts_.begin(), alerts_.end(),
                                                        [&alert = key](const JudgedAlert& each) {
                                                          return each.key == alert;
                                                        });
    // No tier names it any more.
    if (!judged) AdvanceClass(record, {}, {}, context.at, {context.hold_limit, false});
  }

  AdvanceNoData(meter, index, context, status, alerts[AlertClass::kNoData]);
  return status;
}

void SloJudge::AdvanceNoData(const Meter& meter, std::size_t index,
                             const EvaluationContext& context, GroupStatus& status,
                             AlertRecord& record) const {
  status.no_data = {Truth::kFalse, Truth::kFalse};
  const AlertState before = record.state;
  if (no_data_) {
    status.no_data = NoData(meter, index, status, context);
    const Tier tier = {.alert_class = AlertClass::kNoData};
    AdvanceClass(record, {&tier, 1}, {&status.no_data, 1}, context.at, {context.hold_limit, false});
    status.no_data_state = record.tiers.front();
  } else {
    AdvanceClass(record, {}, {}, context.at, {context.hold_limit, false});
  }
  const bool aged_out = before == AlertState::kFiring && record.state == AlertState::kResolved &&
                        status.data_age && *status.data_age > kGroupForgotten;
  if (aged_out) record.resolution = Resolution::kVanished;
}

}  // namespace slowburn
