// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/summed_meter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/increment.h"
#include "engine/prometheus_json.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

// The grid on which the source compares values: no coarser than usual scrapes, so that resets show,
// and no finer than what the source's work allows.
constexpr std::int64_t kCoarsestGridMs = 15'000;
constexpr std::int64_t kFinestGridMs = 1'000;

// A series that has no sample for this long has ended: the longest gap that is bridged.
constexpr std::int64_t kLookbackMs = 5 * 60'000;

// A total whose newest sample is older than this is unknown from there on: two of the longest
// scrape intervals in use.
constexpr std::int64_t kFreshMs = 2 * 60'000;

// Bad moments keep this distance: two usual scrape intervals.
constexpr std::int64_t kSpacingMs = 30'000;

constexpr std::int64_t kTilesPerRead = 20;
constexpr std::int64_t kCountSeriesEveryMs = 10 * 60'000;

// Units of 2^-20 events where sums hold fractions.
constexpr int kFloatShift = 20;

std::string Aggregate(std::string_view operation, std::span<const std::string> by,
                      std::string_view what) {
  if (by.empty()) return fmt::format("{}({})", operation, what);
  return fmt::format("{} by ({}) ({})", operation, fmt::join(by, ", "), what);
}

// What each series of `selector` grew by in (at - span, at], both multiples of `grid_ms`.
//
// At each step of the grid that is the growth since the step before.  What is left then either
// dropped or was not there: its value counts, if its target had been scraped by the step before,
// which series of `total` prove.  The multiplication takes the metric's name off, as the difference
// does, so that both sides of `or` are one series.  A millisecond less than the span leaves its
// beginning to the tile before, whether the source counts ranges with their left edge or without.
std::string Telescoping(const Selector& selector, const Selector& total, std::int64_t span_ms,
                        std::int64_t grid_ms) {
  const std::string lookback = DurationText(absl::Milliseconds(kLookbackMs));
  const auto value = [&lookback](const Selector& of, const std::string& offset) {
    return fmt::format("last_over_time({}[{}]{})", ToString(of), lookback, offset);
  };
  const std::string offset = fmt::format(" offset {}ms", grid_ms);
  return fmt::format(
      "sum_over_time(((({0} - {1}) >= 0) or (({0} * 1 >= 0) and on (job, instance) {2}))"
      "[{3}ms:{4}ms])",
      value(selector, ""), value(selector, offset), value(total, offset), span_ms - 1, grid_ms);
}

}  // namespace

bool SummedMeter::Supports(const CounterPlan& plan) {
  // Values are matched by labels without the name, which two metrics may share.
  return !plan.probe && std::none_of(plan.terms.begin(), plan.terms.end(), [](const Term& term) {
    return MetricName(term.selector).empty();
  });
}

SummedMeter::SummedMeter(CounterPlan plan, SlotGrid grid, Columns& columns)
    : plan_(std::move(plan)),
      grid_(grid),
      groups_(plan_.by, grid, columns),
      ever_matched_(plan_.terms.size()) {
  assert(Supports(plan_));
  const std::int64_t shared = std::gcd(std::gcd(grid.step_ms, grid.settle_ms), kCoarsestGridMs);
  grid_ms_ = std::max(shared, kFinestGridMs);
  for (std::size_t term = 0; term < plan_.terms.size(); ++term) {
    if (plan_.terms[term].required) required_.insert(term);
    if (plan_.terms[term].bad < 0) takes_good_ = true;
  }
}

void SummedMeter::Begin(std::int64_t since_ms) {
  assert(!sealed_ms_);
  sealed_ms_ = (since_ms + grid_ms_ - 1) / grid_ms_ * grid_ms_;
}

// Until when `slot` seals: its horizon, on the source's grid.
std::int64_t SummedMeter::EndOf(std::int64_t slot) const {
  return grid_.Horizon(slot) / grid_ms_ * grid_ms_;
}

