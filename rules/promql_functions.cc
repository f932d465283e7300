// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_functions.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rules/promql_token.h"
#include "rules/text.h"

namespace slowburn {
namespace {

constexpr int kAnyNumber = FunctionSignature::kAnyNumber;
constexpr ValueType kScalar = ValueType::kScalar;
constexpr ValueType kVector = ValueType::kVector;

constexpr FunctionSignature kFunctions[] = {
    {"abs", kVector, "v", 1, 1},
    {"absent", kVector, "v", 1, 1},
    {"absent_over_time", kVector, "r", 1, 1},
    {"acos", kVector, "v", 1, 1},
    {"acosh", kVector, "v", 1, 1},
    {"asin", kVector, "v", 1, 1},
    {"asinh", kVector, "v", 1, 1},
    {"atan", kVector, "v", 1, 1},
    {"atanh", kVector, "v", 1, 1},
    {"avg_over_time", kVector, "r", 1, 1},
    {"ceil", kVector, "v", 1, 1},
    {"changes", kVector, "r", 1, 1},
    {"clamp", kVector, "vss", 3, 3},
    {"clamp_max", kVector, "vs", 2, 2},
    {"clamp_min", kVector, "vs", 2, 2},
    {"cos", kVector, "v", 1, 1},
    {"cosh", kVector, "v", 1, 1},
    {"count_over_time", kVector, "r", 1, 1},
    {"day_of_month", kVector, "v", 0, 1},
    {"day_of_week", kVector, "v", 0, 1},
    {"day_of_year", kVector, "v", 0, 1},
    {"days_in_month", kVector, "v", 0, 1},
    {"deg", kVector, "v", 1, 1},
    {"delta", kVector, "r", 1, 1},
    {"deriv", kVector, "r", 1, 1},
    {"double_exponential_smoothing", kVector, "rss", 3, 3},
    {"exp", kVector, "v", 1, 1},
    {"first_over_time", kVector, "r", 1, 1},
    {"floor", kVector, "v", 1, 1},
    {"histogram_avg", kVector, "v", 1, 1},
    {"histogram_count", kVector, "v", 1, 1},
    {"histogram_fraction", kVector, "ssv", 3, 3},
    {"histogram_quantile", kVector, "sv", 2, 2},
    {"histogram_stddev", kVector, "v", 1, 1},
    {"histogram_stdvar", kVector, "v", 1, 1},
    {"histogram_sum", kVector, "v", 1, 1},
    {"holt_winters", kVector, "rss", 3, 3},
    {"hour", kVector, "v", 0, 1},
    {"idelta", kVector, "r", 1, 1},
    {"increase", kVector, "r", 1, 1},
    {"info", kVector, "v", 1, 2},
    {"irate", kVector, "r", 1, 1},
    {"label_join", kVector, "vttt", 3, kAnyNumber},
    {"label_replace", kVector, "vtttt", 5, 5},
    {"last_over_time", kVector, "r", 1, 1},
    {"ln", kVector, "v", 1, 1},
    {"log10", kVector, "v", 1, 1},
    {"log2", kVector, "v", 1, 1},
    {"mad_over_time", kVector, "r", 1, 1},
    {"max_over_time", kVector, "r", 1, 1},
    {"min_over_time", kVector, "r", 1, 1},
    {"minute", kVector, "v", 0, 1},
    {"month", kVector, "v", 0, 1},
    {"pi", kScalar, "", 0, 0},
    {"predict_linear", kVector, "rs", 2, 2},
    {"present_over_time", kVector, "r", 1, 1},
    {"quantile_over_time", kVector, "sr", 2, 2},
    {"rad", kVector, "v", 1, 1},
    {"rate", kVector, "r", 1, 1},
    {"resets", kVector, "r", 1, 1},
    {"round", kVector, "vs", 1, 2},
    {"scalar", kScalar, "v", 1, 1},
    {"sgn", kVector, "v", 1, 1},
    {"sin", kVector, "v", 1, 1},
    {"sinh", kVector, "v", 1, 1},
    {"sort", kVector, "v", 1, 1},
    {"sort_by_label", kVector, "vt", 1, kAnyNumber},
    {"sort_by_label_desc", kVector, "vt", 1, kAnyNumber},
    {"sort_desc", kVector, "v", 1, 1},
    {"sqrt", kVector, "v", 1, 1},
    {"stddev_over_time", kVector, "r", 1, 1},
    {"stdvar_over_time", kVector, "r", 1, 1},
    {"sum_over_time", kVector, "r", 1, 1},
    {"tan", kVector, "v", 1, 1},
    {"tanh", kVector, "v", 1, 1},
    {"time", kScalar, "", 0, 0},
    {"timestamp", kVector, "v", 1, 1},
    {"ts_of_first_over_time", kVector, "r", 1, 1},
    {"ts_of_last_over_time", kVector, "r", 1, 1},
    {"ts_of_max_over_time", kVector, "r", 1, 1},
    {"ts_of_min_over_time", kVector, "r", 1, 1},
    {"vector", kVector, "s", 1, 1},
    {"year", kVector, "v", 0, 1},
};

constexpr Aggregation kAggregations[] = {
    {"avg", ValueType::kAny},    {"bottomk", kScalar},
    {"count", ValueType::kAny},  {"count_values", ValueType::kString},
    {"group", ValueType::kAny},  {"limit_ratio", kScalar},
    {"limitk", kScalar},         {"max", ValueType::kAny},
    {"min", ValueType::kAny},    {"quantile", kScalar},
    {"stddev", ValueType::kAny}, {"stdvar", ValueType::kAny},
    {"sum", ValueType::kAny},    {"topk", kScalar},
};

constexpr std::string_view kShareHint =
    "the share of a bucket is sum(rate(x_bucket{le=\"0.2\"}[{{.window}}])) / "
    "sum(rate(x_count[{{.window}}]))";

constexpr MetricsqlName kMetricsql[] = {
    {"aggr_over_time", ""},
    {"alias", "use label_replace"},
    {"any", "use group"},
    {"ascent_over_time", ""},
    {"bitmap_*", ""},
    {"bottomk_*", "use bottomk"},
    {"buckets_limit", ""},
    {"changes_prometheus", "use changes"},
    {"count_eq_over_time", ""},
    {"count_gt_over_time", ""},
    {"count_le_over_time", ""},
    {"count_ne_over_time", ""},
    {"count_values_over_time", ""},
    {"decreases_over_time", ""},
    {"default_rollup", "use last_over_time"},
    {"delta_prometheus", "use delta"},
    {"deriv_fast", "use deriv"},
    {"descent_over_time", ""},
    {"distinct", ""},
    {"distinct_over_time", ""},
    {"drop_common_labels", "use sum without"},
    {"drop_empty_series", ""},
    {"duration_over_time", ""},
    {"geomean*", ""},
    {"histogram", ""},
    {"histogram_over_time", ""},
    {"histogram_share", kShareHint},
    {"hoeffding_bound_*", ""},
    {"ideriv", "use deriv"},
    {"increase_prometheus", "use increase"},
    {"increase_pure", "use increase"},
    {"increases_over_time", ""},
    {"integrate", ""},
    {"interpolate", ""},
    {"iqr_over_time", ""},
    {"keep_last_value", "use last_over_time"},
    {"keep_next_value", ""},
    {"label_copy", "use label_replace"},
    {"label_del", "use sum without"},
    {"label_graphite_group", ""},
    {"label_keep", "use sum by"},
    {"label_lowercase", ""},
    {"label_map", "use label_replace"},
    {"label_match", "use a matcher in the selector"},
    {"label_mismatch", "use a matcher in the selector"},
    {"label_move", "use label_replace"},
    {"label_set", "use label_replace"},
    {"label_transform", "use label_replace"},
    {"label_uppercase", ""},
    {"label_value", ""},
    {"labels_equal", ""},
    {"lag", "use time() - timestamp(..)"},
    {"lifetime", ""},
    {"limit_offset", ""},
    {"mad", ""},
    {"median", "use quantile(0.5, ..)"},
    {"median_over_time", "use quantile_over_time(0.5, ..)"},
    {"mode", ""},
    {"mode_over_time", ""},
    {"now", "use time()"},
    {"outlier*", ""},
    {"prometheus_buckets", ""},
    {"quantiles", "use quantile"},
    {"quantiles_over_time", "use quantile_over_time"},
    {"rand*", ""},
    {"range_*", ""},
    {"rate_over_sum", "use sum_over_time"},
    {"rate_prometheus", "use rate"},
    {"remove_resets", ""},
    {"rollup*", "use the _over_time functions"},
    {"ru", ""},
    {"running_*", ""},
    {"scrape_interval", ""},
    {"share", ""},
    {"share_eq_over_time", ""},
    {"share_gt_over_time", ""},
    {"share_le_over_time", ""},
    {"smooth_exponential", ""},
    {"sort_by_label_numeric*", "use sort_by_label"},
    {"stale_samples_over_time", ""},
    {"sum2*", ""},
    {"sum_eq_over_time", ""},
    {"sum_gt_over_time", ""},
    {"sum_le_over_time", ""},
    {"tfirst_over_time", ""},
    {"timestamp_with_name", "use timestamp"},
    {"timezone_offset", ""},
    {"tlast_*", ""},
    {"tmax_over_time", ""},
    {"tmin_over_time", ""},
    {"topk_*", "use topk"},
    {"ttf", "use predict_linear"},
    {"union", "use or"},
    {"zscore*", ""},
};

bool Fits(std::string_view pattern, std::string_view name) {
  if (pattern.back() != '*') return name == pattern;
  pattern.remove_suffix(1);
  return name.substr(0, pattern.size()) == pattern;
}

std::size_t CommonPrefix(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::size_t>(end - a.begin());
}

}  // namespace

std::string_view Describe(ValueType type) {
  switch (type) {
    case ValueType::kScalar:
      return "a scalar";
    case ValueType::kVector:
      return "an instant vector";
    case ValueType::kRange:
      return "a range vector";
    case ValueType::kString:
      return "a string";
    case ValueType::kAny:
      return "anything";
  }
  return "";
}

ValueType FunctionSignature::Argument(int index) const {
  if (arguments.empty()) return ValueType::kAny;
  const auto at = std::min(static_cast<std::size_t>(index), arguments.size() - 1);
  switch (arguments[at]) {
    case 's':
      return ValueType::kScalar;
    case 'v':
      return ValueType::kVector;
    case 'r':
      return ValueType::kRange;
    default:
      return ValueType::kString;
  }
}

const FunctionSignature* FindFunction(std::string_view name) {
  const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                  [&](const auto& f) { return f.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

const Aggregation* FindAggregation(std::string_view name) {
  const std::string lower = AsciiLower(name);
  const auto found = std::find_if(std::begin(kAggregations), std::end(kAggregations),
                                  [&](const auto& a) { return a.name == lower; });
  return found == std::end(kAggregations) ? nullptr : found;
}

const MetricsqlName* FindMetricsqlName(std::string_view name) {
  const std::string lower = AsciiLower(name);  // MetricsQL takes its functions in any case.
  const auto found = std::find_if(std::begin(kMetricsql), std::end(kMetricsql),
                                  [&](const auto& m) { return Fits(m.name, lower); });
  return found == std::end(kMetricsql) ? nullptr : found;
}

std::string_view NearestFunction(std::string_view name) {
  constexpr std::size_t kLongest = 40;  // Longer than any function and its slips.
  if (name.size() > kLongest) return "";
  const std::string lower = AsciiLower(name);
  const std::size_t most = lower.size() < 4 ? 1 : 2;  // Slips in a name of that size.
  std::string_view nearest;
  std::size_t least = most;
  std::size_t shared = 0;  // Of equally near names, people meant the one that begins alike.
  const auto consider = [&](std::string_view candidate) {
    const std::size_t distance = EditDistance(lower, candidate);
    const std::size_t prefix = CommonPrefix(lower, candidate);
    if (distance > least || (distance == least && prefix <= shared)) return;
    least = distance;
    shared = prefix;
    nearest = candidate;
  };
  for (const FunctionSignature& function : kFunctions) consider(function.name);
  for (const Aggregation& aggregation : kAggregations) consider(aggregation.name);
  return nearest;
}

}  // namespace slowburn
