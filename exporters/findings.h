// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>

#include "rules/diagnostic.h"

namespace slowburn {

// What a check of SLO files came to.
struct Findings {
  Diagnostics diagnostics;
  std::size_t files = 0;  // That were read.
  std::size_t slos = 0;   // Valid ones.

  std::size_t Count(Severity severity) const;
};

// `2 files, 11 SLOs, 0 errors, 1 warning`, with a line end.
std::string FindingsSummary(const Findings& findings);

// All of it as one JSON object; exporters/README.md describes it.
std::string FindingsJson(const Findings& findings);

// Each finding as a workflow command of GitHub Actions, which shows it beside the line of the file:
// `::error file=a.yaml,line=5,col=16::message (hint)`.  One line each, whatever a file holds.
std::string FindingsGithub(const Findings& findings);

}  // namespace slowburn
