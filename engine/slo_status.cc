// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/slo_status.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "rules/duration.h"

namespace slowburn {
namespace {

// A resolved alert is shown, and resent where it was not taken, for this long.
constexpr absl::Duration kResolvedRetention = absl::Minutes(15);

// A group whose data ended is no longer expected back after this long.
constexpr absl::Duration kGroupForgotten = absl::Hours(24);

// A group without traffic in this long before its data ended is not missed.
constexpr absl::Duration kTrafficBefore = absl::Hours(1);

WindowStatus StatusOf(const Slo& slo, absl::Duration window, const Reading& reading) {
  WindowStatus status;
  status.window = window;
  status.error_ratio = reading.ratio;
  const absl::Duration whole = reading.counts.covered + reading.counts.unknown;
  if (whole > absl::ZeroDuration()) {
    status.coverage = absl::FDivDuration(reading.counts.covered, whole);
  }
  const Ratio budget = slo.ErrorBudget();
  if (reading.ratio && budget.num > 0) status.burn_rate = *reading.ratio / budget.AsDouble();
  return status;
}

std::string Burn(const WindowStatus& window) {
  return window.burn_rate ? fmt::format("{:.3g}", *window.burn_rate) : std::string("unknown");
}

// Why the tier's verdict is what it is, in a sentence.
std::string Reason(const TierStatus& status, Truth long_exceeds, const EvaluationContext& context) {
  const std::string threshold = FormatRatio(status.tier.factor);
  const std::string long_name = DurationText(status.tier.long_window);
  const std::string short_name = DurationText(status.tier.short_window);
  if (status.verdict.firing == Truth::kTrue) {
    return fmt::format("both windows burn above {}: {} over {}, {} over {}", threshold,
                       Burn(status.long_window), long_name, Burn(status.short_window), short_name);
  }
  if (status.verdict.firing == Truth::kUnknown) {
    if (context.dead) return "a selector of the SLI has never matched anything";
    if (!context.read) return "the last read of the source failed";
    const bool is_long = long_exceeds == Truth::kUnknown;
    const WindowStatus& window = is_long ? status.long_window : status.short_window;
    return fmt::format("only {:.3g} % of the last {} is known", window.coverage * 100,
                       is_long ? long_name : short_name);
  }
  const bool is_long = long_exceeds == Truth::kFalse;
  const WindowStatus& window = is_long ? status.long_window : status.short_window;
  if (!window.error_ratio)
    return fmt::format("no events in the last {}", is_long ? long_name : short_name);
  return fmt::format("the last {} burns at {}, not above {}", is_long ? long_name : short_name,
                     Burn(window), threshold);
}

// One group at one instant.
class GroupEvaluation {
 public:
  GroupEvaluation(const Slo& slo, const Meter& meter, std::size_t group,
                  const EvaluationContext& context)
      : slo_(slo), meter_(meter), group_(group), context_(context) {}

  WindowStatus Window(absl::Duration window) const {
    const Reading reading = meter_.Read(group_, window, WindowEnd::kNewest);
    WindowStatus status = StatusOf(slo_, window, reading);
    if (!reading.opaque) {
      status.bad = static_cast<double>(reading.counts.bad) * meter_.unit();
      status.total = static_cast<double>(reading.counts.total) * meter_.unit();
    }
    return status;
  }

  TierStatus Judge(const Tier& tier) const {
    TierStatus status;
    status.tier = tier;
    status.long_window = Window(tier.long_window);
    status.short_window = Window(tier.short_window);
    const absl::StatusOr<Ratio> threshold = Multiply(tier.factor, slo_.ErrorBudget());
    Truth long_exceeds = Truth::kUnknown;
    Truth short_exceeds = Truth::kUnknown;
    if (threshold.ok() && !context_.dead) {
      long_exceeds = Exceeds(Newest(tier.long_window), *threshold);
      short_exceeds = Exceeds(Newest(tier.short_window), *threshold);
      status.verdict.resolving =
          And(Resolving(tier.long_window, *threshold), Resolving(tier.short_window, *threshold));
    }
    status.verdict.firing = And(long_exceeds, short_exceeds);
    status.reason = Reason(status, long_exceeds, context_);
    return status;
  }

  TierVerdict NoData(const MeterGroup& group, std::optional<absl::Duration> age) const {
    if (!slo_.alerts.no_data) return {Truth::kFalse, Truth::kFalse};
    if (!context_.read) return {};
    const absl::Duration running = context_.at - context_.running_since;
    const absl::Duration silent = context_.dead ? running : age.value_or(running);
    bool missed = silent > slo_.alerts.no_data->after;
    if (missed && age && !group.key.empty()) {
      const Reading before = meter_.Read(group_, *age + kTrafficBefore, WindowEnd::kNewest);
      missed = before.counts.total > 0 && *age <= kGroupForgotten;
    }
    const Truth truth = missed ? Truth::kTrue : Truth::kFalse;
    return {truth, truth};
  }

