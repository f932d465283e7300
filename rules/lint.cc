// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/lint.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/checks.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

std::string Name(const Tier& tier) {
  std::string windows = DurationText(tier.long_window);
  if (!tier.HasOneWindow()) windows += "/" + DurationText(tier.short_window);
  return fmt::format("{} {}", ToString(tier.alert_class), windows);
}

// Whether a x with_a >= b x with_b, exactly; false when that can not be computed.
bool AtLeast(Ratio a, absl::Duration with_a, Ratio b, absl::Duration with_b) {
  const auto product = [](Ratio factor, absl::Duration window) {
    return Multiply(factor, {absl::ToInt64Milliseconds(window), 1});
  };
  const absl::StatusOr<Ratio> left = product(a, with_a);
  const absl::StatusOr<Ratio> right = product(b, with_b);
  return left.ok() && right.ok() && Compare(*left, *right) >= 0;
}

// Whether `tier` can be true only when `other` is too, at steady traffic: it needs as many bad
// events at least, within windows that are no longer (so that both see them).
bool IsImplied(const Tier& tier, const Tier& other) {
  return tier.Key() == other.Key() && tier.for_duration >= other.for_duration &&
         tier.keep_firing_for <= other.keep_firing_for && tier.long_window <= other.long_window &&
         tier.short_window <= other.short_window &&
         AtLeast(tier.factor, tier.long_window, other.factor, other.long_window) &&
         AtLeast(tier.factor, tier.short_window, other.factor, other.short_window);
}

class Linter {
 public:
  explicit Linter(const LintInput& input) : in_(input) {}

  LintResult Run() {
    out_.diagnostics = in_.tiers.diagnostics;
    CheckWindow();
    CheckBy();
    CheckObjective();
    for (std::size_t i = 0; i < in_.tiers.tiers.size(); ++i) CheckTier(i);
    if (!in_.tiers.defaults) CheckImplied();
    ReportLeftOut();
    CheckStrictness();
    return std::move(out_);
  }

 private:
  void Say(const Position& at, Severity severity, std::string message, std::string hint = "") {
    out_.diagnostics.push_back({at, severity, std::move(message), std::move(hint)});
  }

  void Warn(const Position& at, std::string message, std::string hint = "") {
    Say(at, Severity::kWarning, std::move(message), std::move(hint));
  }

  const Position& PlaceOf(std::size_t tier) const {
    return in_.tiers.defaults ? in_.places.slo : in_.tiers.at[tier];
  }

  void CheckWindow() {
    if (in_.slo.window < absl::Hours(1)) {
      Warn(in_.places.window,
           fmt::format("the window of {} is shorter than 1h", DurationText(in_.slo.window)),
           "m is minutes");
    }
  }

