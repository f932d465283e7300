// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/native_sli.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/bucket.h"
#include "rules/checks.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"events", "latency", "probe", "ratio",
                                                    "expression"};

std::optional<Selector> NeedSelector(MapReader& map, std::string_view key, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return std::nullopt;
  return ReadSelector(*node, key, report);
}

std::optional<Sli> ReadEvents(const YamlNode& node, Report& report) {
  const int errors = report.errors();
  MapReader map(node, "events", report);
  EventsSli out;
  if (auto total = NeedSelector(map, "total", report)) out.total = *std::move(total);
  const YamlNode* bad = map.Find("bad");
  const YamlNode* good = map.Find("good");
  if (map.is_map() && (bad == nullptr) == (good == nullptr)) {
    report.Error(node, "events needs total and one of bad and good");
  } else if (bad != nullptr) {
    out.bad = ReadSelector(*bad, "bad", report);
  } else if (good != nullptr) {
    out.good = ReadSelector(*good, "good", report);
  }
  map.Finish();
  if (report.errors() > errors) return std::nullopt;
  if (out.bad == out.total || out.good == out.total) {
    report.Error(bad != nullptr ? *bad : *good,
                 fmt::format("{} is the same selector as total", bad != nullptr ? "bad" : "good"));
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

std::optional<Sli> ReadLatency(const YamlNode& node, Report& report) {
  const int errors = report.errors();
  MapReader map(node, "latency", report);
  LatencySli out;
  if (const YamlNode* histogram = map.Need("histogram")) {
    if (auto selector = ReadHistogram(*histogram, report)) out.histogram = *std::move(selector);
  }
  if (const YamlNode* under = map.Need("under")) {
    const auto bound = ReadDuration(*under, "under", report);
    if (bound.has_value() && *bound <= absl::ZeroDuration()) {
      report.Error(*under, "under must be longer than 0");
    }
    out.under = bound.value_or(absl::ZeroDuration());
  }
  out.milliseconds = CountsMilliseconds(MetricName(out.histogram));
  if (const YamlNode* unit = map.Find("unit")) {
    const auto text = ReadText(*unit, "unit", report);
    out.milliseconds = text == "ms";
    if (text.has_value() && text != "ms" && text != "s") {
      report.Error(*unit, fmt::format("unit must be s or ms, not '{}'", Shown(*text)));
    }
  }
  map.Finish();
  if (report.errors() > errors) return std::nullopt;
  return out;
}

std::optional<Sli> ReadProbe(const YamlNode& node, Report& report) {
  if (node.kind == YamlNode::Kind::kScalar) {
    auto gauge = ReadSelector(node, "probe", report);
    if (!gauge.has_value()) return std::nullopt;
    return ProbeSli{*std::move(gauge)};
  }
  MapReader map(node, "probe", report);
  auto gauge = NeedSelector(map, "gauge", report);
  map.Finish();
  if (!gauge.has_value()) return std::nullopt;
  return ProbeSli{*std::move(gauge)};
}

std::optional<std::string> NeedExpression(MapReader& map, std::string_view key, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return std::nullopt;
  return ReadExpression(*node, key, report);
}

std::optional<Sli> ReadRatio(const YamlNode& node, Report& report) {
  MapReader map(node, "ratio", report);
  std::optional<std::string> error;
  if (const YamlNode* query = map.Need("error"))
    error = ReadExpression(*query, "ratio.error", report);
  map.Finish();
  if (!error.has_value()) return std::nullopt;
  return RatioSli{*std::move(error)};
}

std::optional<Sli> ReadExpressions(const YamlNode& node, Report& report) {
  MapReader map(node, "expression", report);
  auto error = NeedExpression(map, "error_query", report);
  auto total = NeedExpression(map, "total_query", report);
  map.Finish();
  if (!error.has_value() || !total.has_value()) return std::nullopt;
  if (*error == *total) {
    report.Error(*map.Find("error_query"), "error_query is the same as total_query");
    return std::nullopt;
  }
  return ExpressionSli{*std::move(error), *std::move(total)};
}

std::optional<Sli> ReadKind(std::string_view kind, const YamlNode& node, Report& report) {
  if (kind == "events") return ReadEvents(node, report);
  if (kind == "latency") return ReadLatency(node, report);
  if (kind == "probe") return ReadProbe(node, report);
  if (kind == "ratio") return ReadRatio(node, report);
  return ReadExpressions(node, report);
}

}  // namespace

std::optional<Sli> ReadNativeSli(const YamlNode& node, Report& report) {
  const int errors = report.errors();
  MapReader map(node, "sli", report);
  std::vector<std::pair<std::string_view, const YamlNode*>> kinds;
  for (const std::string_view kind : kKinds) {
    if (const YamlNode* of_kind = map.FindWritten(kind)) kinds.emplace_back(kind, of_kind);
  }
  map.NotYet("threshold");
  map.Finish();
  if (kinds.size() == 1) {
    const auto& [kind, of_kind] = kinds[0];
    if (of_kind->kind != YamlNode::Kind::kEmpty) {
      std::optional<Sli> sli = ReadKind(kind, *of_kind, report);
      return report.errors() > errors ? std::nullopt : sli;
    }
    report.Error(*of_kind, fmt::format("{} is empty", kind));
  } else if (report.errors() == errors) {
    report.Error(node, "sli needs exactly one kind", fmt::format("{}", fmt::join(kKinds, ", ")));
  }
  return std::nullopt;
}

}  // namespace slowburn
