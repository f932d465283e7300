// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <absl/time/time.h>

namespace slowburn {

// What goes wrong between a client and its server.  Faults add up; none by default.
struct Fault {
  struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
  };

  struct Drip {
    std::size_t bytes = 1;  // At a time.
    absl::Duration pace;    // Between them.
  };

  bool refuse = false;             // Nobody listens.
  bool reset = false;              // The connection is reset in the place of an answer.
  bool hang = false;               // No answer comes, and the connection stays.
  bool forward_twice = false;      // The server has each request twice; its second answer counts.
  std::optional<Answer> answer;    // In the place of the server's, which is not asked.
  absl::Duration delay;            // Before the first byte of the answer.
  absl::Duration date_offset;      // Added to its `Date`.
  std::string content_type;        // In the place of its own.
  std::optional<std::size_t> cut;  // The connection ends after so many bytes of the body, though
                                   // Content-Length promises all of it.
  bool body_twice = false;
  std::optional<Drip> drip;
  std::function<std::string(const std::string&)> rewrite;  // Of the body; on any thread.
};

// A proxy for HTTP on a loopback port, before a server that is there or not.  Its faults can be
// changed at any time.  Thread-safe.
class FaultProxy {
 public:
  // `upstream` is `http://127.0.0.1:<port>`.
  explicit FaultProxy(const std::string& upstream);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // `http://127.0.0.1:<port>`, the same under all faults.
  std::string url() const;

  // What happens to each request from now on.  Connections on which the fault before let a request
  // hang are closed.
  void Set(const Fault& fault);

  // How many requests have come under the fault of now.
  std::int64_t requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slowburn
