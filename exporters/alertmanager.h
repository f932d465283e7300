// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/board.h"
#include "engine/clock.h"
#include "engine/telemetry.h"
#include "rules/config.h"

namespace slowburn {

// One alert as Alertmanager's API v2 takes it.
struct PostableAlert {
  Labels labels;
  Labels annotations;
  absl::Time starts_at;
  absl::Time ends_at;
  std::string generator_url;
};

// What to post for `alert` (firing or resolved) at `at`: firing ends at
// `at` + max(4 * max(interval, resend_delay), 5 min); resolved at its resolution, never after `at`.
// `offset` is the receiver's clock minus ours, applied to both times.
PostableAlert ToPostable(const Alert& alert, absl::Time at, absl::Duration interval,
                         absl::Duration resend_delay, absl::Duration offset);

// The JSON array of POST /api/v2/alerts.  Times in UTC with milliseconds.  A generator url that
// Alertmanager would refuse is left out, as it would take the whole batch with it.
std::string AlertsJson(const std::vector<PostableAlert>& alerts);

// Delivers the alerts on a Board to one Alertmanager, on a thread of its own.
//
// State-based: it sends the latest of each firing and resolved alert at once, and again every
// `resend_delay` from the last acknowledgement while the alert is on the board: an Alertmanager
// forgets alerts when it restarts.  A resolution is sent until acknowledged, on the board or not,
// for 24 h.  A failed send is retried with backoff from 1 s up to 30 s; only news does not wait for
// it.  An alert that Alertmanager refuses harms no other, and is left alone until it changes.
// Nothing queues.  Alerts in shadow mode are never sent.  Times are told in the receiver's clock
// where that is more than 5 s off.
//
// Thread-safe.  Make it before the board's first publication; `board`, `clock` and `telemetry` must
// outlive it.
class AlertmanagerWorker {
 public:
  struct Options {
    HttpSettings http;
    absl::Duration interval;
    absl::Duration resend_delay;
  };

  AlertmanagerWorker(Options options, Board& board, Clock& clock, Telemetry& telemetry);
  ~AlertmanagerWorker();  // Stops.

  // Begins delivering.
  void Start();

  // Makes one last attempt for what is due, at most `bound` long, then ends the thread. Idempotent.
  void Stop(absl::Duration bound);

  // When it last had an acknowledgement of `alert_id` (Alert::Id), for explain; nullopt if never.
  std::optional<absl::Time> AcknowledgedAt(const std::string& alert_id) const;

  const std::string& url() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
