// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_objective.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <absl/strings/numbers.h>
#include <fmt/format.h>

namespace slowburn {
namespace {

// Reads an SLI that stands in the SLO itself; nothing when it has no metric.
std::optional<OpenSloSli> ReadInline(const YamlNode& node, Report& report) {
  MapReader map(node, "indicator", report);
  ReadOpenSloHeader(map, "SLI", report);
  const YamlNode* spec = map.Need("spec");
  map.Finish();
  if (spec == nullptr) return std::nullopt;
  OpenSloSli sli = ReadOpenSloSli(*spec, report);
  if (sli.at.line == 0) return std::nullopt;
  return sli;
}

class ObjectiveReader {
 public:
  ObjectiveReader(const YamlNode& node, const OpenSloObjectiveContext& context, Report& report)
      : map_(node, "the objective", report), context_(context), report_(report) {}

  OpenSloObjective Read() {
    OpenSloObjective out;
    out.display_name = map_.Text("displayName").value_or("");
    ReadTarget(out);
    ReadTimeSlices();
    ReadThreshold(ReadIndicator());
    map_.Finish();
    return out;
  }

 private:
  void ReadTarget(OpenSloObjective& out) {
    const YamlNode* target = map_.Find("target");
    const YamlNode* percent = map_.Find("targetPercent");
    if (map_.node().kind == YamlNode::Kind::kEmpty) {
      report_.Error(map_.node(), "the objective is empty");
    }
    if (!map_.is_map()) return;
    if ((target == nullptr) == (percent == nullptr)) {
      report_.Error(map_.node(), "the objective needs one of target and targetPercent");
      return;
    }
    const YamlNode& node = target != nullptr ? *target : *percent;
    const std::string_view what = target != nullptr ? "target" : "targetPercent";
    const std::int64_t whole = target != nullptr ? 1 : 100;
    out.target_at = report_.At(node);
    const std::optional<Ratio> value = ReadDecimal(node, what, report_);
    if (!value.has_value()) return;
    if (Compare(*value, {whole, 1}) >= 0) {
      report_.Error(node, fmt::format("{} must be below {}", what, whole),
                    target != nullptr ? "a percentage stands under targetPercent" : "");
    } else if (value->num == 0) {
      report_.Error(node, fmt::format("a {} of 0 is always met", what));
    } else if (const auto ratio = Multiply(*value, {1, whole}); ratio.ok()) {
      out.target = *ratio;
    } else {
      report_.Error(node, fmt::format("{}: {}", what, std::string(ratio.status().message())));
    }
  }

  void ReadTimeSlices() {
    using Budgeting = OpenSloBudgeting;
    if (!context_.budgeting.has_value()) {
      map_.Find("timeSliceTarget");
      map_.Find("timeSliceWindow");
      return;
    }
    const bool slices = context_.budgeting != Budgeting::kOccurrences;
    const bool judged = context_.budgeting == Budgeting::kTimeslices;
    if (const YamlNode* target = NeedIf(judged, "timeSliceTarget", "with this budgetingMethod")) {
      const std::optional<Ratio> value = ReadDecimal(*target, "timeSliceTarget", report_);
      if (value.has_value() && (value->num == 0 || Compare(*value, {1, 1}) > 0)) {
        report_.Error(*target, "timeSliceTarget must be above 0 and at most 1");
      }
    }
    if (const YamlNode* window = NeedIf(slices, "timeSliceWindow", "with this budgetingMethod")) {
      ReadSlice(*window);
    }
  }

  // Returns the value of `key` if that is needed here; else warns of one, which has no
  // effect `here`.
  const YamlNode* NeedIf(bool needed, std::string_view key, std::string_view here) {
    if (needed) return map_.is_map() ? map_.Need(key) : nullptr;
    if (const YamlNode* node = map_.Find(key)) {
      report_.Warning(*node, fmt::format("{} has no effect {}", key, here));
    }
    return nullptr;
  }

  // A duration, or a number of minutes.
  void ReadSlice(const YamlNode& node) {
    const bool bare = node.kind == YamlNode::Kind::kScalar && !node.text.empty() &&
                      node.text.find_first_not_of("0123456789") == std::string::npos;
    if (!bare) {
      ReadOpenSloLength(node, "timeSliceWindow", report_);
      return;
    }
    constexpr std::int64_t kMostMinutes = 365 * 24 * 60;
    ReadInteger(node, "timeSliceWindow", 1, kMostMinutes, report_);
  }

