// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_rule_windows.h"

#include <fmt/format.h>

namespace slowburn {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

}  // namespace

std::optional<SlothAlertWindows> AlertWindowsFor(const SlothWindows&, absl::Duration window) {
  if (window != 28 * kDay && window != 30 * kDay) return std::nullopt;
  return SlothAlertWindows{.page_quick = {2, absl::Minutes(5), absl::Hours(1)},
                           .page_slow = {5, absl::Minutes(30), absl::Hours(6)},
                           .ticket_quick = {10, absl::Hours(2), kDay},
                           .ticket_slow = {10, absl::Hours(6), 3 * kDay}};
}

Labels SlothAnnotations(std::string_view severity) {
  constexpr std::string_view kAbout =
      "{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is";
  return {{"title", fmt::format("({}) {} too fast.", severity, kAbout)},
          {"summary", fmt::format("{} over expected.", kAbout)}};
}

}  // namespace slowburn
