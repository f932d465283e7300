// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>

#include "rules/config.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"

namespace slowburn {

// Which server `--prometheus` and `--source` mean, with the HTTP settings of `config`: those of the
// source that is named, else of `default`, or the only one.  Prints what is wrong and returns
// nullopt when there is none.
std::optional<SourceSettings> SourceToCheck(const Config& config, const std::string& url,
                                            const std::string& name);

// What the server has of what `slos` are to be measured by, as CheckSelectors and CheckRetention
// find it.
struct SourceFindings {
  Diagnostics diagnostics;
  bool asked = true;  // Else the last finding says why it can't be.
};

SourceFindings CheckSource(const SourceSettings& settings, std::span<const Slo> slos);

}  // namespace slowburn
