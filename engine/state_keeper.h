// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <absl/time/time.h>

#include "engine/clock.h"
#include "engine/delivery_keeper.h"
#include "engine/saved_state.h"
#include "engine/telemetry.h"

namespace slowburn {

class StateStore;

// Writes the state on a thread of its own, so that a slow or full disk delays no evaluation and no
// page.
//
// Of each source at most one delta is under way; nothing queues without bound.  After a failure the
// store is left alone for a while (10 s, doubling up to 5 min), loudly, and then wants everything
// anew.  What belongs to no source waits for it.  Thread-safe.
class StateKeeper : public DeliveryKeeper {
 public:
  // Without a store (null) nothing is kept: it is never a source's turn.  `clock` and
  // `telemetry` must outlive this.
  StateKeeper(std::unique_ptr<StateStore> store, Clock& clock, Telemetry& telemetry);
  ~StateKeeper() override;  // Stops.

  // Whether anything is kept at all.
  bool enabled() const;

  // How the last delta of a source fared.
  enum class Turn {
    kBusy,   // It is being written, or a failure is being waited out: keep changes for later.
    kNext,   // Give the next delta.
    kWhole,  // A delta was lost: give a whole one.
  };

  Turn TurnOf(const std::string& source) const;

  // Takes a delta, when it is the source's turn: kNext or kWhole was the answer.
  void Submit(SourceDelta delta);

  // Waits until what was submitted of `source` is on disk, at most `bound`; whether it is.  Returns
  // false at once when a failure lost it.
  bool WaitFor(const std::string& source, absl::Duration bound);

  // Takes what belongs to no source; written with whatever comes next, within a second.  Of events
  // the latest 10 000 are kept while nothing can be written, those of lost deltas too.
  void LogEvent(SavedEvent event) override;
  void SaveDefinitions(std::vector<SavedDefinition> all);  // Replace what was stored.
  void SaveDelivery(SavedDelivery delivery) override;
  void DropDelivery(std::string alertmanager, std::string alert_id) override;

  // Writes what is pending, failure or not, and ends the thread.  Where that takes longer than
  // `bound`, as the disk hangs, the thread is left behind and its write with it: the file then
  // holds all of it or nothing.  Idempotent.
  void Stop(absl::Duration bound);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // Null without a store.
  std::thread thread_;
};

}  // namespace slowburn
