// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/prometheus_source.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/io/http_client.h"
#include "engine/prometheus_json.h"
#include "engine/url.h"

namespace slowburn {
namespace {

using Answer = absl::StatusOr<HttpResponse>;

// Stores that hold what others scraped answer in part, or from a cache, unless told not to.
constexpr std::string_view kWhole = "partial_response=false&deny_partial_response=1&nocache=1";

// The source gives up a little before we do, so that we read its reason instead of hanging up.
constexpr double kServersShareOfTimeout = 0.9;

std::string Seconds(absl::Time time) {
  const std::int64_t ms = std::max<std::int64_t>(absl::ToUnixMillis(time), 0);
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

HttpRequest Form(std::string path, std::string body) {
  return {.method = "POST",
          .path = std::move(path),
          .content_type = "application/x-www-form-urlencoded",
          .body = std::move(body)};
}

class PrometheusSource : public Source {
 public:
  PrometheusSource(std::string name, const SourceSettings& settings, Clock& clock,
                   Telemetry& telemetry)
      : name_(std::move(name)),
        client_(settings.http),
        max_in_flight_(settings.max_in_flight),
        server_timeout_(fmt::format(
            "{:.3f}", absl::ToDoubleSeconds(settings.http.timeout) * kServersShareOfTimeout)),
        clock_(clock),
        telemetry_(telemetry) {}

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<HttpRequest> requests;
    requests.reserve(queries.size());
    for (const Query& query : queries) requests.push_back(Request(query));
    std::vector<Answer> answers = Exchange(requests);
    std::vector<absl::StatusOr<QueryResult>> results;
    results.reserve(answers.size());
    for (Answer& answer : answers) results.push_back(Read(answer, ParseQueryResponse));
    return results;
  }

  absl::StatusOr<std::vector<std::string>> LabelNames(const std::string& selector,
                                                      absl::Time since) override {
    const HttpRequest request = Form("/api/v1/labels", Match(selector, since));
    return ReadStrings(request);
  }

  absl::StatusOr<std::vector<std::string>> LabelValues(const std::string& label,
                                                       const std::string& selector,
                                                       absl::Time since) override {
    const HttpRequest request = {
        .path = fmt::format("/api/v1/label/{}/values?{}", UrlEncode(label), Match(selector, since)),
        .content_type = {},
        .body = {}};
    return ReadStrings(request);
  }

  std::optional<absl::Duration> ClockOffset() const override {
    const std::int64_t ms = offset_ms_;
    if (ms == kNoOffset) return std::nullopt;
    return absl::Milliseconds(ms);
  }

  void Cancel() override { client_.Cancel(); }

 private:
  static constexpr std::int64_t kNoOffset = std::numeric_limits<std::int64_t>::min();

  HttpRequest Request(const Query& query) const {
    return Form("/api/v1/query",
                fmt::format("query={}&time={}&timeout={}&{}", UrlEncode(query.expr),
                            Seconds(query.at), server_timeout_, kWhole));
  }

  static std::string Match(const std::string& selector, absl::Time since) {
    return fmt::format("match%5B%5D={}&start={}&{}", UrlEncode(selector), Seconds(since), kWhole);
  }

  absl::StatusOr<std::vector<std::string>> ReadStrings(const HttpRequest& request) {
    std::vector<Answer> answers = Exchange({&request, 1});
    return Read(answers.front(), ParseStringList);
  }

  // Sends all, and reports on each.
  std::vector<Answer> Exchange(std::span<const HttpRequest> requests) {
    struct Ending {
      absl::Time at;
      absl::Duration took;
    };

    std::vector<Ending> endings(requests.size());
    std::vector<Answer> answers =
        client_.SendAll(requests, max_in_flight_, [&](std::size_t index, absl::Duration took) {
          endings[index] = {.at = clock_.TimeNow(), .took = took};
        });
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].status().code() == absl::StatusCode::kCancelled) continue;
      const std::string code = answers[i].ok() ? fmt::format("{}", answers[i]->status) : "error";
      telemetry_.OnSourceRequest(name_, code, endings[i].took);
      if (answers[i].ok()) SetOffset(*answers[i], endings[i].at);
    }
    return answers;
  }

  // A server stamps its answer when it begins it, which can be long after it was asked.
  void SetOffset(const HttpResponse& response, absl::Time ended) {
    if (!response.date) return;
    const absl::Duration offset = *response.date - (ended - response.body_took);
    offset_ms_ = absl::ToInt64Milliseconds(offset);
    telemetry_.OnSourceClockOffset(name_, offset);
  }

  // Hands a success to `parse`; anything else is an error.
  template <typename Parse>
  static auto Read(Answer& answer, const Parse& parse) -> decltype(parse(std::string())) {
    if (!answer.ok()) return answer.status();
    if (answer->status != 200) return QueryError(answer->status, answer->body);
    return parse(std::move(answer->body));
  }

  const std::string name_;
  HttpClient client_;
  const int max_in_flight_;
  const std::string server_timeout_;
  Clock& clock_;
  Telemetry& telemetry_;
  std::atomic<std::int64_t> offset_ms_ = kNoOffset;
};

}  // namespace

std::unique_ptr<Source> NewPrometheusSource(std::string name, const SourceSettings& settings,
                                            Clock& clock, Telemetry& telemetry) {
  return std::make_unique<PrometheusSource>(std::move(name), settings, clock, telemetry);
}

}  // namespace slowburn
