// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/plan_terms.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace slowburn {
namespace {

// Of units in an event and of events' weights: counts of 10^12 events stay within 63 bits.
constexpr std::int64_t kMostUnits = 1'000'000;

// A counter of errors, total or both.
struct Counter {
  Selector selector;
  Rational total = {0, 1};
  Rational bad = {0, 1};
  bool zero_when_absent = false;
};

absl::Status No(std::string reason) {
  return absl::UnimplementedError(std::move(reason));
}

// Those of the total first.
std::vector<Counter> Joined(const CounterRatio& ratio) {
  std::vector<Counter> out;
  for (const WeightedCounter& counter : ratio.total.counters) {
    out.push_back({counter.selector, counter.weight, {0, 1}, counter.zero_when_absent});
  }
  for (const WeightedCounter& counter : ratio.errors.counters) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const Counter& other) {
      return other.selector == counter.selector;
    });
    if (same == out.end()) {
      out.push_back({counter.selector, {0, 1}, counter.weight, counter.zero_when_absent});
      continue;
    }
    same->bad = counter.weight;
    same->zero_when_absent = same->zero_when_absent && counter.zero_when_absent;
  }
  std::erase_if(out, [](const Counter& c) { return c.total.num == 0 && c.bad.num == 0; });
  std::stable_partition(out.begin(), out.end(), [](const Counter& c) { return c.total.num > 0; });
  return out;
}

// The smallest number that makes an integer of each weight; nullopt when it is too large.
std::optional<std::int64_t> Denominator(const std::vector<Counter>& counters) {
  std::int64_t common = 1;
  for (const Counter& counter : counters) {
    for (const Rational& weight : {counter.total, counter.bad}) {
      if (weight.den > kMostUnits) return std::nullopt;
      common = std::lcm(common, weight.den);
      if (common > kMostUnits) return std::nullopt;
    }
  }
  return common;
}

// Fills in what the counters add, and what makes an event; false when it takes too many units.
bool SetUnits(const std::vector<Counter>& counters, CounterPlan& plan) {
  const auto denominator = Denominator(counters);
  if (!denominator) return false;
  std::int64_t divisor = 0;
  std::int64_t heaviest = 0;
  bool one = false;
  for (const Counter& counter : counters) {
    for (const Rational& weight : {counter.total, counter.bad}) {
      if (weight.num > kMostUnits || weight.num < -kMostUnits) return false;
    }
    Term term;
    term.selector = counter.selector;
    term.le = BoundOf(counter.selector);
    term.total = counter.total.num * (*denominator / counter.total.den);
    term.bad = counter.bad.num * (*denominator / counter.bad.den);
    divisor = std::gcd(divisor, std::gcd(term.total, term.bad));
    heaviest = std::max(heaviest, term.total);
    one = one || counter.total == Rational{1, 1};
    plan.terms.push_back(std::move(term));
  }
  plan.units_per_event = one ? *denominator : heaviest;
  divisor = std::gcd(divisor, plan.units_per_event);
  plan.units_per_event /= divisor;
  bool small = plan.units_per_event <= kMostUnits;
  for (Term& term : plan.terms) {
    term.total /= divisor;
    term.bad /= divisor;
    small = small && std::max(std::abs(term.total), std::abs(term.bad)) <= kMostUnits;
  }
  return small;
}

// Whether groups can have series of `wide` and never one of `narrow`: those of other values of a
// label that only `narrow` asks for.
bool SplitsFrom(const Selector& wide, const Selector& narrow, const std::vector<std::string>& by) {
  return std::any_of(narrow.matchers.begin(), narrow.matchers.end(), [&](const Matcher& matcher) {
    return std::binary_search(by.begin(), by.end(), matcher.label) &&
           !std::binary_search(wide.matchers.begin(), wide.matchers.end(), matcher);
  });
}

// Whether the absence of a term says nothing, rather than that there were no such events.
bool IsRequired(const Term& term, const CounterPlan& plan) {
  const auto totals = std::count_if(plan.terms.begin(), plan.terms.end(),
                                    [](const Term& other) { return other.total > 0; });
  const bool by_good = std::any_of(plan.terms.begin(), plan.terms.end(),
                                   [](const Term& other) { return other.bad < 0; });
  if (term.total >= 0 && term.bad >= 0) {
    const bool counts_bad = term.bad > 0 && (term.total == 0 || !by_good);
    return term.total > 0 && totals > 1 && !counts_bad;
  }
  // What is taken away: absent, it would leave too much.
  return std::none_of(plan.terms.begin(), plan.terms.end(), [&](const Term& other) {
    return other.total >= 0 && other.bad >= 0 && GoesWith(other.selector, term.selector) &&
           !SplitsFrom(other.selector, term.selector, plan.by);
  });
}

// The labels that the plan groups by, which may be finer than the SLO's.
absl::StatusOr<std::vector<std::string>> GroupLabels(const CounterSum& sum,
                                                     const std::vector<std::string>& by) {
  if (sum.grouping == CounterSum::Grouping::kBy) {
    if (std::includes(sum.labels.begin(), sum.labels.end(), by.begin(), by.end())) {
      return sum.labels;
    }
    return No(fmt::format("the SLO is split by {} but its expressions keep only {}", Listed(by),
                          Listed(sum.labels)));
  }
  if (by.empty()) {
    return No(
        "a sum `without` labels is asked of the source, as it does not say which labels it "
        "keeps; a sum `by` labels could be counted");
  }
  // As a check that the SLO's labels are left, and that groups can be added up.
  auto regrouped = Regrouped(sum, CounterSum::Grouping::kBy, by);
  if (!regrouped.ok()) return regrouped.status();
  if (regrouped->labels == by) return by;
  return No(fmt::format("the SLO is split by {} but its expressions sum {}", Listed(by),
                        GroupingText(sum)));
}

}  // namespace

absl::StatusOr<CounterPlan> PlanFrom(const CounterRatio& ratio,
                                     const std::vector<std::string>& by) {
  CounterPlan plan;
  for (const CounterSum* sum : {&ratio.errors, &ratio.total}) {
    auto labels = GroupLabels(*sum, by);
    if (!labels.ok()) return labels.status();
    plan.by = *std::move(labels);
  }
  const std::vector<Counter> counters = Joined(ratio);
  if (counters.empty() || counters.front().total.num <= 0) {
    return No("a total that counts nothing is asked of the source");
  }
  if (!SetUnits(counters, plan)) {
    return No(fmt::format(
        "weights that take more than {} units to an event are asked of the source", kMostUnits));
  }
  std::vector<bool> required;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const bool zero = counters[i].zero_when_absent && plan.by.empty();
    required.push_back(!zero && IsRequired(plan.terms[i], plan));
  }
  for (std::size_t i = 0; i < required.size(); ++i) plan.terms[i].required = required[i];
  return plan;
}

}  // namespace slowburn
