// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"
#include "engine/prometheus_json.h"
#include "rules/duration.h"

// How the evaluator learns the past of an SLO from the source.
//
// What the alert windows need is counted from raw samples by the code that counts the present: a
// second meter begins further back, catches up piece by piece, and takes the first one's place. So
// afterwards all is as if it had been running all along.  It begins anew for each stage, so that
// short windows need not wait for long ones; that reads half as much again.  What lies before, for
// the SLO's own window alone, is sums computed at the source.

namespace slowburn {
namespace {

constexpr std::int64_t kHourMs = 3600 * 1000;
constexpr std::int64_t kStagesMs[] = {6 * kHourMs, 24 * kHourMs};

constexpr std::size_t kBatch = 64;                      // SLOs at a time.
constexpr std::int64_t kFirstPieceMs = 30 * 60 * 1000;  // Of SLOs without series now.
constexpr std::int64_t kSamplesAtOnce = 300'000;        // That one read should bring.
constexpr std::int64_t kTilesAtOnce = 8;
constexpr std::int64_t kTryAgainMs = kHourMs;

// `slot` or the nearest before it that is a multiple of `every`.
std::int64_t AlignDown(std::int64_t slot, std::int64_t every) {
  return (slot >= 0 ? slot : slot - every + 1) / every * every;
}

}  // namespace

// How far back raw samples are wanted next, in milliseconds; 0: no further.
std::int64_t Evaluator::NextStage(const Running& running) const {
  std::int64_t longest = 0;
  for (const Tier& tier : running.slo->alerts.tiers) {
    longest = std::max(longest, absl::ToInt64Milliseconds(tier.long_window));
  }
  longest += longest / 60 + options_.grid.step_ms;
  const std::int64_t counted = *running.counter->sealed_ms() - running.counter->since_ms();
  if (counted >= longest) {
    // Sums come in tiles between columns of the SLO's window: raw samples must end at one.
    const bool aligned =
        options_.grid.SlotBefore(running.counter->since_ms()) % running.columns->coarsest() == 0;
    const bool enough = counted >= absl::ToInt64Milliseconds(running.slo->window);
    return aligned || enough ? 0 : counted;
  }
  for (const std::int64_t stage : kStagesMs) {
    if (counted < stage && stage < longest) return stage;
  }
  return longest;
}

// The time in which the series of a batch, as they are now, bring as many samples as are wanted.
std::int64_t Evaluator::PieceOf(const Batch& batch) const {
  double per_ms = 0;
  for (const Batch::Member& member : batch.members) {
    const CounterMeter& counter = *member.running->counter;
    for (std::size_t i = 0; i < counter.group_count(); ++i) {
      per_ms += 2.0 * static_cast<double>(counter.group(i).series) /
                static_cast<double>(counter.overlap_ms());
    }
  }
  const double piece = per_ms > 0 ? double{kSamplesAtOnce} / per_ms : double{kFirstPieceMs};
  return std::clamp(static_cast<std::int64_t>(piece), SmallestChunkMs(), largest_piece_ms_);
}

bool Evaluator::StartBatch() {
  struct Candidate {
    std::int64_t stage = 0;
    bool quiet = true;
    Running* running = nullptr;
  };

  std::vector<Candidate> candidates;
  for (const auto& running : running_) {
    if (!running->counter || !running->read || running->past_again > last_at_) continue;
    const std::int64_t stage = NextStage(*running);
    if (stage == 0) continue;
    const bool firing = std::any_of(running->shown.begin(), running->shown.end(),
                                    [](const Alert& a) { return a.state == AlertState::kFiring; });
    candidates.push_back({stage, !firing, running.get()});
  }
  if (candidates.empty()) return false;
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return std::tie(a.quiet, a.stage) < std::tie(b.quiet, b.stage);
                   });
  batch_ = std::make_unique<Batch>();
  batch_->stage_ms = candidates.front().stage;
  std::vector<CounterMeter*> meters;
  for (const Candidate& candidate : candidates) {
    if (candidate.stage != batch_->stage_ms || meters.size() == kBatch) break;
    Running& running = *candidate.running;
    const auto slots = (candidate.stage + options_.grid.step_ms - 1) / options_.grid.step_ms;
    const bool last = std::find(std::begin(kStagesMs), std::end(kStagesMs), candidate.stage) ==
                      std::end(kStagesMs);
    const std::int64_t since =
        AlignDown(last_slot_ - slots, last ? running.columns->coarsest() : 1);
    running.columns->Reach(since);
    auto meter = std::make_unique<CounterMeter>(running.counter->plan(), options_.grid,
                                                *running.columns, options_.deduplicated);
    meter->Begin(options_.grid.Horizon(since));
    meters.push_back(meter.get());
    batch_->members.push_back({&running, std::move(meter)});
  }
  batch_->piece_ms = PieceOf(*batch_);
  batch_->reader = std::make_unique<CounterReader>(
      CounterReader::Options{options_.source_name, options_.grid, {}}, source_, telemetry_);
  batch_->reader->SetMeters(std::move(meters));
  return true;
}

