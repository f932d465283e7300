// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot.h"

#include <fmt/format.h>

#include "rules/duration.h"

namespace slowburn {
namespace {

std::string Burn(const WindowStatus& window) {
  return window.burn_rate ? fmt::format("{:.3g}", *window.burn_rate) : std::string("unknown");
}

std::string BelowText(const WindowStatus& window, Ratio threshold) {
  const std::string width = DurationText(window.window);
  if (!window.error_ratio) return fmt::format("no events in the last {}", width);
  return fmt::format("the last {} burns at {}, not above {}", width, Burn(window),
                     FormatRatio(threshold));
}

std::string UnknownText(const WindowStatus& window) {
  return fmt::format("only {:.3g} % of the last {} is known", window.coverage * 100,
                     DurationText(window.window));
}

}  // namespace

std::string ReasonText(const TierStatus& status) {
  switch (status.reason) {
    case TierReason::kNone:
      return "";
    case TierReason::kBothExceed:
      if (status.tier.HasOneWindow()) {
        return fmt::format("the window burns above {}: {} over {}", FormatRatio(status.tier.factor),
                           Burn(status.long_window), DurationText(status.tier.long_window));
      }
      return fmt::format("both windows burn above {}: {} over {}, {} over {}",
                         FormatRatio(status.tier.factor), Burn(status.long_window),
                         DurationText(status.tier.long_window), Burn(status.short_window),
                         DurationText(status.tier.short_window));
    case TierReason::kLongBelow:
      return BelowText(status.long_window, status.tier.factor);
    case TierReason::kShortBelow:
      return BelowText(status.short_window, status.tier.factor);
    case TierReason::kLongUnknown:
      return UnknownText(status.long_window);
    case TierReason::kShortUnknown:
      return UnknownText(status.short_window);
    case TierReason::kDeadSelector:
      return "a selector of the SLI has never matched anything";
    case TierReason::kReadFailed:
      return "the last read of the source failed";
  }
  return "";
}

}  // namespace slowburn
