// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include <absl/status/status.h>

namespace slowburn {

// Classifies what a source answered instead of data, from its HTTP status and, where it said so,
// the API's error type and message (both may be empty).  Codes as `QueryError` documents them.
//
// The error type is trusted over the status, but for statuses that come from something in front of
// the source: it knows nothing of the query.
absl::Status ClassifyQueryError(int http_status, std::string_view error_type,
                                std::string_view message);

}  // namespace slowburn