// Reads the next piece for the batch; its end is the present.
void Evaluator::ReadBatch(PastProgress& progress) {
  const SlotGrid& grid = options_.grid;
  std::int64_t from = INT64_MAX;
  for (const Batch::Member& member : batch_->members) {
    from = std::min(from, *member.meter->sealed_ms());
  }
  const std::int64_t slot = std::min(last_slot_, grid.SlotBefore(from + batch_->piece_ms));
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < batch_->members.size(); ++i) {
    if (*batch_->members[i].meter->sealed_ms() <= grid.Horizon(slot)) which.push_back(i);
  }
  const std::vector<absl::Status> statuses = batch_->reader->Read(slot, which);
  const auto failed = std::find_if(statuses.begin(), statuses.end(),
                                   [](const absl::Status& status) { return !status.ok(); });
  if (failed != statuses.end()) {
    const bool refused = absl::IsResourceExhausted(*failed) || absl::IsDeadlineExceeded(*failed);
    progress.wait = !refused;
    progress.problem = std::string(failed->message());
    const bool smaller = batch_->piece_ms > SmallestChunkMs();
    largest_piece_ms_ = std::max(SmallestChunkMs(), batch_->piece_ms / 2);
    batch_->piece_ms = largest_piece_ms_;
    if (smaller || !refused) return;
    // Not even a small piece: these SLOs live through their windows instead.
    for (const Batch::Member& member : batch_->members) {
      member.running->past_again = last_at_ + absl::Milliseconds(kTryAgainMs);
    }
    batch_.reset();
    return;
  }
  if (slot == last_slot_) {
    FinishBatch(progress);
    return;
  }
  // There was more in the past than there is now.
  if (batch_->reader->samples_read() > 2 * kSamplesAtOnce) {
    batch_->piece_ms = std::max(SmallestChunkMs(), batch_->piece_ms / 2);
  }
}

void Evaluator::FinishBatch(PastProgress& progress) {
  for (Batch::Member& member : batch_->members) {
    Running& running = *member.running;
    member.meter->TakeOver(*running.counter);
    member.meter->MoveTo(last_slot_);
    running.counter = std::move(member.meter);
    reader_.Replace(running.reader_index, running.counter.get());
  }
  const std::size_t slos = batch_->members.size();
  progress.done =
      fmt::format("the last {} of {} SLO{}, from raw samples",
                  DurationText(absl::Milliseconds(batch_->stage_ms)), slos, slos == 1 ? "" : "s");
  batch_.reset();
}

// Whose SLO window reaches beyond what raw samples were read for, and the source may know more.
Evaluator::Running* Evaluator::NextForSums() const {
  for (const auto& running : running_) {
    if (!running->counter || !running->read || running->past_again > last_at_ ||
        running->counter->plan().probe || running->past_ends) {
      continue;
    }
    const std::int64_t counted = *running->counter->sealed_ms() - running->counter->since_ms();
    if (counted < absl::ToInt64Milliseconds(running->slo->window)) return running.get();
  }
  return nullptr;
}

