// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/counter_sum.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/promql_token.h"

namespace slowburn {
namespace {

// More than a person lists; keeps the time linear in the length of a chain.
constexpr std::size_t kMostCounters = 64;

constexpr std::string_view kName = "__name__";
constexpr std::string_view kLe = "le";

absl::Status No(std::string reason) {
  return absl::UnimplementedError(std::move(reason));
}

absl::Status TooFine() {
  return No("constants of that size are not counted exactly, so it is asked of the source");
}

// What a selector counts: of a histogram, all that happened in it or what was at or below a bound.
struct Counted {
  std::string base;               // The name, without `_count` or `_bucket` of a histogram.
  std::string le;                 // Of a bucket.
  bool events = false;            // All of the histogram.
  bool bucket = false;            // One bucket of it.
  std::vector<Matcher> matchers;  // All others; sorted.
};

std::optional<Counted> CountedBy(const Selector& selector) {
  Counted out;
  const Matcher* le = nullptr;
  for (const Matcher& matcher : selector.matchers) {
    const bool equal = matcher.op == Matcher::Op::kEqual;
    if (matcher.label == kName) {
      if (!equal || !out.base.empty()) return std::nullopt;
      out.base = matcher.value;
    } else if (matcher.label == kLe) {
      if (!equal || le != nullptr) return std::nullopt;
      le = &matcher;
    } else {
      out.matchers.push_back(matcher);
    }
  }
  for (const std::string_view ending : {"_count", "_bucket"}) {
    if (!out.base.ends_with(ending)) continue;
    const bool is_bucket = ending == "_bucket";
    if (is_bucket != (le != nullptr)) return std::nullopt;
    out.base.resize(out.base.size() - ending.size());
    out.events = !is_bucket || le->value == "+Inf";
    out.bucket = is_bucket;
    if (is_bucket) out.le = le->value;
    return out;
  }
  return std::nullopt;
}

bool IsBucketOf(const Selector& wide, const Selector& narrow) {
  const auto events = CountedBy(wide);
  const auto bucket = CountedBy(narrow);
  return events && bucket && events->events && bucket->bucket && events->base == bucket->base &&
         std::includes(bucket->matchers.begin(), bucket->matchers.end(), events->matchers.begin(),
                       events->matchers.end());
}

// Whether both have a series in each group or neither has: all and a bucket of one histogram.
bool AreOneHistogram(const Selector& a, const Selector& b) {
  const auto left = CountedBy(a);
  const auto right = CountedBy(b);
  return left && right && left->base == right->base && left->matchers == right->matchers;
}

// Whether the groups that `without` leaves of `a` and `b` are the same: they differ only by what
// is taken away, so that each group of one is one of the other.
bool SameGroups(const Selector& a, const Selector& b, const std::vector<std::string>& without) {
  const auto taken = [&](std::string_view label) {
    return std::find(without.begin(), without.end(), label) != without.end();
  };
  std::vector<Matcher> different;
  std::set_symmetric_difference(a.matchers.begin(), a.matchers.end(), b.matchers.begin(),
                                b.matchers.end(), std::back_inserter(different));
  const auto left = CountedBy(a);
  const auto right = CountedBy(b);
  const bool histogram = left && right && left->base == right->base && taken(kLe);
  return std::all_of(different.begin(), different.end(), [&](const Matcher& matcher) {
    return taken(matcher.label) || (histogram && matcher.label == kName);
  });
}

std::vector<std::string> Sorted(std::vector<std::string> labels) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

using Labelset = std::vector<std::string>;

Labelset Common(const Labelset& a, const Labelset& b) {
  Labelset out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

Labelset Minus(const Labelset& a, const Labelset& b) {
  Labelset out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

Labelset United(const Labelset& a, const Labelset& b) {
  Labelset out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

// The groups of `sum` summed again.
void Regroup(CounterSum& sum, CounterSum::Grouping grouping, const Labelset& labels) {
  const bool by = grouping == CounterSum::Grouping::kBy;
  if (sum.grouping == CounterSum::Grouping::kBy) {
    sum.labels = by ? Common(labels, sum.labels) : Minus(sum.labels, labels);
  } else if (by) {
    sum.grouping = CounterSum::Grouping::kBy;
    sum.labels = Minus(labels, sum.labels);
  } else {
    sum.labels = United(sum.labels, labels);
  }
}

bool KeepsGroups(const CounterSum& sum, const Matching& matching) {
  if (matching.many != Matching::Many::kNone) return false;
  const Labelset labels = Sorted(matching.labels);
  const bool by = sum.grouping == CounterSum::Grouping::kBy;
  switch (matching.kind) {
    case Matching::Kind::kAll:
      return true;
    case Matching::Kind::kOn:
      return by && labels == sum.labels;
    case Matching::Kind::kIgnoring:
      return by ? Common(labels, sum.labels).empty() : Minus(labels, sum.labels).empty();
  }
  return false;
}

}  // namespace

absl::Status CanPair(const CounterSum& a, const CounterSum& b, const Matching& matching) {
  if (a.grouping == CounterSum::Grouping::kSeries || b.grouping == CounterSum::Grouping::kSeries) {
    return No("arithmetic between series that are not summed yet is asked of the source");
  }
  if (a.unit != b.unit && a.unit != CounterSum::Unit::kNone && b.unit != CounterSum::Unit::kNone) {
    return No("rate mixed with increase");
  }
  if (a.grouping != b.grouping || a.labels != b.labels) {
    return No(fmt::format("sums by different labels, {} and {}, are asked of the source",
                          GroupingText(a), GroupingText(b)));
  }
  if (!KeepsGroups(a, matching)) {
    return No(
        "`on`, `ignoring` or `group_` with other labels than those of the sums is asked of "
        "the source");
  }
  if (a.grouping == CounterSum::Grouping::kBy) return absl::OkStatus();
  for (const WeightedCounter& left : a.counters) {
    for (const WeightedCounter& right : b.counters) {
      if (SameGroups(left.selector, right.selector, a.labels)) continue;
      return No("sums `without` labels whose groups need not be the same are asked of the source");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CounterSum> Plus(CounterSum a, const CounterSum& b) {
  for (const WeightedCounter& added : b.counters) {
    const auto same = std::find_if(a.counters.begin(), a.counters.end(), [&](const auto& counter) {
      return counter.selector == added.selector;
    });
    if (same == a.counters.end()) {
      a.counters.push_back(added);
      continue;
    }
    const auto weight = Add(same->weight, added.weight);
    if (!weight) return TooFine();
    same->weight = *weight;
    same->zero_when_absent = same->zero_when_absent && added.zero_when_absent;
  }
  if (a.counters.size() > kMostCounters) {
    return No(fmt::format("more than {} counters are asked of the source", kMostCounters));
  }
  if (a.unit == CounterSum::Unit::kNone) a.unit = b.unit;
  return a;
}

absl::StatusOr<CounterSum> Times(CounterSum sum, Rational factor) {
  for (WeightedCounter& counter : sum.counters) {
    const auto weight = Multiply(counter.weight, factor);
    if (!weight) return TooFine();
    counter.weight = *weight;
  }
  return sum;
}

absl::StatusOr<CounterSum> Regrouped(CounterSum sum, CounterSum::Grouping grouping,
                                     std::vector<std::string> labels) {
  labels = Sorted(std::move(labels));
  if (std::find(labels.begin(), labels.end(), kName) != labels.end()) {
    return No("a sum by the name of the metric is asked of the source");
  }
  if (sum.grouping == CounterSum::Grouping::kSeries) {
    sum.grouping = grouping;
    sum.labels = std::move(labels);
    return sum;
  }
  CounterSum out = sum;
  Regroup(out, grouping, labels);
  // A group that lacks one operand has no result, and is missing in a sum of results.
  if (out != sum && sum.counters.size() > 1 && !AlwaysTogether(sum)) {
    return No("a sum of sums or differences by other labels is asked of the source");
  }
  return out;
}

std::optional<double> BoundOf(const Selector& selector) {
  const auto counted = CountedBy(selector);
  if (!counted || !counted->bucket || counted->events) return std::nullopt;
  return NumberValue(counted->le);
}

bool AlwaysTogether(const CounterSum& sum) {
  const bool listed = std::binary_search(sum.labels.begin(), sum.labels.end(), kLe);
  if (listed == (sum.grouping == CounterSum::Grouping::kBy)) return false;  // Split by bucket.
  return std::all_of(sum.counters.begin(), sum.counters.end(), [&](const WeightedCounter& counter) {
    return &counter == sum.counters.data() ||
           AreOneHistogram(sum.counters.front().selector, counter.selector);
  });
}

bool GoesWith(const Selector& wide, const Selector& narrow) {
  return Covers(wide, narrow) || IsBucketOf(wide, narrow);
}

std::string Listed(const std::vector<std::string>& labels) {
  return fmt::format("({})", fmt::join(labels, ", "));
}

std::string GroupingText(const CounterSum& sum) {
  const bool by = sum.grouping == CounterSum::Grouping::kBy;
  return fmt::format("{}{}", by ? "" : "without ", Listed(sum.labels));
}

}  // namespace slowburn
