// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/evaluator.h"
#include "engine/source.h"
#include "rules/alert_window.h"

namespace slowburn {

// Answers range selectors with counters for each SLO, scraped every 15 s: no parsing, no network.
// Each of an SLO's regions has two, of good requests and of bad ones.
class CannedSource : public Source {
 public:
  explicit CannedSource(std::int64_t regions) : regions_(regions) {}

  // From now on, no query is answered.
  void Fail() { failing_ = true; }

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<absl::StatusOr<QueryResult>> results;
    for (const Query& query : queries) {
      if (failing_) {
        results.emplace_back(absl::UnavailableError("down"));
      } else if (!query.expr.starts_with("requests_total")) {
        results.emplace_back(QueryResult());  // How many series there are, when processes began.
      } else {
        results.emplace_back(Answer(query));
      }
    }
    return results;
  }

  absl::StatusOr<std::vector<std::string>> LabelNames(const std::string&, absl::Time) override {
    return std::vector<std::string>{"__name__", "slo", "code", "region"};
  }

  absl::StatusOr<std::vector<std::string>> LabelValues(const std::string&, const std::string&,
                                                       absl::Time) override {
    return std::vector<std::string>{};
  }

  std::optional<absl::Duration> ClockOffset() const override { return std::nullopt; }

  void Cancel() override {}

 private:
  // The selector is `requests_total{slo=~"<n>|<n>..."}[...]`.
  QueryResult Answer(const Query& query) const {
    const std::size_t from = query.expr.find('"') + 1;
    std::string_view slos = std::string_view(query.expr).substr(from);
    slos = slos.substr(0, slos.find('"'));
    QueryResult result;
    result.body = std::make_unique<std::string>();
    constexpr std::size_t kSamples = 5;
    std::vector<std::pair<std::size_t, std::size_t>> labels;
    const std::int64_t now = absl::ToUnixMillis(query.at) / 15'000 * 15'000;
    while (!slos.empty()) {
      const std::string_view slo = slos.substr(0, slos.find('|'));
      slos.remove_prefix(std::min(slos.size(), slo.size() + 1));
      for (std::int64_t i = 0; i < 2 * regions_; ++i) {
        const std::string json =
            fmt::format(R"({{"__name__":"requests_total","code":"{}","region":"r{}","slo":"{}"}})",
                        i % 2 == 0 ? 200 : 500, i / 2, slo);
        labels.emplace_back(result.body->size(), json.size());
        *result.body += json;
        for (std::size_t k = 0; k < kSamples; ++k) {
          const std::int64_t at = now - static_cast<std::int64_t>(kSamples - 1 - k) * 15'000;
          const std::int64_t value = at / 15'000 - 110'000'000;
          result.samples.push_back(
              {at, static_cast<double>(i % 2 == 0 ? 100 * value : value / 50)});
        }
      }
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      result.series.push_back(
          {std::string_view(*result.body).substr(labels[i].first, labels[i].second),
           std::span<const Sample>(result.samples).subspan(i * kSamples, kSamples)});
    }
    return result;
  }

  std::int64_t regions_;
  bool failing_ = false;
};

// `count` SLOs over 30 d with the default tiers, of counters that a CannedSource has.
inline std::vector<ActiveSlo> CannedSlos(std::int64_t count, const std::vector<std::string>& by) {
  std::vector<ActiveSlo> slos;
  for (std::int64_t i = 0; i < count; ++i) {
    Slo slo;
    slo.service = "bench";
    slo.name = fmt::format("slo{}", i);
    slo.objective = MakeRatio(999, 1000);
    slo.window = absl::Hours(30 * 24);
    const Selector total = *ParseSelector(fmt::format(R"(requests_total{{slo="{}"}})", i));
    slo.sli = EventsSli{total, With(total, {"code", Matcher::Op::kEqual, "500"}), std::nullopt};
    slo.by = by;
    slo.alerts.tiers = DefaultTiers(slo.window);
    slos.push_back({std::make_shared<const Slo>(slo), false});
  }
  return slos;
}

}  // namespace slowburn
