// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/evaluator.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "engine/selector_check.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

// One read spans at most this much; a longer catch-up is read piece by piece.
constexpr std::int64_t kChunkMs = 3600 * 1000;
constexpr std::int64_t kSmallestChunkMs = 2 * 60 * 1000;
constexpr int kCatchUpReads = 8;  // In one evaluation, so that it still ends.

// How long the firing alerts of a removed SLO are kept, and then shown as resolved.
constexpr absl::Duration kRemovedKept = absl::Minutes(10);
constexpr absl::Duration kRemovedShown = absl::Minutes(15);

// Looking up whether a selector can match anything is done for few SLOs at a time.
constexpr int kChecksPerEvaluation = 4;
constexpr std::int64_t kCheckAgainMs = 60 * 1000;

std::vector<absl::Duration> TierWindows(const Slo& slo) {
  std::vector<absl::Duration> windows;
  for (const Tier& tier : slo.alerts.tiers) {
    windows.push_back(tier.short_window);
    windows.push_back(tier.long_window);
  }
  return windows;
}

bool AnyFiring(const std::map<std::string, GroupAlerts>& alerts) {
  for (const auto& [group, records] : alerts) {
    for (const auto& [alert_class, record] : records) {
      if (record.state == AlertState::kFiring && alert_class != AlertClass::kNoData) return true;
    }
  }
  return false;
}

}  // namespace

struct Evaluator::Running {
  std::shared_ptr<const Slo> slo;
  std::shared_ptr<const Plan> plan;
  bool stale = false;
  Columns* columns = nullptr;
  std::unique_ptr<CounterMeter> counter;  // One of these two.
  std::unique_ptr<OpaqueMeter> opaque;
  std::map<std::string, GroupAlerts> alerts;  // By group key.
  std::vector<Alert> shown;                   // As of the last evaluation.
  std::vector<std::size_t> fetches;           // Of the counter's terms.
  std::optional<absl::Time> running_since;
  std::int64_t chunk_ms = 0;  // Set when it starts.
  bool read = false;          // In this evaluation.
  std::string failure;        // Of the last read.
  std::string dead;           // Which selector can't match anything, and why.
  std::int64_t check_again_ms = 0;

  Meter& meter() const {
    return counter ? static_cast<Meter&>(*counter) : static_cast<Meter&>(*opaque);
  }
};

// What remains of an SLO that is gone.
struct Evaluator::Retired {
  std::string id;
  std::shared_ptr<const Slo> slo;
  absl::Time removed;
  std::map<std::string, GroupAlerts> records;
  std::vector<Alert> alerts;
};

Evaluator::Evaluator(Options options, Source& source, Telemetry& telemetry)
    : options_(std::move(options)), source_(source), telemetry_(telemetry) {}

Evaluator::~Evaluator() = default;

Columns& Evaluator::ColumnsFor(const Slo& slo) {
  std::set<std::int64_t> slots;
  std::vector<absl::Duration> windows = TierWindows(slo);
  windows.push_back(slo.window);
  for (const absl::Duration window : windows) {
    const std::int64_t ms = absl::ToInt64Milliseconds(window);
    const std::int64_t step = options_.grid.step_ms;
    slots.insert(std::max<std::int64_t>(1, (ms + step - 1) / step));
  }
  const std::vector<std::int64_t> ladder(slots.begin(), slots.end());
  std::unique_ptr<Columns>& columns = columns_[ladder];
  if (!columns) columns = std::make_unique<Columns>(ladder);
  return *columns;
}

