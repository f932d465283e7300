// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/prometheus_source.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/io/http_client.h"
#include "engine/io/log.h"
#include "engine/prometheus_json.h"
#include "engine/url.h"

namespace slowburn {
namespace {

using Answer = absl::StatusOr<HttpResponse>;

// Stores that hold what others scraped answer in part, or from a cache, unless told not to.
constexpr std::string_view kWhole = "partial_response=false&deny_partial_response=1&nocache=1";

// The source gives up a little before we do, so that we read its reason instead of hanging up.
constexpr double kServersShareOfTimeout = 0.9;

// Before a request that failed is sent again.
constexpr absl::Duration kBackoff = absl::Milliseconds(200);

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

// Hands a success to `parse`; anything else is an error.
template <typename Parse>
auto Read(Answer& answer, const Parse& parse) -> decltype(parse(std::string())) {
  if (!answer.ok()) return answer.status();
  if (answer->status != 200) return QueryError(answer->status, answer->body);
  return parse(std::move(answer->body));
}

// Whether the server is at fault, and not what it was asked: the same may work in a moment, or
// elsewhere.
bool MayPass(const Answer& answer) {
  if (!answer.ok()) return absl::IsUnavailable(answer.status());
  return answer->status != 200 && absl::IsUnavailable(QueryError(answer->status, answer->body));
}

// A refusal for the time being is no failure: the next replica would be flooded as well.
bool IsRefusal(const Answer& answer) {
  return answer.ok() && answer->status == 429;
}

// Whether the replica failed: the server for any request, or it hung for all of them.  One query
// alone that takes too long is too large.
bool Failed(std::span<const Answer> answers) {
  if (answers.empty()) return false;
  const bool hung = std::all_of(answers.begin(), answers.end(), [](const Answer& answer) {
    return absl::IsDeadlineExceeded(answer.status());
  });
  return hung || std::any_of(answers.begin(), answers.end(), [](const Answer& answer) {
           return MayPass(answer) && !IsRefusal(answer);
         });
}

std::ptrdiff_t Successes(std::span<const Answer> answers) {
  return std::count_if(answers.begin(), answers.end(),
                       [](const Answer& answer) { return answer.ok() && answer->status == 200; });
}

class PrometheusSource : public Source {
 public:
  PrometheusSource(std::string name, const SourceSettings& settings, Clock& clock,
                   Telemetry& telemetry)
      : name_(std::move(name)),
        timeout_(settings.http.timeout),
        max_in_flight_(settings.max_in_flight),
        server_timeout_(fmt::format(
            "{:.3f}", absl::ToDoubleSeconds(settings.http.timeout) * kServersShareOfTimeout)),
        clock_(clock),
        telemetry_(telemetry) {
    HttpSettings http = settings.http;
    replicas_.push_back(std::make_unique<HttpClient>(http));
    for (const std::string& url : settings.replicas) {
      http.url = url;
      replicas_.push_back(std::make_unique<HttpClient>(http));
    }
  }

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<HttpRequest> requests;
    requests.reserve(queries.size());
    for (const Query& query : queries) requests.push_back(Request(query));
    Answers answers = Ask(requests);
    std::vector<absl::StatusOr<QueryResult>> results;
    results.reserve(answers.all.size());
    for (Answer& answer : answers.all) {
      results.push_back(Read(answer, ParseQueryResponse));
      if (results.back().ok()) results.back()->replica = static_cast<int>(answers.replica);
    }
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

  void Cancel() override {
    {
      const std::lock_guard<std::mutex> lock(cancel_mutex_);
      cancelled_ = true;
    }
    cancel_changed_.notify_all();
    for (const auto& replica : replicas_) replica->Cancel();
  }

 private:
  static constexpr std::int64_t kNoOffset = std::numeric_limits<std::int64_t>::min();

  struct Answers {
    std::vector<Answer> all;
    std::size_t replica = 0;  // That gave them all.
  };

  HttpRequest Request(const Query& query) const {
    return Form("/api/v1/query",
                fmt::format("query={}&time={}&timeout={}&{}", UrlEncode(query.expr),
                            Seconds(query.at), server_timeout_, kWhole));
  }

