// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace slowburn {

// The addresses of `host` as text, sorted, each once: those of IPv4 alone where there are any, as a
// server with addresses of both kinds is one server.  Blocks for as long as the system's resolver
// does.  kUnavailable when it has no answer.
absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host);

// Whether `text` is an address and no name; IPv6 with or without brackets.
bool IsAddress(const std::string& text);

}  // namespace slowburn
