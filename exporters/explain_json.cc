// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/explain.h"
#include "exporters/explain_answer.h"
#include "exporters/slo_json.h"

namespace slowburn {
namespace {

using nlohmann::json;

json AlertsJson(const ExplainSubject& subject, const GroupStatus& group,
                const AcknowledgementsOf& acks) {
  json out = json::array();
  for (const Alert* alert : subject.alerts.Of(subject.ref.slo().Id(), group.key)) {
    json acknowledged = json::array();
    if (acks && alert->mode == AlertMode::kLive) {
      for (const Acknowledgement& ack : acks(alert->Id())) {
        acknowledged.push_back({{"alertmanager", ack.alertmanager}, {"at", TimeJson(ack.at)}});
      }
    }
    json one = ToJson(*alert);
    one["acknowledged"] = std::move(acknowledged);
    out.push_back(std::move(one));
  }
  return out;
}

json NearestJson(const GroupStatus& group) {
  const auto nearest = NearestTier(group);
  if (!nearest) return nullptr;
  json out = ToJson(*nearest->tier);
  return {{"class", out["class"]},
          {"long", out["long"]},
          {"short", out["short"]},
          {"threshold", out["threshold"]},
          {"lower_window", ToJson(*nearest->lower)["window"]},
          {"share_of_threshold", nearest->share}};
}

}  // namespace

absl::StatusOr<std::string> ExplainJson(const Snapshot& snapshot, std::string_view slo_id,
                                        std::string_view group, const AcknowledgementsOf& acks) {
  const auto subject = FindSubject(snapshot, slo_id, group);
  if (!subject.ok()) return subject.status();
  const SloRef& ref = subject->ref;
  json groups = json::array();
  for (const GroupStatus* status : subject->groups) {
    json one = ToJson(*status);
    one["answer"] = AnswerFor(*subject, *status);
    one["overall_state"] = ToString(StateOf(*ref.status, *status, subject->alerts));
    one["nearest_tier"] = NearestJson(*status);
    one["alerts"] = AlertsJson(*subject, *status, acks);
    groups.push_back(std::move(one));
  }
  return JsonText({{"definition", DefinitionJson(*ref.status)},
                   {"overall_state", ToString(StateOf(*ref.status, subject->alerts))},
                   {"problems", ProblemsOf(ref)},
                   {"source",
                    {{"name", ref.source->source},
                     {"readable", ref.source->readable},
                     {"problem", ref.source->problem},
                     {"at", TimeJson(ref.source->at)},
                     {"sealed_until", TimeJson(ref.source->sealed_until)}}},
                   {"groups", std::move(groups)}});
}

}  // namespace slowburn
