// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/plan_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

#include "rules/cost.h"
#include "rules/duration.h"
#include "rules/plan.h"
#include "rules/promql.h"

namespace slowburn {
namespace {

// `1`, `-1`, `1/2`: units as events.
std::string Events(std::int64_t units, std::int64_t per_event) {
  const std::int64_t common = std::gcd(units, per_event);
  const std::int64_t den = per_event / common;
  return den == 1 ? fmt::format("{}", units / common) : fmt::format("{}/{}", units / common, den);
}

// What a term does when that is not what its name says.
std::string Weights(const Term& term, const CounterPlan& plan) {
  const std::int64_t one = plan.units_per_event;
  const bool by_good = std::any_of(plan.terms.begin(), plan.terms.end(),
                                   [](const Term& other) { return other.bad < 0; });
  if (term.total == one && (term.bad == 0 || (term.bad == one && by_good))) return "";
  if (term.total == 0 && std::abs(term.bad) == one) return "";
  if (term.total == one && term.bad == one) return "all of it bad";
  return fmt::format("each adds {} to total, {} to bad", Events(term.total, one),
                     Events(term.bad, one));
}

std::string TermLine(const Term& term, const CounterPlan& plan) {
  std::string notes = Weights(term, plan);
  if (term.required) notes += fmt::format("{}unknown without it", notes.empty() ? "" : "; ");
  return fmt::format("  {}: {}{}\n", RoleOf(term), ToString(term.selector),
                     notes.empty() ? "" : fmt::format("  ({})", notes));
}

// With the digits that an estimate has.
std::string Milliseconds(double ms) {
  return ms < 10 ? fmt::format("{:.1g} ms", ms) : fmt::format("{:.0f} ms", ms);
}

std::string DescribeCounters(const CounterPlan& plan, const Slo& slo, absl::Duration interval) {
  std::string out = plan.probe ? "exact: each sample is an event, from raw samples\n"
                               : "exact: each event is counted once, from raw samples\n";
  for (const Term& term : plan.terms) out += TermLine(term, plan);
  const SourceCost cost = EstimateCost(slo, plan, interval);
  for (const Selector& selector : AskedSelectors(plan)) {
    out += fmt::format("  asks every {}: {}\n", DurationText(interval), ToString(selector));
  }
  out += fmt::format(
      "  costs the source, of 10 series: about {} of CPU every {}; {} if asked alone\n",
      Milliseconds(cost.together_ms), DurationText(interval), Milliseconds(cost.alone_ms));
  return out;
}

std::string DescribeOpaque(const OpaquePlan& plan, const Slo& slo, absl::Duration interval) {
  std::string out = fmt::format("opaque: {}\n", plan.reason);
  const ParsedExpression parsed = ParseExpression(plan.query);
  out += fmt::format("  query: {}\n",
                     parsed.FirstError() == nullptr ? ToString(parsed.tree) : plan.query);
  out += "  asks: ";
  for (const AskedWindow& asked : AskedWindows(slo, interval)) {
    if (!out.ends_with(": ")) out += ", ";
    out += fmt::format("{} every {}", DurationText(asked.window), DurationText(asked.every));
  }
  out +=
      fmt::format("\n  costs the source, of 10 series: about {} of CPU every {}\n",
                  Milliseconds(EstimateCost(slo, plan, interval).alone_ms), DurationText(interval));
  return out;
}

}  // namespace

std::string DescribePlan(const Slo& slo, absl::Duration interval) {
  const Plan plan = MakePlan(slo);
  const auto* counters = std::get_if<CounterPlan>(&plan);
  return fmt::format("{}: {}", slo.Id(),
                     counters != nullptr
                         ? DescribeCounters(*counters, slo, interval)
                         : DescribeOpaque(std::get<OpaquePlan>(plan), slo, interval));
}

}  // namespace slowburn
