// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/pyrra_sli.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <absl/strings/numbers.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/bucket.h"
#include "rules/checks.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

constexpr std::string_view kBucket = "_bucket";
constexpr std::string_view kCount = "_count";

// Reads the `metric` under `key`: `errors`, `total`, `success`.
std::optional<Selector> NeedMetric(MapReader& parent, std::string_view key, Report& report) {
  const YamlNode* node = parent.Need(key);
  if (node == nullptr) return std::nullopt;
  MapReader map(*node, key, report);
  const YamlNode* metric = map.Need("metric");
  map.Finish();
  if (metric == nullptr) return std::nullopt;
  return ReadSelector(*metric, "metric", report);
}

std::vector<std::string> ReadGrouping(MapReader& map, Report& report) {
  std::vector<std::string> out;
  const YamlNode* node = map.Find("grouping");
  if (node == nullptr) return out;
  for (const YamlNode* item : ReadList(*node, "grouping", report)) {
    auto label = ReadText(*item, "grouping", report);
    // Pyrra takes one that stands twice for one.
    if (!label || std::find(out.begin(), out.end(), *label) != out.end()) continue;
    out.push_back(*std::move(label));
  }
  return out;
}

std::optional<PyrraIndicator> ReadRatio(const YamlNode& node, Report& report) {
  MapReader map(node, "ratio", report);
  const auto errors = NeedMetric(map, "errors", report);
  const auto total = NeedMetric(map, "total", report);
  PyrraIndicator out;
  out.grouping = ReadGrouping(map, report);
  map.Finish();
  if (!errors || !total) return std::nullopt;
  if (*errors == *total) {
    report.Error(node, "errors is the same selector as total");
    return std::nullopt;
  }
  out.total = *total;
  out.sli = EventsSli{*total, *errors, std::nullopt};
  return out;
}

// `selector` with its metric's name less `suffix`; nullopt when it has no such
// name.
std::optional<Selector> WithoutSuffix(Selector selector, std::string_view suffix) {
  for (Matcher& matcher : selector.matchers) {
    if (matcher.label != "__name__" || matcher.op != Matcher::Op::kEqual) continue;
    if (!matcher.value.ends_with(suffix)) return std::nullopt;
    matcher.value.resize(matcher.value.size() - suffix.size());
    return selector;
  }
  return std::nullopt;
}

bool IsBound(const Matcher& matcher) {
  return matcher.label == "le" && matcher.op == Matcher::Op::kEqual;
}

// The bucket's bound that `success` asks for; nullopt without one.
std::optional<double> BoundOf(const Selector& success) {
  const auto le = std::find_if(success.matchers.begin(), success.matchers.end(), IsBound);
  double bound = 0;
  if (le == success.matchers.end() || !absl::SimpleAtod(le->value, &bound) || !(bound > 0)) {
    return std::nullopt;
  }
  return bound;
}

// `bound` of a histogram that counts in `unit`, where it is one in whole nanoseconds: not infinity,
// nor what counts something else, as bytes.
std::optional<absl::Duration> AsDuration(double bound, absl::Duration unit) {
  constexpr double kMost = 9e9;  // Its nanoseconds are within 63 bits.
  if (bound > kMost) return std::nullopt;
  const double nanoseconds = absl::ToDoubleNanoseconds(unit);
  const absl::Duration under = absl::Nanoseconds(std::llround(bound * nanoseconds));
  if (absl::FDivDuration(under, unit) != bound) return std::nullopt;
  return under;
}

