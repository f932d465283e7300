// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"
#include "rules/duration.h"

// How the evaluator turns records into alerts that are shown: what begins, is held and ends.

namespace slowburn {
namespace {

// How long the firing alerts of a removed SLO are kept.
constexpr absl::Duration kRemovedKept = absl::Minutes(10);

// Starts that are told by an Alertmanager count for this long.
constexpr absl::Duration kAdoptedFor = absl::Hours(1);

using ShownAlerts = std::map<std::pair<std::string, AlertKey>, const Alert*>;

ShownAlerts IndexOf(const std::vector<Alert>& shown) {
  ShownAlerts index;
  for (const Alert& alert : shown) index[{alert.group_key, alert.Key()}] = &alert;
  return index;
}

// The records that are not inactive.
GroupAlerts ActiveOf(const GroupAlerts& records) {
  GroupAlerts active;
  for (const auto& [key, record] : records) {
    if (record.state != AlertState::kInactive) active[key] = record;
  }
  return active;
}

// Says in `alert` why it ended, where that was no evidence; returns the same for the log.
std::string ExplainEnd(Alert& alert, const AlertRecord& record, const AlertRecord& before) {
  switch (record.resolution) {
    case Resolution::kEvidence:
    case Resolution::kReleased:
      return "";
    case Resolution::kUnmeasured: {
      const absl::Time since = before.unmeasured_since.value_or(*record.resolved_at);
      const std::string held =
          DurationText(absl::Trunc(*record.resolved_at - since, absl::Seconds(1)));
      alert.annotations["unmeasured"] = fmt::format(
          "Nobody has been able to tell since {} whether this is over.  It is given up.",
          FormatUtc(since));
      return fmt::format("unmeasured for {}", held);
    }
    case Resolution::kVanished:
      alert.annotations["vanished"] =
          "Its series are gone, while others that come with them are there.";
      return "vanished";
    case Resolution::kRemoved:
      alert.annotations["removed"] = "The rules ask for no such alert any more.";
      return "removed";
  }
  return "";
}

// The burn-rate tiers of a record, or the one condition of a no-data alert.
std::vector<Tier> TiersOfRecord(const Slo& slo, const AlertKey& key) {
  if (key.alert_class != AlertClass::kNoData) return TiersOf(slo, key);
  if (!slo.alerts.no_data) return {};
  return {Tier{.alert_class = AlertClass::kNoData}};
}

}  // namespace

struct Evaluator::Showing {
  const SloStatus& status;
  const GroupStatus& group;
  const ShownAlerts& before;  // As of the evaluation before.
  absl::Time at;
  std::vector<Alert>& shown;
  std::vector<AlertEvent>& events;
};

void Evaluator::Hear(const absl::Status& status) {
  if (!heard_ || status.ok()) heard_ = status;
}

void Evaluator::Hear(const absl::StatusOr<QueryResult>& answer) {
  const bool partial = answer.ok() && answer->partial;
  Hear(partial ? absl::DataLossError("the source answered in part") : answer.status());
}

EvaluationContext Evaluator::ContextOf(const Running& running, std::int64_t slot) const {
  EvaluationContext context;
  context.at = absl::FromUnixMillis(options_.grid.TimeOf(slot));
  context.sealed_until = absl::FromUnixMillis(options_.grid.Horizon(slot));
  context.running_since = *running.running_since;
  context.read = running.read;
  context.dead = !running.dead.empty();
  context.source_read = heard_ && heard_->ok();
  context.catching_up = running.failure == kCatchingUp;
  context.hold_limit = options_.hold_limit;
  context.outage = watch_.last_outage();
  context.targets_up = running.targets_up;
  return context;
}

SloStatus Evaluator::Judge(Running& running, std::int64_t slot, std::vector<Alert>& alerts,
                           std::vector<AlertEvent>& events) {
  SloStatus status;
  status.slo = running.slo;
  status.plan = running.plan;
  status.stale_definition = running.stale;
  status.summed_at_source = running.summed != nullptr;
  status.problem = !running.failure.empty() ? running.failure : running.dead;
  if (status.problem.empty() && running.opaque) status.problem = running.opaque->problem();

  const EvaluationContext context = ContextOf(running, slot);
  const ShownAlerts before = IndexOf(running.shown);
  const Meter& meter = running.meter();
  std::map<std::string, GroupAlerts> known;
  std::vector<Alert> shown;
  for (std::size_t i = 0; i < meter.group_count(); ++i) {
    const std::string key = meter.group(i).key;
    GroupAlerts& records = known[key];
    records = std::move(running.alerts[key]);
    const GroupAlerts was = ActiveOf(records);
    GroupStatus group = running.judge->Evaluate(meter, i, context, records);
    const Showing showing = {status, group, before, context.at, shown, events};
    for (auto& [alert, record] : records) {
      const auto old = was.find(alert);
      Show(showing, alert, old == was.end() ? AlertRecord() : old->second, record);
    }
    if (running.judge->HasAgedOut(meter, i, group, context) && ActiveOf(records).empty()) continue;
    status.series += group.series;
    status.groups.push_back(std::move(group));
  }
  KeepLost(running, context.at, known, {status, {}, before, context.at, shown, events});
  running.alerts = std::move(known);
  running.shown = std::move(shown);
  alerts.insert(alerts.end(), running.shown.begin(), running.shown.end());
  std::sort(status.groups.begin(), status.groups.end(),
            [](const GroupStatus& a, const GroupStatus& b) { return a.key < b.key; });
  return status;
}

// Shows what has become of one alert in an evaluation.
void Evaluator::Show(const Showing& showing, const AlertKey& key, const AlertRecord& before,
                     AlertRecord& record) {
  const AlertState from = before.state;
  if (record.state == AlertState::kInactive && from == AlertState::kInactive) return;
  const auto entry = showing.before.find({showing.group.key, key});
  const Alert* old = entry == showing.before.end() ? nullptr : entry->second;
  const Released* released = nullptr;
  if (from == AlertState::kFiring && record.state == AlertState::kFiring && old != nullptr) {
    released = FindRelease(*old);
  }
  if (released != nullptr) {
    record = Resolve(before, Resolution::kReleased, std::min(released->at, showing.at));
  }
  if (from == AlertState::kResolved && record.state == AlertState::kResolved && old != nullptr) {
    showing.shown.push_back(*old);  // It says what was known when it ended.
    return;
  }

  const bool ends = from == AlertState::kFiring && record.state == AlertState::kResolved;
  const bool asked_for = record.resolution != Resolution::kRemoved;
  Alert alert = MakeAlert(showing.status, showing.group, key, record, options_.around, showing.at);
  std::string cause = DecidingNumbers(showing.group, key);
  if (ends && old != nullptr) {
    // Whoever was told that it fires has to be told of the same alert.
    alert.labels = old->labels;
    alert.mode = old->mode;
    if (!asked_for) alert.annotations = old->annotations;
  }
  if (ends) {
    const std::string why = ExplainEnd(alert, record, before);
    if (!why.empty()) cause = why;
  }
  if (released != nullptr) {
    alert.annotations[released->annotation] = released->text;
    cause = fmt::format("{}: {}", released->annotation, released->text);
  }
  const bool begins = from != AlertState::kFiring && record.state == AlertState::kFiring;
  if (begins) Adopt(alert, record);

  const bool goes_on = from == AlertState::kFiring && record.state == AlertState::kFiring;
  const bool replaced = goes_on && old != nullptr && old->mode == AlertMode::kLive &&
                        (old->labels != alert.labels || alert.mode != AlertMode::kLive);
  if (replaced) {
    Depart(*old, "replaced",
           alert.mode == AlertMode::kLive ? fmt::format("It goes on as {}.", alert.Id())
                                          : "It goes on in shadow mode.",
           "replaced", showing.at, showing.events);
    showing.events.push_back({showing.at, AlertState::kInactive, AlertState::kFiring, alert,
                              fmt::format("replaces {}", old->Id())});
  } else if (from != record.state) {
    showing.events.push_back({showing.at, from, record.state, alert, std::move(cause)});
  }
  if (record.state != AlertState::kInactive) showing.shown.push_back(std::move(alert));
}

// Alerts of groups that the meter does not know: a changed SLI finds its groups anew, and until
// then they stand, as long as any alert that nobody can measure.
void Evaluator::KeepLost(const Running& running, absl::Time at,
                         std::map<std::string, GroupAlerts>& known, const Showing& showing) {
  for (const auto& [key, records] : running.alerts) {
    if (known.contains(key)) continue;
    GroupAlerts kept;
    for (const auto& [alert_key, before] : records) {
      const auto old = showing.before.find({key, alert_key});
      if (old == showing.before.end()) continue;
      AlertRecord record = ForgetResolved(before, at);
      if (record.state == AlertState::kFiring) {
        const std::vector<Tier> tiers = TiersOfRecord(*running.slo, alert_key);
        const std::vector<TierVerdict> unknown(tiers.size());
        record = Advance(record, tiers, unknown, at, {options_.hold_limit, false});
      } else if (record.state != AlertState::kResolved) {
        continue;
      }
      Alert alert = *old->second;
      const Released* released = FindRelease(alert);
      if (released != nullptr && record.state == AlertState::kFiring) {
        record = Resolve(before, Resolution::kReleased, std::min(released->at, at));
      }
      alert.state = record.state;
      alert.resolved_at = record.resolved_at;
      alert.held = record.unmeasured_since.has_value();
      if (alert.held) alert.annotations["data_age"] = "no sample since its SLI changed";
      if (before.state == AlertState::kFiring && record.state == AlertState::kResolved) {
        std::string cause = ExplainEnd(alert, record, before);
        if (record.resolution == Resolution::kReleased) {
          alert.annotations[released->annotation] = released->text;
          cause = fmt::format("{}: {}", released->annotation, released->text);
        }
        showing.events.push_back(
            {at, AlertState::kFiring, AlertState::kResolved, alert, std::move(cause)});
      }
      showing.shown.push_back(std::move(alert));
      kept[alert_key] = std::move(record);
    }
    if (!kept.empty()) known[key] = std::move(kept);
  }
}

void Evaluator::KeepRetired(absl::Time at, std::vector<Alert>& alerts,
                            std::vector<AlertEvent>& events) {
  for (Retired& retired : retired_) {
    const bool over = at - retired.removed >= kRemovedKept;
    std::erase_if(retired.alerts, [&](Alert& alert) {
      if (const Released* released = FindRelease(alert)) {
        Depart(alert, released->annotation, released->text,
               fmt::format("{}: {}", released->annotation, released->text), at, events);
        retired.records[alert.group_key].erase(alert.Key());
        return true;
      }
      if (!over) return false;
      Depart(alert, "removed", "The SLO was removed from the rules.", "removed", at, events);
      return true;
    });
    for (Alert& alert : retired.alerts) {
      alert.held = true;  // Nobody measures it any more.
      alerts.push_back(alert);
    }
  }
  std::erase_if(retired_, [](const Retired& retired) { return retired.alerts.empty(); });
}

// Resolves `alert`, of which no SLO speaks any more; it stays in sight for a while.
void Evaluator::Depart(Alert alert, const std::string& annotation, const std::string& text,
                       const std::string& cause, absl::Time at, std::vector<AlertEvent>& events) {
  alert.state = AlertState::kResolved;
  alert.resolved_at = at;
  alert.held = false;
  alert.annotations[annotation] = text;
  events.push_back({at, AlertState::kFiring, AlertState::kResolved, alert, cause});
  departed_.push_back(std::move(alert));
}

void Evaluator::ShowDeparted(absl::Time at, std::vector<Alert>& alerts) {
  if (departed_.empty()) return;
  std::set<std::string> told;  // What is live again under its old labels says so itself.
  for (const Alert& alert : alerts) {
    const bool firing_or_over =
        alert.state == AlertState::kFiring || alert.state == AlertState::kResolved;
    if (firing_or_over && alert.mode == AlertMode::kLive) told.insert(alert.Id());
  }
  std::erase_if(departed_, [&](const Alert& alert) {
    return at - *alert.resolved_at > kResolvedShown || told.contains(alert.Id());
  });
  alerts.insert(alerts.end(), departed_.begin(), departed_.end());
}

// Shows the alert of the source itself, which was `from` before this evaluation.
void Evaluator::WatchSource(AlertState from, SourceSnapshot& snapshot,
                            std::vector<AlertEvent>& events) {
  SourceWatch::Extent extent;
  for (const auto& running : running_) extent.slos += !running->read;
  for (const Alert& alert : snapshot.alerts) extent.held += alert.held;
  std::optional<Alert> alert = watch_.MakeAlert(extent, snapshot.at);
  std::string cause = heard_ ? std::string(heard_->message()) : "";
  if (alert && alert->state == AlertState::kFiring && from == AlertState::kFiring) {
    if (const Released* released = FindRelease(*alert)) {
      watch_.Release(std::min(released->at, snapshot.at));
      alert = watch_.MakeAlert(extent, snapshot.at);
      alert->annotations[released->annotation] = released->text;
      cause = fmt::format("{}: {}", released->annotation, released->text);
    }
  }
  if (!alert) return;
  if (alert->state != from) {
    if (cause.empty()) cause = "a read succeeded";
    events.push_back({snapshot.at, from, alert->state, *alert, std::move(cause)});
  }
  snapshot.alerts.push_back(std::move(*alert));
}

const Evaluator::Released* Evaluator::FindRelease(const Alert& alert) const {
  for (const Released& released : releases_) {
    if (released.alert == alert.Id() || released.alert == AlertHandle(alert)) return &released;
  }
  return nullptr;
}

bool Evaluator::Release(const std::string& alert_id, const std::string& annotation,
                        const std::string& text, absl::Time at) {
  releases_.push_back({alert_id, annotation, text, at});
  const auto is_meant = [this](const Alert& alert) {
    return alert.state == AlertState::kFiring && FindRelease(alert) == &releases_.back();
  };
  bool found = false;
  for (const auto& running : running_) {
    found = found || std::any_of(running->shown.begin(), running->shown.end(), is_meant);
  }
  for (const Retired& retired : retired_) {
    found = found || std::any_of(retired.alerts.begin(), retired.alerts.end(), is_meant);
  }
  const std::optional<Alert> down = watch_.MakeAlert({}, last_at_);
  found = found || (down && is_meant(*down));
  if (!found) releases_.pop_back();
  return found;
}

void Evaluator::AdoptStarts(std::map<std::string, absl::Time> starts) {
  adopted_ = std::move(starts);
  adopted_until_.reset();
}

void Evaluator::BeginAdopting(absl::Time at) {
  if (adopted_.empty()) return;
  if (!adopted_until_) adopted_until_ = at + kAdoptedFor;
  if (at > *adopted_until_) adopted_.clear();
}

// Gives an alert that begins to fire the start that it had before, where somebody knows it.
void Evaluator::Adopt(Alert& alert, AlertRecord& record) {
  const auto start = adopted_.find(alert.Id());
  if (start == adopted_.end()) return;
  const absl::Time at = *record.starts_at;
  if (start->second < at) {
    record.starts_at = start->second;
    record.active_since = std::min(record.active_since.value_or(at), start->second);
    alert.starts_at = record.starts_at;
    alert.active_since = *record.active_since;
  }
  adopted_.erase(start);
}

}  // namespace slowburn
