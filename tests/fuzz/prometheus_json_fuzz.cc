// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "engine/prometheus_json.h"

// Any bytes as an answer of the source: read, or refused with a reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto answer = slowburn::ParseQueryResponse(body);
  if (answer.ok()) {
    for (const auto& series : answer->series) {
      for (std::size_t i = 1; i < series.samples.size(); ++i) {
        if (series.samples[i - 1].at_ms >= series.samples[i].at_ms) std::abort();
      }
      if (!slowburn::ParseLabels(series.labels_json).ok()) continue;
    }
  }
  (void)slowburn::ParseStringList(body).ok();
  if (slowburn::QueryError(422, body).ok()) std::abort();
  return 0;
}
