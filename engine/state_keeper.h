// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
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
// Of each source at most one delta is under way; nothing queues without bound.  After a failure it
// is left alone for a while (10 s, doubling up to 5 min), loudly, and then wants everything anew.
// Thread-safe.
class StateKeeper : public DeliveryKeeper {
 public:
  // Without a store (null) nothing is kept, and every call is answered at once.  `clock` and
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

  // Takes a delta, when it is the source's turn.
  void Submit(SourceDelta delta);

  // Waits until what was submitted of `source` is on disk, at most `bound`; whether it is.
  bool WaitFor(const std::string& source, absl::Duration bound);

  // Takes what belongs to no source; written with whatever comes next, within a second.  Of events
  // the latest 10 000 are kept while nothing can be written.
  void LogEvent(SavedEvent event) override;
  void SaveDefinitions(std::vector<SavedDefinition> all);  // Replace what was stored.
  void SaveDelivery(SavedDelivery delivery) override;
  void DropDelivery(std::string alertmanager, std::string alert_id) override;

  // Writes what is pending, at most `bound`, and ends the thread.  Idempotent.
  void Stop(absl::Duration bound);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
