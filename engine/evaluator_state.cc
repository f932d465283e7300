// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"
#include "engine/saved_alert.h"

// How the evaluator is saved and restored.
//
// What every evaluation changes is small and written each time: a column of each ladder, and the
// heads of the meters.  How an SLO is counted, and where alerts stand, is written where it changed.

namespace slowburn {
namespace {

// DO NOT CHANGE what a version means: bytes of it are in people's state files.
constexpr std::uint64_t kHeadsVersion = 1;
constexpr std::uint64_t kSloVersion = 1;

// A state that is so much newer than now was written under a wrong clock.
constexpr std::int64_t kFutureMs = 10 * 60'000;

enum class MeterKind { kCounter = 0, kSummed = 1, kOpaque = 2 };

// Equal for plans that count the same in the same way.
SeriesKey FingerprintOf(const Plan& plan) {
  if (const auto* opaque = std::get_if<OpaquePlan>(&plan)) return SeriesKeyOf(opaque->query);
  const auto& counter = std::get<CounterPlan>(plan);
  std::string text =
      fmt::format("{} {} {}", counter.units_per_event, fmt::join(counter.by, ","), counter.probe);
  for (const Term& term : counter.terms) {
    text += fmt::format("\n{} {} {} {} {}", ToString(term.selector), term.total, term.bad,
                        term.le ? fmt::format("{}", *term.le) : "", term.required);
  }
  return SeriesKeyOf(text);
}

}  // namespace

// What changes with every evaluation, read back.
struct Evaluator::SavedHeads {
  std::int64_t step_ms = 0;
  std::int64_t slot = 0;
  std::int64_t saves = 0;
  std::int64_t rolled_up = 0;
  std::map<std::uint64_t, std::string> meters;  // By the SLO's number.

