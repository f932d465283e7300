// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_entries.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "engine/alert_codec.h"
#include "engine/io/log.h"
#include "exporters/alertmanager.h"

namespace slowburn {
namespace {

// How long a resolution that nobody acknowledged is kept for; the receiver's own time has then long
// since ended the alert.
constexpr absl::Duration kMaxUnheard = absl::Hours(24);
// How many of them at most: each is of an alert that is not evaluated any more.
constexpr std::size_t kMostUnheard = 20'000;
// When to look whether a resolution that was told is heeded: after each telling of it.
constexpr std::array kChecks = {absl::ZeroDuration(), absl::Seconds(15), absl::Seconds(30),
                                absl::Minutes(1), absl::Minutes(2)};
// How many resend delays an alert that was refused is left alone for, unless it changes.
constexpr int kRefusedPause = 5;
// Two times that are told by the seconds of a `Date` are taken for one within this.
constexpr absl::Duration kTolerance = absl::Seconds(3);

std::optional<absl::Time> ToMillis(const std::optional<absl::Time>& time) {
  if (!time) return std::nullopt;
  return absl::FromUnixMillis(absl::ToUnixMillis(*time));
}

std::optional<absl::Time> NotPast(absl::Time time) {
  if (time == absl::InfinitePast()) return std::nullopt;
  return time;
}

// Only alerts with this label can be read back.
bool IsReadable(const DeliveryEntry& entry) {
  return entry.alert.labels.contains("slo_class");
}

bool AwaitsCheck(const DeliveryEntry& entry) {
  return entry.IsResolved() && entry.IsAcked() && !entry.settled && IsReadable(entry);
}

std::optional<DeliveryEntry> FromSaved(const SavedDelivery& saved) {
  DeliveryEntry entry;
  const bool has_alert = !saved.alert.empty();
  if (has_alert) {
    std::optional<Alert> alert = DecodeAlert(saved.alert);
    if (!alert || alert->Id() != saved.alert_id) return std::nullopt;
    entry.alert = *std::move(alert);
  }
  for (const AlertState state : {AlertState::kFiring, AlertState::kResolved}) {
    if (saved.state != ToString(state)) continue;
    entry.acked = {state, NotPast(saved.starts_at), NotPast(saved.resolved_at)};
    if (!has_alert) {  // All that is known of it, until the board shows the rest.
      entry.alert.state = state;
      entry.alert.starts_at = entry.acked->starts_at;
      entry.alert.resolved_at = entry.acked->resolved_at;
      entry.settled = true;
    }
  }
  if (!entry.acked && !has_alert) return std::nullopt;
  entry.acked_at = entry.told_at = saved.acknowledged_at;
  return entry;
}

}  // namespace

DeliveryEntry::Phase DeliveryEntry::phase() const {
  return {alert.state, ToMillis(alert.starts_at), ToMillis(alert.resolved_at)};
}

DeliveryEntry::Content DeliveryEntry::content() const {
  return {alert.labels, alert.annotations, alert.generator_url, alert.state};
}

DeliveryTable::DeliveryTable(Options options, const std::vector<SavedDelivery>& restored,
                             absl::Time now)
    : options_(std::move(options)), began_(now) {
  const absl::Duration life = AlertLife(options_.interval, options_.resend_delay);
  for (const SavedDelivery& saved : restored) {
    std::optional<DeliveryEntry> entry = FromSaved(saved);
    if (!entry) {  // Damaged.
      if (options_.keeper != nullptr) {
        options_.keeper->DropDelivery(options_.alertmanager, saved.alert_id);
      }
      continue;
    }
    entry->restored = true;
    // The Alertmanager may have been restarted as well.
    entry->urgent = !entry->IsResolved();
    entry->valid_until = entry->acked_at + life;
    if (entry->acked) acks_[saved.alert_id] = entry->acked_at;
    Save(saved.alert_id, *entry);  // It may have been kept under another name.
    entries_[saved.alert_id] = *std::move(entry);
  }
}

void DeliveryTable::TakeBoard(const Snapshot& snapshot, absl::Time now) {
  for (auto& [id, entry] : entries_) entry.on_board = entry.passing;
  for (const auto& source : snapshot.sources) {
    for (const Alert& alert : source->alerts) {
      const bool told = alert.state == AlertState::kFiring || alert.state == AlertState::kResolved;
      if (told && alert.mode == AlertMode::kLive) Update(alert);
    }
  }
  Forget(now);
}

void DeliveryTable::TakePassing(const std::optional<Alert>& alert) {
  if (alert) {
    const auto [it, is_new] = entries_.try_emplace(alert->Id());
    it->second.alert = *alert;
    it->second.passing = it->second.on_board = true;
    return;
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    if (it->second.passing) Erase(it);
    it = next;
  }
}

void DeliveryTable::Update(const Alert& alert) {
  const std::string id = alert.Id();
  DeliveryEntry& entry = entries_[id];
  const DeliveryEntry::Phase before = entry.phase();
  entry.alert = alert;
  entry.on_board = true;
  entry.restored = false;
  if (entry.phase() == before) return;
  entry.tried = entry.urgent = entry.settled = entry.adopted = false;
  entry.checks = 0;
  entry.read_back = DeliveryEntry::ReadBack::kNone;
  entry.refused.reset();  // What it says now has not been refused.
  Save(id, entry);
}

bool DeliveryTable::IsUnheard(const DeliveryEntry& entry, absl::Time now) const {
  return entry.IsResolved() && (!entry.IsAcked() || AwaitsCheck(entry)) && !entry.refused &&
         now - entry.alert.resolved_at.value_or(now) < kMaxUnheard;
}

void DeliveryTable::Forget(absl::Time now) {
  std::size_t unheard = 0;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    const DeliveryEntry& entry = it->second;
    const bool awaited = entry.restored && !entry.IsResolved() && now - began_ < kMaxUnheard;
    if (!entry.on_board && IsUnheard(entry, now)) {
      ++unheard;
    } else if (!entry.on_board && !awaited) {
      Erase(it);
    }
    it = next;
  }
  if (unheard > kMostUnheard) ForgetOldest(now);
}

