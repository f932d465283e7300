// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/native_sli.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/bucket.h"
#include "rules/checks.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

std::optional<Sli> ReadEvents(TableReader& map, Report& report) {
  EventsSli out;
  if (auto total = map.OneSelector("total")) out.total = *std::move(total);
  out.bad = map.OneSelector("bad");
  out.good = map.OneSelector("good");
  const std::string_view one = map.OneOf();
  if (map.is_map() && one.empty()) {
    report.Error(map.node(), "events needs total and one of bad and good");
  }
  map.Finish();
  if (!map.clean()) return std::nullopt;
  if (out.bad == out.total || out.good == out.total) {
    report.Error(*map.Find(one, ValueKind::kSelector),
                 fmt::format("{} is the same selector as total", one));
    return std::nullopt;
  }
  return out;
}

constexpr std::string_view kBucket = "_bucket";

// Reads a histogram's selector, by its base name or by that of its buckets, as one of its buckets.
std::optional<Selector> ReadHistogram(const YamlNode& node, Report& report) {
  std::optional<Selector> selector = ReadSelector(node, "histogram", report);
  if (!selector.has_value()) return std::nullopt;
  const std::string name = MetricName(*selector);
  if (name.empty()) {
    report.Error(node, "histogram must name one metric");
    return std::nullopt;
  }
  for (const std::string_view part : {"_count", "_sum"}) {
    if (!name.ends_with(part)) continue;
    report.Error(node, fmt::format("{} is one part of a histogram", Shown(name)),
                 fmt::format("write {}", Shown(name.substr(0, name.size() - part.size()))));
    return std::nullopt;
  }
  for (Matcher& matcher : selector->matchers) {
    if (matcher.label == "le") {
      report.Error(node, "histogram must not match le", "`under` chooses the bucket");
      return std::nullopt;
    }
    const bool is_name = matcher.label == "__name__" && matcher.op == Matcher::Op::kEqual;
    if (is_name && !name.ends_with(kBucket)) matcher.value += kBucket;
  }
  std::sort(selector->matchers.begin(), selector->matchers.end());
  return selector;
}

std::optional<Sli> ReadLatency(TableReader& map, Report& report) {
  LatencySli out;
  if (const YamlNode* histogram = map.Find("histogram", ValueKind::kSelector)) {
    if (auto selector = ReadHistogram(*histogram, report)) out.histogram = *std::move(selector);
  }
  out.under = map.Duration("under").value_or(absl::ZeroDuration());
  out.milliseconds = CountsMilliseconds(MetricName(out.histogram));
  if (const auto unit = map.Text("unit")) out.milliseconds = unit == "ms";
  map.Finish();
  if (!map.clean()) return std::nullopt;
  return out;
}

std::optional<Sli> ReadProbe(TableReader& map) {
  auto gauge = map.OneSelector("gauge");
  map.Finish();
  if (!gauge.has_value()) return std::nullopt;
  return ProbeSli{*std::move(gauge)};
}

QueryLanguage ReadLanguage(TableReader& map) {
  return map.Text("language") == "metricsql" ? QueryLanguage::kMetricsQl : QueryLanguage::kPromQl;
}

std::optional<Sli> ReadRatio(TableReader& map, Report& report) {
  const QueryLanguage language = ReadLanguage(map);
  std::optional<std::string> error;
  if (const YamlNode* query = map.Find("error", ValueKind::kExpression)) {
    error = ReadExpression(*query, "ratio.error", report, language);
  }
  map.Finish();
  if (!error.has_value()) return std::nullopt;
  return RatioSli{*std::move(error)};
}

std::optional<Sli> ReadExpressions(TableReader& map, Report& report) {
  const QueryLanguage language = ReadLanguage(map);
  auto error = map.Expression("error_query", language);
  auto total = map.Expression("total_query", language);
  map.Finish();
  if (!error.has_value() || !total.has_value()) return std::nullopt;
  if (*error == *total) {
    report.Error(*map.Find("error_query", ValueKind::kExpression),
                 "error_query is the same as total_query");
    return std::nullopt;
  }
  return ExpressionSli{*std::move(error), *std::move(total)};
}

std::optional<Sli> ReadKind(std::string_view kind, TableReader& sli, Report& report) {
  if (kind == "probe") {
    const YamlNode* node = sli.Find(kind, ValueKind::kTable, ValueKind::kSelector);
    if (node != nullptr && node->kind == YamlNode::Kind::kScalar) {
      auto gauge = ReadSelector(*node, kind, report);
      if (!gauge.has_value()) return std::nullopt;
      return ProbeSli{*std::move(gauge)};
    }
  }
  std::optional<TableReader> map = sli.Open(kind);
  if (!map.has_value()) return std::nullopt;
  if (kind == "events") return ReadEvents(*map, report);
  if (kind == "latency") return ReadLatency(*map, report);
  if (kind == "probe") return ReadProbe(*map);
  if (kind == "ratio") return ReadRatio(*map, report);
  return ReadExpressions(*map, report);
}

}  // namespace

std::optional<Sli> ReadNativeSli(TableReader map, Report& report) {
  map.Finish();
  const std::string_view kind = map.OneOf();
  if (!kind.empty()) {
    std::optional<Sli> sli = ReadKind(kind, map, report);
    return map.clean() ? sli : std::nullopt;
  }
  if (map.clean()) {
    report.Error(map.node(), "sli needs exactly one kind",
                 fmt::format("{}", fmt::join(map.one_of(), ", ")));
  }
  return std::nullopt;
}

}  // namespace slowburn