std::vector<SummedMeter::Request> SummedMeter::Requests(std::int64_t slot) const {
  assert(sealed_ms_);
  std::vector<Request> requests;
  const auto all_terms = [&](Kind kind, std::int64_t from, std::int64_t to, std::int64_t of) {
    for (std::size_t i = 0; i < plan_.terms.size(); ++i) {
      requests.push_back({kind, i, from, to, of});
    }
  };
  const auto total_terms = [&](Kind kind, std::int64_t at, std::int64_t of) {
    for (std::size_t i = 0; i < plan_.terms.size(); ++i) {
      if (plan_.terms[i].total > 0) requests.push_back({kind, i, at, at, of});
    }
  };
  std::int64_t sealed = *sealed_ms_;
  std::int64_t reached = grid_.SlotBefore(sealed);
  for (std::int64_t tiles = 0; tiles < kTilesPerRead && reached < slot;) {
    const std::int64_t end = EndOf(++reached);
    if (end <= sealed) continue;
    all_terms(Kind::kTile, sealed, end, reached);
    sealed = end;
    ++tiles;
  }
  reached = std::min(reached, slot);
  const std::int64_t now = grid_.TimeOf(reached) / grid_ms_ * grid_ms_;
  if (reached == slot && !takes_good_ && now > sealed) all_terms(Kind::kOpen, sealed, now, slot);
  total_terms(Kind::kNewest, grid_.TimeOf(reached), reached);
  if (grid_.TimeOf(reached) >= next_series_ms_) {
    total_terms(Kind::kSeries, grid_.TimeOf(reached), reached);
  }
  return requests;
}

std::string SummedMeter::TextOf(const Request& request) const {
  const Selector& selector = plan_.terms[request.term].selector;
  const std::int64_t span = request.to_ms - request.from_ms;
  switch (request.kind) {
    case Kind::kTile:
    case Kind::kOpen:
      return Aggregate("sum", plan_.by,
                       telescopes_
                           ? Telescoping(selector, plan_.terms.front().selector, span, grid_ms_)
                           : fmt::format("increase({}[{}ms])", ToString(selector), span));
    case Kind::kNewest:
      return Aggregate("max", plan_.by, fmt::format("timestamp({})", ToString(selector)));
    case Kind::kSeries:
      return Aggregate("count", plan_.by, ToString(selector));
  }
  return {};
}

std::vector<Query> SummedMeter::Queries(std::int64_t slot) const {
  std::vector<Query> queries;
  for (const Request& request : Requests(slot)) {
    queries.push_back({TextOf(request), absl::FromUnixMillis(request.to_ms)});
  }
  return queries;
}

bool SummedMeter::Refused(const absl::Status& status) {
  if (!telescopes_ || !absl::IsInvalidArgument(status)) return false;
  telescopes_ = false;
  return true;
}

void SummedMeter::MeasureUnit(std::span<const QueryResult* const> results,
                              const std::vector<Request>& requests) {
  if (shift_ != 0) return;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].kind != Kind::kTile && requests[i].kind != Kind::kOpen) continue;
    for (const Sample& sample : results[i]->samples) {
      if (!std::isfinite(sample.value) || sample.value == std::floor(sample.value)) continue;
      shift_ = kFloatShift;
      groups_.Rescale(kFloatShift);
      return;
    }
  }
}

void SummedMeter::TakeSums(const QueryResult& result, const Request& request,
                           std::vector<Tile>& tiles, Telemetry::Counted& counted) {
  if (tiles.empty() || tiles.back().request.to_ms != request.to_ms) tiles.push_back({request, {}});
  const Term& term = plan_.terms[request.term];
  for (const QueryResult::Series& series : result.series) {
    const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
    if (!labels.ok() || series.samples.empty()) {
      ++counted.invalid;
      continue;
    }
    Part& part = tiles.back().parts[groups_.IndexOf(*labels)];
    const std::optional<std::int64_t> units = Quantize(series.samples.back().value, shift_);
    if (!units) {
      ++counted.invalid;
      part.invalid = true;
      continue;
    }
    ++counted.samples;
    ever_matched_[request.term] = true;
    if (term.total > 0) part.total = true;
    if (term.required) part.required.insert(request.term);
    part.counts.total += *units * term.total;
    part.counts.bad += *units * term.bad;
  }
}

void SummedMeter::TakeFacts(const QueryResult& result, const Request& request,
                            Telemetry::Counted& counted) {
  for (const QueryResult::Series& series : result.series) {
    const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
    if (!labels.ok() || series.samples.empty() || !(series.samples.back().value >= 0)) {
      ++counted.invalid;
      continue;
    }
    const double value = series.samples.back().value;
    CountedGroups::Group& group = groups_[groups_.IndexOf(*labels)];
    if (request.kind == Kind::kSeries) {
      group.series += std::llround(value);
    } else {
      group.newest_ms =
          std::max(group.newest_ms.value_or(0), std::int64_t{std::llround(value * 1e3)});
    }
  }
}

