// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "exporters/yaml_text.h"
#include "rules/config.h"
#include "rules/slo.h"

namespace slowburn {

// An SLO as an item of `slos` of slowburn/v1, without what `defaults` give.
YamlValue NativeSlo(const Slo& slo, const RuleDefaults& defaults);

// An annotation as it must be written: one whose template does not parse becomes a template that
// gives its text.
std::string NativeAnnotation(std::string_view text);

}  // namespace slowburn
