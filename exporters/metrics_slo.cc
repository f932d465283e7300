// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
//
// The SLO series, written straight as text: a client library's objects would cost more than the
// engine does at ten thousand SLOs.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>

#include "engine/alert_content.h"
#include "exporters/metrics.h"
#include "exporters/metrics_text.h"
#include "exporters/slo_state.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr std::string_view kGauge = "gauge";

// What a `by` label may not be called: our own labels, and two that belong to other types of
// metric.
constexpr std::array<std::string_view, 11> kReserved = {
    "slo_service", "slo",   "slo_group", "window", "result",  "class",
    "long",        "short", "state",     "le",     "quantile"};

// Likewise on the info metric.
constexpr std::array<std::string_view, 10> kInfoReserved = {
    "slo_service", "slo",  "slo_source", "owner", "description",
    "window",      "plan", "mode",       "le",    "quantile"};

std::string IdentityText(const Slo& slo) {
  std::string out;
  AppendLabel("slo_service", slo.service, out);
  AppendLabel("slo", slo.name, out);
  return out;
}

// One group of one SLO, with the text of its labels.
struct Row {
  const SloRef* ref;
  const GroupStatus* group;
  std::string labels;
};

std::vector<Row> RowsOf(const std::vector<SloRef>& slos) {
  // An SLO that has no group yet is still there: its objective and its series, none.
  static const GroupStatus kNoGroup;
  std::vector<Row> rows;
  for (const SloRef& ref : slos) {
    const std::string identity = IdentityText(ref.slo());
    const auto add = [&](const GroupStatus& group) {
      std::string labels = identity;
      AppendLabel("slo_group", group.key, labels);
      AppendUserLabels(group.labels, kReserved, "by_", labels);
      rows.push_back({&ref, &group, std::move(labels)});
    };
    for (const GroupStatus& group : ref.status->groups) add(group);
    if (ref.status->groups.empty()) add(kNoGroup);
  }
  return rows;
}

std::string OneLabel(std::string_view name, std::string_view value) {
  std::string out;
  AppendLabel(name, value, out);
  return out;
}

// Durations come again and again: their text is made once.
class WindowTexts {
 public:
  const std::string& Of(absl::Duration window) {
    auto [it, is_new] = texts_.try_emplace(window);
    if (is_new) it->second = OneLabel("window", DurationText(window));
    return it->second;
  }

 private:
  std::map<absl::Duration, std::string> texts_;
};

std::string TierText(const Tier& tier) {
  std::string out;
  AppendLabel("class", ToString(tier.alert_class), out);
  AppendLabel("long", DurationText(tier.long_window), out);
  AppendLabel("short", DurationText(tier.short_window), out);
  return out;
}

// The text of a tier's labels, made once for each kind of tier.
class TierTexts {
 public:
  const std::string& Of(const Tier& tier) {
    auto [it, is_new] = texts_.try_emplace({tier.alert_class, tier.long_window, tier.short_window});
    if (is_new) it->second = TierText(tier);
    return it->second;
  }

 private:
  std::map<std::tuple<AlertClass, absl::Duration, absl::Duration>, std::string> texts_;
};

// Calls `visit` for each tier but those with the labels of an earlier one, whose series would come
// twice.
template <typename Visit>
void ForEachTier(const GroupStatus& group, Visit visit) {
  for (std::size_t i = 0; i < group.tiers.size(); ++i) {
    const Tier& tier = group.tiers[i].tier;
    const bool repeated =
        std::any_of(group.tiers.begin(), group.tiers.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const TierStatus& other) {
                      return other.tier.alert_class == tier.alert_class &&
                             other.tier.long_window == tier.long_window &&
                             other.tier.short_window == tier.short_window;
                    });
    if (!repeated) visit(group.tiers[i]);
  }
}

// One exposition of the SLO series.
class SloExposition {
 public:
  explicit SloExposition(const Snapshot& snapshot)
      : snapshot_(snapshot), slos_(AllSlos(snapshot)), rows_(RowsOf(slos_)) {
    for (const auto& source : snapshot.sources) alerts_.emplace(source.get(), *source);
  }

  // Families in the order of their names.
  std::string Write() {
    out_.Reserve(1024 + rows_.size() * 6000);
    Alerts();
    Series();
    AlertStates();
    Windows("slowburn_slo_burn_rate",
            "Error ratio over error budget: 1 uses the budget up exactly.",
            [](const WindowStatus& window) { return window.burn_rate; });
    Windows("slowburn_slo_coverage_ratio", "Share of the window that is known.",
            [](const WindowStatus& window) { return std::optional<double>(window.coverage); });
    Groups("slowburn_slo_data_age_seconds", "Age of the newest sample of the total.",
           [](const GroupStatus& group) { return Seconds(group.data_age); });
    StaleDefinitions();
    Groups("slowburn_slo_error_budget_remaining_ratio",
           "Share of the error budget that is left: 1 is untouched, below 0 is overspent.",
           [](const GroupStatus& group) { return group.budget_remaining; });
    Windows("slowburn_slo_error_ratio", "Share of bad events.",
            [](const WindowStatus& window) { return window.error_ratio; });
    Events();
    Info();
    Measured();
    Objectives();
    SloSeries();
    SummedAtSource();
    TierStates();
    TierThresholds();
    Groups("slowburn_slo_time_to_exhaustion_seconds",
           "Until the error budget ends at the present burn rate.",
           [](const GroupStatus& group) { return Seconds(group.time_to_exhaustion); });
    Sources();
    return std::move(out_).Take();
  }