  static std::string Match(const std::string& selector, absl::Time since) {
    return fmt::format("match%5B%5D={}&start={}&{}", UrlEncode(selector), Seconds(since), kWhole);
  }

  absl::StatusOr<std::vector<std::string>> ReadStrings(const HttpRequest& request) {
    Answers answers = Ask({&request, 1});
    return Read(answers.all.front(), ParseStringList);
  }

  // Asks the replica that answered last and, when it fails, the others in turn.  All answers are of
  // one replica; when every one fails, of the one with the most successes.
  Answers Ask(std::span<const HttpRequest> requests) {
    const std::size_t first = current_;
    Answers best = {AskReplica(first, requests), first};
    bool failed = Failed(best.all);
    for (std::size_t i = 1; failed && i < replicas_.size() && !cancelled_; ++i) {
      const std::size_t next = (first + i) % replicas_.size();
      std::vector<Answer> answers = AskReplica(next, requests);
      failed = Failed(answers);
      if (!failed || Successes(answers) > Successes(best.all)) best = {std::move(answers), next};
    }
    if (best.replica != first && current_.exchange(best.replica) != best.replica) {
      Log(LogLevel::kWarn, "source fails over",
          {{"source", name_},
           {"from", replicas_[first]->display_url()},
           {"to", replicas_[best.replica]->display_url()}});
    }
    return best;
  }

  // Sends all to one replica, and what failed once more.
  std::vector<Answer> AskReplica(std::size_t replica, std::span<const HttpRequest> requests) {
    std::vector<absl::Duration> took(requests.size());
    std::vector<Answer> answers = Exchange(*replicas_[replica], requests, took);
    std::vector<std::size_t> again;
    std::vector<HttpRequest> repeated;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      // What failed late would take too long once more.
      if (!MayPass(answers[i]) || took[i] > timeout_ / 2) continue;
      again.push_back(i);
      repeated.push_back(requests[i]);
    }
    if (again.empty() || Cancelled(std::min(kBackoff, timeout_ / 4))) return answers;
    std::vector<absl::Duration> ignored(again.size());
    std::vector<Answer> second = Exchange(*replicas_[replica], repeated, ignored);
    for (std::size_t i = 0; i < again.size(); ++i) answers[again[i]] = std::move(second[i]);
    return answers;
  }

  // Waits, or less when cancelled; whether it is.
  bool Cancelled(absl::Duration wait) {
    std::unique_lock<std::mutex> lock(cancel_mutex_);
    return cancel_changed_.wait_for(lock, absl::ToChronoMilliseconds(wait),
                                    [this] { return cancelled_.load(); });
  }

  // Sends all, and reports on each.
  std::vector<Answer> Exchange(HttpClient& client, std::span<const HttpRequest> requests,
                               std::span<absl::Duration> took) {
    std::vector<absl::Time> ended(requests.size());
    std::vector<Answer> answers =
        client.SendAll(requests, max_in_flight_, [&](std::size_t index, absl::Duration duration) {
          ended[index] = clock_.TimeNow();
          took[index] = duration;
        });
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].status().code() == absl::StatusCode::kCancelled) continue;
      const std::string code = answers[i].ok() ? fmt::format("{}", answers[i]->status) : "error";
      telemetry_.OnSourceRequest(name_, code, took[i]);
      if (answers[i].ok()) SetOffset(*answers[i], ended[i]);
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

  const std::string name_;
  const absl::Duration timeout_;
  const int max_in_flight_;
  const std::string server_timeout_;
  Clock& clock_;
  Telemetry& telemetry_;
  std::vector<std::unique_ptr<HttpClient>> replicas_;
  std::atomic<std::size_t> current_ = 0;  // The replica that answered last.
  std::atomic<std::int64_t> offset_ms_ = kNoOffset;
  std::mutex cancel_mutex_;
  std::condition_variable cancel_changed_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace

std::unique_ptr<Source> NewPrometheusSource(std::string name, const SourceSettings& settings,
                                            Clock& clock, Telemetry& telemetry) {
  return std::make_unique<PrometheusSource>(std::move(name), settings, clock, telemetry);
}

}  // namespace slowburn