void Evaluator::SetSlos(const std::vector<ActiveSlo>& slos) {
  std::unordered_map<std::string, std::unique_ptr<Running>> before;
  for (auto& running : running_) {
    std::string id = running->slo->Id();
    before[std::move(id)] = std::move(running);
  }
  running_.clear();
  for (const ActiveSlo& active : slos) {
    auto next = std::make_unique<Running>();
    const auto old = before.find(active.slo->Id());
    if (old != before.end()) {
      next = std::move(old->second);
      before.erase(old);
      for (auto& [group, alerts] : next->alerts) {
        alerts = CarryOver(alerts, *next->slo, *active.slo);
      }
    } else {
      const auto retired = std::find_if(
          retired_.begin(), retired_.end(),
          [&active](const Retired& candidate) { return candidate.id == active.slo->Id(); });
      if (retired != retired_.end()) {
        next->alerts = retired->records;
        for (auto& [group, alerts] : next->alerts) {
          alerts = CarryOver(alerts, *retired->slo, *active.slo);
        }
        retired_.erase(retired);
      }
    }
    auto plan = std::make_shared<const Plan>(MakePlan(*active.slo));
    const bool same_sli = next->plan && *next->plan == *plan && next->slo->by == active.slo->by;
    const bool same_tiers = next->slo && TierWindows(*next->slo) == TierWindows(*active.slo);
    Columns& columns = ColumnsFor(*active.slo);
    if (!same_sli || (next->opaque && !same_tiers)) {
      next->counter.reset();
      next->opaque.reset();
      next->running_since.reset();
      next->dead.clear();
    } else if (next->counter && next->columns != &columns) {
      columns.AppendLike(*next->columns);
      next->counter->Rebase(columns);
    }
    next->slo = active.slo;
    next->plan = std::move(plan);
    next->stale = active.stale;
    next->columns = &columns;
    if (!next->counter && !next->opaque) {
      if (const auto* counter = std::get_if<CounterPlan>(next->plan.get())) {
        next->counter = std::make_unique<CounterMeter>(*counter, options_.grid, columns);
      } else {
        next->opaque = std::make_unique<OpaqueMeter>(std::get<OpaquePlan>(*next->plan),
                                                     TierWindows(*active.slo), active.slo->window,
                                                     active.slo->by, options_.grid, columns);
      }
    }
    running_.push_back(std::move(next));
  }
  for (auto& [id, gone] : before) {
    std::erase_if(gone->shown,
                  [](const Alert& alert) { return alert.state != AlertState::kFiring; });
    if (gone->shown.empty()) continue;
    retired_.push_back({id, gone->slo, last_at_, gone->alerts, std::move(gone->shown)});
  }
  before.clear();  // Their meters give back rows of columns that may go next.
  std::sort(running_.begin(), running_.end(),
            [](const auto& a, const auto& b) { return a->slo->Id() < b->slo->Id(); });
  std::erase_if(columns_, [this](const auto& entry) {
    return std::none_of(running_.begin(), running_.end(), [&entry](const auto& running) {
      return running->columns == entry.second.get();
    });
  });
  AssignFetches();
}

void Evaluator::AssignFetches() {
  // A selector is fetched by the widest one that covers it: errors come with their total.
  std::map<std::string, std::set<Selector>> by_name;
  for (const auto& running : running_) {
    if (!running->counter) continue;
    for (const Term& term : running->counter->plan().terms) {
      by_name[MetricName(term.selector)].insert(term.selector);
    }
  }
  fetches_.clear();
  std::map<Selector, std::size_t> fetch_of;
  for (const auto& [name, selectors] : by_name) {
    std::vector<Selector> ordered(selectors.begin(), selectors.end());
    std::stable_sort(ordered.begin(), ordered.end(), [](const Selector& a, const Selector& b) {
      return a.matchers.size() < b.matchers.size();
    });
    const std::size_t first = fetches_.size();
    for (const Selector& selector : ordered) {
      const auto wide =
          std::find_if(fetches_.begin() + static_cast<std::ptrdiff_t>(first), fetches_.end(),
                       [&selector](const Selector& fetch) { return Covers(fetch, selector); });
      fetch_of[selector] = static_cast<std::size_t>(wide - fetches_.begin());
      if (wide == fetches_.end()) fetches_.push_back(selector);
    }
  }
  for (const auto& running : running_) {
    running->fetches.clear();
    if (!running->counter) continue;
    for (const Term& term : running->counter->plan().terms) {
      running->fetches.push_back(fetch_of.at(term.selector));
    }
  }
}

