// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "rules/config.h"
#include "rules/diagnostic.h"
#include "rules/load.h"
#include "rules/slo.h"

namespace slowburn {

// SLOs written as slowburn/v1.
struct NativeYaml {
  std::string text;
  // One for each SLO that loads from the text as something else than it was: an error, with what is
  // different.  The text says so too.
  Diagnostics inexact;
};

// Writes `slos` as slowburn/v1: a document for each service, by name, with its SLOs in their order.
// What `defaults` give is left out, so loading the text under the same defaults
// gives equal SLOs, their place and format aside.
//
// What was found in their files, `diagnostics`, and would not be found again in the text, stands
// beside the SLO as a comment.  An annotation whose template does not parse is sent as it is
// written: it becomes a template of that text.
NativeYaml WriteNative(const std::vector<Slo>& slos, const Diagnostics& diagnostics,
                       const RuleDefaults& defaults);

// Which part of two SLOs is different, their place and format aside; an empty text when none is.
// Annotations are equal that say the same.
std::string Difference(const Slo& a, const Slo& b);

}  // namespace slowburn
