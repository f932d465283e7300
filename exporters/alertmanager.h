// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/board.h"
#include "engine/clock.h"
#include "engine/delivery_keeper.h"
#include "engine/telemetry.h"
#include "engine/watchdog.h"
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

// `labels` as Alertmanager takes and shows them: an empty label is none, and what is no name or no
// UTF-8 is made one, as it would take the whole alert with it.
Labels PostedLabels(const Labels& labels);

// How long a firing alert is valid for after it was told: max(4 * max(interval, resend_delay),
// 5 min), so that four resends may fail.
absl::Duration AlertLife(absl::Duration interval, absl::Duration resend_delay);

// What to post for `alert` (firing or resolved) at `at`: firing ends an AlertLife later; resolved
// at its resolution, never after `at`.
// `offset` is the receiver's clock minus ours, applied to both times.
PostableAlert ToPostable(const Alert& alert, absl::Time at, absl::Duration interval,
                         absl::Duration resend_delay, absl::Duration offset);

// The JSON array of POST /api/v2/alerts.  Times in UTC with milliseconds.  All is made valid that
// can be: labels as PostedLabels; a generator url that Alertmanager would refuse is left out, as it
// would take the whole batch with it.
std::string AlertsJson(const std::vector<PostableAlert>& alerts);

// Delivers the alerts on a Board to one Alertmanager, on threads of its own.
//
// State-based: it sends the latest of each firing and resolved alert at once, and again every
// `resend_delay` from the last acknowledgement while the alert is on the board: an Alertmanager
// forgets alerts when it restarts.  A resolution is sent until acknowledged, on the board or not,
// for 24 h; then it is read back whether the alert is gone, and while it is not, the resolution is
// sent again, up to four times.  A failed send is retried with backoff from 1 s up to 30 s; only
// news does not wait for it.  An alert that Alertmanager refuses harms no other, and is tried again
// when it changes, or after five resend delays.  Nothing queues.  Alerts in shadow mode are never
// sent.  Times are told in the receiver's clock where that is more than 5 s off.
//
// A firing alert that nobody can judge now (Alert::held) is read back before it is sent again: what
// a peer keeps telling is left to it, and what a peer resolved is reported and not sent any more.
//
// Thread-safe.  `board`, `clock` and `telemetry` must outlive it.
class AlertmanagerWorker {
 public:
  struct Options {
    HttpSettings http;
    absl::Duration interval;
    absl::Duration resend_delay;
    std::string name = {};  // In logs, metrics and the state; the display url when empty.
    DeliveryKeeper* keeper = nullptr;          // May be null; else must outlive this.
    std::vector<SavedDelivery> restored = {};  // What an earlier process told this Alertmanager.
    Watchdog* watchdog = nullptr;              // Likewise; without one its alert is not sent.
    // Told of a held alert that a peer has resolved, on a thread of this.
    std::function<void(const std::string& alert_id)> on_peer_resolved = {};
  };

  AlertmanagerWorker(Options options, Board& board, Clock& clock, Telemetry& telemetry);
  ~AlertmanagerWorker();  // Stops.

  // Begins delivering.
  void Start();

  // Tells that the board has something new.  Never blocks.
  void Wake();

  // Makes one last attempt for what is due, at most `bound` long, then ends the threads.
  // Idempotent.
  void Stop(absl::Duration bound);

  // When it last had an acknowledgement of `alert_id` (Alert::Id), for explain; nullopt if never.
  std::optional<absl::Time> AcknowledgedAt(const std::string& alert_id) const;

  // What it told and has yet to tell, as the state has it.  After Stop.
  std::vector<SavedDelivery> Saved() const;

  const std::string& name() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