  static std::optional<SavedHeads> Decode(const std::string& data) {
    SavedHeads heads;
    ByteReader in(data);
    if (in.Unsigned() != kHeadsVersion) return std::nullopt;
    heads.step_ms = in.Signed();
    heads.slot = in.Signed();
    heads.saves = in.Signed();
    heads.rolled_up = in.Signed();
    for (std::size_t count = in.Count(); count > 0; --count) {
      const std::uint64_t number = in.Unsigned();
      heads.meters[number] = in.String();
    }
    if (!in.done() || heads.step_ms <= 0) return std::nullopt;
    return heads;
  }
};

std::optional<Evaluator::Place> Evaluator::PlaceOf(const std::string& heads) {
  const std::optional<SavedHeads> saved = SavedHeads::Decode(heads);
  if (!saved) return std::nullopt;
  return Place{saved->step_ms, saved->slot};
}

// The windows of a ladder in milliseconds: `300000,3600000`.
std::string Evaluator::LadderName(const std::vector<std::int64_t>& ladder) const {
  std::vector<std::int64_t> windows;
  for (const std::int64_t slots : ladder) windows.push_back(slots * options_.grid.step_ms);
  return fmt::format("{}", fmt::join(windows, ","));
}

std::string Evaluator::SaveSlo(Running& running, ByteWriter& heads) {
  if (running.number == 0) running.number = next_number_++;
  if (!running.fingerprint) running.fingerprint = FingerprintOf(*running.plan);
  ByteWriter out;
  out.Unsigned(kSloVersion);
  out.Unsigned(running.number);
  out.Unsigned(running.fingerprint->low);
  out.Unsigned(running.fingerprint->high);
  const MeterKind kind = running.counter  ? MeterKind::kCounter
                         : running.summed ? MeterKind::kSummed
                                          : MeterKind::kOpaque;
  out.Unsigned(static_cast<std::uint64_t>(kind));
  const auto columns = std::find_if(columns_.begin(), columns_.end(), [&running](const auto& each) {
    return each.second.get() == running.columns;
  });
  out.String(columns == columns_.end() ? "" : LadderName(columns->first));
  out.OptionalTime(running.running_since);
  out.Bool(running.sized);
  out.Bool(running.past_ends);
  out.String(running.dead);
  ByteWriter own_heads;
  running.meter().Save(out, own_heads);
  heads.Unsigned(running.number);
  heads.String(own_heads.bytes());
  return out.Take();
}

void Evaluator::SaveSlos(SourceDelta& delta) {
  ByteWriter heads;
  heads.Unsigned(kHeadsVersion);
  heads.Signed(options_.grid.step_ms);
  heads.Signed(last_slot_);
  heads.Signed(saves_);
  heads.Signed(rolled_up_);
  heads.Unsigned(running_.size());
  std::map<std::string, SeriesKey> before = std::exchange(saved_slos_, {});
  for (const auto& running : running_) {
    std::string data = SaveSlo(*running, heads);
    const SeriesKey key = SeriesKeyOf(data);
    const std::string id = running->slo->Id();
    const auto old = before.find(id);
    const bool same = old != before.end() && old->second == key;
    if (old != before.end()) before.erase(old);
    saved_slos_.emplace_hint(saved_slos_.end(), id, key);
    if (!same || delta.whole) delta.slos.push_back({id, std::move(data)});
  }
  for (const auto& [id, key] : before) delta.dropped_slos.push_back(id);
  delta.heads = heads.Take();
}

void Evaluator::SaveLadders(SourceDelta& delta) {
  std::set<std::string> before = std::exchange(saved_ladders_, {});
  for (const auto& [ladder, columns] : columns_) {
    std::string name = LadderName(ladder);
    before.erase(name);
    saved_ladders_.insert(name);
    delta.ladders.push_back(columns->Save(std::move(name), saves_, delta.whole));
  }
  delta.dropped_ladders.assign(before.begin(), before.end());
}

void Evaluator::SaveAlerts(SourceDelta& delta) {
  std::map<std::string, std::pair<SavedAlert, SeriesKey>> before = std::exchange(saved_alerts_, {});
  const auto save = [&](SavedAlert saved) {
    const SeriesKey key = SeriesKeyOf(saved.data);
    std::string identity = fmt::format("{}\n{}\n{}", saved.slo_id, saved.group, saved.alert_class);
    const auto old = before.find(identity);
    const bool same = old != before.end() && old->second.second == key;
    if (old != before.end()) before.erase(old);
    if (!same || delta.whole) delta.alerts.push_back(saved);
    saved.data.clear();
    saved_alerts_[std::move(identity)] = {std::move(saved), key};
  };
  for (const auto& running : running_) {
    for (const auto& [group, records] : running->alerts) {
      for (const auto& [key, record] : records) {
        if (IsWorthSaving(record)) {
          save(MakeSavedAlert(running->slo->Id(), group, key, record, running->shown, {}));
        }
      }
    }
  }
  for (const Retired& retired : retired_) {
    for (const Alert& alert : retired.alerts) {
      AlertRecord record;
      const auto records = retired.records.find(alert.group_key);
      if (records != retired.records.end()) {
        const auto known = records->second.find(alert.Key());
        if (known != records->second.end()) record = known->second;
      }
      save(MakeSavedAlert(retired.id, alert.group_key, alert.Key(), record, {&alert, 1},
                          retired.removed));
    }
  }
  for (const Alert& alert : departed_) {
    // Known by its labels: the SLO has another alert of that class by now, or none.
    SavedAlert saved = MakeSavedAlert(alert.slo_id, alert.group_key, alert.Key(), {}, {&alert, 1},
                                      alert.resolved_at);
    saved.group = alert.Id();
    save(std::move(saved));
  }
  if (IsWorthSaving(watch_.record())) {
    save(MakeSavedAlert("", "", AlertClass::kSource, watch_.record(), {}, {}));
  }
  for (auto& [identity, saved] : before) delta.dropped_alerts.push_back(std::move(saved.first));
}

SourceDelta Evaluator::Save(bool whole) {
  assert(options_.keeps_state);
  SourceDelta delta;
  delta.source = options_.source_name;
  delta.whole = whole || saves_ == 0;
  ++saves_;
  SaveRollups(delta);
  SaveSlos(delta);
  SaveLadders(delta);
  SaveAlerts(delta);
  delta.events = std::exchange(unsaved_events_, {});
  return delta;
}

std::map<std::string, std::unique_ptr<Columns>> Evaluator::RestoreLadders(
    const SavedSource& saved, std::int64_t from_step_ms, std::vector<std::string>& problems) const {
  const std::int64_t step_ms = options_.grid.step_ms;
  std::map<std::string, std::unique_ptr<Columns>> ladders;
  for (const SavedLadder& ladder : saved.ladders) {
    std::vector<std::int64_t> windows;
    for (const auto& text : absl::StrSplit(ladder.name, ',')) {
      std::int64_t ms = 0;
      if (!absl::SimpleAtoi(text, &ms) || ms <= 0) break;
      windows.push_back((ms + step_ms - 1) / step_ms);
    }
    absl::StatusOr<Columns> columns = absl::DataLossError("a ladder without windows");
    if (!windows.empty()) columns = Columns::Restore(windows, ladder, from_step_ms, step_ms);
    if (columns.ok()) {
      ladders[ladder.name] = std::make_unique<Columns>(*std::move(columns));
    } else {
      problems.push_back(
          fmt::format("counts are lost: {}", std::string(columns.status().message())));
    }
  }
  return ladders;
}

// Makes the meter of an SLO as it was saved; false when that can't be.
bool Evaluator::RestoreSlo(const std::string& data, const SavedHeads& heads,
                           const std::map<std::string, std::unique_ptr<Columns>>& ladders,
                           Running& running) const {
  ByteReader in(data);
  if (in.Unsigned() != kSloVersion) return false;
  running.number = in.Unsigned();
  SeriesKey plan;
  plan.low = in.Unsigned();
  plan.high = in.Unsigned();
  if (plan != FingerprintOf(*running.plan)) return false;
  const std::uint64_t kind = in.Unsigned();
  const auto ladder = ladders.find(in.String());
  const auto own_heads = heads.meters.find(running.number);
  if (kind > 2 || ladder == ladders.end() || own_heads == heads.meters.end()) return false;
  running.running_since = in.OptionalTime();
  running.sized = in.Bool();
  running.past_ends = in.Bool();
  running.dead = in.String();
  running.columns = ladder->second.get();
  MakeMeter(running, static_cast<MeterKind>(kind) == MeterKind::kSummed);
  ByteReader meter_heads(own_heads->second);
  return running.running_since && running.meter().Restore(in, meter_heads) && in.done() &&
         meter_heads.done();
}

// Gives each alert to its SLO; those of SLOs that are not there are as of removed ones.
void Evaluator::RestoreAlerts(const SavedSource& saved, std::vector<std::string>& problems) {
  std::map<std::string, Running*> by_id;
  for (const auto& running : running_) by_id[running->slo->Id()] = running.get();
  for (const SavedAlert& each : saved.alerts) {
    std::optional<RestoredAlert> restored = ReadSavedAlert(each);
    if (!restored) {
      problems.push_back(fmt::format("an alert of {} can't be read", each.slo_id));
      continue;
    }
    if (restored->key.alert_class == AlertClass::kSource) {
      watch_.Restore(std::move(restored->record));
      continue;
    }
    if (restored->alert && restored->alert->state == AlertState::kResolved && restored->removed) {
      departed_.push_back(*std::move(restored->alert));
      continue;
    }
    const auto running = by_id.find(each.slo_id);
    if (running != by_id.end() && !restored->removed) {
      running->second->alerts[each.group][restored->key] = std::move(restored->record);
      if (restored->alert) running->second->shown.push_back(*std::move(restored->alert));
      continue;
    }
    if (!restored->alert) continue;
    auto retired = std::find_if(retired_.begin(), retired_.end(),
                                [&each](const Retired& r) { return r.id == each.slo_id; });
    if (retired == retired_.end()) {
      retired_.push_back({each.slo_id, nullptr, restored->removed.value_or(last_at_), {}, {}});
      retired = std::prev(retired_.end());
    }
    retired->records[each.group][restored->key] = std::move(restored->record);
    retired->alerts.push_back(*std::move(restored->alert));
  }
}

// Frees the rows that no meter was restored for.
void Evaluator::FreeUnowned(const std::map<std::string, std::unique_ptr<Columns>>& ladders) const {
  for (const auto& [name, columns] : ladders) {
    std::vector<bool> owned(columns->row_count());
    for (const auto& running : running_) {
      if (running->columns != columns.get()) continue;
      for (const Columns::Row row : running->meter().rows()) owned[row] = true;
    }
    columns->KeepOnly(owned);
  }
}

// Makes the restored ladders those that new SLOs find too.
void Evaluator::AdoptLadders(std::map<std::string, std::unique_ptr<Columns>> ladders) {
  for (auto& [name, columns] : ladders) {
    std::vector<std::int64_t> key = columns->windows();
    // Two that became one by another interval: SetSlos moves the rows of the second.
    while (columns_.contains(key)) key.push_back(INT64_MAX);
    columns_[std::move(key)] = std::move(columns);
  }
}

std::vector<std::string> Evaluator::Restore(const std::vector<ActiveSlo>& slos, SavedSource saved,
                                            std::int64_t now_slot) {
  assert(running_.empty() && options_.keeps_state);
  std::vector<std::string> problems;
  std::optional<SavedHeads> heads = SavedHeads::Decode(saved.heads);
  const std::int64_t step_ms = options_.grid.step_ms;
  if (!heads) {
    problems.push_back("counts are lost: their heads can't be read");
    heads.emplace();
  }
  saves_ = heads->saves;
  last_slot_ = heads->step_ms == 0 ? 0 : heads->slot * heads->step_ms / step_ms;
  rolled_up_ = heads->step_ms == step_ms ? heads->rolled_up : 0;
  std::map<std::string, std::unique_ptr<Columns>> ladders;
  if (last_slot_ > now_slot + kFutureMs / step_ms) {
    problems.push_back("counts are lost: the state is of a time that has not come yet");
    last_slot_ = 0;
  } else if (last_slot_ != 0) {
    ladders = RestoreLadders(saved, heads->step_ms, problems);
  }
  last_at_ = absl::FromUnixMillis(options_.grid.TimeOf(last_slot_ == 0 ? now_slot : last_slot_));

  std::map<std::string, const std::string*> data;
  for (const SavedSlo& slo : saved.slos) data[slo.id] = &slo.data;
  std::size_t lost = 0;
  for (const ActiveSlo& active : slos) {
    auto running = std::make_unique<Running>();
    running->slo = active.slo;
    running->plan = std::make_shared<const Plan>(MakePlan(*active.slo));
    const auto known = data.find(active.slo->Id());
    if (known == data.end()) continue;
    if (ladders.empty() || !RestoreSlo(*known->second, *heads, ladders, *running)) {
      ++lost;
      auto bare = std::make_unique<Running>();
      bare->slo = running->slo;
      running = std::move(bare);  // Its alerts go on all the same.
    } else {
      running->chunk_ms = LargestChunkMs();
      next_number_ = std::max(next_number_, running->number + 1);
      if (running->counter) running->counter->MoveTo(last_slot_);
      if (running->summed) running->summed->MoveTo(last_slot_);
      if (running->opaque) running->opaque->MoveTo(last_slot_);
    }
    running_.push_back(std::move(running));
  }
  if (lost > 0) {
    problems.push_back(
        fmt::format("the counts of {} SLO{} are begun anew", lost, lost == 1 ? "" : "s"));
  }
  FreeUnowned(ladders);
  RestoreAlerts(saved, problems);
  AdoptLadders(std::move(ladders));
  SetSlos(slos);
  return problems;
}

std::shared_ptr<const SourceSnapshot> Evaluator::Standing() const {
  auto snapshot = std::make_shared<SourceSnapshot>();
  snapshot->source = options_.source_name;
  snapshot->at = last_at_;
  snapshot->sealed_until = absl::FromUnixMillis(options_.grid.Horizon(last_slot_));
  snapshot->problem = "not evaluated since the start";
  for (const auto& running : running_) {
    snapshot->alerts.insert(snapshot->alerts.end(), running->shown.begin(), running->shown.end());
  }
  for (const Retired& retired : retired_) {
    snapshot->alerts.insert(snapshot->alerts.end(), retired.alerts.begin(), retired.alerts.end());
  }
  snapshot->alerts.insert(snapshot->alerts.end(), departed_.begin(), departed_.end());
  if (std::optional<Alert> down = watch_.MakeAlert({}, last_at_)) {
    snapshot->alerts.push_back(*std::move(down));
  }
  return snapshot;
}

}  // namespace slowburn
