// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/board.h"
#include "engine/clock.h"
#include "engine/delivery_keeper.h"
#include "engine/telemetry.h"
#include "engine/watchdog.h"
#include "exporters/explain.h"
#include "rules/config.h"

namespace slowburn {

// Delivers to every Alertmanager: one worker for each address of each configured url.
//
// Names are resolved again and again, each on a thread of its own, so that a name server that hangs
// delays nobody; a failure changes nothing.  Until a name has an address, and while it has one, the
// worker uses the url as it is; of several, each has a worker named `http://am:9093 (10.0.0.1)`,
// and the url's own name stays in Host header and certificate.  A worker whose address has gone
// tries what is due and ends; what it could not tell of resolutions goes to those that come.
// Behind a proxy nothing is resolved here.
//
// Thread-safe.  Make it before the board's first publication; `board`, `clock` and `telemetry` must
// outlive it.
class AlertmanagerPool {
 public:
  using Resolver = std::function<absl::StatusOr<std::vector<std::string>>(const std::string& host)>;

  struct Options {
    std::vector<HttpSettings> alertmanagers;
    absl::Duration interval;
    absl::Duration resend_delay;
    DeliveryKeeper* keeper = nullptr;  // May be null; else must outlive this.
    std::vector<SavedDelivery> restored = {};
    std::optional<Watchdog::Options> watchdog = {};  // Without them its alert is not sent.
    // Told of a held alert that a peer has resolved, on a thread of this.
    std::function<void(const std::string& alert_id)> on_peer_resolved = {};
    Resolver resolve = {};  // ResolveHost when empty.
    absl::Duration resolve_every = absl::Seconds(30);
  };

  AlertmanagerPool(Options options, Board& board, Clock& clock, Telemetry& telemetry);
  ~AlertmanagerPool();  // Stops.

  void Start();

  // Each worker makes one last attempt for what is due, all at once, at most `bound` long.
  // Idempotent.
  void Stop(absl::Duration bound);

  // When each had its last acknowledgement of `alert_id`.
  std::vector<Acknowledgement> Acknowledgements(const std::string& alert_id) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
