// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace slowburn {

// What `promtool <arguments>` printed, both streams, and how it ended.
struct PromtoolResult {
  int exit_code = 0;
  std::string output;
};

// Runs `promtool <arguments>` with `input` as its standard input and in a file whose path replaces
// `{}` in the arguments.  nullopt when there is no promtool.
std::optional<PromtoolResult> RunPromtool(const std::string& arguments, const std::string& input);

}  // namespace slowburn
