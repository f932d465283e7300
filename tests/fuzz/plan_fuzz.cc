// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "rules/plan.h"
#include "rules/selector.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// A selector prints as text that parses to itself.
void CheckSelector(const slowburn::Selector& selector) {
  const auto again = slowburn::ParseSelector(slowburn::ToString(selector));
  Require(again.ok() && *again == selector);
}

// What is counted has a total and small whole weights; what is not says why.
void CheckPlan(const slowburn::Slo& slo) {
  const slowburn::Plan plan = slowburn::MakePlan(slo);
  const auto* counters = std::get_if<slowburn::CounterPlan>(&plan);
  if (counters == nullptr) {
    Require(!std::get<slowburn::OpaquePlan>(plan).reason.empty());
    return;
  }
  Require(!counters->terms.empty() && counters->terms.front().total > 0);
  Require(counters->units_per_event >= 1 && counters->units_per_event <= 1'000'000);
  for (const slowburn::Term& term : counters->terms) {
    CheckSelector(term.selector);
    Require(term.total != 0 || term.bad != 0);
    Require(std::abs(term.total) <= 1'000'000 && std::abs(term.bad) <= 1'000'000);
  }
}

}  // namespace

// Any text as a selector, and as an error ratio; its first line and the rest as the two queries of
// an expression.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto selector = slowburn::ParseSelector(text); selector.ok()) CheckSelector(*selector);

  const std::size_t line_end = text.find('\n');
  slowburn::Slo slo;
  slo.objective = slowburn::MakeRatio(999, 1000);
  slo.window = absl::Hours(24 * 30);
  slo.sli = slowburn::ExpressionSli{
      .error_query = text.substr(0, line_end),
      .total_query = line_end == std::string::npos ? "" : text.substr(line_end + 1)};
  CheckPlan(slo);
  slo.sli = slowburn::RatioSli{text};
  CheckPlan(slo);
  return 0;
}
