// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/clock.h"
#include "engine/io/http_client.h"
#include "rules/config.h"

namespace slowburn {

// An alert that an Alertmanager has as active, in its own clock.
struct ActiveAlert {
  absl::Time starts_at;
  absl::Time ends_at;
  absl::Time updated_at;  // When it was last told of it, by whomever.

  bool operator==(const ActiveAlert&) const = default;
};

// By Alert::Id, as far as Alertmanager keeps the labels: without empty ones.
using ActiveAlerts = std::map<std::string, ActiveAlert>;

// Reads the answer to GET /api/v2/alerts.  kDataLoss when any part of it is not as it should be: an
// alert that was left out would look as if it were over.
absl::StatusOr<ActiveAlerts> ParseActiveAlerts(std::string_view body);

// Reads since when an Alertmanager has been up from its answer to GET /api/v2/status.  kDataLoss
// when it does not say.
absl::StatusOr<absl::Time> ParseUpSince(std::string_view body);

// The most that a client should take for an answer: some 100 000 alerts.
inline constexpr std::size_t kMaxReadingBytes = std::size_t{256} << 20;

// What an Alertmanager had of ours (alerts with a label `slo_class`) at one moment.
struct AlertmanagerReading {
  absl::Time asked_at;                 // In our clock; what it has is not older.
  absl::Duration offset;               // Its clock minus ours, good to a second.
  ActiveAlerts alerts;                 // Silenced and inhibited ones too.
  std::optional<absl::Time> up_since;  // Its clock; nullopt when it was not asked for.
};

// Asks one Alertmanager, `with_status` also since when it has been up.  Errors as HttpClient has
// them, kUnavailable for an HTTP status other than 200, kDataLoss for an answer that is none.
absl::StatusOr<AlertmanagerReading> ReadAlertmanager(HttpClient& client, Clock& clock,
                                                     bool with_status);

// When each of our alerts that an Alertmanager has now began, in our clock and never later than
// now, by Alert::Id: for a start without state.  Blocks for as long as `settings` allow. Errors as
// ReadAlertmanager.
absl::StatusOr<std::map<std::string, absl::Time>> ReadActiveStarts(const HttpSettings& settings,
                                                                   Clock& clock);

}  // namespace slowburn
