// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <absl/status/status.h>

namespace slowburn {

struct WebRequest {
  std::string method;
  std::string path;  // As sent: percent-encoded, without the query.
  std::multimap<std::string, std::string> query;
  std::string body;
};

struct WebResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Answers one request.  Called on the server's threads, several at once.
using WebHandler = std::function<WebResponse(const WebRequest&)>;

// Our listener: the one wrapper of the HTTP server library.
class HttpServer {
 public:
  explicit HttpServer(WebHandler handler);
  ~HttpServer();  // Stops.

  // Listens on `address`, `host:port` with port 0 for any free one; `[::1]:0` for IPv6.
  // kInvalidArgument for a malformed address; kUnavailable when it is taken or not ours.
  absl::Status Start(const std::string& address);

  // Listens at a socket in the file system that its owner alone may open, in the place of one that
  // is there: the caller sees to it that no other process listens at it.  It goes away with Stop.
  // kUnavailable when it can't be made, as where `path` is too long for one.
  absl::Status StartAtSocket(const std::string& path);

  // The address that it listens on, with the real port, or the path; empty before.
  const std::string& address() const;

  // Stops accepting and waits for requests in progress.  Idempotent.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
