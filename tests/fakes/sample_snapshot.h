// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/snapshot.h"

namespace slowburn {

// Slot of every source of the sample: 2026-03-01 02:26:30 UTC.
absl::Time SampleTime();

// Every kind of SLO that exporters must show, the same at each call:
//   checkout/availability  by region: eu pages and raises a ticket, us is well, ap is pending
//   checkout/latency       well, ungrouped
//   search/freshness       opaque, a ticket in shadow mode
//   payments/settlement    no data, alerting so
//   payments/refunds       never matched a series, no group
//   vault/integrity        objective of 100 %, no tiers, no burn rate
//   "a\b <c>&'é"/...       on source `backup`, which can't be read: names and labels with quotes,
//                          backslashes, line ends, other alphabets and invalid UTF-8, `by` labels
//                          that collide with ours, its definition stale
Snapshot SampleSnapshot();

// The id of the SLO with hostile names, and the key of its group.
std::string HostileSloId();
std::string HostileGroupKey();

// `count` SLOs that are well, with the default tiers, for measuring.
Snapshot ManySlos(int count);

// Counts of one window, from which ratio and burn rate follow.
WindowStatus CountedWindow(const Slo& slo, absl::Duration window, double bad, double total,
                           double coverage = 1);

// One tier between two windows of `group`, with the verdict that their burn rates give.
TierStatus TierBetween(const GroupStatus& group, const Tier& tier);

// The tiers for windows of 28 d and more.
std::vector<Tier> WorkbookTiers();

}  // namespace slowburn
