// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

namespace slowburn {

// An HTTP server on a loopback port that answers as a test says, badly where asked to, and
// remembers what it was asked.  Thread-safe.
class FakeHttpServer {
 public:
  struct Request {
    std::string method;
    std::string target;                               // Path and query, as sent.
    std::multimap<std::string, std::string> headers;  // Names in lower case.
    std::string body;
    int client_port = 0;  // Tells connections apart.

    // The value of a header, empty without one; `name` in lower case.
    std::string Header(const std::string& name) const;
    // The value of a form or query parameter, decoded; nullopt without one.
    std::optional<std::string> Parameter(const std::string& name) const;
  };

  struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::map<std::string, std::string> headers;
    std::optional<absl::Time> date;               // The `Date` header.
    absl::Duration delay = absl::ZeroDuration();  // Before the first byte.
    bool hang_up = false;                         // Close the connection without a byte.
    std::optional<std::size_t> cut_after;         // Close it after so many bytes of the body.
    std::optional<std::size_t> claimed_length;    // Content-Length, when it is not the body's.
  };

  // Called on the server's threads, several at once.
  using Handler = std::function<Answer(const Request&)>;

  struct Tls {
    std::string cert_file;
    std::string key_file;
    std::string client_ca_file = {};  // Whose certificates clients must have; none when empty.
  };

  explicit FakeHttpServer(Handler handler, std::optional<Tls> tls = std::nullopt);
  ~FakeHttpServer();
  FakeHttpServer(const FakeHttpServer&) = delete;
  FakeHttpServer& operator=(const FakeHttpServer&) = delete;

  // `http://127.0.0.1:<port>`, https with TLS.
  std::string url() const;
  int port() const;

  // Those that arrived so far, in the order of their arrival.
  std::vector<Request> requests() const;

  // Waits until `count` requests have arrived; false when they have not within 10 s.
  bool WaitForRequests(std::size_t count) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
