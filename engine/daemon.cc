// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/daemon.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/io/log.h"
#include "engine/rule_set.h"
#include "engine/scheduler.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

// The `Date` of a source has whole seconds: a smaller offset is noise.
constexpr absl::Duration kOffsetNoise = absl::Seconds(2);

// For a remote-write store, or a source that scrapes slowly, the user sets it.
absl::Duration SettleOf(const Config& config, const SourceSettings& source) {
  if (source.settle) return *source.settle;
  return config.settle.value_or(source.scrape_timeout + absl::Seconds(5));
}

Evaluator::Options EvaluatorOptions(const Config& config, const std::string& name) {
  const SourceSettings& source = config.sources.at(name);
  Evaluator::Options options;
  options.source_name = name;
  options.grid.step_ms = absl::ToInt64Milliseconds(config.interval);
  options.grid.settle_ms = absl::ToInt64Milliseconds(SettleOf(config, source));
  options.deduplicated = source.deduplicated;
  options.max_series = config.max_series;
  options.hold_limit = config.hold_limit;
  options.source_down_after = config.source_down_after;
  options.source_down_severity = config.defaults.severities.at("page");
  options.around.external_labels = config.external_labels;
  options.around.external_url = config.external_url;
  options.around.browse_url = source.browse_url.empty() ? source.http.url : source.browse_url;
  options.around.mode = config.mode;
  return options;
}

std::size_t HashOf(const SpecFiles& files) {
  std::size_t hash = files.unreadable.size();
  const auto mix = [&hash](const std::string& text) {
    hash = hash * 1'000'003 + std::hash<std::string>()(text);
  };
  for (const RuleFile& file : files.files) {
    mix(file.path);
    mix(file.text);
  }
  for (const std::string& path : files.unreadable) mix(path);
  return hash;
}

void LogEvent(const AlertEvent& event) {
  const LogLevel level = event.to == AlertState::kFiring ? LogLevel::kWarn : LogLevel::kInfo;
  Log(level, fmt::format("alert {}", ToString(event.to)),
      {{"slo", event.alert.slo_id},
       {"group", event.alert.group_key},
       {"class", std::string(ToString(event.alert.alert_class))},
       {"from", std::string(ToString(event.from))},
       {"slot", FormatUtc(event.at)},
       {"cause", event.cause}});
}

}  // namespace

struct Daemon::Loop {
  Loop(std::string source_name, std::unique_ptr<Source> owned, Evaluator::Options options,
       Telemetry& telemetry)
      : name(std::move(source_name)),
        source(std::move(owned)),
        evaluator(std::move(options), *source, telemetry) {}

  std::string name;
  std::unique_ptr<Source> source;
  Evaluator evaluator;
  std::thread thread;
  std::atomic<bool> tried = false;
  absl::Duration past_took = absl::Seconds(1);  // The last read of the past.
  absl::Time past_next = absl::InfinitePast();
  std::atomic<std::int64_t> alive_ms = 0;

  Mutex mutex;
  std::vector<ActiveSlo> next ABSL_GUARDED_BY(mutex);
  bool changed ABSL_GUARDED_BY(mutex) = false;
};

Daemon::Daemon(Options options, std::map<std::string, std::unique_ptr<Source>> sources,
               Board& board, Clock& clock, Telemetry& telemetry)
    : options_(std::move(options)), board_(board), clock_(clock), telemetry_(telemetry) {
  for (auto& [name, source] : sources) {
    loops_.push_back(std::make_unique<Loop>(name, std::move(source),
                                            EvaluatorOptions(options_.config, name), telemetry_));
  }
}

Daemon::~Daemon() {
  Stop();
}

absl::Status Daemon::Start() {
  const absl::Status loaded = Load(false);
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
    loop->alive_ms = absl::ToUnixMillis(clock_.TimeNow());
    loop->thread = std::thread([this, &loop] { Evaluate(*loop); });
  }
  poller_ = std::thread([this] { Poll(); });
  return absl::OkStatus();
}

absl::Status Daemon::Reload() {
  return Load(false);
}

