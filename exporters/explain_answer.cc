// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/explain_answer.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "exporters/text.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

std::string_view Capitals(AlertClass alert_class) {
  switch (alert_class) {
    case AlertClass::kPage:
      return "PAGE";
    case AlertClass::kTicket:
      return "TICKET";
    case AlertClass::kNoData:
      return "NO DATA";
    case AlertClass::kSource:
      return "SOURCE";
  }
  return "";
}

std::string Since(absl::Time since, absl::Time now) {
  return fmt::format("since {} ({})", UtcTime(since, now), InWords(now - since));
}

// `25.1x over 1h`, or what else is known of the window.
std::string WindowPhrase(const WindowStatus& window, Ratio factor) {
  const std::string width = DurationText(window.window);
  if (window.burn_rate) {
    return fmt::format("{} over {}", BurnText(*window.burn_rate, factor.AsDouble()), width);
  }
  if (window.error_ratio) {
    return fmt::format("{} errors over {}", Percent(*window.error_ratio), width);
  }
  return fmt::format("{} over {}", window.coverage > 0 ? "no events" : "nothing known", width);
}

std::string BothWindows(const TierStatus& tier) {
  if (tier.tier.HasOneWindow()) return WindowPhrase(tier.long_window, tier.tier.factor);
  return fmt::format("{} and {}", WindowPhrase(tier.long_window, tier.tier.factor),
                     WindowPhrase(tier.short_window, tier.tier.factor));
}

// `the page needs both above 14.4x`.
std::string Need(const TierStatus& tier) {
  return fmt::format("the {} needs {}above {}x", ToString(tier.tier.alert_class),
                     tier.tier.HasOneWindow() ? "" : "both ", FormatRatio(tier.tier.factor));
}

std::string TierName(const TierStatus& tier) {
  std::string windows = DurationText(tier.tier.long_window);
  if (!tier.tier.HasOneWindow()) windows += " and " + DurationText(tier.tier.short_window);
  return fmt::format("{} over {}", ToString(tier.tier.alert_class), windows);
}

std::string DataAge(const GroupStatus& group) {
  if (!group.data_age) return "no sample has been read yet";
  return fmt::format("the newest sample is {} old", InWords(*group.data_age));
}

// The tier of an alert that is true and furthest above its threshold; else null.
const TierStatus* DecidingTier(const GroupStatus& group, const AlertKey& key) {
  const TierStatus* deciding = nullptr;
  double most = -1;
  for (const TierStatus& tier : group.tiers) {
    if (tier.tier.Key() != key || tier.verdict.firing != Truth::kTrue) continue;
    const double burn =
        std::min(tier.long_window.burn_rate.value_or(0), tier.short_window.burn_rate.value_or(0));
    const double share = burn / tier.tier.factor.AsDouble();
    if (share > most) {
      most = share;
      deciding = &tier;
    }
  }
  return deciding;
}

const TierStatus* UnknownTier(const GroupStatus& group, const std::optional<AlertKey>& key) {
  for (const TierStatus& tier : group.tiers) {
    if (key && tier.tier.Key() != *key) continue;
    if (tier.verdict.firing == Truth::kUnknown || tier.verdict.resolving == Truth::kUnknown) {
      return &tier;
    }
  }
  return nullptr;
}

// Why a burn alert holds, whether or not its condition does at this moment.
std::string WhyBurning(const Alert& alert, const GroupStatus& group) {
  const AlertKey key = alert.Key();
  if (const TierStatus* tier = DecidingTier(group, key)) {
    return fmt::format("burning {}; {}", BothWindows(*tier), Need(*tier));
  }
  if (const TierStatus* tier = alert.held ? UnknownTier(group, key) : nullptr) {
    return fmt::format(
        "held, as it cannot be known whether it is over: {} ({})",
        tier->reason == TierReason::kNone ? DataAge(group) : Printable(ReasonText(*tier)),
        TierName(*tier));
  }
  if (const auto nearest = NearestTier(group, key)) {
    return fmt::format("no longer above, with {}; {}; it ends when sealed data shows the same",
                       BothWindows(*nearest->tier), Need(*nearest->tier));
  }
  return "no burn rate is known now";
}

std::string FiringAnswer(const Alert& alert, const GroupStatus& group, absl::Time now) {
  std::string state{Capitals(alert.alert_class)};
  if (alert.alert_class != AlertClass::kNoData) state += " FIRING";
  if (alert.mode == AlertMode::kShadow) state += " in shadow (nobody is told)";
  return fmt::format(
      "{} {}: {}.", state, Since(alert.starts_at.value_or(alert.active_since), now),
      alert.alert_class == AlertClass::kNoData ? DataAge(group) : WhyBurning(alert, group));
}

std::string PendingAnswer(const Alert& alert, const GroupStatus& group, absl::Time now) {
  const std::string head =
      fmt::format("{} PENDING {}", Capitals(alert.alert_class), Since(alert.active_since, now));
  if (alert.alert_class == AlertClass::kNoData) return head + ": " + DataAge(group) + ".";
  std::string wait;
  const TierStatus* tier = DecidingTier(group, alert.Key());
  if (tier != nullptr && tier->tier.for_duration > absl::ZeroDuration()) {
    wait = fmt::format(", and fires after {}", DurationText(tier->tier.for_duration));
  }
  return fmt::format("{}{}: {}.", head, wait, WhyBurning(alert, group));
}