// Keeps half of what may be kept, so that this is rare.
void DeliveryTable::ForgetOldest(absl::Time now) {
  std::vector<std::map<std::string, DeliveryEntry>::iterator> unheard;
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    if (!it->second.on_board && IsUnheard(it->second, now)) unheard.push_back(it);
  }
  const std::size_t drop = unheard.size() - kMostUnheard / 2;
  std::sort(unheard.begin(), unheard.end(), [](const auto& a, const auto& b) {
    return a->second.alert.resolved_at < b->second.alert.resolved_at;
  });
  Log(LogLevel::kWarn, "too many resolutions that Alertmanager did not acknowledge, giving some up",
      {{"alertmanager", options_.alertmanager}, {"alerts", fmt::format("{}", drop)}});
  for (std::size_t i = 0; i < drop; ++i) Erase(unheard[i]);
}

void DeliveryTable::Erase(std::map<std::string, DeliveryEntry>::iterator it) {
  if (options_.keeper != nullptr && !it->second.passing) {
    options_.keeper->DropDelivery(options_.alertmanager, it->first);
  }
  {
    const std::lock_guard lock(acks_mutex_);
    acks_.erase(it->first);
  }
  entries_.erase(it);
}

// Whether a resend is due for what was told at `then`.  A clock that was set back counts as one.
bool DeliveryTable::IsOld(absl::Time then, absl::Time now) const {
  return now - then >= options_.resend_delay || now < then;
}

bool DeliveryTable::IsDue(const DeliveryEntry& entry, absl::Time now) const {
  if (entry.refused) {
    // Values in annotations change all the time, so a refused alert has no claim to every one.  And
    // what refused it may be something in front of the receiver, for a while.
    const bool same = *entry.refused == entry.content();
    const absl::Duration pause =
        same ? kRefusedPause * options_.resend_delay : options_.resend_delay;
    if (now >= entry.refused_at && now - entry.refused_at < pause) return false;
  }
  if (!entry.on_board && !entry.IsResolved()) return false;
  if (entry.adopted && entry.alert.held) return false;
  if (!entry.IsAcked() || entry.urgent) return true;
  return entry.on_board && IsOld(entry.told_at, now);
}