void Evaluator::Start(Running& running, std::int64_t slot) {
  if (running.running_since) return;
  running.chunk_ms = LargestChunkMs();
  const std::int64_t back = absl::ToInt64Milliseconds(options_.lookback) / options_.grid.step_ms;
  if (running.counter) running.counter->Begin(options_.grid.Horizon(slot - back));
  running.running_since = absl::FromUnixMillis(options_.grid.TimeOf(slot));
}

void Evaluator::ReadCounters(std::int64_t slot, std::span<Running* const> which) {
  struct Fetch {
    std::int64_t from_ms = 0;
    std::size_t query = 0;
  };

  std::map<std::size_t, Fetch> needed;  // By index in fetches_.
  const std::int64_t timeout_ms = absl::ToInt64Milliseconds(options_.scrape_timeout);
  for (const Running* running : which) {
    const std::int64_t from =
        *running->counter->sealed_ms() - std::max(running->counter->overlap_ms(), timeout_ms);
    for (const std::size_t fetch : running->fetches) {
      const auto [known, is_new] = needed.try_emplace(fetch, Fetch{from, 0});
      if (!is_new) known->second.from_ms = std::min(known->second.from_ms, from);
    }
  }
  const std::int64_t at_ms = options_.grid.TimeOf(slot);
  std::vector<Query> queries;
  for (auto& [index, fetch] : needed) {
    fetch.query = queries.size();
    queries.push_back({fmt::format("{}[{}ms]", ToString(fetches_[index]), at_ms - fetch.from_ms),
                       absl::FromUnixMillis(at_ms)});
  }
  const std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
  for (Running* running : which) {
    std::vector<const QueryResult*> results;
    std::int64_t from_ms = INT64_MIN;
    absl::Status failure;
    for (const std::size_t index : running->fetches) {
      const Fetch& fetch = needed.at(index);
      const absl::StatusOr<QueryResult>& answer = answers[fetch.query];
      from_ms = std::max(from_ms, fetch.from_ms);
      if (!answer.ok()) {
        failure = answer.status();
      } else if (answer->partial) {
        failure = absl::UnavailableError(
            fmt::format("the source answered in part: {}",
                        answer->warnings.empty() ? "" : answer->warnings.front()));
      } else {
        results.push_back(&*answer);
      }
    }
    running->read = failure.ok();
    if (failure.ok()) {
      telemetry_.OnCounted(options_.source_name, running->counter->Absorb(results, from_ms, slot));
      running->failure.clear();
      running->chunk_ms = std::min(LargestChunkMs(), running->chunk_ms * 2);
    } else {
      running->failure = std::string(failure.message());
      if (absl::IsResourceExhausted(failure) || absl::IsDeadlineExceeded(failure)) {
        running->chunk_ms = std::max(SmallestChunkMs(), running->chunk_ms / 2);
      }
    }
  }
}

// A piece holds at least one slot more than what is sealed, whatever the interval.
std::int64_t Evaluator::SmallestChunkMs() const {
  return std::max(kSmallestChunkMs, 2 * options_.grid.step_ms);
}

std::int64_t Evaluator::LargestChunkMs() const {
  return std::max(kChunkMs, 2 * options_.grid.step_ms);
}

// Reads for those that are far behind, one piece; false when nobody is, or nothing came.
bool Evaluator::CatchUp(std::int64_t slot) {
  const SlotGrid& grid = options_.grid;
  std::vector<Running*> behind;
  std::int64_t until = INT64_MAX;
  for (const auto& running : running_) {
    if (!running->counter) continue;
    const std::int64_t sealed = *running->counter->sealed_ms();
    if (grid.Horizon(slot) - sealed <= running->chunk_ms) continue;
    behind.push_back(running.get());
    until = std::min(until, sealed + running->chunk_ms);
  }
  if (behind.empty()) return false;
  ReadCounters(grid.SlotBefore(until), behind);
  return std::any_of(behind.begin(), behind.end(), [](const Running* r) { return r->read; });
}