absl::Status Daemon::Load(bool only_if_changed) {
  const MutexLock lock(&load_mutex_);
  const SpecFiles files = options_.read_files();
  const std::size_t hash = HashOf(files);
  if (only_if_changed && hash == loaded_hash_) return last_load_;
  loaded_hash_ = hash;

  LoadResult loaded = LoadRules(files.files, options_.config.defaults);
  MergedRules merged = MergeRules(running_, loaded, files.unreadable, options_.allow_shrink);
  auto status = std::make_shared<RulesStatus>();
  status->diagnostics = files.diagnostics;
  status->diagnostics.insert(status->diagnostics.end(), loaded.diagnostics.begin(),
                             loaded.diagnostics.end());
  std::string first_error;
  for (const Diagnostic& diagnostic : status->diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    Log(error ? LogLevel::kError : LogLevel::kWarn, ToString(diagnostic));
    if (error && first_error.empty()) first_error = ToString(diagnostic);
  }
  running_ = std::move(merged.slos);
  status->loaded = static_cast<std::int64_t>(running_.size());
  status->invalid = static_cast<std::int64_t>(loaded.bad_files.size() + files.unreadable.size());
  status->last_load = clock_.TimeNow();
  status->last_load_successful = merged.refused.empty() && first_error.empty();
  for (const auto& loop : loops_) {
    const MutexLock loop_lock(&loop->mutex);
    loop->next.clear();
    for (const ActiveSlo& active : running_) {
      if (active.slo->source == loop->name) loop->next.push_back(active);
    }
    loop->changed = true;
  }
  if (!merged.refused.empty()) {
    last_load_ = absl::FailedPreconditionError(fmt::format("load refused: {}", merged.refused));
    Log(LogLevel::kError, std::string(last_load_.message()));
  } else if (!first_error.empty()) {
    last_load_ = absl::InvalidArgumentError(first_error);
  } else {
    last_load_ = absl::OkStatus();
  }
  Log(LogLevel::kInfo, "rules loaded",
      {{"slos", fmt::format("{}", status->loaded)},
       {"files", fmt::format("{}", files.files.size())},
       {"invalid_files", fmt::format("{}", status->invalid)}});
  telemetry_.OnRulesLoaded(status->last_load_successful, status->loaded, status->invalid);
  board_.Publish(std::shared_ptr<const RulesStatus>(std::move(status)));
  return last_load_;
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

void Daemon::Evaluate(Loop& loop) {
  Scheduler scheduler(options_.config.interval);
  std::string problem;
  while (!stop_) {
    absl::Time now = clock_.TimeNow();
    loop.alive_ms = absl::ToUnixMillis(now);
    const absl::Duration offset = loop.source->ClockOffset().value_or(absl::ZeroDuration());
    if (absl::AbsDuration(offset) > kOffsetNoise) now += offset;
    const Scheduler::Due due = scheduler.Next(now);
    if (!due.slot) {
      WaitFor(std::min(due.wait, LearnPast(loop, due.wait)));
      continue;
    }
    {
      const MutexLock lock(&loop.mutex);
      if (loop.changed) loop.evaluator.SetSlos(loop.next);
      loop.changed = false;
    }
    const absl::Time began = clock_.TimeNow();
    const Evaluator::Result result = loop.evaluator.Evaluate(*due.slot);
    if (stop_) break;  // What was cut off is no evaluation.
    telemetry_.OnEvaluation(loop.name, clock_.TimeNow() - began, due.missed);
    board_.Publish(result.snapshot);
    loop.tried = true;
    for (const AlertEvent& event : result.events) LogEvent(event);
    for (const std::string& warning : result.warnings) {
      Log(LogLevel::kWarn, warning, {{"source", loop.name}});
    }
    if (result.snapshot->problem != problem) {
      problem = result.snapshot->problem;
      if (problem.empty()) {
        Log(LogLevel::kInfo, "source is readable again", {{"source", loop.name}});
      } else {
        Log(LogLevel::kWarn, "source can't be read in full",
            {{"source", loop.name}, {"problem", problem}});
      }
    }
  }
}

void Daemon::Poll() {
  while (!WaitFor(options_.poll)) {
    // The result is logged by Load, and shown by the metrics.
    Load(true).IgnoreError();
  }
}

// Waits, or less when stopping; whether it is.
bool Daemon::WaitFor(absl::Duration duration) {
  std::unique_lock<std::mutex> lock(stop_mutex_);
  stop_changed_.wait_for(lock, absl::ToChronoMilliseconds(duration),
                         [this] { return stop_.load(); });
  return stop_;
}

void Daemon::Stop() {
  {
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  for (const auto& loop : loops_) loop->source->Cancel();
  for (const auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
  if (poller_.joinable()) poller_.join();
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