bool SummedMeter::IsKnown(const Tile& tile, std::size_t group) const {
  const auto part = tile.parts.find(group);
  return part != tile.parts.end() && part->second.total && !part->second.invalid &&
         part->second.required == required_;
}

void SummedMeter::Seal(const Tile& tile, Telemetry::Counted& counted) {
  const Request& request = tile.request;
  ever_total_.resize(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    CountedGroups::Group& group = groups_[i];
    if (!IsKnown(tile, i)) {
      // Before its first events a group has none; later, that none show says nothing.
      if (ever_total_[i]) group.unknown.Add(request.from_ms, request.to_ms);
      continue;
    }
    ever_total_[i] = true;
    if (!known_from_ms_) known_from_ms_ = request.from_ms;
    const Counts& counts = tile.parts.at(i).counts;
    if (counts.bad < 0 || counts.bad > counts.total) ++counted.clamped;
    CountedGroups::SlotCounts booked = {request.slot, counts};
    groups_.Book(i, {&booked, 1}, kSpacingMs);
    const std::int64_t newest = group.newest_ms.value_or(request.from_ms);
    if (request.to_ms - newest > kFreshMs) group.unknown.Add(newest, request.to_ms);
  }
  sealed_ms_ = request.to_ms;
}

// `open` is what lies after the sealed horizon, if that was read; `at_ms` the time of the read.
void SummedMeter::UpdateKnown(const Tile* open, std::int64_t at_ms) {
  groups_.ForgetOldGaps(at_ms);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    CountedGroups::Group& group = groups_[i];
    const bool is_open = open != nullptr && IsKnown(*open, i);
    groups_.SetOpen(i, is_open ? open->parts.at(i).counts : Counts{}, at_ms, kSpacingMs);
    const bool fresh = group.newest_ms && *sealed_ms_ - *group.newest_ms <= kFreshMs;
    group.sealed_known_until_ms = *sealed_ms_;
    group.known_until_ms = fresh && is_open ? at_ms : *sealed_ms_;
  }
}

Telemetry::Counted SummedMeter::Absorb(std::span<const QueryResult* const> results,
                                       std::int64_t slot) {
  const std::vector<Request> requests = Requests(slot);
  assert(results.size() == requests.size());
  MeasureUnit(results, requests);
  Telemetry::Counted counted;
  std::vector<Tile> tiles;
  bool counts_series = false;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Request& request = requests[i];
    if (request.kind == Kind::kTile || request.kind == Kind::kOpen) {
      TakeSums(*results[i], request, tiles, counted);
      continue;
    }
    if (request.kind == Kind::kSeries && !counts_series) {
      for (std::size_t group = 0; group < groups_.size(); ++group) groups_[group].series = 0;
      counts_series = true;
    }
    TakeFacts(*results[i], request, counted);
  }
  const Tile* open = nullptr;
  for (const Tile& tile : tiles) {
    if (tile.request.kind == Kind::kOpen) {
      open = &tile;
    } else {
      Seal(tile, counted);
    }
  }
  const std::int64_t at_ms = grid_.TimeOf(requests.back().slot);
  if (counts_series) next_series_ms_ = at_ms + kCountSeriesEveryMs;
  UpdateKnown(open, at_ms);
  groups_.UpdateReported();
  return counted;
}

std::vector<std::size_t> SummedMeter::UnmatchedTerms() const {
  std::vector<std::size_t> unmatched;
  for (std::size_t term = 0; term < ever_matched_.size(); ++term) {
    if (!ever_matched_[term]) unmatched.push_back(term);
  }
  return unmatched;
}

MeterGroup SummedMeter::group(std::size_t index) const {
  return groups_.Describe(index, unit());
}

double SummedMeter::unit() const {
  return std::ldexp(1.0, -shift_) / static_cast<double>(plan_.units_per_event);
}

Reading SummedMeter::Read(std::size_t index, absl::Duration window, WindowEnd end) const {
  return groups_.Read(index, slot_, known_from_ms_, window, end);
}

}  // namespace slowburn