  // Consumed is bad over what the budget of a whole window allows, the unknown part of which
  // carries the traffic of the known part.
  std::optional<double> BudgetRemaining() const {
    const Reading reading = meter_.Read(group_, slo_.window, WindowEnd::kNewest);
    if (reading.counts.covered <= absl::ZeroDuration()) return std::nullopt;
    const Ratio budget = slo_.ErrorBudget();
    if (!reading.ratio || *reading.ratio <= 0) return 1.0;
    if (budget.num == 0) return std::nullopt;
    const absl::Duration whole = reading.counts.covered + reading.counts.unknown;
    const double known = absl::FDivDuration(reading.counts.covered, whole);
    return 1 - *reading.ratio / budget.AsDouble() * known;
  }

 private:
  Reading Newest(absl::Duration window) const {
    return meter_.Read(group_, window, WindowEnd::kNewest);
  }

  // Resolving needs evidence: a window without events has none.
  Truth Resolving(absl::Duration window, Ratio threshold) const {
    const Reading reading = meter_.Read(group_, window, WindowEnd::kSealed);
    if (!reading.opaque && reading.counts.total == 0) return Truth::kUnknown;
    return Exceeds(reading, threshold);
  }

  const Slo& slo_;
  const Meter& meter_;
  std::size_t group_;
  const EvaluationContext& context_;
};

void AdvanceClass(AlertRecord& record, std::span<const Tier> tiers,
                  std::span<const TierVerdict> verdicts, absl::Time at) {
  const bool told = record.state == AlertState::kResolved && record.resolved_at &&
                    at - *record.resolved_at > kResolvedRetention;
  if (told) {
    AlertRecord fresh;
    fresh.tiers = std::move(record.tiers);
    record = std::move(fresh);
  }
  record = Advance(record, tiers, verdicts, at);
}

}  // namespace

std::vector<Tier> TiersOf(const Slo& slo, AlertClass alert_class) {
  std::vector<Tier> tiers;
  for (const Tier& tier : slo.alerts.tiers) {
    if (tier.alert_class == alert_class) tiers.push_back(tier);
  }
  return tiers;
}

GroupAlerts CarryOver(const GroupAlerts& alerts, const Slo& from, const Slo& to) {
  GroupAlerts carried = alerts;
  for (auto& [alert_class, record] : carried) {
    if (alert_class == AlertClass::kNoData) continue;
    const std::vector<Tier> old_tiers = TiersOf(from, alert_class);
    const std::vector<Tier> new_tiers = TiersOf(to, alert_class);
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

GroupStatus EvaluateGroup(const Slo& slo, const Meter& meter, std::size_t index,
                          const EvaluationContext& context, GroupAlerts& alerts) {
  const MeterGroup group = meter.group(index);
  const GroupEvaluation evaluation(slo, meter, index, context);
  GroupStatus status;
  status.labels = group.labels;
  status.key = group.key;
  status.series = group.series;
  status.bad_events = group.bad_events;
  status.good_events = group.total_events - group.bad_events;
  if (group.newest_ms) {
    status.data_age =
        std::max(absl::ZeroDuration(), context.at - absl::FromUnixMillis(*group.newest_ms));
  }

  std::set<absl::Duration> windows = {slo.window};
  for (const Tier& tier : slo.alerts.tiers) {
    windows.insert(tier.long_window);
    windows.insert(tier.short_window);
    status.tiers.push_back(evaluation.Judge(tier));
  }
  for (const absl::Duration window : windows) status.windows.push_back(evaluation.Window(window));

  status.budget_remaining = evaluation.BudgetRemaining();
  const absl::Duration burn_window =
      slo.alerts.tiers.empty() ? slo.window : slo.alerts.tiers.front().long_window;
  const std::optional<double> burn = evaluation.Window(burn_window).burn_rate;
  if (status.budget_remaining && *status.budget_remaining <= 0) {
    status.time_to_exhaustion = absl::ZeroDuration();
  } else if (status.budget_remaining && burn && *burn > 0) {
    status.time_to_exhaustion = slo.window * (*status.budget_remaining / *burn);
  }

  for (const AlertClass alert_class : {AlertClass::kPage, AlertClass::kTicket}) {
    const std::vector<Tier> tiers = TiersOf(slo, alert_class);
    std::vector<TierVerdict> verdicts;
    for (const TierStatus& tier : status.tiers) {
      if (tier.tier.alert_class == alert_class) verdicts.push_back(tier.verdict);
    }
    AlertRecord& record = alerts[alert_class];
    AdvanceClass(record, tiers, verdicts, context.at);
    std::size_t next = 0;
    for (TierStatus& tier : status.tiers) {
      if (tier.tier.alert_class == alert_class) tier.state = record.tiers[next++];
    }
  }

  status.no_data = evaluation.NoData(group, status.data_age);
  const Tier no_data_tier = {.alert_class = AlertClass::kNoData};
  AlertRecord& no_data = alerts[AlertClass::kNoData];
  AdvanceClass(no_data, {&no_data_tier, 1}, {&status.no_data, 1}, context.at);
  status.no_data_state = no_data.tiers.front();
  return status;
}

}  // namespace slowburn
