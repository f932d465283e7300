// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/explain.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "exporters/explain_answer.h"
#include "exporters/text.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr std::string_view kNone = "-";

// `100 x ratio %`, exactly: an objective is never rounded.
std::string ExactPercent(Ratio ratio) {
  return FormatRatio(MakeRatio(ratio.num * 100, ratio.den)) + " %";
}

// Allowed bad events need no more than a tenth to be read.
double Tenths(double events) {
  return std::round(events * 10) / 10;
}

std::vector<std::string> WindowCells(const WindowStatus& window, const Tier& tier) {
  const auto or_none = [](bool known, auto&& text) { return known ? text() : std::string(kNone); };
  return {DurationText(window.window),
          or_none(window.bad && window.total,
                  [&] {
                    return fmt::format("{} of {}", CountText(*window.bad),
                                       CountText(*window.total));
                  }),
          or_none(window.error_ratio.has_value(), [&] { return Percent(*window.error_ratio); }),
          or_none(window.burn_rate.has_value(),
                  [&] { return BurnText(*window.burn_rate, tier.factor.AsDouble()); }),
          FormatRatio(tier.factor) + "x",
          Percent(window.coverage)};
}

void AddTier(const TierStatus& tier, TextTable& table) {
  std::vector<std::string> first = {ToString(tier.tier.Key())};
  for (auto& cell : WindowCells(tier.long_window, tier.tier)) first.push_back(std::move(cell));
  first.emplace_back(ToString(tier.verdict.firing));
  first.emplace_back(ToString(tier.verdict.resolving));
  first.emplace_back(ToString(tier.state.state));
  table.Add(std::move(first));
  if (!tier.tier.HasOneWindow()) {
    std::vector<std::string> second = {""};
    for (auto& cell : WindowCells(tier.short_window, tier.tier)) second.push_back(std::move(cell));
    table.Add(std::move(second));
  }
  if (tier.reason != TierReason::kNone) table.AddNote(Printable(ReasonText(tier)));
}

std::string Tiers(const GroupStatus& group) {
  if (group.tiers.empty()) return "";
  TextTable table("llrrrrrlll");
  table.Add({"CLASS", "WINDOW", "BAD OF TOTAL", "ERRORS", "BURN", "ABOVE", "COVERAGE", "NOW",
             "SEALED", "STATE"});
  for (const TierStatus& tier : group.tiers) AddTier(tier, table);
  return table.Print(2);
}

const WindowStatus* SloWindow(const Slo& slo, const GroupStatus& group) {
  for (const WindowStatus& window : group.windows) {
    if (window.window == slo.window) return &window;
  }
  return nullptr;
}

std::string Budget(const Slo& slo, const GroupStatus& group, absl::Time now) {
  if (!group.budget_remaining) return Wrap("Budget: what is left of it is not known.", 2, 4);
  std::string text = *group.budget_remaining < 0
                         ? fmt::format("Budget: overspent by {}", Percent(-*group.budget_remaining))
                         : fmt::format("Budget: {} left", Percent(*group.budget_remaining));
  const WindowStatus* window = SloWindow(slo, group);
  if (window != nullptr && window->bad && window->total && window->coverage > 0) {
    // What is not known carries the traffic of what is: so does the budget that is shown.
    const double whole = *window->total / window->coverage;
    text += fmt::format(", {} bad of {}{} allowed among {} in {}", CountText(*window->bad),
                        window->coverage < 1 ? "about " : "",
                        CountText(Tenths(whole * slo.ErrorBudget().AsDouble())),
                        CountText(std::round(whole)), DurationText(slo.window));
  }
  if (window != nullptr) text += fmt::format(", coverage {}", Percent(window->coverage));
  const bool ends = *group.budget_remaining > 0 && group.time_to_exhaustion &&
                    *group.time_to_exhaustion < absl::InfiniteDuration();
  if (ends) {
    const absl::Time end = now + *group.time_to_exhaustion;
    text += fmt::format("; at this burn it ends in {}, at {}", InWords(*group.time_to_exhaustion),
                        UtcTime(end, now));
  }
  return Wrap(text + ".", 2, 4);
}

std::string Data(const SourceSnapshot& source, const GroupStatus& group) {
  std::string text = "Data: ";
  if (group.data_age) {
    text += fmt::format("newest sample {} old ({})", InWords(*group.data_age),
                        UtcTime(source.at - *group.data_age, source.at));
  } else {
    text += "no sample has been read";
  }
  text += fmt::format("; {} series; slot {}; sealed until {} ({}).", group.series,
                      UtcTime(source.at), UtcTime(source.sealed_until, source.at),
                      Relative(source.sealed_until, source.at));
  return Wrap(text, 2, 4);
}

