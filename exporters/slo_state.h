// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/snapshot.h"

namespace slowburn {

// What an SLO, or one group of it, amounts to; the worst has the lowest value.
enum class SloState { kFiringPage, kFiringTicket, kNoData, kPending, kUnknown, kOk };

// `firing_page`, `firing_ticket`, `no_data`, `pending`, `unknown`, `ok`.
std::string_view ToString(SloState state);

// One SLO with the source that it was measured on.  Points into the snapshot that it came from.
struct SloRef {
  const SourceSnapshot* source = nullptr;
  const SloStatus* status = nullptr;

  const Slo& slo() const { return *status->slo; }
};

// Every SLO of every source, by service and name.  `snapshot` must outlive the result.
std::vector<SloRef> AllSlos(const Snapshot& snapshot);

// The SLO with the id `service/name`; nullopt when there is none.  `snapshot` must outlive it.
std::optional<SloRef> FindSlo(const Snapshot& snapshot, std::string_view id);

// The alerts of one source, by SLO, group and class.  Immutable, so thread-safe; `source` must
// outlive it.
class AlertIndex {
 public:
  explicit AlertIndex(const SourceSnapshot& source);

  // Of a class, the alert that matters most; null when nothing is pending, firing or just resolved.
  const Alert* Find(std::string_view slo_id, std::string_view group_key,
                    AlertClass alert_class) const;

  // All alerts of a group, page before ticket before no_data, and by name.
  std::vector<const Alert*> Of(std::string_view slo_id, std::string_view group_key) const;

  // The state of the first of that class to Find, inactive when there is none.
  AlertState StateOf(std::string_view slo_id, std::string_view group_key,
                     AlertClass alert_class) const;

 private:
  using Group = std::pair<std::string_view, std::string_view>;

  std::map<Group, std::map<AlertKey, const Alert*>> alerts_;
};

// Whether what is asked of the group can be answered now; when not, and nothing fires or pends, its
// state is unknown.
bool IsMeasured(const SloStatus& slo, const GroupStatus& group);

SloState StateOf(const SloStatus& slo, const GroupStatus& group, const AlertIndex& alerts);

// The worst of its groups; unknown without any.
SloState StateOf(const SloStatus& slo, const AlertIndex& alerts);

// The classes of alert that the SLO can raise, in the order page, ticket, no_data.
std::vector<AlertClass> AlertClassesOf(const Slo& slo);

// The least budget left of all groups; nullopt when no group knows.
std::optional<double> LeastBudget(const SloStatus& slo);

// Whether it is measured by asking for a ratio, without counts of events.
bool IsOpaque(const SloStatus& slo);

// Up to `most` of `names`, those fewest edits away from `wanted` first; those that have little in
// common with it, or are much further away than the first, are left out.
std::vector<std::string> Nearest(std::string_view wanted, const std::vector<std::string>& names,
                                 std::size_t most);

// `no SLO ...; did you mean ...?` for an id that is not in the snapshot.
std::string NoSuchSlo(const Snapshot& snapshot, std::string_view id);

}  // namespace slowburn
