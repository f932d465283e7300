// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_address.h"

#include <fmt/format.h>

namespace slowburn {

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text) {
  const absl::Status malformed =
      absl::InvalidArgumentError(fmt::format("'{}' is no address: write host:port", text));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return malformed;
  ListenAddress address{.host = text.substr(0, colon)};
  const std::string port = text.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoi(port) > 65535) return malformed;
  address.port = std::stoi(port);
  const bool bracketed = address.host.starts_with('[') && address.host.ends_with(']');
  if (bracketed) address.host = address.host.substr(1, address.host.size() - 2);
  const bool six = address.host.find(':') != std::string::npos;
  if (six != bracketed || address.host.find_first_of("[]/ ") != std::string::npos) return malformed;
  return address;
}

std::string ToString(const ListenAddress& address) {
  if (!address.path.empty()) return address.path;
  if (address.host.find(':') == std::string::npos) {
    return fmt::format("{}:{}", address.host, address.port);
  }
  return fmt::format("[{}]:{}", address.host, address.port);
}

}  // namespace slowburn
