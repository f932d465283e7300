// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/bucket.h"
#include "rules/duration.h"
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

std::string Listed(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", label);
  return fmt::format("({})", out);
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
    return OpaquePlan{sli.error, "an error ratio is asked of the source as it is written"};
  }

  Plan operator()(const ExpressionSli& sli) const {
    const auto error = ReduceToCounter(sli.error_query);
    const auto total = ReduceToCounter(sli.total_query);
    if (!error.ok()) return Opaque(sli, "error query: " + std::string(error.status().message()));
    if (!total.ok()) return Opaque(sli, "total query: " + std::string(total.status().message()));
    if (error->per_second != total->per_second) return Opaque(sli, "rate mixed with increase");
    if (error->by != total->by) {
      return Opaque(sli, fmt::format("errors are summed by {} and the total by {}",
                                     Listed(error->by), Listed(total->by)));
    }
    if (!std::includes(total->by.begin(), total->by.end(), slo.by.begin(), slo.by.end())) {
      return Opaque(sli, fmt::format("the SLO is split by {} but its expressions keep only {}",
                                     Listed(slo.by), Listed(total->by)));
    }
    CounterPlan plan;
    plan.by = total->by;
    plan.terms.push_back({.selector = total->selector, .total = 1});
    plan.terms.push_back({.selector = error->selector, .bad = 1});
    return plan;
  }

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
  const std::string text = DurationText(window);
  std::string out;
  std::size_t copied = 0;
  for (Place place = FindWindow(query, 0); place.begin != std::string_view::npos;
       place = FindWindow(query, place.end)) {
    out += query.substr(copied, place.begin - copied);
    out += text;
    copied = place.end;
  }
  out += query.substr(copied);
  return out;
}

bool HasWindow(std::string_view query) {
  return FindWindow(query, 0).begin != std::string_view::npos;
}

}  // namespace slowburn
