// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/source_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "engine/selector_check.h"
#include "engine/series_probe.h"
#include "engine/status_macros.h"
#include "rules/cost.h"
#include "rules/duration.h"
#include "rules/plan.h"
#include "rules/promql.h"

namespace slowburn {
namespace {

// A source that remembers what labels it has: thousands of SLOs ask for those of one metric.
class RememberingSource : public Source {
 public:
  explicit RememberingSource(Source& source) : source_(source) {}

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    return source_.Run(queries);
  }

  absl::StatusOr<std::vector<std::string>> LabelNames(const std::string& selector,
                                                      absl::Time since) override {
    const auto [known, is_new] = names_.try_emplace(selector);
    if (is_new) {
      SLOWBURN_ASSIGN_OR_RETURN(known->second, source_.LabelNames(selector, since));
    }
    return known->second;
  }

  absl::StatusOr<std::vector<std::string>> LabelValues(const std::string& label,
                                                       const std::string& selector,
                                                       absl::Time since) override {
    return source_.LabelValues(label, selector, since);
  }

  std::optional<absl::Duration> ClockOffset() const override { return source_.ClockOffset(); }

  void Cancel() override { source_.Cancel(); }

 private:
  Source& source_;
  std::map<std::string, std::vector<std::string>> names_;
};

// Whether an error is of the source and not of what it was asked.
bool IsOfTheSource(const absl::Status& status) {
  return !status.ok() && !absl::IsInvalidArgument(status) && !absl::IsResourceExhausted(status);
}

// The selectors of an expression that are read at the time that it is asked for.
std::vector<Selector> SelectorsOf(const OpaquePlan& plan) {
  std::vector<Selector> selectors;
  const ParsedExpression parsed = ParseExpression(plan.query);
  if (parsed.FirstError() != nullptr) return selectors;
  for (const ExpressionNode& node : parsed.tree.nodes) {
    const auto* part = std::get_if<SelectorNode>(&node.part);
    if (part == nullptr || part->modifiers.offset || part->modifiers.at) continue;
    const auto known = std::find(selectors.begin(), selectors.end(), part->selector);
    if (known == selectors.end()) selectors.push_back(part->selector);
  }
  return selectors;
}

// One SLO, and where its terms stand among those of all.
struct Checked {
  const Slo* slo = nullptr;
  bool opaque = false;
  std::size_t first = 0;
  std::size_t count = 0;
};

class SelectorCheck {
 public:
  SelectorCheck(Source& source, absl::Time at) : source_(source), at_(at) {}

  absl::StatusOr<Diagnostics> Run(std::span<const Slo> slos) {
    for (const Slo& slo : slos) Add(slo);
    any_ = AnySeries(source_, terms_, at_);
    for (const absl::StatusOr<bool>& any : any_) {
      if (IsOfTheSource(any.status())) return any.status();
    }
    for (const Checked& checked : checked_) {
      SLOWBURN_RETURN_IF_ERROR(checked.opaque ? CheckOpaque(checked) : CheckCounted(checked));
    }
    return std::move(found_);
  }

 private:
  void Add(const Slo& slo) {
    Checked checked{&slo, false, terms_.size(), 0};
    const Plan plan = MakePlan(slo);
    if (const auto* counted = std::get_if<CounterPlan>(&plan)) {
      terms_.insert(terms_.end(), counted->terms.begin(), counted->terms.end());
    } else {
      checked.opaque = true;
      for (Selector& selector : SelectorsOf(std::get<OpaquePlan>(plan))) {
        terms_.push_back({.selector = std::move(selector)});
      }
    }
    checked.count = terms_.size() - checked.first;
    checked_.push_back(checked);
  }

  void Say(const Checked& checked, Severity severity, std::string message, std::string hint = "") {
    found_.push_back({checked.slo->defined_at, severity,
                      fmt::format("{}: {}", checked.slo->Id(), message), std::move(hint)});
  }

  absl::Status CheckCounted(const Checked& checked) {
    const auto is_there = [this](std::size_t term) { return any_[term].ok() && *any_[term]; };
    const Term& total = terms_[checked.first];
    const bool total_is_there = is_there(checked.first);
    for (std::size_t i = checked.first; i < checked.first + checked.count; ++i) {
      const Term& term = terms_[i];
      if (is_there(i)) continue;
      // What is said of the total holds for all that is a part of it.
      const bool part = i != checked.first && !total_is_there &&
                        (term.le.has_value() || Covers(total.selector, term.selector));
      if (part) continue;
      SLOWBURN_RETURN_IF_ERROR(CheckTerm(checked, term, any_[i].status(), total_is_there));
    }
    return absl::OkStatus();
  }

  absl::Status CheckTerm(const Checked& checked, const Term& term, const absl::Status& status,
                         bool total_is_there) {
    const std::string_view role = RoleOf(term);
    if (!status.ok()) {
      Say(checked, Severity::kWarning,
          fmt::format("{} can't be asked for: {}", role, std::string(status.message())));
      return absl::OkStatus();
    }
    SLOWBURN_ASSIGN_OR_RETURN(
        const std::string why,
        WhyTermMatchesNothing(source_, term, total_is_there, at_ - kSelectorPast));
    if (!why.empty()) {
      Say(checked, Severity::kError, fmt::format("{}: {}", role, why));
      return absl::OkStatus();
    }
    const bool needed = term.total != 0 || term.required;
    Say(checked, needed ? Severity::kError : Severity::kWarning,
        fmt::format("{} matches no series now: {}", role, ToString(term.selector)),
        needed ? "" : "as it should while there are none");
    return absl::OkStatus();
  }