void Evaluator::ReadOpaque(std::int64_t slot) {
  std::vector<Query> queries;
  std::map<std::pair<std::string, absl::Time>, std::size_t> known;

  struct Asking {
    Running* running = nullptr;
    WindowEnd end = WindowEnd::kNewest;
    std::vector<std::size_t> answers;
  };

  std::vector<Asking> all;
  for (const auto& running : running_) {
    if (!running->opaque) continue;
    // A firing alert may resolve, and that is decided on sealed data; firing need not wait for it.
    Asking asking{
        running.get(), AnyFiring(running->alerts) ? WindowEnd::kSealed : WindowEnd::kNewest, {}};
    for (Query& query : running->opaque->Queries(slot, asking.end)) {
      const auto [at, is_new] = known.try_emplace({query.expr, query.at}, queries.size());
      if (is_new) queries.push_back(std::move(query));
      asking.answers.push_back(at->second);
    }
    all.push_back(std::move(asking));
  }
  if (all.empty()) return;
  const std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
  for (Asking& asking : all) {
    std::vector<const QueryResult*> results;
    asking.running->failure.clear();
    for (const std::size_t index : asking.answers) {
      if (!answers[index].ok()) {
        asking.running->failure = std::string(answers[index].status().message());
      } else if (answers[index]->partial) {
        asking.running->failure = "the source answered in part";
      } else {
        results.push_back(&*answers[index]);
      }
    }
    asking.running->read = asking.running->failure.empty();
    if (!asking.running->read) continue;
    telemetry_.OnCounted(options_.source_name,
                         asking.running->opaque->Absorb(results, slot, asking.end));
  }
}

void Evaluator::Read(std::int64_t slot) {
  for (int i = 0; i < kCatchUpReads && CatchUp(slot); ++i) {
  }
  std::vector<Running*> counters;
  for (const auto& running : running_) {
    running->read = false;
    if (!running->counter) continue;
    if (options_.grid.Horizon(slot) - *running->counter->sealed_ms() > running->chunk_ms) {
      if (running->failure.empty()) running->failure = "catching up with the past";
      continue;
    }
    counters.push_back(running.get());
  }
  if (!counters.empty()) ReadCounters(slot, counters);
  ReadOpaque(slot);
}

void Evaluator::CheckSelectors(std::int64_t slot) {
  const std::int64_t now_ms = options_.grid.TimeOf(slot);
  int checks = 0;
  for (const auto& running : running_) {
    if (!running->counter || !running->read) continue;
    const std::vector<std::size_t> unmatched = running->counter->UnmatchedTerms();
    if (unmatched.empty()) {
      running->dead.clear();
      continue;
    }
    if (now_ms < running->check_again_ms || ++checks > kChecksPerEvaluation) continue;
    running->check_again_ms = now_ms + kCheckAgainMs;
    const absl::StatusOr<std::string> dead = WhyNothingMatches(
        source_, running->counter->plan(), unmatched, absl::FromUnixMillis(now_ms));
    if (dead.ok()) running->dead = *dead;
  }
}

