// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/metrics_sloth.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "exporters/metrics_text.h"
#include "exporters/slo_state.h"
#include "rules/duration.h"
#include "rules/sloth_alerts.h"

namespace slowburn {
namespace {

// What a user's label may not be called.
constexpr std::array<std::string_view, 10> kReserved = {
    "sloth_id",   "sloth_service", "sloth_slo",       "sloth_window", "sloth_version",
    "sloth_mode", "sloth_spec",    "sloth_objective", "le",           "quantile"};

std::string IdentityText(const Slo& slo) {
  std::string out;
  for (const auto& [name, value] : SlothIdentity(slo)) AppendLabel(name, value, out);
  return out;
}

// The window of the present burn rate: the shortest of what pages, as Sloth takes it.
std::optional<absl::Duration> CurrentWindow(const Slo& slo) {
  std::optional<absl::Duration> shortest;
  for (const bool pages : {true, false}) {
    for (const Tier& tier : slo.alerts.tiers) {
      if (pages && tier.alert_class != AlertClass::kPage) continue;
      if (!shortest || tier.short_window < *shortest) shortest = tier.short_window;
    }
    if (shortest) return shortest;
  }
  return std::nullopt;
}

const WindowStatus* Find(const GroupStatus& group, std::optional<absl::Duration> window) {
  const auto found =
      std::find_if(group.windows.begin(), group.windows.end(),
                   [&](const WindowStatus& status) { return status.window == window; });
  return found == group.windows.end() ? nullptr : &*found;
}

// One SLO or one group of it, with the text of its labels.
struct Row {
  const Slo* slo = nullptr;
  const GroupStatus* group = nullptr;  // Null for the SLO itself.
  std::string labels;
};

class SlothExposition {
 public:
  SlothExposition(const Snapshot& snapshot, const SlothMetricsOptions& options)
      : snapshot_(snapshot), options_(options) {
    for (const SloRef& ref : AllSlos(snapshot)) {
      const Slo& slo = ref.slo();
      const std::string identity = IdentityText(slo);
      slos_.push_back({&slo, nullptr, identity});
      AppendUserLabels(slo.labels, kReserved, "label_", slos_.back().labels);
      for (const GroupStatus& group : ref.status->groups) {
        groups_.push_back({&slo, &group, identity});
        Labels labels = group.labels;
        labels.insert(slo.labels.begin(), slo.labels.end());
        AppendUserLabels(labels, kReserved, "label_", groups_.back().labels);
        for (const WindowStatus& window : group.windows) windows_.insert(window.window);
      }
    }
  }

  std::string Write() {
    out_.Reserve(1024 + slos_.size() * 1500 + groups_.size() * 2500);
    Alerts();
    Groups("slo:current_burn_rate:ratio", "Burn rate of the shortest window that pages.",
           [](const Row& row) -> std::optional<double> {
             const WindowStatus* window = Find(*row.group, CurrentWindow(*row.slo));
             return window == nullptr ? std::nullopt : window->burn_rate;
           });
    Slos("slo:error_budget:ratio", "Share of events that may be bad.",
         [](const Slo& slo) { return slo.ErrorBudget().AsDouble(); });
    Slos("slo:objective:ratio", "Share of good events that is promised.",
         [](const Slo& slo) { return slo.objective.AsDouble(); });
    Groups("slo:period_burn_rate:ratio", "Burn rate of the whole period.",
           [](const Row& row) -> std::optional<double> {
             const WindowStatus* window = Find(*row.group, row.slo->window);
             return window == nullptr ? std::nullopt : window->burn_rate;
           });
    Groups("slo:period_error_budget_remaining:ratio", "Share of the error budget that is left.",
           [](const Row& row) { return row.group->budget_remaining; });
    for (const absl::Duration window : windows_) ErrorRatios(window);
    Slos("slo:time_period:days", "Days of the period.",
         [](const Slo& slo) { return absl::ToDoubleHours(slo.window) / 24; });
    Info();
    return std::move(out_).Take();
  }

 private:
  void Family(std::string_view name, std::string_view help) {
    name_ = fmt::format("{}{}", options_.prefix, name);
    out_.Family(name_, "gauge", help);
  }

  template <typename Value>
  void Slos(std::string_view name, std::string_view help, Value value) {
    Family(name, help);
    for (const Row& row : slos_) out_.Sample(row.labels, "", value(*row.slo));
  }

  template <typename Value>
  void Groups(std::string_view name, std::string_view help, Value value) {
    Family(name, help);
    for (const Row& row : groups_) {
      if (const std::optional<double> v = value(row)) out_.Sample(row.labels, "", *v);
    }
  }

  void ErrorRatios(absl::Duration window) {
    const std::string text = PrometheusDurationText(window);
    std::string label;
    AppendLabel("sloth_window", text, label);
    Family("slo:sli_error:ratio_rate" + text, "Share of bad events.");
    for (const Row& row : groups_) {
      const WindowStatus* status = Find(*row.group, window);
      if (status != nullptr && status->error_ratio) {
        out_.Sample(row.labels, label, *status->error_ratio);
      }
    }
  }

  void Info() {
    Family("sloth_slo_info", "What is declared of the SLO, as labels.");
    for (const Row& row : slos_) {
      std::string more;
      AppendLabel("sloth_version", options_.version, more);
      AppendLabel("sloth_mode", kSlothMode, more);
      AppendLabel("sloth_spec", SpecOf(row.slo->format), more);
      AppendLabel("sloth_objective", fmt::format("{}", row.slo->objective.AsDouble() * 100), more);
      out_.Sample(row.labels, more, 1);
    }
  }

  // What pends and fires, with the labels by which Sloth's dashboards look for it.
  void Alerts() {
    std::map<std::string, const Slo*> slos;
    for (const Row& row : slos_) slos[row.slo->Id()] = row.slo;
    Family("ALERTS", "Alerts that are pending or firing, as Prometheus writes those of its rules.");
    for (const auto& source : snapshot_.sources) {
      for (const Alert& alert : source->alerts) {
        const bool shown =
            alert.mode == AlertMode::kLive &&
            (alert.state == AlertState::kPending || alert.state == AlertState::kFiring) &&
            (alert.alert_class == AlertClass::kPage || alert.alert_class == AlertClass::kTicket);
        const auto slo = slos.find(alert.slo_id);
        if (!shown || slo == slos.end()) continue;
        Labels labels = alert.labels;
        labels.insert_or_assign("alertstate", std::string(ToString(alert.state)));
        labels.merge(SlothIdentity(*slo->second));
        labels.try_emplace("sloth_severity", ToString(alert.alert_class));
        std::string text;
        AppendUserLabels(labels, {}, "label_", text);
        out_.Sample(text, "", 1);
      }
    }
  }

  const Snapshot& snapshot_;
  const SlothMetricsOptions& options_;
  std::vector<Row> slos_;
  std::vector<Row> groups_;
  std::set<absl::Duration> windows_;
  MetricsWriter out_;
  std::string name_;  // Of the family that is written.
};

}  // namespace

std::string SlothMetrics(const Snapshot& snapshot, const SlothMetricsOptions& options) {
  return SlothExposition(snapshot, options).Write();
}

}  // namespace slowburn
