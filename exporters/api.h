// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "engine/board.h"
#include "engine/clock.h"
#include "exporters/explain.h"
#include "exporters/http_server.h"
#include "exporters/metrics.h"

namespace slowburn {

// What the routes need.  Everything referred to must outlive the handler.
struct ApiDependencies {
  const Board& board;
  const Metrics& metrics;
  AcknowledgementsOf acknowledgements;
  std::function<bool()> healthy;         // The loop is alive.
  std::function<bool()> ready;           // State loaded, first evaluation tried.
  std::function<absl::Status()> reload;  // Null: not enabled.
};

// All routes:
//   GET  /                                     a page with links
//   GET  /metrics
//   GET  /-/healthy, /-/ready                  200 or 503
//   POST /-/reload                             200, 403 when not enabled, 500 with the diagnostics
//   GET  /api/v1/slos                          every SLO in short
//   GET  /api/v1/slos/{service}/{slo}          one, whole
//   GET  /api/v1/slos/{service}/{slo}/explain  ?group=&format=text|json (text)
// Errors are JSON: {"status":"error","error":"..."}.
WebHandler NewApi(ApiDependencies dependencies);

}  // namespace slowburn