 private:
  static std::optional<double> Seconds(std::optional<absl::Duration> duration) {
    if (!duration) return std::nullopt;
    return absl::ToDoubleSeconds(*duration);
  }

  const AlertIndex& AlertsOf(const SourceSnapshot* source) const { return alerts_.at(source); }

  template <typename Value>
  void Groups(std::string_view name, std::string_view help, Value value) {
    out_.Family(name, kGauge, help);
    for (const Row& row : rows_) {
      if (const std::optional<double> v = value(*row.group)) out_.Sample(row.labels, "", *v);
    }
  }

  template <typename Value>
  void Windows(std::string_view name, std::string_view help, Value value) {
    out_.Family(name, kGauge, help);
    for (const Row& row : rows_) {
      for (const WindowStatus& window : row.group->windows) {
        if (const std::optional<double> v = value(window)) {
          out_.Sample(row.labels, windows_.Of(window.window), *v);
        }
      }
    }
  }

  // Counts by what an alert is called; each that an SLO may raise is there at 0 before it does.
  void Alerts() {
    using Key = std::tuple<std::string, AlertClass, AlertMode>;

    struct Count {
      double pending = 0;
      double firing = 0;
    };

    std::map<Key, Count> counts;
    for (const SloRef& ref : slos_) {
      for (const AlertClass alert_class : AlertClassesOf(ref.slo())) {
        counts[{AlertName(ref.slo(), alert_class), alert_class, ref.slo().alerts.mode}];
      }
    }
    for (const auto& source : snapshot_.sources) {
      for (const Alert& alert : source->alerts) {
        const auto name = alert.labels.find("alertname");
        Count& count =
            counts[{name == alert.labels.end() ? "" : name->second, alert.alert_class, alert.mode}];
        if (alert.state == AlertState::kPending) ++count.pending;
        if (alert.state == AlertState::kFiring) ++count.firing;
      }
    }
    out_.Family("slowburn_alerts", kGauge, "Alerts that are pending or firing now.");
    for (const auto& [key, count] : counts) {
      const auto& [name, alert_class, mode] = key;
      for (const bool firing : {false, true}) {
        std::string labels;
        AppendLabel("alertname", name, labels);
        AppendLabel("class", ToString(alert_class), labels);
        AppendLabel("alertstate", firing ? "firing" : "pending", labels);
        AppendLabel("mode", mode == AlertMode::kShadow ? "shadow" : "live", labels);
        out_.Sample(labels, "", firing ? count.firing : count.pending);
      }
    }
  }

  void Series() {
    out_.Family("slowburn_series", kGauge, "Source series that feed SLOs now.");
    for (const auto& source : snapshot_.sources) {
      std::int64_t series = 0;
      for (const SloStatus& slo : source->slos) series += slo.series;
      out_.Sample(OneLabel("slo_source", source->source), "", static_cast<double>(series));
    }
  }

  void AlertStates() {
    out_.Family("slowburn_slo_alert_state", kGauge,
                "State of the alert of each class: 1 for the present one, 0 for the others.");
    for (const Row& row : rows_) {
      if (row.ref->status->groups.empty()) continue;
      const AlertIndex& alerts = AlertsOf(row.ref->source);
      const std::string id = row.ref->slo().Id();
      for (const AlertClass alert_class : AlertClassesOf(row.ref->slo())) {
        AlertState state = alerts.StateOf(id, row.group->key, alert_class);
        if (state == AlertState::kResolved) state = AlertState::kInactive;
        for (const AlertState each :
             {AlertState::kInactive, AlertState::kPending, AlertState::kFiring}) {
          std::string more = OneLabel("class", ToString(alert_class));
          AppendLabel("state", ToString(each), more);
          out_.Sample(row.labels, more, state == each ? 1 : 0);
        }
      }
    }
  }

  void StaleDefinitions() {
    out_.Family("slowburn_slo_definition_stale", kGauge,
                "1 when the file of the SLO is broken or gone and its last valid definition runs.");
    for (const SloRef& ref : slos_) {
      out_.Sample(IdentityText(ref.slo()), "", ref.status->stale_definition ? 1 : 0);
    }
  }

  void SummedAtSource() {
    out_.Family(
        "slowburn_slo_summed_at_source", kGauge,
        "1 for an SLO of more series than evaluation.max_series, the increments of which the "
        "source computes.");
    for (const SloRef& ref : slos_) {
      if (ref.status->summed_at_source) out_.Sample(IdentityText(ref.slo()), "", 1);
    }
  }

