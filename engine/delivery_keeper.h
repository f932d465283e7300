// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "engine/saved_state.h"

namespace slowburn {

// Where those who deliver alerts leave what must outlive the process.  Implementations are
// thread-safe and never block.
class DeliveryKeeper {
 public:
  virtual ~DeliveryKeeper() = default;

  virtual void LogEvent(SavedEvent event) = 0;
  virtual void SaveDelivery(SavedDelivery delivery) = 0;  // New or changed.
  virtual void DropDelivery(std::string alertmanager, std::string alert_id) = 0;
};

}  // namespace slowburn
