// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "rules/config.h"

namespace slowburn {

// One request; `path` is appended to the client's url (with exactly one `/` between).
struct HttpRequest {
  std::string method = "GET";
  std::string path;
  std::string content_type;  // Of the body; no header when empty.
  std::string body;
};

struct HttpResponse {
  int status = 0;
  std::string body;                // Decompressed.
  std::optional<absl::Time> date;  // The server's `Date`, whole seconds.
  absl::Duration took;
  absl::Duration body_took;  // Of `took`, what came after the first byte: `Date` is that much old.
};

// A client of one server: keep-alive, gzip, TLS, authentication as `HttpSettings` says.
//
// Thread-safe.  Secret files are read again for each request.  Secrets are never in an error.
class HttpClient {
 public:
  // `max_body_bytes` bounds the decompressed body of an answer.
  explicit HttpClient(HttpSettings settings, std::size_t max_body_bytes = std::size_t{1} << 30);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends one request and waits for its answer, whatever its status.
  // kDeadlineExceeded after the timeout; kUnavailable when the server can't be reached or hangs up;
  // kResourceExhausted for a body that is too large; kFailedPrecondition for unusable settings (a
  // missing secret file, a bad certificate); kCancelled after `Cancel`.
  absl::StatusOr<HttpResponse> Send(const HttpRequest& request);

  // Told of each request as it ends, on the thread that called: its index, and how long it took.
  using OnDone = std::function<void(std::size_t index, absl::Duration took)>;

  // Sends all, at most `max_in_flight` at a time; answers in the order of the requests.
  std::vector<absl::StatusOr<HttpResponse>> SendAll(std::span<const HttpRequest> requests,
                                                    int max_in_flight, const OnDone& on_done = {});

  // Makes requests in progress and later ones end with kCancelled.
  void Cancel();

  // The url, without user and password: fit for a log or a label.
  const std::string& display_url() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