SloStatus Evaluator::Judge(Running& running, std::int64_t slot, std::vector<Alert>& alerts,
                           std::vector<AlertEvent>& events) {
  SloStatus status;
  status.slo = running.slo;
  status.plan = running.plan;
  status.stale_definition = running.stale;
  status.problem = !running.failure.empty() ? running.failure : running.dead;
  if (status.problem.empty() && running.opaque) status.problem = running.opaque->problem();

  EvaluationContext context;
  context.at = absl::FromUnixMillis(options_.grid.TimeOf(slot));
  context.sealed_until = absl::FromUnixMillis(options_.grid.Horizon(slot));
  context.running_since = *running.running_since;
  context.read = running.read;
  context.dead = !running.dead.empty();

  const Meter& meter = running.meter();
  std::map<std::string, GroupAlerts> known;
  std::vector<Alert> shown;
  for (std::size_t i = 0; i < meter.group_count(); ++i) {
    const std::string key = meter.group(i).key;
    GroupAlerts& records = known[key];
    records = running.alerts[key];
    const GroupAlerts before = records;
    GroupStatus group = EvaluateGroup(*running.slo, meter, i, context, records);
    status.series += group.series;
    for (const auto& [alert_class, record] : records) {
      const auto old = before.find(alert_class);
      const AlertState from = old == before.end() ? AlertState::kInactive : old->second.state;
      if (record.state == AlertState::kInactive && from == AlertState::kInactive) continue;
      Alert alert = MakeAlert(status, group, alert_class, record, options_.around, context.at);
      if (from != record.state) {
        events.push_back(
            {context.at, from, record.state, alert, DecidingNumbers(group, alert_class)});
      }
      if (record.state != AlertState::kInactive) shown.push_back(std::move(alert));
    }
    status.groups.push_back(std::move(group));
  }
  // A changed SLI finds its groups anew; until then their alerts stand.
  for (auto& [key, records] : running.alerts) {
    if (!known.try_emplace(key, records).second) continue;
    for (const Alert& alert : running.shown) {
      if (alert.group_key == key && alert.state == AlertState::kFiring) shown.push_back(alert);
    }
  }
  running.alerts = std::move(known);
  running.shown = std::move(shown);
  alerts.insert(alerts.end(), running.shown.begin(), running.shown.end());
  std::sort(status.groups.begin(), status.groups.end(),
            [](const GroupStatus& a, const GroupStatus& b) { return a.key < b.key; });
  return status;
}

void Evaluator::KeepRetired(absl::Time at, std::vector<Alert>& alerts,
                            std::vector<AlertEvent>& events) {
  for (Retired& retired : retired_) {
    for (Alert& alert : retired.alerts) {
      if (alert.state == AlertState::kFiring && at - retired.removed >= kRemovedKept) {
        alert.state = AlertState::kResolved;
        alert.resolved_at = at;
        alert.annotations["removed"] = "The SLO was removed from the rules.";
        events.push_back({at, AlertState::kFiring, AlertState::kResolved, alert, "removed"});
      }
      alerts.push_back(alert);
    }
  }
  std::erase_if(retired_, [at](const Retired& retired) {
    return at - retired.removed >= kRemovedKept + kRemovedShown;
  });
}

Evaluator::Result Evaluator::Evaluate(std::int64_t slot) {
  const absl::Time at = absl::FromUnixMillis(options_.grid.TimeOf(slot));
  const std::int64_t back = absl::ToInt64Milliseconds(options_.lookback) / options_.grid.step_ms;
  for (auto& [ladder, columns] : columns_) {
    const std::optional<std::int64_t> newest = columns->newest();
    for (std::int64_t k = newest ? *newest + 1 : slot - back; k <= slot; ++k) columns->Append(k);
  }
  for (const auto& running : running_) Start(*running, slot);
  Read(slot);
  CheckSelectors(slot);

  auto snapshot = std::make_shared<SourceSnapshot>();
  Result result;
  snapshot->source = options_.source_name;
  snapshot->at = at;
  snapshot->sealed_until = absl::FromUnixMillis(options_.grid.Horizon(slot));
  snapshot->readable = true;
  for (const auto& running : running_) {
    if (running->counter) running->counter->MoveTo(slot);
    if (running->opaque) running->opaque->MoveTo(slot);
    if (!running->read) {
      if (snapshot->readable) snapshot->problem = running->failure;
      snapshot->readable = false;
    }
    snapshot->slos.push_back(Judge(*running, slot, snapshot->alerts, result.events));
  }
  KeepRetired(at, snapshot->alerts, result.events);
  last_at_ = at;
  result.snapshot = std::move(snapshot);
  return result;
}

}  // namespace slowburn
