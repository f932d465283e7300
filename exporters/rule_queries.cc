// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/rule_queries.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/bucket.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

std::string Grouped(std::string_view aggregation, const Slo& slo) {
  if (slo.by.empty()) return std::string(aggregation);
  return fmt::format("{} by ({}) ", aggregation, fmt::join(slo.by, ", "));
}

std::string Sum(std::string_view function, const Selector& selector, const Slo& slo) {
  return fmt::format("{}({}({}[{{{{.window}}}}]))", Grouped("sum", slo), function,
                     ToString(selector));
}

// `text`, and nought where it has no series but the total has.
std::string OrNone(const std::string& text, const std::string& total) {
  return fmt::format("({} or 0 * {})", text, total);
}

Selector Bucket(const LatencySli& sli) {
  const BucketBound bound = MakeBucketBound(sli.under, sli.milliseconds);
  return With(sli.histogram, {"le", Matcher::Op::kRegex, bound.pattern});
}

Selector AllBuckets(const LatencySli& sli) {
  return With(sli.histogram, {"le", Matcher::Op::kEqual, "+Inf"});
}

struct Queries {
  const Slo& slo;

  RuleQueries operator()(const EventsSli& sli) const {
    const std::string total = Sum("rate", sli.total, slo);
    if (sli.bad) return {OrNone(Sum("rate", *sli.bad, slo), total), total};
    std::string good = Sum("rate", *sli.good, slo);
    // Good events that the total holds too are none where they have no series.
    if (Covers(sli.total, *sli.good)) good = OrNone(good, total);
    return {fmt::format("{} - {}", total, good), total};
  }

  RuleQueries operator()(const LatencySli& sli) const {
    const std::string total = Sum("rate", AllBuckets(sli), slo);
    return {fmt::format("{} - {}", total, Sum("rate", Bucket(sli), slo)), total};
  }

  RuleQueries operator()(const ProbeSli& sli) const {
    const std::string total = Sum("count_over_time", sli.gauge, slo);
    return {fmt::format("{} - {}", total, Sum("sum_over_time", sli.gauge, slo)), total};
  }

  RuleQueries operator()(const RatioSli& sli) const {
    return {slo.rules.error_query.empty() ? sli.error : slo.rules.error_query, ""};
  }

  RuleQueries operator()(const ExpressionSli& sli) const {
    if (!slo.rules.error_query.empty()) return {slo.rules.error_query, slo.rules.total_query};
    return {sli.error_query, sli.total_query};
  }
};

// The selector of the total; null where it takes a query to tell.
struct Total {
  std::optional<Selector> operator()(const EventsSli& sli) const { return sli.total; }

  std::optional<Selector> operator()(const LatencySli& sli) const { return AllBuckets(sli); }

  std::optional<Selector> operator()(const ProbeSli& sli) const { return sli.gauge; }

  std::optional<Selector> operator()(const RatioSli&) const { return std::nullopt; }

  std::optional<Selector> operator()(const ExpressionSli&) const { return std::nullopt; }
};

}  // namespace

RuleQueries QueriesOf(const Slo& slo) {
  return std::visit(Queries{slo}, slo.sli);
}

std::string AbsentQuery(const Slo& slo, absl::Duration after) {
  const std::optional<Selector> total = std::visit(Total{}, slo.sli);
  if (!total) return "";
  if (slo.by.empty()) {
    return fmt::format("absent_over_time({}[{}])", ToString(*total), DurationText(after));
  }
  const auto seen = [&](absl::Duration window) {
    return fmt::format("{}(count_over_time({}[{}]))", Grouped("count", slo), ToString(*total),
                       DurationText(window));
  };
  return fmt::format("{}\nunless\n{}\n", seen(after + absl::Hours(1)), seen(after));
}

}  // namespace slowburn
