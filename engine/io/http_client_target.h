// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "rules/config.h"

namespace slowburn {

// Where a client sends to, made from its url once.
struct HttpTarget {
  absl::Status problem;
  std::string url;      // Without user, password and final slashes.
  std::string display;  // The same as the user wrote it, whatever `server_name` did.
  std::string host;     // Of the url.
  std::string username;
  std::string password;
  std::string host_header;  // Set only to reach a server under another name.
  std::string connect_to;   // Likewise, or at a given address.
};

// Takes the settings' url apart; what is wrong with it is in `problem`, without secrets.
HttpTarget ParseTarget(const HttpSettings& settings);

// Returns `value`, or what `file` holds now, without the space around it, when that is not empty.
// kFailedPrecondition, naming the file only, when it can't be read or holds no usable secret.
absl::StatusOr<std::string> Secret(const std::string& value, const std::string& file);

// Whether `text` has characters that could begin another header.
bool HasControl(std::string_view text);

}  // namespace slowburn
