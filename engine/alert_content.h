// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "engine/alert.h"
#include "engine/snapshot.h"
#include "rules/plan.h"
#include "rules/slo.h"

namespace slowburn {

// What an alert that says there is no data is called.
inline constexpr std::string_view kNoDataAlertName = "SLONoData";

// What alerts of a name carry beyond what is of their class; nothing without a name.
const ClassLabels& LabelsOfName(const AlertPolicy& policy, const std::string& name);

// The label `alertname` of an SLO's alerts of a class.
std::string AlertName(const Slo& slo, AlertClass alert_class);

// What alerts say of the world around the SLO.
struct AlertSurroundings {
  Labels external_labels;
  std::string external_url;           // Of slowburn's own pages; no links to them when empty.
  std::string browse_url;             // Of the source, for people.
  AlertMode mode = AlertMode::kLive;  // Shadow wins over an SLO's own.
};

// One alert of one group, as people and Alertmanager see it.
//
// Labels: external ones where lacking, the SLO's, the policy's, the class's, those of the alert's
// name, and the identity above all of them: alertname, service, slo, slo_class and the `by` labels.
// Values stand in annotations alone, as a label that changes is another alert.
Alert MakeAlert(const SloStatus& slo, const GroupStatus& group, const AlertKey& key,
                const AlertRecord& record, const AlertSurroundings& around, absl::Time at);

// What people may call an alert by: `service/slo/class`, with `/group` before the class where there
// is one, and `.name` after it where its class has several; `source/name` of a source that is down.
std::string AlertHandle(const Alert& alert);

// The numbers that decide an alert now, for a log line:
// `burn(1h)=25.1 burn(5m)=212 threshold=14.4 bad=312 total=1244`.
std::string DecidingNumbers(const GroupStatus& group, const AlertKey& key);

// A PromQL expression that draws the error ratio of `plan` over `window`.
std::string ErrorRatioQuery(const Plan& plan, absl::Duration window);

// `2026-11-21T07:10:00Z`.
std::string FormatUtc(absl::Time at);

}  // namespace slowburn