  void Events() {
    out_.Family("slowburn_slo_events_total", "counter", "Events counted, each once.");
    for (const Row& row : rows_) {
      if (row.ref->status->groups.empty() || IsOpaque(*row.ref->status)) continue;
      out_.Sample(row.labels, "result=\"bad\"", row.group->bad_events);
      out_.Sample(row.labels, "result=\"good\"", row.group->good_events);
    }
  }

  void Info() {
    out_.Family("slowburn_slo_info", kGauge, "What is declared of the SLO, as labels.");
    for (const SloRef& ref : slos_) {
      const Slo& slo = ref.slo();
      std::string labels = IdentityText(slo);
      AppendLabel("slo_source", ref.source->source, labels);
      AppendLabel("owner", slo.owner, labels);
      AppendLabel("description", slo.description, labels);
      AppendLabel("window", DurationText(slo.window), labels);
      AppendLabel("plan", IsOpaque(*ref.status) ? "opaque" : "exact", labels);
      AppendLabel("mode", slo.alerts.mode == AlertMode::kShadow ? "shadow" : "live", labels);
      AppendUserLabels(slo.labels, kInfoReserved, "label_", labels);
      out_.Sample(labels, "", 1);
    }
  }

  void Measured() {
    out_.Family("slowburn_slo_measured", kGauge,
                "1 when it can be said now whether the SLO burns, 0 when that is unknown.");
    for (const Row& row : rows_) {
      const bool measured =
          !row.ref->status->groups.empty() && IsMeasured(*row.ref->status, *row.group);
      out_.Sample(row.labels, "", measured ? 1 : 0);
    }
  }

  void Objectives() {
    out_.Family("slowburn_slo_objective_ratio", kGauge, "Share of good events that is promised.");
    for (const Row& row : rows_) {
      out_.Sample(row.labels, "", row.ref->slo().objective.AsDouble());
    }
  }

  void SloSeries() {
    out_.Family("slowburn_slo_series", kGauge,
                "Source series that feed the SLO now: 0 means that its selectors match nothing.");
    for (const Row& row : rows_) {
      const bool grouped = !row.ref->status->groups.empty();
      out_.Sample(row.labels, "",
                  static_cast<double>(grouped ? row.group->series : row.ref->status->series));
    }
  }

  void TierStates() {
    out_.Family("slowburn_slo_tier_state", kGauge,
                "What the newest data says of a tier: 1 for its present state, 0 for the others.");
    constexpr std::array<std::string_view, 4> kStates = {"false", "gated", "true", "unknown"};
    for (const Row& row : rows_) {
      ForEachTier(*row.group, [&](const TierStatus& tier) {
        const std::string_view present = ToString(tier.verdict.firing);
        for (const std::string_view state : kStates) {
          std::string more = tiers_.Of(tier.tier);
          AppendLabel("state", state, more);
          out_.Sample(row.labels, more, state == present ? 1 : 0);
        }
      });
    }
  }

  void TierThresholds() {
    out_.Family("slowburn_slo_tier_threshold", kGauge,
                "Burn rate that both windows of a tier must exceed.");
    for (const Row& row : rows_) {
      ForEachTier(*row.group, [&](const TierStatus& tier) {
        out_.Sample(row.labels, tiers_.Of(tier.tier), tier.tier.factor.AsDouble());
      });
    }
  }

  void Sources() {
    out_.Family("slowburn_source_data_age_seconds", kGauge,
                "Age of the newest sample that any SLO of the source has.");
    for (const auto& source : snapshot_.sources) {
      std::optional<absl::Duration> age;
      for (const SloStatus& slo : source->slos) {
        for (const GroupStatus& group : slo.groups) {
          if (group.data_age) age = std::min(age.value_or(*group.data_age), *group.data_age);
        }
      }
      if (!age) continue;
      out_.Sample(OneLabel("slo_source", source->source), "", absl::ToDoubleSeconds(*age));
    }
    out_.Family("slowburn_source_evaluated_timestamp_seconds", kGauge,
                "Slot of the last evaluation, in the clock of the source.");
    for (const auto& source : snapshot_.sources) {
      out_.Sample(OneLabel("slo_source", source->source), "",
                  absl::ToDoubleSeconds(source->at - absl::UnixEpoch()));
    }
    out_.Family("slowburn_source_readable", kGauge,
                "1 when the last evaluation got all that it asked the source for.");
    for (const auto& source : snapshot_.sources) {
      out_.Sample(OneLabel("slo_source", source->source), "", source->readable ? 1 : 0);
    }
  }

  const Snapshot& snapshot_;
  const std::vector<SloRef> slos_;
  const std::vector<Row> rows_;
  std::unordered_map<const SourceSnapshot*, AlertIndex> alerts_;
  WindowTexts windows_;
  TierTexts tiers_;
  MetricsWriter out_;
};

}  // namespace

std::string SloMetrics(const Snapshot& snapshot) {
  return SloExposition(snapshot).Write();
}

}  // namespace slowburn
