// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "engine/clock.h"
#include "engine/source.h"
#include "engine/telemetry.h"
#include "rules/config.h"

namespace slowburn {

// Reads from Prometheus's HTTP API, or anything that speaks it.
//
// A request that finds the server failing (no connection, a 5xx, a 429) is sent once more.  Of
// several replicas one is read until it fails: when a request still fails then, or all of them time
// out, the whole of it is asked of the next, which is kept.  All results of one Run are thus of one
// replica, `QueryResult::replica`.
//
// Queries go by POST.  Asks for full answers (`partial_response=false`, `nocache=1`,
// `deny_partial_response=1`), which servers that do not know them ignore; one that still answers in
// part is marked partial.  `clock` and `telemetry` must outlive this.
std::unique_ptr<Source> NewPrometheusSource(std::string name, const SourceSettings& settings,
                                            Clock& clock, Telemetry& telemetry);

}  // namespace slowburn
