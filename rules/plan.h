// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/slo.h"

namespace slowburn {

// One selector whose increments count towards an SLO, in units of which `units_per_event` make an
// event.
struct Term {
  Selector selector;
  std::int64_t total = 0;  // Units that one counted event adds to the total,
  std::int64_t bad = 0;    // and to the errors; a good one takes back what the total took for bad.
  std::optional<double> le;  // Latency: only the bucket whose `le` is this number.
  bool required = false;  // Without any series of it nothing is known, rather than nothing counted.

  bool operator==(const Term&) const = default;
};

// Counted from raw samples, each event once.
struct CounterPlan {
  std::vector<Term> terms;           // The first adds to the total; a probe has it alone.
  std::int64_t units_per_event = 1;  // The common denominator of what the terms add.
  std::vector<std::string> by;       // Sorted labels that split the SLO into groups.
  bool probe = false;                // Each sample is an event: good at 1 and above, else bad.

  bool operator==(const CounterPlan&) const = default;
};

// Asked of the source at each window; no event counts.
struct OpaquePlan {
  std::string query;   // Error ratio, with `{{.window}}`.
  std::string reason;  // Why it could not be reduced to counters, for the user.

  bool operator==(const OpaquePlan&) const = default;
};

// What a term is for, in a word: `total`, `bad` or `good`.
std::string_view RoleOf(const Term& term);

using Plan = std::variant<CounterPlan, OpaquePlan>;

// How to measure `slo`.  Never fails: what does not reduce to counters is opaque.
Plan MakePlan(const Slo& slo);

// `query` with each `{{.window}}` (spaces allowed within) replaced by `window`.
std::string WithWindow(std::string_view query, absl::Duration window);
std::string WithWindow(std::string_view query, std::string_view window);

// Whether `query` holds a `{{.window}}`.
bool HasWindow(std::string_view query);

}  // namespace slowburn