// Whether the resend of `entry` has to wait for a reading.
bool DeliveryTable::WantsReadBack(DeliveryEntry& entry, absl::Time now) const {
  if (!entry.alert.held || !entry.IsAcked() || entry.IsResolved() || !IsReadable(entry)) {
    return false;
  }
  if (entry.read_back == DeliveryEntry::ReadBack::kNone) {
    entry.read_back = DeliveryEntry::ReadBack::kWaiting;
    entry.waiting_since = now;
  }
  return entry.read_back == DeliveryEntry::ReadBack::kWaiting;
}

// Peers decide right after each slot: who reads then may hear that an alert is there, and tell it
// again just after the peer has resolved it.
bool DeliveryTable::IsBetweenSlots(absl::Time now) const {
  const std::int64_t interval_ms = absl::ToInt64Milliseconds(options_.interval);
  const std::int64_t phase_ms = absl::ToUnixMillis(now) % interval_ms;
  return phase_ms >= interval_ms / 4 && phase_ms < interval_ms * 3 / 4;
}

DeliveryTable::Due DeliveryTable::TakeDue(absl::Time now) {
  Due due;
  for (auto& [id, entry] : entries_) {
    if (AwaitsCheck(entry) && !entry.urgent && now >= entry.next_check) due.check = true;
    if (!IsDue(entry, now)) continue;
    if (WantsReadBack(entry, now)) {
      due.read_back = due.read_back || IsBetweenSlots(now);
      continue;
    }
    (entry.refused ? due.suspects : due.batch).push_back(&entry);
    due.news = !std::exchange(entry.tried, true) || due.news;
  }
  std::stable_partition(due.batch.begin(), due.batch.end(), [](const DeliveryEntry* entry) {
    return entry->alert.alert_class == AlertClass::kPage;
  });
  return due;
}

void DeliveryTable::Accept(std::span<DeliveryEntry* const> batch, absl::Time now) {
  const absl::Duration life = AlertLife(options_.interval, options_.resend_delay);
  for (DeliveryEntry* entry : batch) {
    const std::string id = entry->alert.Id();
    entry->acked = entry->phase();
    entry->acked_at = entry->told_at = now;
    entry->valid_until = now + life;
    entry->refused.reset();
    entry->urgent = entry->restored = false;
    entry->read_back = DeliveryEntry::ReadBack::kNone;
    if (AwaitsCheck(*entry)) {
      entry->next_check = now + kChecks[static_cast<std::size_t>(entry->checks)];
    }
    {
      const std::lock_guard lock(acks_mutex_);
      acks_[id] = now;
    }
    Save(id, *entry);
  }
}

void DeliveryTable::Refuse(DeliveryEntry& entry, absl::Time now) {
  entry.refused = entry.content();
  entry.refused_at = now;
}

void DeliveryTable::Check(const std::string& id, DeliveryEntry& entry, bool is_there,
                          absl::Time now, Found& found) {
  if (is_there && ++entry.checks < static_cast<int>(kChecks.size())) {
    entry.urgent = true;  // To be told, and then looked for, again.
    entry.next_check = now + kChecks[static_cast<std::size_t>(entry.checks)];
    return;
  }
  if (is_there) found.never_gone.push_back(id);
  entry.settled = true;
  Save(id, entry);
}

DeliveryTable::Found DeliveryTable::TakeReading(const AlertmanagerReading& reading,
                                                absl::Time now) {
  Found found;
  for (auto& [id, entry] : entries_) {
    const bool check = AwaitsCheck(entry) && !entry.urgent && reading.asked_at >= entry.next_check;
    const bool read_back = entry.read_back == DeliveryEntry::ReadBack::kWaiting &&
                           reading.up_since && reading.asked_at >= entry.waiting_since;
    if (!check && !read_back) continue;
    const auto it = reading.alerts.find(LabelsToString(PostedLabels(entry.alert.labels)));
    std::optional<ActiveAlert> there;
    if (it != reading.alerts.end()) there = it->second;
    if (check) Check(id, entry, there.has_value(), now, found);
    if (read_back) HeedPeer(id, entry, there, reading, now, found);
  }
  Forget(now);  // What was seen gone.
  return found;
}

