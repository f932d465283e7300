// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/mutex.h"
#include "engine/snapshot.h"

namespace slowburn {

// Where evaluations hang out their results for everyone to read.  Thread-safe; readers never wait
// for an evaluation.
class Board {
 public:
  void Publish(std::shared_ptr<const SourceSnapshot> snapshot);
  void Publish(std::shared_ptr<const RulesStatus> rules);

  // The latest of each source, sorted by name, and of the rules (never null).
  Snapshot Read() const;

  // Calls `listener` after each publication of a source, on the publishing thread; it must not
  // block.  All listeners are added before the first publication.
  void AddListener(std::function<void()> listener);

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const SourceSnapshot>> sources_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const RulesStatus> rules_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<RulesStatus>();
  std::vector<std::function<void()>> listeners_;
};

}  // namespace slowburn