std::string UnknownAnswer(const SloStatus& slo, const GroupStatus& group) {
  if (!slo.problem.empty()) return fmt::format("UNKNOWN: {}.", Printable(slo.problem));
  if (group.no_data.firing == Truth::kTrue) return fmt::format("UNKNOWN: {}.", DataAge(group));
  const TierStatus* tier = UnknownTier(group, std::nullopt);
  if (tier == nullptr || tier->reason == TierReason::kNone) {
    return fmt::format("UNKNOWN: {}.", DataAge(group));
  }
  return fmt::format("UNKNOWN: {} ({}).", Printable(ReasonText(*tier)), TierName(*tier));
}

std::string OkAnswer(const GroupStatus& group) {
  if (group.tiers.empty()) return "OK: this SLO has no tiers, so it never alerts on its burn rate.";
  const auto nearest = NearestTier(group);
  if (!nearest) return "OK: no events in the windows, so nothing burns.";
  const TierStatus& tier = *nearest->tier;
  const double factor = tier.tier.factor.AsDouble();
  if (nearest->share <= 0) return "OK: nothing burns.";
  return fmt::format(
      "OK: nearest is the {}, at {} of its threshold: {}, and {}; the {} window is {} below.",
      TierName(tier), Percent(nearest->share), BothWindows(tier), Need(tier),
      DurationText(nearest->lower->window), BurnText(factor - *nearest->lower->burn_rate));
}

}  // namespace

absl::StatusOr<ExplainSubject> FindSubject(const Snapshot& snapshot, std::string_view slo_id,
                                           std::string_view group) {
  const auto ref = FindSlo(snapshot, slo_id);
  if (!ref) return absl::NotFoundError(NoSuchSlo(snapshot, slo_id));
  ExplainSubject subject{*ref, AlertIndex(*ref->source), {}};
  std::vector<std::string> keys;
  for (const GroupStatus& status : ref->status->groups) {
    if (group.empty() || status.key == group) subject.groups.push_back(&status);
    if (!status.key.empty()) keys.push_back(status.key);
  }
  if (subject.groups.empty() && !group.empty()) {
    if (keys.empty()) {
      return absl::NotFoundError(
          fmt::format("{} has no groups, so none '{}'", Printable(slo_id), Printable(group)));
    }
    const std::vector<std::string> nearest = Nearest(group, keys, 3);
    const std::vector<std::string>& named = nearest.empty() ? keys : nearest;
    const auto end =
        named.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(named.size(), 5));
    return absl::NotFoundError(
        fmt::format("{} has no group '{}'; there is {}{}", Printable(slo_id), Printable(group),
                    Printable(fmt::format("{}", fmt::join(named.begin(), end, ", "))),
                    end == named.end() ? "" : ", ..."));
  }
  std::stable_sort(subject.groups.begin(), subject.groups.end(),
                   [&](const GroupStatus* a, const GroupStatus* b) {
                     return StateOf(*ref->status, *a, subject.alerts) <
                            StateOf(*ref->status, *b, subject.alerts);
                   });
  return subject;
}

std::string SubjectName(const Slo& slo, const GroupStatus& group) {
  if (group.key.empty()) return Printable(slo.Id());
  return fmt::format("{} [{}]", Printable(slo.Id()), Printable(group.key));
}

std::vector<std::string> ProblemsOf(const SloRef& ref) {
  std::vector<std::string> problems;
  if (!ref.source->readable) {
    problems.push_back(fmt::format(
        "source '{}' could not be read at {}: {}", Printable(ref.source->source),
        UtcTime(ref.source->at),
        ref.source->problem.empty() ? "no reason known" : Printable(ref.source->problem)));
  }
  if (!ref.status->problem.empty()) {
    problems.push_back("cannot be measured: " + Printable(ref.status->problem));
  }
  if (ref.status->summed_at_source) {
    problems.push_back(
        "more series than evaluation.max_series: increments are computed by the source, so the "
        "first value of a new series is lost");
  }
  if (ref.status->stale_definition) {
    problems.push_back(
        fmt::format("the definition is stale: {} is broken or gone, and the last valid one runs",
                    Printable(ref.slo().defined_at.file)));
  }
  return problems;
}

std::optional<TierNearness> NearestTier(const GroupStatus& group,
                                        const std::optional<AlertKey>& key) {
  std::optional<TierNearness> nearest;
  for (const TierStatus& tier : group.tiers) {
    if (key && tier.tier.Key() != *key) continue;
    if (!tier.long_window.burn_rate || !tier.short_window.burn_rate) continue;
    const WindowStatus* lower = *tier.short_window.burn_rate < *tier.long_window.burn_rate
                                    ? &tier.short_window
                                    : &tier.long_window;
    const double share = *lower->burn_rate / tier.tier.factor.AsDouble();
    if (!nearest || share > nearest->share) nearest = TierNearness{&tier, lower, share};
  }
  return nearest;
}

std::string AnswerFor(const ExplainSubject& subject, const GroupStatus& group) {
  const SloStatus& slo = *subject.ref.status;
  const absl::Time now = subject.ref.source->at;
  const std::string id = slo.slo->Id();
  for (const AlertState wanted : {AlertState::kFiring, AlertState::kPending}) {
    for (const Alert* alert : subject.alerts.Of(id, group.key)) {
      if (alert->state != wanted) continue;
      return wanted == AlertState::kFiring ? FiringAnswer(*alert, group, now)
                                           : PendingAnswer(*alert, group, now);
    }
  }
  return StateOf(slo, group, subject.alerts) == SloState::kUnknown ? UnknownAnswer(slo, group)
                                                                   : OkAnswer(group);
}

}  // namespace slowburn
