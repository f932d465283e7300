// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/order.h"

#include <cerrno>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/io/http_client.h"
#include "exporters/admin.h"
#include "exporters/web_answer.h"

namespace slowburn {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);  // For a reload of many files.

int Fail(std::string_view reason) {
  fmt::print(stderr, "slowburn: {}\n", reason);
  return kCheckFailed;
}

// Why nobody answers at `socket`: `failure`, in the words of those who run slowburn.
std::string WhyNot(const std::string& socket, const absl::Status& failure) {
  if (!absl::IsUnavailable(failure)) {
    return fmt::format("{}: {}", socket, std::string(failure.message()));
  }
  if (access(socket.c_str(), W_OK) != 0 && errno == EACCES) {
    return fmt::format("{}: permission denied: only the user that slowburn runs as may do this",
                       socket);
  }
  return fmt::format(
      "{}: nobody answers: slowburn is not running with this state, or runs without state.path",
      socket);
}

}  // namespace

int GiveOrder(const StatePlace& place, const std::string& path, const std::string& body) {
  std::string folder;
  if (!FindStateFolder(place, folder)) return kUsage;
  const absl::StatusOr<std::string> socket = AdminSocket(folder);
  if (!socket.ok()) return Fail(std::string(socket.status().message()));
  HttpSettings settings;
  settings.url = "http://slowburn";  // For the Host header alone.
  settings.unix_socket = *socket;
  settings.timeout = kPatience;
  const absl::StatusOr<HttpResponse> response =
      HttpClient(settings).Send({"POST", path, "application/json", body});
  if (!response.ok()) return Fail(WhyNot(*socket, response.status()));
  if (response->status != 200) return Fail(ErrorIn(response->body));
  fmt::print("{}", response->body);
  return kGood;
}

}  // namespace slowburn
