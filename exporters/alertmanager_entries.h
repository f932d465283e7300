// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/delivery_keeper.h"
#include "engine/snapshot.h"
#include "exporters/alertmanager_read.h"

namespace slowburn {

// An alert and what one Alertmanager was told of it.
struct DeliveryEntry {
  // What has to be told of an alert: a change of it is news.  Times to the millisecond.
  struct Phase {
    AlertState state = AlertState::kInactive;
    std::optional<absl::Time> starts_at;
    std::optional<absl::Time> resolved_at;

    bool operator==(const Phase&) const = default;
  };

  // What of an alert a receiver can object to, for good or until it changes.
  struct Content {
    Labels labels;
    Labels annotations;
    std::string generator_url;
    AlertState state = AlertState::kInactive;

    bool operator==(const Content&) const = default;
  };

  // Whether a resend waits until it is known what the Alertmanager has.
  enum class ReadBack { kNone, kWaiting, kResend };

  Alert alert;
  bool on_board = false;
  bool passing = false;   // Of this process alone: not kept in the state.
  bool restored = false;  // From the state, and not on the board yet.
  bool tried = false;     // Since the phase began.
  bool urgent = false;    // To be told again without waiting.
  std::optional<Phase> acked;
  absl::Time acked_at;
  absl::Time told_at;              // When we, or a peer for us, last told it.
  absl::Time valid_until;          // When the receiver ends it unless told again.
  std::optional<Content> refused;  // What the receiver refused last.
  absl::Time refused_at;
  int checks = 0;         // How often a told resolution was found not to be gone.
  absl::Time next_check;  // When to look again.
  bool settled = false;   // Seen gone, or given up.
  ReadBack read_back = ReadBack::kNone;
  absl::Time waiting_since;
  bool adopted = false;  // A peer resolved it.

  Phase phase() const;
  Content content() const;

  bool IsAcked() const { return acked == phase(); }

  bool IsResolved() const { return alert.state == AlertState::kResolved; }
};

// All that one Alertmanager has to be told.  Decides what is due; knows no network.
//
// Entries stay where they are until forgotten.  Use from one thread but for AcknowledgedAt.
class DeliveryTable {
 public:
  struct Options {
    std::string alertmanager;  // As the state names it.
    absl::Duration interval;
    absl::Duration resend_delay;
    DeliveryKeeper* keeper = nullptr;  // Nothing is kept without one.
  };

  using Entries = std::vector<DeliveryEntry*>;

  // Begins with what an earlier process had told this Alertmanager.
  DeliveryTable(Options options, const std::vector<SavedDelivery>& restored, absl::Time now);

  // Takes the alerts of `snapshot` and drops what is off the board, but for resolutions that nobody
  // has heard of yet.  A firing alert just goes: what took it away did not say that it is over, and
  // its receiver's time will end it.
  void TakeBoard(const Snapshot& snapshot, absl::Time now);

  // Takes an alert that is on no board; without one, forgets the one before.
  void TakePassing(const std::optional<Alert>& alert);

  // What there is to say at one moment.
  struct Due {
    Entries batch;           // Pages first.
    Entries suspects;        // Refused before: each alone.
    bool news = false;       // Something of it was never tried.
    bool check = false;      // It should be read whether resolutions were heeded.
    bool read_back = false;  // It should be read what is there of held alerts.
  };

  // Finds what is due, and marks it as tried.
  Due TakeDue(absl::Time now);

  void Accept(std::span<DeliveryEntry* const> batch, absl::Time now);
  void Refuse(DeliveryEntry& entry, absl::Time now);

  // What a reading led to.
  struct Found {
    std::vector<std::string> resolved_by_peer;  // Ids.
    std::vector<std::string> never_gone;        // Resolutions that the Alertmanager does not heed.
  };

  // Compares what the Alertmanager has with what it was told.
  Found TakeReading(const AlertmanagerReading& reading, absl::Time now);

  // There was no reading: who waits for one is sent as usual.
  void TakeNoReading();

  // Alerts that it has not acknowledged as they are now.
  std::int64_t pending() const;

  // When it last acknowledged the alert; nullopt if never.  Thread-safe.
  std::optional<absl::Time> AcknowledgedAt(const std::string& alert_id) const;

  // Everything, as the state has it.
  std::vector<SavedDelivery> Saved() const;

 private:
  void Update(const Alert& alert);
  void Forget(absl::Time now);
  void ForgetOldest(absl::Time now);
  void Erase(std::map<std::string, DeliveryEntry>::iterator it);
  bool IsDue(const DeliveryEntry& entry, absl::Time now) const;
  bool IsOld(absl::Time then, absl::Time now) const;
  bool IsUnheard(const DeliveryEntry& entry, absl::Time now) const;
  bool WantsReadBack(DeliveryEntry& entry, absl::Time now) const;
  bool IsBetweenSlots(absl::Time now) const;
  void Check(const std::string& id, DeliveryEntry& entry, bool is_there, absl::Time now,
             Found& found);
  void HeedPeer(const std::string& id, DeliveryEntry& entry,
                const std::optional<ActiveAlert>& there, const AlertmanagerReading& reading,
                absl::Time now, Found& found);
  SavedDelivery ToSaved(const std::string& id, const DeliveryEntry& entry) const;
  void Save(const std::string& id, const DeliveryEntry& entry) const;

  const Options options_;
  const absl::Time began_;
  std::map<std::string, DeliveryEntry> entries_;  // By Alert::Id.

  mutable std::mutex acks_mutex_;
  std::map<std::string, absl::Time> acks_;
};

// What to make of a firing alert that nobody can judge now, and that is due to be sent again.
enum class PeerVerdict {
  kResend,  // It is there as we left it, or nothing can be concluded.
  kToldByPeer,
  kResolvedByPeer,
};

// `there` is what the Alertmanager has of the alert.  Pure.
PeerVerdict JudgePeer(const DeliveryEntry& entry, const std::optional<ActiveAlert>& there,
                      const AlertmanagerReading& reading);

}  // namespace slowburn
