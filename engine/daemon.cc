// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/daemon.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/daemon_loop.h"
#include "engine/io/log.h"

namespace slowburn {
namespace {

// How long a transition waits for the disk before it goes out.
constexpr absl::Duration kLongestCommit = absl::Seconds(1);

// For a remote-write store, or a source that scrapes slowly, the user sets it.
absl::Duration SettleOf(const Config& config, const SourceSettings& source) {
  if (source.settle) return *source.settle;
  return config.settle.value_or(source.scrape_timeout + absl::Seconds(5));
}

Evaluator::Options EvaluatorOptions(const Config& config, const std::string& name,
                                    bool keeps_state) {
  const SourceSettings& source = config.sources.at(name);
  Evaluator::Options options;
  options.source_name = name;
  options.grid.step_ms = absl::ToInt64Milliseconds(config.interval);
  options.grid.settle_ms = absl::ToInt64Milliseconds(SettleOf(config, source));
  options.deduplicated = source.deduplicated;
  options.max_series = config.max_series;
  options.keeps_state = keeps_state;
  options.hold_limit = config.hold_limit;
  options.source_down_after = config.source_down_after;
  options.source_down_severity = config.defaults.severities.at("page");
  options.around.external_labels = config.external_labels;
  options.around.external_url = config.external_url;
  options.around.browse_url = source.browse_url.empty() ? source.http.url : source.browse_url;
  options.around.mode = config.mode;
  return options;
}

void LogEvent(const AlertEvent& event) {
  const LogLevel level = event.to == AlertState::kFiring ? LogLevel::kWarn : LogLevel::kInfo;
  Log(level, fmt::format("alert {}", ToString(event.to)),
      {{"slo", event.alert.slo_id},
       {"group", event.alert.group_key},
       {"class", ToString(event.alert.Key())},
       {"from", std::string(ToString(event.from))},
       {"slot", FormatUtc(event.at)},
       {"cause", event.cause}});
}

}  // namespace

Daemon::Daemon(Options options, std::map<std::string, std::unique_ptr<Source>> sources,
               Board& board, Clock& clock, Telemetry& telemetry)
    : options_(std::move(options)), board_(board), clock_(clock), telemetry_(telemetry) {
  for (auto& [name, source] : sources) {
    loops_.push_back(
        std::make_unique<Loop>(name, std::move(source),
                               EvaluatorOptions(options_.config, name, options_.keeper != nullptr),
                               options_.config.interval, telemetry_));
  }
}

Daemon::~Daemon() {
  Stop();
}

absl::Status Daemon::Start() {
  Restore();
  const absl::Status loaded = Load(/*only_if_changed=*/false);
  bool empty = false;
  {
    const MutexLock lock(&load_mutex_);
    empty = running_.empty();
  }
  if (empty && !options_.allow_shrink) {
    return absl::FailedPreconditionError(
        fmt::format("{} (--allow-shrink starts without any)", std::string(loaded.message())));
  }
  for (const auto& loop : loops_) {
    loop->evaluator.AdoptStarts(options_.starts);
    loop->alive_ms = absl::ToUnixMillis(clock_.TimeNow());
    loop->thread = std::thread([this, &loop] { Evaluate(*loop); });
  }
  poller_ = std::thread([this] { Poll(); });
  return absl::OkStatus();
}

// Reads of the past, when nothing else is due for `free`; returns how long to wait after it.
absl::Duration Daemon::LearnPast(Loop& loop, absl::Duration free) {
  constexpr absl::Duration kNothing = absl::Seconds(1);
  const absl::Time began = clock_.TimeNow();
  // A read must not delay an evaluation; where none fits in between, it begins right after one.
  const absl::Duration needed = std::min(2 * loop.past_took, options_.config.interval / 2);
  if (!loop.tried || free < needed || began < loop.past_next) return kNothing;
  const Evaluator::PastProgress progress = loop.evaluator.ReadPast();
  loop.past_took = clock_.TimeNow() - began;
  if (!progress.done.empty()) {
    Log(LogLevel::kInfo, "past counted", {{"source", loop.name}, {"what", progress.done}});
  }
  if (!progress.problem.empty()) {
    Log(LogLevel::kInfo, "past can't be read now",
        {{"source", loop.name}, {"problem", progress.problem}});
  }
  if (progress.wait) loop.past_next = began + options_.config.interval;
  if (progress.wait || !progress.more) return kNothing;
  // A fifth of the time at most, so that the source has room for others.
  return std::clamp(4 * loop.past_took, absl::Milliseconds(10), kNothing);
}

// What time it is at the source; nullopt while that is not known.
std::optional<absl::Time> Daemon::SourceNow(Loop& loop) {
  const absl::Time now = clock_.TimeNow();
  const bool jumped = loop.source_time.Jumped(now);
  if (jumped) {
    // Any answer tells the source's time.
    const Query query = {"vector(1)", now};
    const bool answered = loop.source->Run({&query, 1}).front().ok();
    loop.source_time.Observe(answered ? loop.source->ClockOffset() : std::nullopt);
  }
  return loop.source_time.At(now);
}

// Whether what the source has may be of a clock that is `offset` ahead of ours: not when its
// targets were seen lately by the time we go by, and were not, or could not yet be, by that one.
bool Daemon::HasDataFor(Loop& loop, absl::Duration offset) {
  const absl::Time now = clock_.TimeNow();
  const Query queries[] = {{"count(up)", now + loop.source_time.applied()},
                           {"count(up)", now + offset}};
  const std::vector<absl::StatusOr<QueryResult>> answers = loop.source->Run(queries);
  const auto has = [&answers](std::size_t i) {
    return answers[i].ok() && !answers[i]->series.empty();
  };
  if (!has(0)) return true;
  return offset > loop.source_time.applied() && has(1);
}

void Daemon::Evaluate(Loop& loop) {
  while (!stop_) {
    loop.alive_ms = absl::ToUnixMillis(clock_.TimeNow());
    const std::optional<absl::Time> now = SourceNow(loop);
    if (!now) {
      WaitFor(options_.config.interval);
      continue;
    }
    const Scheduler::Due due = loop.scheduler.Next(*now);
    if (due.slot) {
      EvaluateSlot(loop, *due.slot, due.missed);
    } else {
      WaitFor(std::min(due.wait, LearnPast(loop, due.wait)));
    }
  }
  {
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    loop.ended = true;
  }
  stop_changed_.notify_all();
}

void Daemon::EvaluateSlot(Loop& loop, std::int64_t slot, std::int64_t missed) {
  {
    const MutexLock lock(&loop.mutex);
    if (loop.changed) loop.evaluator.SetSlos(loop.next);
    loop.changed = false;
    for (const Loop::Release& release : std::exchange(loop.releases, {})) {
      loop.evaluator.Release(release.alert_id, release.annotation, release.text, clock_.TimeNow());
    }
  }
  const absl::Time began = clock_.TimeNow();
  const Evaluator::Result result = loop.evaluator.Evaluate(slot);
  if (cut_off_) return;  // What was cut off is no evaluation.
  telemetry_.OnEvaluation(loop.name, clock_.TimeNow() - began, missed);
  // Nobody is told of what a crash would make us forget.
  Save(loop, !result.events.empty());
  board_.Publish(result.snapshot);
  loop.tried = true;
  loop.source_time.Observe(loop.source->ClockOffset());
  if (const std::optional<absl::Duration> offset = loop.source_time.Doubtful()) {
    loop.source_time.Confirm(HasDataFor(loop, *offset));
  }
  for (const AlertEvent& event : result.events) LogEvent(event);
  for (const std::string& warning : result.warnings) {
    Log(LogLevel::kWarn, warning, {{"source", loop.name}});
  }
  if (result.snapshot->problem == loop.problem) return;
  loop.problem = result.snapshot->problem;
  if (loop.problem.empty()) {
    Log(LogLevel::kInfo, "source is readable again", {{"source", loop.name}});
  } else {
    Log(LogLevel::kWarn, "source can't be read in full",
        {{"source", loop.name}, {"problem", loop.problem}});
  }
}

// Hands what has changed to the keeper, and waits for it to be on disk when there is a `hurry`; but
// a disk that hangs must not hold back a page.
void Daemon::Save(Loop& loop, bool hurry) {
  StateKeeper* const keeper = options_.keeper;
  if (keeper == nullptr) return;
  absl::Duration bound = kLongestCommit;
  if (hurry && keeper->TurnOf(loop.name) == StateKeeper::Turn::kBusy) {
    bound /= 2;
    keeper->WaitFor(loop.name, bound);  // What is being written is of the evaluation before.
  }
  const StateKeeper::Turn turn = keeper->TurnOf(loop.name);
  const bool taken = turn != StateKeeper::Turn::kBusy;
  if (taken) keeper->Submit(loop.evaluator.Save(turn == StateKeeper::Turn::kWhole));
  if (!hurry || (taken && keeper->WaitFor(loop.name, bound))) return;
  Log(LogLevel::kWarn, "alerts go out before they are on disk", {{"source", loop.name}});
}

void Daemon::Poll() {
  while (!WaitFor(options_.poll)) {
    // The result is logged by Load, and shown by the metrics.
    Load(/*only_if_changed=*/true).IgnoreError();
  }
}

// Waits, or less when stopping; whether it is.
bool Daemon::WaitFor(absl::Duration duration) {
  std::unique_lock<std::mutex> lock(stop_mutex_);
  stop_changed_.wait_for(lock, absl::ToChronoMilliseconds(duration),
                         [this] { return stop_.load(); });
  return stop_;
}

void Daemon::Stop(absl::Duration bound) {
  {
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  const auto all_ended = [this] {
    return std::all_of(loops_.begin(), loops_.end(), [](const auto& loop) {
      return loop->ended.load() || !loop->thread.joinable();
    });
  };
  {
    std::unique_lock<std::mutex> lock(stop_mutex_);
    stop_changed_.wait_for(lock, absl::ToChronoMilliseconds(bound), all_ended);
  }
  cut_off_ = true;
  for (const auto& loop : loops_) loop->source->Cancel();
  for (const auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
  if (poller_.joinable()) poller_.join();
}

absl::Status Daemon::Release(const std::string& alert_id, const std::string& annotation,
                             const std::string& text) {
  bool found = false;
  for (const auto& source : board_.Read().sources) {
    for (const Alert& alert : source->alerts) {
      const bool meant = alert.Id() == alert_id || AlertHandle(alert) == alert_id;
      found = found || (meant && alert.state == AlertState::kFiring);
    }
  }
  if (!found) return absl::NotFoundError(fmt::format("no alert '{}' fires", alert_id));
  for (const auto& loop : loops_) {
    const MutexLock lock(&loop->mutex);
    loop->releases.push_back({alert_id, annotation, text});
  }
  return absl::OkStatus();
}

bool Daemon::healthy() const {
  const std::int64_t now_ms = absl::ToUnixMillis(clock_.TimeNow());
  return std::all_of(loops_.begin(), loops_.end(), [&](const auto& loop) {
    // A read may take the timeout of each replica, a few times over when it catches up.
    const SourceSettings& source = options_.config.sources.at(loop->name);
    const auto replicas = static_cast<std::int64_t>(source.replicas.size() + 1);
    const absl::Duration limit = 3 * options_.config.interval + 12 * replicas * source.http.timeout;
    return now_ms - loop->alive_ms <= absl::ToInt64Milliseconds(limit);
  });
}

bool Daemon::ready() const {
  return std::all_of(loops_.begin(), loops_.end(),
                     [](const auto& loop) { return loop->tried.load(); });
}

}  // namespace slowburn
