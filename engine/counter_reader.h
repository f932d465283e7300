// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "engine/counter_meter.h"
#include "engine/series_key.h"
#include "engine/source.h"
#include "engine/telemetry.h"
#include "rules/merge.h"

namespace slowburn {

// Reads raw samples for many counter meters with few queries, and hands each meter its own.
//
// Selectors are merged (`MergeSelectors`); where a source refuses a query as too much, it is asked
// in halves, and that is remembered.  Which meters a series goes to is decided by its labels once,
// and then found by a hash of the bytes that the source wrote.  Thread-compatible.
class CounterReader {
 public:
  struct Options {
    std::string source_name;
    SlotGrid grid;
    MergeLimits limits;
  };

  // `source` and `telemetry` must outlive this.
  CounterReader(Options options, Source& source, Telemetry& telemetry);

  // Sets whom to read for; each must outlive this or the next call.
  void SetMeters(std::vector<CounterMeter*> meters);

  // Puts another meter of the same plan in the place of one.
  void Replace(std::size_t index, CounterMeter* meter);

  // Reads, for the meters at `which`, what was visible at `slot`'s time and they have not counted.
  // Returns, for each in their order, whether its read was full and has been counted; on error its
  // state is what it was.  Errors are those of the source; kDataLoss for an answer in part.
  std::vector<absl::Status> Read(std::int64_t slot, std::span<const std::size_t> which);

  // How many series a read for each of the meters at `which` would look at, as of `slot`; nullopt
  // where the source did not answer.
  std::vector<std::optional<std::int64_t>> CountSeries(std::int64_t slot,
                                                       std::span<const std::size_t> which);

  // Samples that the last `Read` brought, counted or not.
  std::int64_t samples_read() const { return samples_read_; }

  // The queries that reading for all takes.
  std::size_t query_count() const { return fetches_.size(); }

 private:
  // A meter, and the fetches that its terms come from.
  struct Client {
    CounterMeter* meter = nullptr;
    std::uint32_t generation = 0;        // Of what its routes were made for.
    std::uint32_t renumbered = 0;        // Of the meter, then.
    std::vector<std::size_t> selectors;  // Of its terms.
  };

  struct User {
    std::uint32_t client = 0;
    std::uint32_t term = 0;
  };

  // One series of one user.
  struct Destination {
    User user;
    std::uint32_t series = 0;
    std::uint32_t generation = 0;
  };

  struct Route {
    absl::InlinedVector<Destination, 2> to;
    std::int64_t seen_ms = 0;
  };

  // One merged selector.
  struct Fetch {
    MergedSelector merged;
    std::map<std::string, std::vector<User>, std::less<>> users;  // By the value of its label.
    absl::flat_hash_map<SeriesKey, Route> routes;
  };

  // A query that is asked in one read: a fetch, or the part of it that is needed.
  struct Ask {
    std::size_t fetch = 0;
    std::vector<std::uint32_t> clients;
    std::int64_t from_ms = 0;
    std::string expr;
  };

  // A read in progress.
  struct Progress {
    std::vector<absl::Status> failures;  // By client.
    std::vector<std::int64_t> from_ms;   // By client: since when it has all samples.
    std::int64_t earliest_ms = 0;
    std::vector<QueryResult> results;  // Kept until all is counted: samples are views.
    int replica = 0;
  };

  void AddFetch(MergedSelector merged);
  bool Split(std::size_t fetch);
  std::vector<Ask> Plan(std::int64_t slot, std::span<const std::size_t> which) const;
  void PlanFetch(std::size_t fetch, std::vector<std::uint32_t> clients, std::int64_t slot,
                 std::vector<Ask>& asks) const;
  std::int64_t FromOf(std::uint32_t client) const;
  std::int64_t LagOf(std::span<const std::uint32_t> clients) const;
  void PlanHalves(const Ask& refused, std::int64_t slot, std::vector<Ask>& asks) const;
  absl::Status Take(const Ask& ask, absl::StatusOr<QueryResult> answer, std::int64_t slot,
                    Progress& progress);
  void Exchange(std::int64_t slot, std::vector<Ask> asks, Progress& progress);
  void Deliver(const QueryResult& result, Fetch& fetch, std::int64_t slot);
  void MakeRoute(std::string_view labels_json, const Fetch& fetch, Route& route);
  void FindStarts(std::int64_t slot, std::span<const std::size_t> which, std::int64_t from_ms);
  void Sweep(std::int64_t now_ms);

  Options options_;
  Source& source_;
  Telemetry& telemetry_;
  std::vector<Client> clients_;
  std::vector<Selector> selectors_;       // Each once.
  std::vector<std::vector<User>> users_;  // Of the selectors.
  std::vector<std::size_t> fetch_of_;     // Of the selectors.
  std::vector<Fetch> fetches_;
  std::size_t most_values_ = 0;  // That a source has been known to refuse; 0: none.
  std::int64_t samples_read_ = 0;
  std::int64_t next_sweep_ms_ = 0;
  std::vector<char> active_;                             // Clients of the read in progress.
  std::vector<std::vector<CounterMeter::Found>> found_;  // By client, in that read.
};

}  // namespace slowburn
