// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/selector_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/status_macros.h"

namespace slowburn {
namespace {

bool NeedsLabel(const Matcher& matcher) {
  return matcher.label != "__name__" && matcher.label != "le" && !matcher.value.empty() &&
         (matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kRegex);
}

Selector WithoutLe(Selector selector) {
  std::erase_if(selector.matchers, [](const Matcher& matcher) { return matcher.label == "le"; });
  return selector;
}

}  // namespace

absl::StatusOr<std::string> WhyTermMatchesNothing(Source& source, const Term& term,
                                                  bool total_is_there, absl::Time since) {
  const std::string name = MetricName(term.selector);
  const std::string searched = name.empty() ? ToString(term.selector) : name;
  SLOWBURN_ASSIGN_OR_RETURN(const std::vector<std::string> labels,
                            source.LabelNames(searched, since));
  if (labels.empty()) return fmt::format("no series {} in the last 30 days", searched);
  for (const Matcher& matcher : term.selector.matchers) {
    if (!NeedsLabel(matcher)) continue;
    if (std::find(labels.begin(), labels.end(), matcher.label) == labels.end()) {
      return fmt::format("no series {} with a label {} in the last 30 days", searched,
                         matcher.label);
    }
  }
  if (!term.le || !total_is_there) return std::string();
  SLOWBURN_ASSIGN_OR_RETURN(const std::vector<std::string> bounds,
                            source.LabelValues("le", ToString(WithoutLe(term.selector)), since));
  std::string list;
  for (const std::string& bound : bounds) list += (list.empty() ? "" : ", ") + bound;
  return fmt::format("histogram {} has no bucket with le={}; it has {}", searched, *term.le, list);
}

absl::StatusOr<std::string> WhyNothingMatches(Source& source, const CounterPlan& plan,
                                              std::span<const std::size_t> unmatched,
                                              absl::Time at) {
  const bool total_is_there =
      std::find(unmatched.begin(), unmatched.end(), std::size_t{0}) == unmatched.end();
  for (const std::size_t term : unmatched) {
    SLOWBURN_ASSIGN_OR_RETURN(
        std::string why,
        WhyTermMatchesNothing(source, plan.terms[term], total_is_there, at - kSelectorPast));
    if (!why.empty()) return why;
  }
  return std::string();
}

}  // namespace slowburn