std::optional<PyrraIndicator> ReadLatency(const YamlNode& node, Report& report) {
  MapReader map(node, "latency", report);
  std::optional<Selector> success = NeedMetric(map, "success", report);
  const auto total = NeedMetric(map, "total", report);
  PyrraIndicator out;
  out.grouping = ReadGrouping(map, report);
  map.Finish();
  if (!success || !total) return std::nullopt;
  out.total = *total;
  if (const YamlNode* grouping = map.Find("grouping");
      std::find(out.grouping.begin(), out.grouping.end(), "le") != out.grouping.end()) {
    report.Error(*grouping,
                 "grouping: le tells a histogram's buckets apart, "
                 "so it can't split an SLO");
    return std::nullopt;
  }
  const std::optional<double> bound = BoundOf(*success);
  if (!bound) {
    report.Error(*map.Find("success"),
                 "success must choose a bucket: le=\"...\", a number above 0");
    return std::nullopt;
  }
  const bool milliseconds = CountsMilliseconds(MetricName(*success));
  const std::optional<absl::Duration> under =
      AsDuration(*bound, milliseconds ? absl::Milliseconds(1) : absl::Seconds(1));
  if (!under) {
    out.sli = EventsSli{*total, std::nullopt, *std::move(success)};  // As it is written.
    return out;
  }
  std::erase_if(success->matchers, IsBound);
  const std::optional<Selector> of_success = WithoutSuffix(*success, kBucket);
  if (of_success && of_success == WithoutSuffix(*total, kCount)) {
    out.sli = LatencySli{*std::move(success), *under, milliseconds};
  } else {
    const std::string pattern = MakeBucketBound(*under, milliseconds).pattern;
    out.sli = EventsSli{*total, std::nullopt,
                        With(*std::move(success), {"le", Matcher::Op::kRegex, pattern})};
  }
  return out;
}

// Of native histograms the source tells the share below a bound.
std::optional<PyrraIndicator> ReadLatencyNative(const YamlNode& node, Report& report) {
  MapReader map(node, "latencyNative", report);
  const YamlNode* latency = map.Need("latency");
  const auto total = NeedMetric(map, "total", report);
  PyrraIndicator out;
  out.grouping = ReadGrouping(map, report);
  map.Finish();
  if (latency == nullptr || !total) return std::nullopt;
  const auto under = ReadDuration(*latency, "latency", report);
  if (!under) return std::nullopt;
  if (*under <= absl::ZeroDuration()) {
    report.Error(*latency, "latency must be longer than 0");
    return std::nullopt;
  }
  out.total = *total;
  const std::string by =
      out.grouping.empty() ? "" : fmt::format(" by ({}) ", fmt::join(out.grouping, ", "));
  out.sli = RatioSli{fmt::format("1 - histogram_fraction(0, {}, sum{}(rate({}[{{{{.window}}}}])))",
                                 absl::ToDoubleSeconds(*under), by, ToString(*total))};
  return out;
}

std::optional<PyrraIndicator> ReadBoolGauge(const YamlNode& node, Report& report) {
  MapReader map(node, "bool_gauge", report);
  const YamlNode* metric = map.Need("metric");
  PyrraIndicator out;
  out.grouping = ReadGrouping(map, report);
  map.Finish();
  if (metric == nullptr) return std::nullopt;
  auto gauge = ReadSelector(*metric, "metric", report);
  if (!gauge) return std::nullopt;
  out.total = *gauge;
  out.sli = ProbeSli{*std::move(gauge)};
  return out;
}

}  // namespace

std::optional<PyrraIndicator> ReadPyrraIndicator(const YamlNode& node, Report& report) {
  MapReader map(node, "indicator", report);
  const YamlNode* ratio = map.Find("ratio");
  const YamlNode* latency = map.Find("latency");
  const YamlNode* native = map.Find("latencyNative");
  const YamlNode* gauge = map.Find("bool_gauge");
  map.Finish();
  if ((ratio != nullptr) + (latency != nullptr) + (native != nullptr) + (gauge != nullptr) != 1) {
    report.Error(node,
                 "indicator needs exactly one of ratio, latency, "
                 "latencyNative and bool_gauge");
    return std::nullopt;
  }
  if (ratio != nullptr) return ReadRatio(*ratio, report);
  if (latency != nullptr) return ReadLatency(*latency, report);
  if (native != nullptr) return ReadLatencyNative(*native, report);
  return ReadBoolGauge(*gauge, report);
}

}  // namespace slowburn
