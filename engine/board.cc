// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/board.h"

namespace slowburn {

void Board::Publish(std::shared_ptr<const SourceSnapshot> snapshot) {
  {
    const MutexLock lock(&mutex_);
    sources_[snapshot->source] = std::move(snapshot);
  }
  for (const auto& listener : listeners_) listener();
}

void Board::Publish(std::shared_ptr<const RulesStatus> rules) {
  const MutexLock lock(&mutex_);
  rules_ = std::move(rules);
}

Snapshot Board::Read() const {
  const MutexLock lock(&mutex_);
  Snapshot snapshot;
  for (const auto& [name, source] : sources_) snapshot.sources.push_back(source);
  snapshot.rules = rules_;
  return snapshot;
}

void Board::AddListener(std::function<void()> listener) {
  listeners_.push_back(std::move(listener));
}

}  // namespace slowburn
