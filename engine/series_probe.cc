// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/series_probe.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/prometheus_json.h"
#include "engine/series_matcher.h"
#include "rules/label.h"
#include "rules/merge.h"

namespace slowburn {
namespace {

// Times that refused queries are asked anew in halves.
constexpr int kRounds = 10;

// Some terms that are asked for in one query.
struct Ask {
  std::vector<std::size_t> terms;
  std::string label;  // That tells them apart; may be empty.
  std::string expr;
};

class Probe {
 public:
  Probe(Source& source, std::span<const Term> terms, absl::Time at)
      : source_(source), terms_(terms), at_(at), found_(terms.size(), false) {}

  std::vector<absl::StatusOr<bool>> Run() {
    std::vector<std::size_t> all(terms_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    std::vector<Ask> asks = Plan(all);
    for (int round = 0; !asks.empty(); ++round) asks = Exchange(asks, round < kRounds);
    return std::move(found_);
  }

 private:
  std::vector<Ask> Plan(std::span<const std::size_t> terms) const {
    std::vector<Selector> selectors;
    for (const std::size_t term : terms) selectors.push_back(terms_[term].selector);
    std::vector<Ask> asks;
    for (const MergedSelector& merged : MergeSelectors(selectors, {})) {
      Ask ask{{}, merged.label, {}};
      std::set<std::string> labels = {"__name__"};
      for (const std::size_t member : merged.members) {
        ask.terms.push_back(terms[member]);
        for (const Matcher& matcher : selectors[member].matchers) labels.insert(matcher.label);
      }
      std::string by;
      for (const std::string& label : labels) {
        by += fmt::format("{}{}", by.empty() ? "" : ", ", LabelText(label));
      }
      ask.expr = fmt::format("count by ({}) ({})", by, ToString(merged.selector));
      asks.push_back(std::move(ask));
    }
    return asks;
  }

  // Asks, and returns what to ask instead of what was too much.
  std::vector<Ask> Exchange(std::span<const Ask> asks, bool may_split) {
    std::vector<Query> queries;
    for (const Ask& ask : asks) queries.push_back({ask.expr, at_});
    std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
    // A server that hangs would do so for each half too.
    const bool hangs = std::all_of(answers.begin(), answers.end(), [](const auto& answer) {
      return absl::IsDeadlineExceeded(answer.status());
    });
    std::vector<Ask> halves;
    for (std::size_t i = 0; i < asks.size(); ++i) {
      const absl::Status status = Take(asks[i], answers[i]);
      if (status.ok()) continue;
      const bool too_much =
          absl::IsResourceExhausted(status) || (absl::IsDeadlineExceeded(status) && !hangs);
      const std::span<const std::size_t> terms = asks[i].terms;
      if (!too_much || !may_split || terms.size() < 2) {
        for (const std::size_t term : terms) found_[term] = status;
        continue;
      }
      for (const auto half : {terms.first(terms.size() / 2), terms.subspan(terms.size() / 2)}) {
        for (Ask& ask : Plan(half)) halves.push_back(std::move(ask));
      }
    }
    return halves;
  }

  absl::Status Take(const Ask& ask, const absl::StatusOr<QueryResult>& answer) {
    if (!answer.ok()) return answer.status();
    if (answer->partial) {
      return absl::DataLossError(fmt::format(
          "it answered in part: {}", answer->warnings.empty() ? "" : answer->warnings.front()));
    }
    std::map<std::string, std::vector<std::pair<std::size_t, SeriesMatcher>>> by_value;
    for (const std::size_t term : ask.terms) {
      by_value[ValueOf(terms_[term].selector, ask.label)].emplace_back(term,
                                                                       SeriesMatcher(terms_[term]));
    }
    for (const QueryResult::Series& series : answer->series) {
      absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
      if (!labels.ok()) return labels.status();
      const auto members = by_value.find((*labels)[ask.label]);
      if (members == by_value.end()) continue;
      for (const auto& [term, matcher] : members->second) {
        if (found_[term].ok() && !*found_[term]) found_[term] = matcher.Matches(*labels);
      }
    }
    return absl::OkStatus();
  }

  Source& source_;
  std::span<const Term> terms_;
  absl::Time at_;
  std::vector<absl::StatusOr<bool>> found_;
};

}  // namespace

std::vector<absl::StatusOr<bool>> AnySeries(Source& source, std::span<const Term> terms,
                                            absl::Time at) {
  return Probe(source, terms, at).Run();
}

}  // namespace slowburn