  void CheckBy() {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < in_.by.size(); ++i) {
      const std::string& label = in_.by[i];
      const Position& at = in_.places.by[i];
      if (const auto why = WhyNotBy(label)) {
        Say(at, Severity::kError, fmt::format("by: {}", *why));
      } else if (!seen.insert(label).second) {
        Say(at, Severity::kError, fmt::format("by: {} stands twice", label));
      } else if (IsSetElsewhere(label)) {
        Say(at, Severity::kError, fmt::format("by: the label {} is also set to one value", label),
            "labels of the SLO and of its alerts can't be by labels");
      } else if (const auto renamed = WhyRenamedBy(label)) {
        Warn(at, fmt::format("by: {}", *renamed));
      }
    }
  }

  bool IsSetElsewhere(const std::string& label) const {
    const AlertPolicy& alerts = in_.slo.alerts;
    if (label == "owner" && !in_.slo.owner.empty()) return true;
    return in_.slo.labels.contains(label) || alerts.labels.contains(label) ||
           alerts.page.labels.contains(label) || alerts.ticket.labels.contains(label) ||
           std::any_of(alerts.named.begin(), alerts.named.end(),
                       [&label](const auto& named) { return named.second.labels.contains(label); });
  }

  void CheckObjective() {
    if (in_.slo.objective != Ratio{1, 1}) return;
    Warn(in_.places.objective,
         "an objective of 100 leaves no error budget, so no burn rate alerts");
  }

  void CheckTier(std::size_t i) {
    const Tier& tier = in_.tiers.tiers[i];
    const Ratio budget = in_.slo.ErrorBudget();
    if (budget.num == 0) return;
    if (tier.short_window > tier.long_window) {
      Say(PlaceOf(i), Severity::kError,
          fmt::format("the short window of {} must be shorter than the long one of {}",
                      DurationText(tier.short_window), DurationText(tier.long_window)));
      return;
    }
    if (!CheckInterval(i)) return;
    if (tier.long_window > in_.slo.window) {
      LeaveOut(i, fmt::format("its long window exceeds the SLO's window of {}",
                              DurationText(in_.slo.window)));
    } else if (Compare(tier.factor, {budget.den, budget.num}) >= 0) {
      LeaveOut(i,
               fmt::format("it can never fire: with every event bad the burn rate is {:.4g}, not "
                           "above {:.4g}",
                           1 / budget.AsDouble(), tier.factor.AsDouble()));
    } else if (Compare(tier.factor, {1, 1}) < 0 && in_.tiers.defaults && !in_.tiers.below_one) {
      LeaveOut(i, "it would fire while the objective is met");
    } else {
      Keep(i);
    }
  }

  void Keep(std::size_t i) {
    const Tier& tier = in_.tiers.tiers[i];
    if (Compare(tier.factor, {1, 1}) < 0 && !in_.tiers.defaults) {
      Warn(PlaceOf(i),
           fmt::format("the tier fires at a burn rate of {}, while the objective is met",
                       FormatRatio(tier.factor)));
    }
    out_.tiers.push_back(tier);
    kept_at_.push_back(PlaceOf(i));
  }

  // False when the tier can't be evaluated.
  bool CheckInterval(std::size_t i) {
    const Tier& tier = in_.tiers.tiers[i];
    const std::string what = fmt::format(
        "the {} of {} spans less than {} evaluation interval{} of {}",
        tier.HasOneWindow() ? "window" : "short window", DurationText(tier.short_window),
        tier.short_window < in_.interval ? "one" : "two",
        tier.short_window < in_.interval ? "" : "s", DurationText(in_.interval));
    if (tier.short_window < in_.interval) {
      Say(PlaceOf(i), Severity::kError, what);
      return false;
    }
    if (tier.short_window < 2 * in_.interval) Warn(PlaceOf(i), what);
    return true;
  }

  void LeaveOut(std::size_t i, std::string why) {
    const Tier& tier = in_.tiers.tiers[i];
    if (!in_.tiers.defaults) {
      Warn(PlaceOf(i), fmt::format("the tier {} is left out: {}", Name(tier), why));
    }
    left_out_.push_back(fmt::format("{} ({})", Name(tier), why));
  }

  void ReportLeftOut() {
    if (left_out_.empty()) return;
    const bool none = out_.tiers.empty();
    if (in_.tiers.defaults) {
      Warn(in_.places.slo,
           fmt::format("default tiers are left out: {}", fmt::join(left_out_, ", ")),
           none ? "" : "declare alerts.tiers to choose others");
    }
    if (none) {
      Warn(in_.places.slo, "no tier is left, so this SLO never alerts on its burn rate",
           "declare alerts.tiers that fit its window and objective");
    }
  }

  void CheckImplied() {
    for (std::size_t i = 0; i < out_.tiers.size(); ++i) {
      for (std::size_t j = 0; j < out_.tiers.size(); ++j) {
        if (i == j || !IsImplied(out_.tiers[i], out_.tiers[j])) continue;
        if (j > i && IsImplied(out_.tiers[j], out_.tiers[i]))
          continue;  // Equal: told at the later.
        Warn(kept_at_[i], fmt::format("the tier {} adds nothing: {} fires whenever it does",
                                      Name(out_.tiers[i]), Name(out_.tiers[j])));
        break;
      }
    }
  }

  // A total failure burns at 1 / budget.  Where one interval of it takes as much of the budget as
  // any tier allows, no alert can come in time.
  void CheckStrictness() {
    if (out_.tiers.empty()) return;
    const Ratio budget = in_.slo.ErrorBudget();
    for (const Tier& tier : out_.tiers) {
      const absl::StatusOr<Ratio> allowed = Multiply(tier.factor, budget);
      if (!allowed.ok() || !AtLeast({1, 1}, in_.interval, *allowed, tier.long_window)) return;
    }
    const double used = absl::FDivDuration(in_.interval, in_.slo.window) / budget.AsDouble();
    Warn(
        in_.places.objective,
        fmt::format("one interval of {} with every event bad uses {:.3g} % of the error budget, as "
                    "much as any tier allows",
                    DurationText(in_.interval), 100 * used),
        "evaluate more often, or lower the objective");
  }

  const LintInput& in_;
  LintResult out_;
  std::vector<Position> kept_at_;
  std::vector<std::string> left_out_;
};

}  // namespace

LintResult Lint(const LintInput& input) {
  return Linter(input).Run();
}

}  // namespace slowburn
