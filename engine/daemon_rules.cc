// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "engine/daemon.h"
#include "engine/daemon_loop.h"
#include "engine/io/log.h"
#include "engine/rule_set.h"
#include "engine/slo_diff.h"

// How the daemon loads rules, and takes up those that ran before a restart.

namespace slowburn {
namespace {

std::size_t HashOf(const SpecFiles& files, std::size_t seed) {
  std::size_t hash = seed * 1'000'003 + files.unreadable.size();
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

using Texts = std::map<std::string, std::shared_ptr<const RuleFile>>;

// In the place of the SLOs of a file that has none, but AlertWindows that were given apart.  No
// SLO's: these have a slash.
constexpr std::string_view kWindows = "AlertWindows";

bool IsWindows(const SavedDefinition& definition) {
  return definition.slo_ids.size() == 1 && definition.slo_ids[0] == kWindows;
}

// The SLOs of `definitions` as their texts define them, and the texts by SLO.  Of one path there
// may be two texts, each the one that its SLOs have.
std::vector<ActiveSlo> Parse(std::vector<SavedDefinition> definitions, const RuleDefaults& defaults,
                             std::optional<Format> format, Texts& texts) {
  LoadOptions options{.duplicates = true};
  for (const SavedDefinition& each : definitions) {
    if (!IsWindows(each)) continue;
    if (!options.windows.has_value()) options.windows.emplace();
    options.windows->push_back({each.path, each.text});
  }
  std::erase_if(definitions, IsWindows);
  std::vector<RuleFile> files;
  std::vector<std::shared_ptr<const RuleFile>> kept;
  for (const SavedDefinition& each : definitions) {
    files.push_back({each.path, each.text});
    kept.push_back(std::make_shared<const RuleFile>(files.back()));
  }
  std::vector<ActiveSlo> active;
  const auto take = [&](LoadResult loaded) {
    for (std::size_t i = 0; i < loaded.slos.size(); ++i) {
      const std::string id = loaded.slos[i].Id();
      const std::size_t file = loaded.file_of[i];
      const std::vector<std::string>& ids = definitions[file].slo_ids;
      if (!std::binary_search(ids.begin(), ids.end(), id)) continue;
      if (!texts.try_emplace(id, kept[file]).second) continue;
      active.push_back({std::make_shared<const Slo>(std::move(loaded.slos[i])), false});
    }
  };
  // What ran goes on, also where another format is asked for now.
  take(LoadRules(files, defaults, options));
  options.format = format;
  if (format.has_value()) take(LoadRules(files, defaults, options));
  return active;
}

SavedEvent Change(absl::Time at, const std::string& slo_id, std::string text) {
  return {at, "change", slo_id, "", "", "", "", std::move(text)};
}

}  // namespace

// Begins where the process before stopped: with its SLOs as they were defined, and its alerts at
// once.  What has changed since is then a load like any other.
void Daemon::Restore() {
  if (options_.keeper == nullptr) return;
  const MutexLock lock(&load_mutex_);
  for (const SavedDefinition& each : options_.definitions) {
    if (each.slo_ids.empty() || IsWindows(each)) shared_.push_back(each);
  }
  running_ = Parse(std::exchange(options_.definitions, {}), options_.config.defaults,
                   options_.format, texts_);
  const std::int64_t interval_ms = absl::ToInt64Milliseconds(options_.config.interval);
  const std::int64_t now_slot = absl::ToUnixMillis(clock_.TimeNow()) / interval_ms;
  for (const auto& loop : loops_) {
    const auto saved = options_.restored.find(loop->name);
    if (saved == options_.restored.end() || saved->second.heads.empty()) continue;
    std::vector<ActiveSlo> slos;
    for (const ActiveSlo& active : running_) {
      if (active.slo->source == loop->name) slos.push_back(active);
    }
    for (const std::string& problem :
         loop->evaluator.Restore(slos, std::move(saved->second), now_slot)) {
      Log(LogLevel::kError, "state", {{"source", loop->name}, {"problem", problem}});
      options_.keeper->LogEvent({clock_.TimeNow(), "state", "", "", "", "", "", problem});
    }
    if (loop->evaluator.last_slot() != 0) loop->scheduler.StartAfter(loop->evaluator.last_slot());
    const auto standing = loop->evaluator.Standing();
    Log(LogLevel::kInfo, "state taken up",
        {{"source", loop->name},
         {"slos", fmt::format("{}", slos.size())},
         {"alerts", fmt::format("{}", standing->alerts.size())}});
    if (!standing->alerts.empty()) board_.Publish(standing);
  }
  options_.restored.clear();
}

absl::Status Daemon::Reload() {
  return Load(/*only_if_changed=*/false);
}

absl::Status Daemon::Load(bool only_if_changed) {
  const MutexLock lock(&load_mutex_);
  const SpecFiles files = options_.read_files();
  const SpecFiles windows = options_.read_windows ? options_.read_windows() : SpecFiles{};
  const std::size_t hash = HashOf(windows, HashOf(files, 0));
  if (only_if_changed && hash == loaded_hash_) return last_load_;
  loaded_hash_ = hash;

  LoadOptions options{.format = options_.format};
  if (options_.read_windows) options.windows = windows.files;
  LoadResult loaded = LoadRules(WithLost(files), options_.config.defaults, options);
  MergedRules merged = MergeRules(running_, loaded, files.unreadable, options_.allow_shrink);
  auto status = std::make_shared<RulesStatus>();
  status->diagnostics = files.diagnostics;
  status->diagnostics.insert(status->diagnostics.end(), windows.diagnostics.begin(),
                             windows.diagnostics.end());
  status->diagnostics.insert(status->diagnostics.end(), loaded.diagnostics.begin(),
                             loaded.diagnostics.end());
  std::string first_error;
  for (const Diagnostic& diagnostic : status->diagnostics) {
    const bool error = diagnostic.severity == Severity::kError;
    Log(error ? LogLevel::kError : LogLevel::kWarn, ToString(diagnostic));
    if (error && first_error.empty()) first_error = ToString(diagnostic);
  }
  const std::vector<ActiveSlo> before = std::exchange(running_, std::move(merged.slos));
  status->loaded = static_cast<std::int64_t>(running_.size());
  status->invalid = static_cast<std::int64_t>(loaded.bad_files.size() + files.unreadable.size() +
                                              windows.unreadable.size());
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
  KeepDefinitions(files, windows);
  LogChanges(before, files);
  return last_load_;
}

// `files`, and as they were those that can't be read now and that SLOs of others may refer to:
// these must not fall back to other windows unnoticed.
std::vector<RuleFile> Daemon::WithLost(const SpecFiles& files) const {
  std::vector<RuleFile> all = files.files;
  for (const SavedDefinition& each : shared_) {
    const bool lost = std::find(files.unreadable.begin(), files.unreadable.end(), each.path) !=
                      files.unreadable.end();
    if (lost && !IsWindows(each)) all.push_back({each.path, each.text});
  }
  return all;
}

// Remembers the text of each SLO that runs: that of its file now, or, where it is stale or the load
// was refused, the one before; and what these may refer to, which stays as it was while one is
// stale.
void Daemon::KeepDefinitions(const SpecFiles& files, const SpecFiles& windows) {
  Texts now;
  for (const RuleFile& file : files.files) {
    now[file.path] = std::make_shared<const RuleFile>(file);
  }
  const bool refused = absl::IsFailedPrecondition(last_load_);
  Texts next;
  std::map<const RuleFile*, std::vector<std::string>> ids;
  for (const ActiveSlo& active : running_) {
    const std::string id = active.slo->Id();
    const auto file = now.find(active.slo->defined_at.file);
    const auto before = texts_.find(id);
    const bool keeps = (active.stale || refused || file == now.end()) && before != texts_.end();
    if (!keeps && file == now.end()) continue;
    const auto& text = keeps ? before->second : file->second;
    next[id] = text;
    ids[text.get()].push_back(id);
  }
  texts_ = std::move(next);
  const bool stale = refused || std::any_of(running_.begin(), running_.end(),
                                            [](const ActiveSlo& slo) { return slo.stale; });
  if (!stale || shared_.empty()) {
    std::vector<SavedDefinition> shared;
    for (const RuleFile& file : WithLost(files)) {
      const auto text = now.find(file.path);
      const bool defines = text != now.end() && ids.contains(text->second.get());
      if (MayBeShared(file) && !defines) shared.push_back({file.path, file.text, {}});
    }
    for (const RuleFile& file : windows.files) {
      shared.push_back({file.path, file.text, {std::string(kWindows)}});
    }
    shared_ = std::move(shared);
  }
  if (options_.keeper == nullptr) return;
  std::vector<SavedDefinition> all = shared_;
  for (auto& [file, of_file] : ids) {
    std::sort(of_file.begin(), of_file.end());
    all.push_back({file->path, file->text, std::move(of_file)});
  }
  options_.keeper->SaveDefinitions(std::move(all));
}

// Puts the load and what it changed into the history.
void Daemon::LogChanges(const std::vector<ActiveSlo>& before, const SpecFiles& files) {
  if (options_.keeper == nullptr) return;
  const absl::Time at = clock_.TimeNow();
  std::string text =
      fmt::format("configuration {}, {} SLOs", ConfigurationHash(files.files), running_.size());
  if (!last_load_.ok()) text += fmt::format(": {}", std::string(last_load_.message()));
  options_.keeper->LogEvent({at, "load", "", "", "", "", "", std::move(text)});
  std::map<std::string, std::shared_ptr<const Slo>> old;
  for (const ActiveSlo& active : before) old[active.slo->Id()] = active.slo;
  for (const ActiveSlo& active : running_) {
    const std::string id = active.slo->Id();
    const auto known = old.find(id);
    if (known == old.end()) {
      options_.keeper->LogEvent(Change(at, id, "added"));
      continue;
    }
    std::string difference = DescribeChange(*known->second, *active.slo);
    if (!difference.empty()) options_.keeper->LogEvent(Change(at, id, std::move(difference)));
    old.erase(known);
  }
  for (const auto& [id, slo] : old) options_.keeper->LogEvent(Change(at, id, "removed"));
}

}  // namespace slowburn
