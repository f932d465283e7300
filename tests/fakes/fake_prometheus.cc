// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_prometheus.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "engine/series_matcher.h"

namespace slowburn {
namespace {

// Collects series, whose views are made only once nothing moves any more.
class ResultBuilder {
 public:
  void Add(const Labels& labels, const std::vector<Sample>& samples) {
    const std::string json = nlohmann::json(labels).dump();
    parts_.push_back({body_.size(), json.size(), samples_.size(), samples.size()});
    body_ += json;
    samples_.insert(samples_.end(), samples.begin(), samples.end());
  }

  QueryResult Build() && {
    QueryResult result;
    result.body = std::make_unique<std::string>(std::move(body_));
    result.samples = std::move(samples_);
    for (const Part& part : parts_) {
      result.series.push_back(
          {std::string_view(*result.body).substr(part.labels, part.labels_size),
           std::span<const Sample>(result.samples).subspan(part.first, part.count)});
    }
    return result;
  }

 private:
  struct Part {
    std::size_t labels;
    std::size_t labels_size;
    std::size_t first;
    std::size_t count;
  };

  std::string body_;
  std::vector<Sample> samples_;
  std::vector<Part> parts_;
};

SeriesMatcher MatcherOf(const Selector& selector) {
  Term term;
  term.selector = selector;
  return SeriesMatcher(term);
}

}  // namespace

void FakePrometheus::Add(const Labels& labels, std::int64_t at_ms, double value,
                         std::int64_t visible_ms) {
  std::vector<Stored>& stored = series_[labels];
  const auto after =
      std::upper_bound(stored.begin(), stored.end(), at_ms,
                       [](std::int64_t at, const Stored& s) { return at < s.sample.at_ms; });
  stored.insert(after, Stored{{at_ms, value}, visible_ms});
}

QueryResult FakePrometheus::Range(const Selector& selector, std::int64_t from_ms,
                                  std::int64_t at_ms) const {
  const SeriesMatcher matcher = MatcherOf(selector);
  ResultBuilder builder;
  for (const auto& [labels, stored] : series_) {
    if (!matcher.Matches(labels)) continue;
    std::vector<Sample> samples;
    auto one =
        std::upper_bound(stored.begin(), stored.end(), from_ms,
                         [](std::int64_t at, const Stored& s) { return at < s.sample.at_ms; });
    for (; one != stored.end() && one->sample.at_ms <= at_ms; ++one) {
      if (one->visible_ms <= at_ms) samples.push_back(one->sample);
    }
    if (!samples.empty()) builder.Add(labels, samples);
  }
  return std::move(builder).Build();
}

// Leaves each series with its smallest sample alone.
static void KeepLeast(QueryResult& result) {
  for (QueryResult::Series& series : result.series) {
    const auto least =
        std::min_element(series.samples.begin(), series.samples.end(),
                         [](const Sample& a, const Sample& b) { return a.value < b.value; });
    series.samples =
        series.samples.subspan(static_cast<std::size_t>(least - series.samples.begin()), 1);
  }
}

std::vector<absl::StatusOr<QueryResult>> FakePrometheus::Run(std::span<const Query> queries) {
  std::vector<absl::StatusOr<QueryResult>> results;
  for (const Query& query : queries) {
    asked.push_back(query);
    if (!failure.ok()) {
      results.emplace_back(failure);
      continue;
    }
    constexpr std::string_view kMin = "min_over_time(";
    const bool is_min = query.expr.starts_with(kMin) && query.expr.ends_with("ms])");
    const std::string expr =
        is_min ? query.expr.substr(kMin.size(), query.expr.size() - kMin.size() - 1) : query.expr;
    const std::size_t bracket = expr.rfind('[');
    std::int64_t range_ms = 0;
    const bool is_range = expr.ends_with("ms]") && bracket != std::string::npos;
    if (is_range) {
      std::from_chars(expr.data() + bracket + 1, expr.data() + expr.size(), range_ms);
      if (range_ms > longest_range_ms) {
        results.emplace_back(absl::ResourceExhaustedError("too many samples"));
        continue;
      }
      const auto selector = ParseSelector(expr.substr(0, bracket));
      if (!selector.ok()) {
        results.emplace_back(selector.status());
        continue;
      }
      const std::int64_t at_ms = absl::ToUnixMillis(query.at);
      results.emplace_back(Range(*selector, at_ms - range_ms, at_ms));
      if (is_min) KeepLeast(*results.back());
    } else {
      const std::optional<double> value = evaluate ? evaluate(query.expr, query.at) : std::nullopt;
      results.emplace_back(VectorOf({}, value));
    }
    results.back()->partial = partial;
  }
  return results;
}

absl::StatusOr<std::vector<std::string>> FakePrometheus::LabelNames(const std::string& selector,
                                                                    absl::Time) {
  if (!failure.ok()) return failure;
  const auto parsed = ParseSelector(selector);
  if (!parsed.ok()) return parsed.status();
  const SeriesMatcher matcher = MatcherOf(*parsed);
  std::map<std::string, bool> names;
  for (const auto& [labels, stored] : series_) {
    if (!matcher.Matches(labels)) continue;
    for (const auto& [name, value] : labels) names[name] = true;
  }
  std::vector<std::string> out;
  for (const auto& [name, seen] : names) out.push_back(name);
  return out;
}

absl::StatusOr<std::vector<std::string>> FakePrometheus::LabelValues(const std::string& label,
                                                                     const std::string& selector,
                                                                     absl::Time) {
  if (!failure.ok()) return failure;
  const auto parsed = ParseSelector(selector);
  if (!parsed.ok()) return parsed.status();
  const SeriesMatcher matcher = MatcherOf(*parsed);
  std::map<std::string, bool> values;
  for (const auto& [labels, stored] : series_) {
    const auto value = labels.find(label);
    if (matcher.Matches(labels) && value != labels.end()) values[value->second] = true;
  }
  std::vector<std::string> out;
  for (const auto& [value, seen] : values) out.push_back(value);
  return out;
}

QueryResult VectorOf(const Labels& labels, std::optional<double> value) {
  ResultBuilder builder;
  if (value) builder.Add(labels, {{0, *value}});
  return std::move(builder).Build();
}

}  // namespace slowburn
