// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_rule_windows.h"

#include <fmt/format.h>

namespace slowburn {
namespace {

SlothBurnWindow Condition(const SlothWindow& window) {
  return {window.percent.AsDouble(), window.short_window, window.long_window};
}

}  // namespace

std::optional<SlothAlertWindows> AlertWindowsFor(const SlothWindows& catalogue,
                                                 absl::Duration window) {
  const SlothPeriod* const period = catalogue.Find(window);
  if (period == nullptr) return std::nullopt;
  return SlothAlertWindows{
      .page_quick = Condition(period->page_quick),
      .page_slow = Condition(period->page_slow),
      .ticket_quick = Condition(period->ticket_quick),
      .ticket_slow = Condition(period->ticket_slow),
  };
}

Labels SlothAnnotations(std::string_view severity) {
  constexpr std::string_view kAbout =
      "{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is";
  return {{"title", fmt::format("({}) {} too fast.", severity, kAbout)},
          {"summary", fmt::format("{} over expected.", kAbout)}};
}

}  // namespace slowburn
