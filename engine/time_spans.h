// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace slowburn {

// A set of half-open stretches of time (from, to], in milliseconds; added in ascending order.
class TimeSpans {
 public:
  // Adds (from, to]; `from` is at or after every `from` added before.
  void Add(std::int64_t from, std::int64_t to) {
    if (to <= from) return;
    if (!spans_.empty() && from <= spans_.back().to) {
      spans_.back().to = std::max(spans_.back().to, to);
    } else {
      spans_.push_back({from, to});
    }
  }

  // Adds (from, to], wherever it lies.
  void Insert(std::int64_t from, std::int64_t to) {
    if (to <= from) return;
    std::vector<Span> before = std::move(spans_);
    before.push_back({from, to});
    std::sort(before.begin(), before.end(),
              [](const Span& a, const Span& b) { return a.from < b.from; });
    spans_.clear();
    for (const Span& span : before) Add(span.from, span.to);
  }

  // The part of (from, to] that the set covers.
  std::int64_t Overlap(std::int64_t from, std::int64_t to) const {
    std::int64_t overlap = 0;
    for (auto span = spans_.rbegin(); span != spans_.rend() && span->to > from; ++span) {
      overlap += std::max<std::int64_t>(0, std::min(to, span->to) - std::max(from, span->from));
    }
    return overlap;
  }

  // Calls `visit` with the ends of each stretch, ascending.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Span& span : spans_) visit(span.from, span.to);
  }

  std::size_t size() const { return spans_.size(); }

  // Forgets what ended at or before `before`.
  void Prune(std::int64_t before) {
    std::erase_if(spans_, [before](const Span& span) { return span.to <= before; });
  }

 private:
  struct Span {
    std::int64_t from = 0;
    std::int64_t to = 0;
  };

  std::vector<Span> spans_;
};

}  // namespace slowburn
