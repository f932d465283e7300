// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include <absl/status/statusor.h>

namespace slowburn {

// Where a server listens: a port, or a socket in the file system.
struct ListenAddress {
  std::string host;  // Without brackets; empty for all.
  int port = 0;      // 0 for any free one.
  std::string path;  // Of the socket; then there is neither host nor port.
};

// Reads `host:port`; kInvalidArgument for anything else.
absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text);

// `127.0.0.1:9390`, `[::1]:9390`, or the path.
std::string ToString(const ListenAddress& address);

}  // namespace slowburn
