// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "engine/sample.h"
#include "rules/label.h"

namespace slowburn {

// Reads the JSON of Prometheus's HTTP API.  Pure; the only user of simdjson.

// Reads an answer of /api/v1/query with resultType matrix, vector or scalar.
//
// Values are the strings that Prometheus writes, `NaN`, `+Inf` and `-Inf` among them; native
// histogram samples are left out.  `"isPartial": true` and any `warnings` set `partial`.
// Returns kDataLoss for a body that is cut off or not such JSON, and for `"status":"error"` the
// error that `QueryError` gives.
absl::StatusOr<QueryResult> ParseQueryResponse(std::string body);

// Reads the labels of `QueryResult::Series::labels_json`; kDataLoss when it is no object of
// strings.
absl::StatusOr<Labels> ParseLabels(std::string_view json);

// Reads an answer of /api/v1/labels or /api/v1/label/<name>/values: a list of strings.
absl::StatusOr<std::vector<std::string>> ParseStringList(std::string body);

// Reads `storageRetention` of an answer of /api/v1/status/runtimeinfo, such as `15d or 1GiB`; empty
// when it holds none.
absl::StatusOr<std::string> ParseStorageRetention(std::string body);

// Classifies a failed answer.
//
//   kInvalidArgument    the query is wrong and will stay so (bad_data, a 400; of VictoriaMetrics,
//                       which answers 422 to everything, what its message says)
//   kResourceExhausted  too much was asked for (limit of samples or series, any other 422)
//   kDeadlineExceeded   it took too long (timeout, a proxy's 504): asking for less may help
//   kUnavailable        retry: 429, 5xx, a server that starts or stops
//   kPermissionDenied   401 or 403: configuration
//   kNotFound           404: the url is wrong
// `body` may be JSON with errorType and error, or plain text; its message is kept, without
// long quotes of the query, cut at 500 bytes.
absl::Status QueryError(int http_status, std::string_view body);

}  // namespace slowburn
