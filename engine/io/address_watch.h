// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

namespace slowburn {

// Watches the addresses of one name on a thread of its own.
//
// A resolver cannot be interrupted: at the end its thread is left to itself, and touches nothing
// here any more.  Thread-safe.
class AddressWatch {
 public:
  using Resolver = std::function<absl::StatusOr<std::vector<std::string>>(const std::string& host)>;

  // Resolves at once and every `period` from then on.  `changed` is called on the watching thread
  // when there are other addresses than before; it must not block.
  AddressWatch(std::string host, Resolver resolve, absl::Duration period,
               std::function<void()> changed);
  ~AddressWatch();
  AddressWatch(const AddressWatch&) = delete;
  AddressWatch& operator=(const AddressWatch&) = delete;

  // The latest addresses, sorted, each once, when they are others than at the call before.
  std::optional<std::vector<std::string>> Take();

 private:
  struct Shared;

  static void Loop(const std::shared_ptr<Shared>& shared);

  const std::shared_ptr<Shared> shared_;
};

}  // namespace slowburn
