// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/counter_reader.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/prometheus_json.h"

namespace slowburn {
namespace {

// Times that refused queries are asked anew in halves within one read.
constexpr int kRounds = 8;

// Who needs more of the past than the others by this much is read for apart.
constexpr std::int64_t kFarMs = 2 * 60 * 1000;

// A source that lags behind by more than this is not read back for: what it brings in the end is
// counted when it comes, as growth since the last sample.
constexpr std::int64_t kMostLagMs = 10 * 60 * 1000;

// A route that was not used for this long is forgotten.
constexpr std::int64_t kForgetMs = 2 * 3600 * 1000;
constexpr std::int64_t kSweepMs = 10 * 60 * 1000;

constexpr std::string_view kStartTime = "process_start_time_seconds";

}  // namespace

CounterReader::CounterReader(Options options, Source& source, Telemetry& telemetry)
    : options_(std::move(options)), source_(source), telemetry_(telemetry) {}

void CounterReader::SetMeters(std::vector<CounterMeter*> meters) {
  clients_.clear();
  selectors_.clear();
  users_.clear();
  fetches_.clear();
  std::map<Selector, std::size_t> known;
  for (CounterMeter* meter : meters) {
    Client client{meter, 0, meter->renumbered(), {}};
    const auto index = static_cast<std::uint32_t>(clients_.size());
    for (const Term& term : meter->plan().terms) {
      const auto [at, is_new] = known.try_emplace(term.selector, selectors_.size());
      if (is_new) {
        selectors_.push_back(term.selector);
        users_.emplace_back();
      }
      users_[at->second].push_back({index, static_cast<std::uint32_t>(client.selectors.size())});
      client.selectors.push_back(at->second);
    }
    clients_.push_back(std::move(client));
  }
  fetch_of_.assign(selectors_.size(), 0);
  MergeLimits limits = options_.limits;
  if (most_values_ > 0) limits.values = std::min(limits.values, most_values_);
  for (MergedSelector& merged : MergeSelectors(selectors_, limits)) AddFetch(std::move(merged));
  active_.assign(clients_.size(), 0);
  found_.assign(clients_.size(), {});
}

void CounterReader::Replace(std::size_t index, CounterMeter* meter) {
  Client& client = clients_[index];
  client.meter = meter;
  client.renumbered = meter->renumbered();
  ++client.generation;
}

void CounterReader::AddFetch(MergedSelector merged) {
  Fetch fetch;
  for (const std::size_t member : merged.members) {
    fetch_of_[member] = fetches_.size();
    std::vector<User>& users = fetch.users[ValueOf(selectors_[member], merged.label)];
    users.insert(users.end(), users_[member].begin(), users_[member].end());
  }
  fetch.merged = std::move(merged);
  fetches_.push_back(std::move(fetch));
}

// Makes two fetches of one; false when nothing tells its members apart.
bool CounterReader::Split(std::size_t index) {
  const MergedSelector whole = fetches_[index].merged;
  if (fetches_[index].users.size() < 2) return false;
  std::vector<std::string> values;
  for (const auto& [value, users] : fetches_[index].users) values.push_back(value);
  const std::size_t half = values.size() / 2;
  most_values_ = std::max<std::size_t>(1, values.size() - half);
  const auto part = [&](std::span<const std::string> some) {
    MergedSelector merged{WithValues(whole.selector, whole.label, some), whole.label, {}};
    for (const std::size_t member : whole.members) {
      const std::string value = ValueOf(selectors_[member], whole.label);
      if (std::binary_search(some.begin(), some.end(), value)) merged.members.push_back(member);
    }
    return merged;
  };
  AddFetch(part(std::span(values).first(half)));
  std::swap(fetches_[index], fetches_.back());
  fetches_.pop_back();
  for (const std::size_t member : fetches_[index].merged.members) fetch_of_[member] = index;
  AddFetch(part(std::span(values).subspan(half)));
  return true;
}

std::int64_t CounterReader::FromOf(std::uint32_t client) const {
  const CounterMeter& meter = *clients_[client].meter;
  return *meter.sealed_ms() - meter.overlap_ms();
}

// How far what comes in stays behind what is sealed.
std::int64_t CounterReader::LagOf(std::span<const std::uint32_t> clients) const {
  std::optional<std::int64_t> newest;
  std::int64_t sealed = INT64_MAX;
  for (const std::uint32_t client : clients) {
    const CounterMeter& meter = *clients_[client].meter;
    newest = std::max(newest, meter.newest_ms());
    sealed = std::min(sealed, *meter.sealed_ms());
  }
  if (!newest) return 0;
  return std::clamp<std::int64_t>(sealed - *newest, 0, kMostLagMs);
}

std::vector<CounterReader::Ask> CounterReader::Plan(std::int64_t slot,
                                                    std::span<const std::size_t> which) const {
  std::map<std::size_t, std::vector<std::uint32_t>> needed;  // By fetch.
  for (const std::size_t index : which) {
    for (const std::size_t selector : clients_[index].selectors) {
      std::vector<std::uint32_t>& clients = needed[fetch_of_[selector]];
      const auto client = static_cast<std::uint32_t>(index);
      if (clients.empty() || clients.back() != client) clients.push_back(client);
    }
  }
  std::vector<Ask> asks;
  for (auto& [fetch, clients] : needed) PlanFetch(fetch, std::move(clients), slot, asks);
  return asks;
}

void CounterReader::PlanFetch(std::size_t fetch_index, std::vector<std::uint32_t> clients,
                              std::int64_t slot, std::vector<Ask>& asks) const {
  const Fetch& fetch = fetches_[fetch_index];
  std::int64_t latest = INT64_MIN;
  for (const std::uint32_t client : clients) latest = std::max(latest, FromOf(client));
  const auto far = std::stable_partition(clients.begin(), clients.end(), [&](std::uint32_t client) {
    return FromOf(client) >= latest - kFarMs;
  });
  for (const auto& [begin, end] :
       {std::pair(clients.begin(), far), std::pair(far, clients.end())}) {
    if (begin == end) continue;
    Ask ask{fetch_index, {begin, end}, INT64_MAX, {}};
    std::vector<std::string> values;
    for (const std::uint32_t client : ask.clients) {
      ask.from_ms = std::min(ask.from_ms, FromOf(client));
      for (const std::size_t selector : clients_[client].selectors) {
        if (fetch_of_[selector] != fetch_index) continue;
        values.push_back(ValueOf(selectors_[selector], fetch.merged.label));
      }
    }
    ask.from_ms -= LagOf(ask.clients);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const bool part = values.size() < fetch.users.size();
    const Selector& whole = fetch.merged.selector;
    ask.expr = fmt::format("{}[{}ms]",
                           ToString(part ? WithValues(whole, fetch.merged.label, values) : whole),
                           options_.grid.TimeOf(slot) - ask.from_ms);
    asks.push_back(std::move(ask));
  }
}

void CounterReader::MakeRoute(std::string_view labels_json, const Fetch& fetch, Route& route) {
  route.to.clear();
  const absl::StatusOr<Labels> labels = ParseLabels(labels_json);
  if (!labels.ok()) {
    telemetry_.OnCounted(options_.source_name, {.invalid = 1});
    return;
  }
  std::string_view value;
  if (!fetch.merged.label.empty()) {
    const auto label = labels->find(fetch.merged.label);
    if (label != labels->end()) value = label->second;
  }
  const auto users = fetch.users.find(value);
  if (users == fetch.users.end()) return;
  const SeriesKey key = SeriesKeyOf(labels_json);
  for (const User& user : users->second) {
    const Client& client = clients_[user.client];
    if (!client.meter->Matches(user.term, *labels)) continue;
    route.to.push_back({user, client.meter->SeriesOf(user.term, *labels, key), client.generation});
  }
}

void CounterReader::Deliver(const QueryResult& result, Fetch& fetch, std::int64_t slot) {
  const std::int64_t at_ms = options_.grid.TimeOf(slot);
  for (const QueryResult::Series& series : result.series) {
    if (series.samples.empty()) continue;
    samples_read_ += static_cast<std::int64_t>(series.samples.size());
    const auto [known, is_new] = fetch.routes.try_emplace(SeriesKeyOf(series.labels_json));
    Route& route = known->second;
    const bool stale =
        std::any_of(route.to.begin(), route.to.end(), [this](const Destination& destination) {
          return destination.generation != clients_[destination.user.client].generation;
        });
    if (is_new || stale) MakeRoute(series.labels_json, fetch, route);
    route.seen_ms = at_ms;
    for (const Destination& destination : route.to) {
      if (active_[destination.user.client] == 0) continue;
      found_[destination.user.client].push_back(
          {destination.user.term, destination.series, series.samples});
    }
  }
}

std::vector<std::optional<std::int64_t>> CounterReader::CountSeries(
    std::int64_t slot, std::span<const std::size_t> which) {
  std::set<std::size_t> fetches;
  for (const std::size_t index : which) {
    for (const std::size_t selector : clients_[index].selectors)
      fetches.insert(fetch_of_[selector]);
  }
  std::vector<Query> queries;
  for (const std::size_t index : fetches) {
    const MergedSelector& merged = fetches_[index].merged;
    const std::string by =
        merged.label.empty() ? "" : fmt::format("by ({}) ", LabelText(merged.label));
    queries.push_back({fmt::format("count {}({})", by, ToString(merged.selector)),
                       absl::FromUnixMillis(options_.grid.TimeOf(slot))});
  }
  std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
  std::map<std::size_t, std::optional<std::map<std::string, std::int64_t>>> counts;  // By fetch.
  auto answer = answers.begin();
  for (const std::size_t index : fetches) {
    auto& by_value = counts[index];
    if (answer->ok()) by_value.emplace();
    for (std::size_t i = 0; by_value && i < (*answer)->series.size(); ++i) {
      const QueryResult::Series& series = (*answer)->series[i];
      const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
      if (!labels.ok() || series.samples.empty()) continue;
      const auto label = labels->find(fetches_[index].merged.label);
      (*by_value)[label == labels->end() ? "" : label->second] =
          static_cast<std::int64_t>(series.samples.back().value);
    }
    ++answer;
  }
  std::vector<std::optional<std::int64_t>> result;
  for (const std::size_t index : which) {
    std::optional<std::int64_t> sum = 0;
    std::set<std::pair<std::size_t, std::string>> counted;
    for (const std::size_t selector : clients_[index].selectors) {
      const std::size_t fetch = fetch_of_[selector];
      const std::string value = ValueOf(selectors_[selector], fetches_[fetch].merged.label);
      if (!counts[fetch]) sum.reset();
      if (!sum || !counted.emplace(fetch, value).second) continue;
      *sum += (*counts[fetch])[value];
    }
    result.push_back(sum);
  }
  return result;
}

// Asks when the processes behind new targets began: a counter that appears with its target counts
// from zero only when that was lately.  Where the source can't tell, it counts from its first
// value.
void CounterReader::FindStarts(std::int64_t slot, std::span<const std::size_t> which,
                               std::int64_t from_ms) {
  std::vector<std::pair<CounterMeter*, CounterMeter::Newcomer>> newcomers;
  std::vector<Selector> selectors;
  for (const std::size_t index : which) {
    CounterMeter& meter = *clients_[index].meter;
    for (CounterMeter::Newcomer& newcomer : meter.TakeNewcomers()) {
      if (!meter.AppearedLately(newcomer.target, found_[index])) continue;
      selectors.push_back({{{"__name__", Matcher::Op::kEqual, std::string(kStartTime)},
                            {"instance", Matcher::Op::kEqual, newcomer.instance},
                            {"job", Matcher::Op::kEqual, newcomer.job}}});
      newcomers.emplace_back(&meter, std::move(newcomer));
    }
  }
  if (newcomers.empty()) return;
  std::vector<Query> queries;
  const std::int64_t at_ms = options_.grid.TimeOf(slot);
  for (const MergedSelector& merged : MergeSelectors(selectors, options_.limits)) {
    // Of several starts, the first is the one behind the first value.
    queries.push_back(
        {fmt::format("min_over_time({}[{}ms])", ToString(merged.selector), at_ms - from_ms),
         absl::FromUnixMillis(at_ms)});
  }
  std::map<std::pair<std::string, std::string>, std::int64_t> started;
  for (const absl::StatusOr<QueryResult>& answer : source_.Run(queries)) {
    if (!answer.ok()) continue;
    for (const QueryResult::Series& series : answer->series) {
      const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
      if (!labels.ok() || series.samples.empty()) continue;
      const double seconds = series.samples.back().value;
      const auto job = labels->find("job");
      const auto instance = labels->find("instance");
      if (!(seconds > 0 && seconds < 1e11) || job == labels->end() || instance == labels->end()) {
        continue;
      }
      started[{job->second, instance->second}] = static_cast<std::int64_t>(seconds * 1000);
    }
  }
  for (const auto& [meter, newcomer] : newcomers) {
    const auto found = started.find({newcomer.job, newcomer.instance});
    if (found != started.end()) meter->SetStarted(newcomer.target, found->second);
  }
}

void CounterReader::Sweep(std::int64_t now_ms) {
  if (now_ms < next_sweep_ms_) return;
  next_sweep_ms_ = now_ms + kSweepMs;
  for (Fetch& fetch : fetches_) {
    absl::erase_if(fetch.routes, [now_ms](const auto& entry) {
      return now_ms - entry.second.seen_ms > kForgetMs;
    });
  }
}

// Plans the halves of a refused query, for those who needed it.
void CounterReader::PlanHalves(const Ask& refused, std::int64_t slot,
                               std::vector<Ask>& asks) const {
  for (const std::size_t fetch : {refused.fetch, fetches_.size() - 1}) {
    std::vector<std::uint32_t> clients;
    for (const std::uint32_t client : refused.clients) {
      const std::vector<std::size_t>& selectors = clients_[client].selectors;
      if (std::any_of(selectors.begin(), selectors.end(),
                      [&](std::size_t selector) { return fetch_of_[selector] == fetch; })) {
        clients.push_back(client);
      }
    }
    if (!clients.empty()) PlanFetch(fetch, std::move(clients), slot, asks);
  }
}

// Delivers an answer to those it was asked for; on error nobody has it.
absl::Status CounterReader::Take(const Ask& ask, absl::StatusOr<QueryResult> answer,
                                 std::int64_t slot, Progress& progress) {
  if (!answer.ok()) return answer.status();
  if (answer->partial) {
    return absl::DataLossError(
        fmt::format("the source answered in part: {}",
                    answer->warnings.empty() ? "" : answer->warnings.front()));
  }
  if (!progress.results.empty() && answer->replica != progress.replica) {
    return absl::UnavailableError("the source went over to another replica meanwhile");
  }
  for (const std::uint32_t client : ask.clients) {
    progress.from_ms[client] = std::max(progress.from_ms[client], ask.from_ms);
  }
  progress.earliest_ms = std::min(progress.earliest_ms, ask.from_ms);
  progress.replica = answer->replica;
  progress.results.push_back(*std::move(answer));
  Deliver(progress.results.back(), fetches_[ask.fetch], slot);
  return absl::OkStatus();
}

// Asks until all have what they need or have failed.
void CounterReader::Exchange(std::int64_t slot, std::vector<Ask> asks, Progress& progress) {
  for (int round = 0; !asks.empty(); ++round) {
    std::vector<Query> queries;
    for (const Ask& ask : asks) {
      queries.push_back({ask.expr, absl::FromUnixMillis(options_.grid.TimeOf(slot))});
    }
    std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
    std::vector<Ask> halves;
    for (std::size_t i = 0; i < asks.size(); ++i) {
      const absl::Status status = Take(asks[i], std::move(answers[i]), slot, progress);
      if (status.ok()) continue;
      const bool refused = absl::IsResourceExhausted(status);
      const bool split = (refused || absl::IsDeadlineExceeded(status)) && Split(asks[i].fetch);
      // A time-out is asked in halves at the next read: this one has taken long enough.
      if (split && refused && round < kRounds) {
        PlanHalves(asks[i], slot, halves);
        continue;
      }
      for (const std::uint32_t client : asks[i].clients) progress.failures[client] = status;
    }
    asks = std::move(halves);
  }
}

std::vector<absl::Status> CounterReader::Read(std::int64_t slot,
                                              std::span<const std::size_t> which) {
  samples_read_ = 0;
  Sweep(options_.grid.TimeOf(slot));
  for (const std::size_t index : which) {
    Client& client = clients_[index];
    if (client.meter->renumbered() != client.renumbered) Replace(index, client.meter);
    active_[index] = 1;
    found_[index].clear();
  }
  Progress progress;
  progress.failures.resize(clients_.size());
  progress.from_ms.resize(clients_.size(), INT64_MIN);
  progress.earliest_ms = options_.grid.TimeOf(slot);
  Exchange(slot, Plan(slot, which), progress);

  std::vector<std::size_t> full;
  for (const std::size_t index : which) {
    if (progress.failures[index].ok()) full.push_back(index);
    active_[index] = 0;
  }
  FindStarts(slot, full, progress.earliest_ms);
  for (const std::size_t index : full) {
    const CounterMeter::ReadSpan span = {progress.from_ms[index], slot, progress.replica};
    telemetry_.OnCounted(options_.source_name, clients_[index].meter->Absorb(found_[index], span));
  }
  std::vector<absl::Status> statuses;
  for (const std::size_t index : which) statuses.push_back(progress.failures[index]);
  return statuses;
}

}  // namespace slowburn
