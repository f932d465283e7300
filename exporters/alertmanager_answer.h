// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include <absl/status/statusor.h>

#include "engine/io/http_client.h"

namespace slowburn {

// What an Alertmanager made of a batch of alerts.
enum class BatchVerdict {
  kAccepted,
  kRefused,  // Some alert of the batch, for what it is; others may have been taken.
  kFailed,   // For a reason that is not in the alerts: to be tried again.
};

BatchVerdict JudgeAnswer(const absl::StatusOr<HttpResponse>& response);

// What went wrong, in one line.
std::string DescribeAnswer(const absl::StatusOr<HttpResponse>& response);

}  // namespace slowburn