  // The SLI that decides on the objective.
  std::optional<OpenSloIndicator> ReadIndicator() {
    std::optional<OpenSloIndicator> own = ReadOpenSloIndicator(map_, context_.objects, report_);
    if (const YamlNode* weight = map_.Find("compositeWeight")) {
      const std::optional<Ratio> value = ReadDecimal(*weight, "compositeWeight", report_);
      if (value.has_value() && value->num == 0) {
        report_.Error(*weight, "compositeWeight must be above 0");
      } else if (!own.has_value()) {
        report_.Warning(*weight, "compositeWeight has no effect without an indicator beside it");
      }
    }
    if (!own.has_value()) {
      if (!context_.indicator.has_value() && map_.is_map()) {
        report_.Add({context_.spec_at, Severity::kError,
                     "the SLO has no indicator, and not each of its objectives has one",
                     "write indicator or indicatorRef in the spec"});
      }
      return context_.indicator;
    }
    if (context_.indicator.has_value()) {
      report_.Add({own->at, Severity::kError,
                   "the objective has an indicator, and the SLO has one too", ""});
    } else {
      report_.Add({own->at, Severity::kError,
                   "an SLO put together from objectives with indicators of their own is not "
                   "supported yet",
                   "write an SLO for each"});
    }
    return own;
  }

  void ReadThreshold(const std::optional<OpenSloIndicator>& indicator) {
    if (!indicator.has_value() || !indicator->sli.has_value()) {
      map_.Find("op");
      map_.Find("value");
      return;
    }
    const bool threshold = indicator->sli->threshold;
    const YamlNode* op = NeedIf(threshold, "op", "on a ratioMetric");
    const YamlNode* value = NeedIf(threshold, "value", "on a ratioMetric");
    if (op != nullptr) ReadOpenSloWord(*op, "op", {"lt", "lte", "gt", "gte"}, report_);
    if (value == nullptr) return;
    const std::optional<std::string> text = ReadText(*value, "value", report_);
    double number = 0;
    if (text.has_value() && (!absl::SimpleAtod(*text, &number) || !std::isfinite(number))) {
      report_.Error(*value, fmt::format("value must be a number, not '{}'", Shown(*text)));
    }
  }

  MapReader map_;
  const OpenSloObjectiveContext& context_;
  Report& report_;
};

}  // namespace

std::optional<OpenSloIndicator> ReadOpenSloIndicator(MapReader& map, const OpenSloObjects& objects,
                                                     Report& report) {
  const YamlNode* node = map.Find("indicator");
  const auto reference = ReadOpenSloReference(map, "indicatorRef", report);
  if (node == nullptr && !reference.has_value()) return std::nullopt;
  OpenSloIndicator out;
  if (node != nullptr && reference.has_value()) {
    out.at = reference->at;
    report.Add({out.at, Severity::kError, "only one of indicator and indicatorRef can be", ""});
    return out;
  }
  if (node != nullptr) {
    out.at = report.At(*node);
    out.sli = ReadInline(*node, report);
    if (out.sli.has_value()) out.at = out.sli->at;
  } else {
    out.at = reference->at;
    if (const OpenSloSli* sli = Resolve(*reference, objects.slis, report)) out.sli = *sli;
  }
  if (!out.sli.has_value()) return out;
  // Only now is it known whether the queries are PromQL.
  const std::vector<OpenSloReference>& sources = out.sli->sources;
  const bool good = std::all_of(
      sources.begin(), sources.end(),
      [&](const OpenSloReference& source) { return CheckDataSource(source, objects, report); });
  if (good) {
    for (const Diagnostic& finding : out.sli->findings) report.Add(finding);
  } else {
    out.sli.reset();
  }
  return out;
}

OpenSloObjective ReadOpenSloObjective(const YamlNode& node, const OpenSloObjectiveContext& context,
                                      Report& report) {
  return ObjectiveReader(node, context, report).Read();
}

}  // namespace slowburn