// Asks for the sums of some tiles, each as long as the columns of the SLO's window are apart.
void Evaluator::ReadSums(Running& running, PastProgress& progress) {
  const SlotGrid& grid = options_.grid;
  CounterMeter& meter = *running.counter;
  const std::int64_t tile = running.columns->coarsest();
  const std::int64_t end = grid.SlotBefore(meter.since_ms());
  if (end % tile != 0 || !meter.known_since_start()) {
    running.past_ends = true;  // The source had nothing before.
    return;
  }
  const std::int64_t tile_ms = tile * grid.step_ms;
  const std::int64_t missing =
      absl::ToInt64Milliseconds(running.slo->window) - (*meter.sealed_ms() - meter.since_ms());
  const std::int64_t tiles =
      std::clamp<std::int64_t>((missing + tile_ms - 1) / tile_ms, 1, kTilesAtOnce);
  std::vector<Query> queries;
  const std::string by =
      meter.plan().by.empty() ? "" : fmt::format("by ({}) ", fmt::join(meter.plan().by, ", "));
  for (const Term& term : meter.plan().terms) {
    queries.push_back({fmt::format("sum {}(increase({}[{}ms] offset {}ms))[{}ms:{}ms]", by,
                                   ToString(term.selector), tile_ms, grid.settle_ms,
                                   (tiles - 1) * tile_ms + 1, tile_ms),
                       absl::FromUnixMillis(grid.TimeOf(end))});
  }
  const std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(queries);
  std::map<Labels, std::map<std::int64_t, std::pair<double, double>>> sums;
  std::map<std::int64_t, std::set<std::size_t>> seen;  // Terms, by tile.
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].ok() || answers[i]->partial) {
      progress.problem = answers[i].ok() ? "the source answered in part"
                                         : std::string(answers[i].status().message());
      progress.wait = true;
      running.past_again = last_at_ + absl::Milliseconds(kTryAgainMs);
      return;
    }
    const Term& term = meter.plan().terms[i];
    const auto units = static_cast<double>(meter.plan().units_per_event);
    for (const QueryResult::Series& series : answers[i]->series) {
      const absl::StatusOr<Labels> labels = ParseLabels(series.labels_json);
      if (!labels.ok()) continue;
      for (const Sample& sample : series.samples) {
        const std::int64_t slot = sample.at_ms / grid.step_ms;
        if (!std::isfinite(sample.value) || slot > end || slot <= end - tiles * tile) continue;
        auto& [bad, total] = sums[*labels][slot];
        bad += sample.value * static_cast<double>(term.bad) / units;
        total += sample.value * static_cast<double>(term.total) / units;
        seen[slot].insert(i);
      }
    }
  }
  AddSums(running, sums, seen, tiles);
}

void Evaluator::AddSums(
    Running& running,
    const std::map<Labels, std::map<std::int64_t, std::pair<double, double>>>& sums,
    const std::map<std::int64_t, std::set<std::size_t>>& seen, std::int64_t tiles) {
  const SlotGrid& grid = options_.grid;
  CounterMeter& meter = *running.counter;
  const std::int64_t tile = running.columns->coarsest();
  const std::int64_t end = grid.SlotBefore(meter.since_ms());
  std::int64_t from = end - tiles * tile;
  // Where a whole read's worth of tiles is empty, the source has no more.
  running.past_ends = seen.empty();
  if (running.past_ends) return;
  if (tiles < kTilesAtOnce) running.past_ends = true;  // All that was missing.
  const auto known = [&](std::int64_t slot) {
    const auto terms = seen.find(slot);
    if (terms == seen.end()) return false;
    bool total = false;
    for (std::size_t i = 0; i < meter.plan().terms.size(); ++i) {
      const bool has = terms->second.contains(i);
      total = total || (has && meter.plan().terms[i].total > 0);
      if (meter.plan().terms[i].required && !has) return false;
    }
    return total;
  };
  std::vector<std::pair<std::int64_t, std::int64_t>> unknown;
  for (std::int64_t slot = from + tile; slot <= end; slot += tile) {
    if (!known(slot)) unknown.push_back({grid.Horizon(slot - tile), grid.Horizon(slot)});
  }
  running.columns->Reach(from);
  std::vector<CounterMeter::Past> groups;
  for (const auto& [labels, by_slot] : sums) {
    groups.push_back({labels, {}});
    for (const auto& [slot, events] : by_slot) {
      if (known(slot)) groups.back().by_slot.emplace_back(slot, events);
    }
  }
  meter.AddPast(grid.Horizon(from), groups, unknown);
}

Evaluator::PastProgress Evaluator::ReadPast() {
  PastProgress progress;
  if (!batch_ && !StartBatch()) {
    Running* running = NextForSums();
    if (running == nullptr) return progress;
    ReadSums(*running, progress);
    progress.more = true;
    return progress;
  }
  ReadBatch(progress);
  progress.more = true;
  return progress;
}

}  // namespace slowburn
