// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/resolve_host.h"

#include <array>
#include <memory>
#include <set>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace slowburn {
namespace {

struct InfoDeleter {
  void operator()(addrinfo* info) const { freeaddrinfo(info); }
};

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &first);
  const std::unique_ptr<addrinfo, InfoDeleter> owner(first);
  if (error != 0) {
    return absl::UnavailableError(fmt::format("{}: {}", host, gai_strerror(error)));
  }
  std::set<std::string> v4;
  std::set<std::string> v6;
  for (const addrinfo* info = first; info != nullptr; info = info->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(info->ai_addr, info->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    (info->ai_family == AF_INET ? v4 : v6).insert(text.data());
  }
  const std::set<std::string>& chosen = v4.empty() ? v6 : v4;
  if (chosen.empty()) return absl::UnavailableError(fmt::format("{}: no address", host));
  return std::vector<std::string>(chosen.begin(), chosen.end());
}

bool IsAddress(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) == 1) return true;
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  const std::string bare = bracketed ? text.substr(1, text.size() - 2) : text;
  return inet_pton(AF_INET6, bare.c_str(), &address) == 1;
}

}  // namespace slowburn
