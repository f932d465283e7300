// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/bucket.h"
#include "rules/duration.h"
#include "rules/plan_terms.h"
#include "rules/promql.h"
#include "rules/reduce.h"

namespace slowburn {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct Place {
  std::size_t begin = std::string_view::npos;
  std::size_t end = std::string_view::npos;
};

// Where the first `{{.window}}` at or after `from` stands; npos when there is none.
Place FindWindow(std::string_view query, std::size_t from) {
  constexpr std::string_view kField = ".window";
  while ((from = query.find("{{", from)) != std::string_view::npos) {
    std::size_t at = from + 2;
    while (at < query.size() && IsBlank(query[at])) ++at;
    if (query.substr(at, kField.size()) == kField) {
      at += kField.size();
      while (at < query.size() && IsBlank(query[at])) ++at;
      if (query.substr(at, 2) == "}}") return {from, at + 2};
    }
    ++from;
  }
  return {};
}

// `query` so that anything may follow it: a comment at its end would swallow that.
std::string Closed(std::string_view query) {
  while (!query.empty() && IsBlank(query.front())) query.remove_prefix(1);
  while (!query.empty() && IsBlank(query.back())) query.remove_suffix(1);
  const bool comment = query.find('#') != std::string_view::npos;
  return fmt::format("{}{}", query, comment ? "\n" : "");
}

// An absent numerator beside a total that is there means no errors.  Scalars are never absent, and
// `or` does not take them.
std::string ErrorRatio(const ExpressionSli& sli) {
  const std::string error = Closed(sli.error_query);
  const std::string total = Closed(sli.total_query);
  if (IsScalarExpression(sli.error_query) || IsScalarExpression(sli.total_query)) {
    return fmt::format("({}) / ({})", error, total);
  }
  return fmt::format("(({}) or ({}) * 0) / ({})", error, total, total);
}

// Builds the plan for each kind of SLI.
struct Planner {
  const Slo& slo;

  Plan operator()(const EventsSli& sli) const {
    CounterPlan plan;
    plan.by = slo.by;
    if (sli.good) {
      plan.terms.push_back({.selector = sli.total, .total = 1, .bad = 1});
      // Good series that total holds too are part of its scrapes, so that their absence is zero.
      plan.terms.push_back(
          {.selector = *sli.good, .bad = -1, .required = !Covers(sli.total, *sli.good)});
    } else {
      plan.terms.push_back({.selector = sli.total, .total = 1});
      if (sli.bad) plan.terms.push_back({.selector = *sli.bad, .bad = 1});
    }
    return plan;
  }

  Plan operator()(const LatencySli& sli) const {
    const BucketBound bound = MakeBucketBound(sli.under, sli.milliseconds);
    CounterPlan plan;
    plan.by = slo.by;
    plan.terms.push_back({.selector = With(sli.histogram, {"le", Matcher::Op::kEqual, "+Inf"}),
                          .total = 1,
                          .bad = 1});
    plan.terms.push_back(
        {.selector = With(sli.histogram, {"le", Matcher::Op::kRegex, bound.pattern}),
         .bad = -1,
         .le = bound.value});
    return plan;
  }

  Plan operator()(const ProbeSli& sli) const {
    CounterPlan plan;
    plan.by = slo.by;
    plan.probe = true;
    plan.terms.push_back({.selector = sli.gauge, .total = 1});
    return plan;
  }

  Plan operator()(const RatioSli& sli) const {
    const auto ratio = ReduceToRatio(sli.error);
    if (!ratio.ok()) return OpaquePlan{sli.error, Reason(ratio.status())};
    auto plan = PlanFrom(*ratio, slo.by);
    if (!plan.ok()) return OpaquePlan{sli.error, Reason(plan.status())};
    return *std::move(plan);
  }

  Plan operator()(const ExpressionSli& sli) const {
    auto errors = ReduceToSum(sli.error_query);
    if (!errors.ok()) return Opaque(sli, "error query: " + Reason(errors.status()));
    auto total = ReduceToSum(sli.total_query);
    if (!total.ok()) return Opaque(sli, "total query: " + Reason(total.status()));
    const absl::Status paired = CanPair(*errors, *total, {});
    if (!paired.ok()) return Opaque(sli, "errors and total: " + Reason(paired));
    auto plan = PlanFrom({*std::move(errors), *std::move(total)}, slo.by);
    if (!plan.ok()) return Opaque(sli, Reason(plan.status()));
    return *std::move(plan);
  }

  static std::string Reason(const absl::Status& status) { return std::string(status.message()); }

  static Plan Opaque(const ExpressionSli& sli, std::string reason) {
    return OpaquePlan{ErrorRatio(sli), std::move(reason)};
  }
};

}  // namespace

Plan MakePlan(const Slo& slo) {
  return std::visit(Planner{slo}, slo.sli);
}

std::string_view RoleOf(const Term& term) {
  if (term.total != 0) return "total";
  return term.bad < 0 ? "good" : "bad";
}

std::string WithWindow(std::string_view query, absl::Duration window) {
  return WithWindow(query, DurationText(window));
}

std::string WithWindow(std::string_view query, std::string_view window) {
  std::string out;
  std::size_t copied = 0;
  for (Place place = FindWindow(query, 0); place.begin != std::string_view::npos;
       place = FindWindow(query, place.end)) {
    out += query.substr(copied, place.begin - copied);
    out += window;
    copied = place.end;
  }
  out += query.substr(copied);
  return out;
}

bool HasWindow(std::string_view query) {
  return FindWindow(query, 0).begin != std::string_view::npos;
}

}  // namespace slowburn
