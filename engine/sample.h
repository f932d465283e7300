// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slowburn {

// One scraped value.  Time is in milliseconds since the Unix epoch, as Prometheus keeps it.
// The value may be NaN or infinite, as scraped: whoever counts must look.
struct Sample {
  std::int64_t at_ms = 0;
  double value = 0;

  bool operator==(const Sample&) const = default;
};

// The answer to one query: series, each with its samples in ascending time.
//
// An instant vector is a series with one sample per element, a scalar one series without labels.
// Moving keeps every view valid; it cannot be copied.
class QueryResult {
 public:
  struct Series {
    // The JSON object of the labels, byte for byte as the source wrote it; a source writes the same
    // series the same way each time, so it serves as a key without being parsed.
    std::string_view labels_json;
    std::span<const Sample> samples;
  };

  QueryResult() = default;
  QueryResult(QueryResult&&) = default;
  QueryResult& operator=(QueryResult&&) = default;

  std::vector<Series> series;
  std::vector<std::string> warnings;  // Of the source; data may be partial then.
  bool partial = false;               // Data is missing: warnings, or the source said so.
  // Which of the source's replicas answered: another's samples have times of their own.
  int replica = 0;

  std::unique_ptr<std::string> body;  // What `labels_json` points into.
  std::vector<Sample> samples;        // What `Series::samples` points into.
};

}  // namespace slowburn
