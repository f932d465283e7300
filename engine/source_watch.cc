// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/source_watch.h"

#include <utility>

#include <fmt/format.h>

#include "rules/duration.h"

namespace slowburn {

SourceWatch::SourceWatch(Options options) : options_(std::move(options)) {}

void SourceWatch::Note(const absl::Status& read, absl::Time at) {
  const Truth down = read.ok() ? Truth::kFalse : Truth::kTrue;
  if (!read.ok()) problem_ = std::string(read.message());
  const bool fails = record_.state == AlertState::kPending || record_.state == AlertState::kFiring;
  if (read.ok() && fails) outage_ = {record_.active_since.value_or(at), at};
  const Tier tier = {.alert_class = AlertClass::kSource, .for_duration = options_.after};
  const TierVerdict verdict = {down, down};
  record_ = Advance(ForgetResolved(std::move(record_), at), {&tier, 1}, {&verdict, 1}, at);
}

void SourceWatch::Release(absl::Time at) {
  record_ = Resolve(std::move(record_), Resolution::kReleased, at);
}

std::optional<Alert> SourceWatch::MakeAlert(const Extent& extent, absl::Time at) const {
  if (record_.state == AlertState::kInactive) return std::nullopt;
  Alert alert;
  alert.labels = options_.around.external_labels;
  alert.labels.insert_or_assign("alertname", std::string(kSourceDownAlertName));
  alert.labels.insert_or_assign("source", options_.source);
  alert.labels.insert_or_assign("slo_class", std::string(ToString(AlertClass::kSource)));
  if (!options_.severity.empty()) alert.labels.insert_or_assign("severity", options_.severity);
  alert.state = record_.state;
  alert.mode = options_.around.mode;
  alert.alert_class = AlertClass::kSource;
  alert.active_since = record_.active_since.value_or(at);
  alert.starts_at = record_.starts_at;
  alert.resolved_at = record_.resolved_at;
  const std::string since = FormatUtc(alert.active_since);
  alert.annotations["summary"] = fmt::format("Source {} can't be read", options_.source);
  if (record_.state == AlertState::kResolved) {
    alert.annotations["description"] =
        fmt::format("No read succeeded from {} to {}.", since, FormatUtc(*record_.resolved_at));
    return alert;
  }
  alert.annotations["description"] = fmt::format(
      "No read has succeeded since {} ({}).\nLast error: {}.\nSLOs that can't be measured, and "
      "can't "
      "page: {}.\nFiring alerts that are held meanwhile: {}.\nClears with the first read that "
      "succeeds.",
      since, DurationText(absl::Trunc(at - alert.active_since, absl::Seconds(1))),
      problem_.empty() ? "unknown" : problem_, extent.slos, extent.held);
  return alert;
}

}  // namespace slowburn