  // Which of its selectors an expression can do without is not for us to tell; all of them it
  // can't.
  absl::Status CheckOpaque(const Checked& checked) {
    const auto begin = any_.begin() + static_cast<std::ptrdiff_t>(checked.first);
    const auto end = begin + static_cast<std::ptrdiff_t>(checked.count);
    const bool nothing =
        std::none_of(begin, end, [](const absl::StatusOr<bool>& any) { return !any.ok() || *any; });
    for (std::size_t i = checked.first; i < checked.first + checked.count; ++i) {
      if (any_[i].ok() && *any_[i]) continue;
      std::string problem = fmt::format("can't be asked for: {}", any_[i].status().ToString());
      if (any_[i].ok()) {
        SLOWBURN_ASSIGN_OR_RETURN(
            const std::string why,
            WhyTermMatchesNothing(source_, terms_[i], false, at_ - kSelectorPast));
        problem = why.empty() ? "matches no series now" : why;
      }
      Say(checked, nothing ? Severity::kError : Severity::kWarning,
          fmt::format("{}: {}", ToString(terms_[i].selector), problem));
    }
    return absl::OkStatus();
  }

  RememberingSource source_;
  absl::Time at_;
  std::vector<Checked> checked_;
  std::vector<Term> terms_;
  std::vector<absl::StatusOr<bool>> any_;
  Diagnostics found_;
};

// A length of window, of those that the source evaluates or of those that slowburn counts.
struct Reach {
  const Slo* first = nullptr;
  std::size_t slos = 0;
};

using Reaches = std::map<std::pair<absl::Duration, bool>, Reach>;

Reaches ReachesOf(std::span<const Slo> slos) {
  Reaches reaches;
  const auto add = [&](absl::Duration window, bool asked, const Slo& slo) {
    Reach& reach = reaches[{window, asked}];
    if (reach.first == nullptr) reach.first = &slo;
    ++reach.slos;
  };
  for (const Slo& slo : slos) {
    add(slo.window, false, slo);
    const Plan plan = MakePlan(slo);
    if (std::holds_alternative<CounterPlan>(plan)) continue;
    add(AskedWindows(slo, absl::Seconds(30)).back().window, true, slo);
  }
  return reaches;
}

// Since when a source that does not say how long it keeps samples has some, of the windows
// `reaches`: those that reach further back.  Every source has `up`, or else nothing can be told.
absl::StatusOr<std::vector<absl::Duration>> WithoutSamples(Source& source, const Reaches& reaches,
                                                           absl::Time at) {
  std::vector<absl::Duration> windows = {absl::ZeroDuration()};
  std::vector<Query> queries = {{"count(up)", at}};
  for (const auto& [key, reach] : reaches) {
    if (key.first == windows.back()) continue;
    windows.push_back(key.first);
    queries.push_back({"count(up)", at - key.first});
  }
  const std::vector<absl::StatusOr<QueryResult>> answers = source.Run(queries);
  std::vector<absl::Duration> without;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].ok()) return answers[i].status();
    if (answers[i]->series.empty()) without.push_back(windows[i]);
  }
  if (!without.empty() && without.front() == absl::ZeroDuration()) without.clear();
  return without;
}

}  // namespace

absl::StatusOr<Diagnostics> CheckSelectors(Source& source, std::span<const Slo> slos,
                                           absl::Time at) {
  return SelectorCheck(source, at).Run(slos);
}

absl::StatusOr<Diagnostics> CheckRetention(Source& source, std::span<const Slo> slos,
                                           std::optional<absl::Duration> retention, absl::Time at) {
  const Reaches reaches = ReachesOf(slos);
  std::vector<absl::Duration> without;
  if (!retention) {
    SLOWBURN_ASSIGN_OR_RETURN(without, WithoutSamples(source, reaches, at));
  }
  Diagnostics found;
  for (const auto& [key, reach] : reaches) {
    const auto& [window, asked] = key;
    const bool short_of = retention
                              ? window > *retention
                              : std::find(without.begin(), without.end(), window) != without.end();
    if (!short_of) continue;
    const std::string keeps = retention
                                  ? fmt::format("keeps samples for {}", DurationText(*retention))
                                  : std::string("has no sample as old as that");
    const std::string others =
        reach.slos > 1 ? fmt::format(", of this SLO and {} more", reach.slos - 1) : "";
    found.push_back({reach.first->defined_at, asked ? Severity::kError : Severity::kWarning,
                     fmt::format("{}: the source {}, and {} reaches back {}{}", reach.first->Id(),
                                 keeps, asked ? "a query that it is asked for" : "the window",
                                 DurationText(window), others),
                     asked ? "" : "the rest is known once slowburn has run for as long"});
  }
  return found;
}

}  // namespace slowburn