void DeliveryTable::HeedPeer(const std::string& id, DeliveryEntry& entry,
                             const std::optional<ActiveAlert>& there,
                             const AlertmanagerReading& reading, absl::Time now, Found& found) {
  entry.read_back = DeliveryEntry::ReadBack::kNone;
  switch (JudgePeer(entry, there, reading)) {
    case PeerVerdict::kResend:
      entry.read_back = DeliveryEntry::ReadBack::kResend;
      break;
    case PeerVerdict::kToldByPeer:
      // As if we had told it: should the peer fall silent, the next time is ours.
      entry.told_at = std::min(now, there->updated_at - reading.offset);
      entry.valid_until = there->ends_at - reading.offset;
      entry.urgent = false;
      break;
    case PeerVerdict::kResolvedByPeer:
      entry.adopted = true;
      entry.urgent = false;
      found.resolved_by_peer.push_back(id);
      break;
  }
}

void DeliveryTable::TakeNoReading() {
  for (auto& [id, entry] : entries_) {
    if (entry.read_back == DeliveryEntry::ReadBack::kWaiting) {
      entry.read_back = DeliveryEntry::ReadBack::kResend;
    }
  }
}

std::int64_t DeliveryTable::pending() const {
  return std::count_if(entries_.begin(), entries_.end(), [](const auto& item) {
    const DeliveryEntry& entry = item.second;
    return !entry.IsAcked() && (entry.on_board || entry.IsResolved());
  });
}

std::optional<absl::Time> DeliveryTable::AcknowledgedAt(const std::string& alert_id) const {
  const std::lock_guard lock(acks_mutex_);
  const auto it = acks_.find(alert_id);
  if (it == acks_.end()) return std::nullopt;
  return it->second;
}

SavedDelivery DeliveryTable::ToSaved(const std::string& id, const DeliveryEntry& entry) const {
  SavedDelivery saved{.alertmanager = options_.alertmanager, .alert_id = id};
  if (entry.acked) {
    saved.state = ToString(entry.acked->state);
    saved.starts_at = entry.acked->starts_at.value_or(absl::InfinitePast());
    saved.resolved_at = entry.acked->resolved_at.value_or(absl::InfinitePast());
    saved.acknowledged_at = entry.acked_at;
  }
  const bool told = entry.IsResolved() && entry.IsAcked() && !AwaitsCheck(entry);
  if (!told) saved.alert = EncodeAlert(entry.alert);
  return saved;
}

void DeliveryTable::Save(const std::string& id, const DeliveryEntry& entry) const {
  if (options_.keeper == nullptr || entry.passing) return;
  options_.keeper->SaveDelivery(ToSaved(id, entry));
}

std::vector<SavedDelivery> DeliveryTable::Saved() const {
  std::vector<SavedDelivery> all;
  for (const auto& [id, entry] : entries_) {
    if (!entry.passing) all.push_back(ToSaved(id, entry));
  }
  return all;
}

PeerVerdict JudgePeer(const DeliveryEntry& entry, const std::optional<ActiveAlert>& there,
                      const AlertmanagerReading& reading) {
  const absl::Time told_at = entry.told_at + reading.offset;  // In the Alertmanager's clock.
  if (there) {
    const bool by_peer = there->updated_at > told_at + kTolerance;
    return by_peer ? PeerVerdict::kToldByPeer : PeerVerdict::kResend;
  }
  const bool up_since = reading.up_since && *reading.up_since < told_at - kTolerance;
  const bool valid = reading.asked_at < entry.valid_until - kTolerance;
  return up_since && valid ? PeerVerdict::kResolvedByPeer : PeerVerdict::kResend;
}

}  // namespace slowburn