std::string AlertLine(const Alert& alert, absl::Time now) {
  const auto when = [&](absl::Time time) {
    return fmt::format("{} ({})", UtcTime(time), Relative(time, now));
  };
  std::string text = fmt::format("Alert {}: {}", ToString(alert.Key()), ToString(alert.state));
  if (alert.starts_at) text += fmt::format(" since {}", when(*alert.starts_at));
  text += fmt::format(", condition since {}", when(alert.active_since));
  if (alert.resolved_at) text += fmt::format(", resolved {}", when(*alert.resolved_at));
  if (alert.mode == AlertMode::kShadow) text += ", in shadow: nobody is told";
  return Wrap(text + ".", 2, 4);
}

std::string Acknowledgements(const std::vector<Acknowledgement>& acks, absl::Time now) {
  std::string out;
  for (const Acknowledgement& ack : acks) {
    const std::string when =
        ack.at ? fmt::format("at {} ({})", UtcTime(*ack.at), Relative(*ack.at, now)) : "never";
    out += Wrap(fmt::format("Acknowledged by {}: {}.", Printable(ack.alertmanager), when), 4, 6);
  }
  return out;
}

std::string Alerts(const ExplainSubject& subject, const GroupStatus& group,
                   const AcknowledgementsOf& acks) {
  const absl::Time now = subject.ref.source->at;
  std::string out;
  bool any = false;
  for (const Alert* alert : subject.alerts.Of(subject.ref.slo().Id(), group.key)) {
    any = true;
    out += AlertLine(*alert, now);
    if (acks && alert->mode == AlertMode::kLive && alert->state != AlertState::kPending) {
      out += Acknowledgements(acks(alert->Id()), now);
    }
    out += Wrap("Labels " + Printable(LabelsToString(alert->labels)), 4, 6);
  }
  return any ? out : "  Alerts: none is pending or firing.\n";
}

// What was promised, in two or three lines.
std::string Promise(const SloRef& ref) {
  const Slo& slo = ref.slo();
  std::string text =
      fmt::format("Objective {} over {}: an error budget of {}", ExactPercent(slo.objective),
                  DurationText(slo.window), ExactPercent(slo.ErrorBudget()));
  if (!slo.owner.empty()) text += "; owner " + Printable(slo.owner);
  text += fmt::format("; source {}; defined at {}:{}:{}.", Printable(ref.source->source),
                      Printable(slo.defined_at.file), slo.defined_at.line, slo.defined_at.column);
  std::string out = Wrap(text, 0, 2);
  if (!slo.description.empty()) out += Wrap(Printable(slo.description), 0, 2);
  if (const auto* opaque =
          ref.status->plan ? std::get_if<OpaquePlan>(ref.status->plan.get()) : nullptr) {
    out +=
        Wrap(fmt::format("Opaque: {}. The source is asked for the ratio at each window, so there "
                         "are no event counts and the budget is sampled.",
                         Printable(opaque->reason)),
             0, 2);
  }
  return out;
}

std::string GroupSection(const ExplainSubject& subject, const GroupStatus& group,
                         const AcknowledgementsOf& acks) {
  const SourceSnapshot& source = *subject.ref.source;
  return fmt::format("\n{}{}{}{}{}",
                     group.key.empty() ? "" : fmt::format("[{}]\n", Printable(group.key)),
                     Tiers(group), Budget(subject.ref.slo(), group, source.at), Data(source, group),
                     Alerts(subject, group, acks));
}

}  // namespace

absl::StatusOr<std::string> ExplainText(const Snapshot& snapshot, std::string_view slo_id,
                                        std::string_view group, const AcknowledgementsOf& acks) {
  const auto subject = FindSubject(snapshot, slo_id, group);
  if (!subject.ok()) return subject.status();
  std::string out;
  for (const std::string& problem : ProblemsOf(subject->ref)) {
    out += Wrap("PROBLEM: " + problem + ".", 0, 2);
  }
  for (const GroupStatus* status : subject->groups) {
    out += Wrap(fmt::format("{}: {}", SubjectName(subject->ref.slo(), *status),
                            AnswerFor(*subject, *status)),
                0, 2);
  }
  if (subject->groups.empty()) {
    out += Wrap(fmt::format("{}: UNKNOWN: no series has been seen, so there is no group yet.",
                            Printable(slo_id)),
                0, 2);
  }
  out += "\n" + Promise(subject->ref);
  for (const GroupStatus* status : subject->groups) out += GroupSection(*subject, *status, acks);
  return out;
}

}  // namespace slowburn
