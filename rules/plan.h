// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/slo.h"

namespace slowburn {

// What a counter term counts.
enum class Role { kTotal, kBad, kGood };

// One selector whose increments count towards an SLO.
struct Term {
  Role role = Role::kTotal;
  Selector selector;
  std::optional<double> le;  // Latency: only the bucket whose `le` is this number.

  bool operator==(const Term&) const = default;
};

// Counted from raw samples, each event once.
struct CounterPlan {
  std::vector<Term> terms;      // One total and one bad or good; a probe has its total alone.
  std::vector<std::string> by;  // Sorted labels that split the SLO into groups.
  bool probe = false;           // Each sample is an event: good at 1 and above, else bad.
  // Whether each good series is one of the scrape that gives total too, so that its absence is
  // zero.
  bool good_within_total = false;

  bool operator==(const CounterPlan&) const = default;
};

// Asked of the source at each window; no event counts.
struct OpaquePlan {
  std::string query;   // Error ratio, with `{{.window}}`.
  std::string reason;  // Why it could not be reduced to counters, for the user.

  bool operator==(const OpaquePlan&) const = default;
};

using Plan = std::variant<CounterPlan, OpaquePlan>;

// How to measure `slo`.  Never fails: what does not reduce to counters is opaque.
Plan MakePlan(const Slo& slo);

// `query` with each `{{.window}}` (spaces allowed within) replaced by `window`.
std::string WithWindow(std::string_view query, absl::Duration window);

// Whether `query` holds a `{{.window}}`.
bool HasWindow(std::string_view query);

}  // namespace slowburn
