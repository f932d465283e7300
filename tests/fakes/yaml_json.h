// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace slowburn {

// The documents of a text as an editor sees them: YAML 1.2, so that `1` is a number, `off` a text.
// Those that can't be read are left out.
std::vector<nlohmann::json> YamlAsJson(std::string_view text);

}  // namespace slowburn
