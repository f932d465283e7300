// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace slowburn {

// What the documents of `yaml` say, whatever way they are written: two texts of equal values are
// equal.  A scalar without quotes that YAML takes for something else than text, such as 2 or true,
// is not equal to the same in quotes.  A text that can't be read fails the test.
std::vector<nlohmann::json> YamlValues(std::string_view yaml);

}  // namespace slowburn
