// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "rules/config.h"
#include "rules/load.h"
#include "rules/plan.h"

namespace {

using slowburn::Diagnostic;
using slowburn::Ratio;
using slowburn::Slo;

// Stops the run, whatever the build says of assert.
void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckSlo(const Slo& slo) {
  Require(!slo.service.empty() && !slo.name.empty());
  Require(slo.objective.num > 0 && slo.objective.num <= slo.objective.den);
  Require(slo.window > absl::ZeroDuration());
  for (const slowburn::Tier& tier : slo.alerts.tiers) {
    Require(tier.long_window >= tier.short_window && tier.short_window > absl::ZeroDuration());
    Require(tier.long_window <= slo.window);
  }
  slowburn::MakePlan(slo);
}

void CheckDiagnostic(const Diagnostic& diagnostic) {
  Require(diagnostic.at.line >= 0 && diagnostic.at.column >= 0 && !diagnostic.message.empty());
  const std::string line = slowburn::ToString(diagnostic);
  Require(line.starts_with(diagnostic.at.file) && line.find('\n') == std::string::npos);
}

}  // namespace

// Any text as a rule file and as slowburn.yaml: what is loaded is fit to run, and what is wrong is
// said.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const slowburn::LoadResult loaded =
      slowburn::LoadRules({{.path = "fuzz.yaml", .text = text}}, {});
  std::set<std::string> ids;
  for (const Slo& slo : loaded.slos) {
    CheckSlo(slo);
    Require(ids.insert(slo.Id()).second);
  }
  for (const Diagnostic& diagnostic : loaded.diagnostics) CheckDiagnostic(diagnostic);
  Require(loaded.bad_files.empty() || slowburn::HasErrors(loaded.diagnostics));

  const slowburn::ConfigResult config = slowburn::LoadConfig("slowburn.yaml", text);
  for (const Diagnostic& diagnostic : config.diagnostics) CheckDiagnostic(diagnostic);
  return 0;
}
