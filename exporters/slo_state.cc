// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/slo_state.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "exporters/text.h"
#include "rules/text.h"

namespace slowburn {
namespace {

// How much an alert says: of two for one key, the one that says more counts.
int Weight(AlertState state) {
  switch (state) {
    case AlertState::kFiring:
      return 3;
    case AlertState::kPending:
      return 2;
    case AlertState::kResolved:
      return 1;
    case AlertState::kInactive:
      return 0;
  }
  return 0;
}

}  // namespace

std::string_view ToString(SloState state) {
  switch (state) {
    case SloState::kFiringPage:
      return "firing_page";
    case SloState::kFiringTicket:
      return "firing_ticket";
    case SloState::kNoData:
      return "no_data";
    case SloState::kPending:
      return "pending";
    case SloState::kUnknown:
      return "unknown";
    case SloState::kOk:
      return "ok";
  }
  return "";
}

std::vector<SloRef> AllSlos(const Snapshot& snapshot) {
  std::vector<SloRef> all;
  for (const auto& source : snapshot.sources) {
    for (const SloStatus& status : source->slos) all.push_back({source.get(), &status});
  }
  std::stable_sort(all.begin(), all.end(), [](const SloRef& a, const SloRef& b) {
    return std::tie(a.slo().service, a.slo().name) < std::tie(b.slo().service, b.slo().name);
  });
  return all;
}

std::optional<SloRef> FindSlo(const Snapshot& snapshot, std::string_view id) {
  for (const auto& source : snapshot.sources) {
    for (const SloStatus& status : source->slos) {
      if (status.slo->Id() == id) return SloRef{source.get(), &status};
    }
  }
  return std::nullopt;
}

AlertIndex::AlertIndex(const SourceSnapshot& source) {
  for (const Alert& alert : source.alerts) {
    const Alert*& kept = alerts_[{alert.slo_id, alert.group_key}][alert.Key()];
    if (kept == nullptr || Weight(alert.state) > Weight(kept->state)) kept = &alert;
  }
}

const Alert* AlertIndex::Find(std::string_view slo_id, std::string_view group_key,
                              AlertClass alert_class) const {
  const auto group = alerts_.find({slo_id, group_key});
  if (group == alerts_.end()) return nullptr;
  const Alert* found = nullptr;
  for (auto it = group->second.lower_bound(alert_class);
       it != group->second.end() && it->first.alert_class == alert_class; ++it) {
    if (found == nullptr || Weight(it->second->state) > Weight(found->state)) found = it->second;
  }
  return found;
}

std::vector<const Alert*> AlertIndex::Of(std::string_view slo_id,
                                         std::string_view group_key) const {
  std::vector<const Alert*> all;
  const auto group = alerts_.find({slo_id, group_key});
  if (group == alerts_.end()) return all;
  for (const auto& [key, alert] : group->second) all.push_back(alert);
  return all;
}

AlertState AlertIndex::StateOf(std::string_view slo_id, std::string_view group_key,
                               AlertClass alert_class) const {
  const Alert* alert = Find(slo_id, group_key, alert_class);
  return alert == nullptr ? AlertState::kInactive : alert->state;
}

bool IsMeasured(const SloStatus& slo, const GroupStatus& group) {
  if (!slo.problem.empty() || group.no_data.firing == Truth::kTrue) return false;
  if (group.tiers.empty()) {
    return std::any_of(group.windows.begin(), group.windows.end(),
                       [](const WindowStatus& window) { return window.coverage > 0; });
  }
  return std::none_of(group.tiers.begin(), group.tiers.end(), [](const TierStatus& tier) {
    return tier.verdict.firing == Truth::kUnknown;
  });
}

SloState StateOf(const SloStatus& slo, const GroupStatus& group, const AlertIndex& alerts) {
  const std::string id = slo.slo->Id();
  const AlertState page = alerts.StateOf(id, group.key, AlertClass::kPage);
  const AlertState ticket = alerts.StateOf(id, group.key, AlertClass::kTicket);
  const AlertState no_data = alerts.StateOf(id, group.key, AlertClass::kNoData);
  if (page == AlertState::kFiring) return SloState::kFiringPage;
  if (ticket == AlertState::kFiring) return SloState::kFiringTicket;
  if (no_data == AlertState::kFiring) return SloState::kNoData;
  if (page == AlertState::kPending || ticket == AlertState::kPending ||
      no_data == AlertState::kPending) {
    return SloState::kPending;
  }
  return IsMeasured(slo, group) ? SloState::kOk : SloState::kUnknown;
}

SloState StateOf(const SloStatus& slo, const AlertIndex& alerts) {
  if (slo.groups.empty()) return SloState::kUnknown;
  SloState worst = SloState::kOk;
  for (const GroupStatus& group : slo.groups) worst = std::min(worst, StateOf(slo, group, alerts));
  return worst;
}

std::vector<AlertClass> AlertClassesOf(const Slo& slo) {
  std::vector<AlertClass> classes;
  for (const AlertClass alert_class : {AlertClass::kPage, AlertClass::kTicket}) {
    if (std::any_of(slo.alerts.tiers.begin(), slo.alerts.tiers.end(),
                    [&](const Tier& tier) { return tier.alert_class == alert_class; })) {
      classes.push_back(alert_class);
    }
  }
  if (slo.alerts.no_data) classes.push_back(AlertClass::kNoData);
  return classes;
}

std::optional<double> LeastBudget(const SloStatus& slo) {
  std::optional<double> least;
  for (const GroupStatus& group : slo.groups) {
    if (group.budget_remaining && (!least || *group.budget_remaining < *least)) {
      least = group.budget_remaining;
    }
  }
  return least;
}

bool IsOpaque(const SloStatus& slo) {
  return slo.plan != nullptr && std::holds_alternative<OpaquePlan>(*slo.plan);
}

std::vector<std::string> Nearest(std::string_view wanted, const std::vector<std::string>& names,
                                 std::size_t most) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& name : names) {
    const std::size_t edits = EditDistance(wanted, name);
    const bool within = !wanted.empty() && name.find(wanted) != std::string::npos;
    const std::size_t longest = std::max(wanted.size(), name.size());
    if (within || edits * 2 <= longest) ranked.emplace_back(edits, name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> nearest;
  for (auto& [edits, name] : ranked) {
    const bool comparable = edits <= 2 * ranked.front().first + 1;
    if (comparable && nearest.size() < most) nearest.push_back(std::move(name));
  }
  return nearest;
}

std::string NoSuchSlo(const Snapshot& snapshot, std::string_view id) {
  std::vector<std::string> ids;
  for (const SloRef& ref : AllSlos(snapshot)) ids.push_back(ref.slo().Id());
  const std::vector<std::string> nearest = Nearest(id, ids, 3);
  if (ids.empty()) return fmt::format("no SLO '{}': none has been evaluated yet", Printable(id));
  if (nearest.empty()) return fmt::format("no SLO '{}' among {}", Printable(id), ids.size());
  return fmt::format("no SLO '{}'; did you mean {}?", Printable(id),
                     Printable(fmt::format("{}", fmt::join(nearest, ", "))));
}

}  // namespace slowburn
