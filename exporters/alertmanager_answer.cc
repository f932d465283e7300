// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_answer.h"

#include <cstddef>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slowburn {
namespace {

// Whether a 400 or 422 is of Alertmanager itself: a JSON string of what is wrong with some alerts,
// or an object with a code.  Something in front of it would answer otherwise.
bool IsRefusal(const HttpResponse& response) {
  if (response.status == 413) return true;
  if (response.status != 400 && response.status != 422) return false;
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  return body.is_string() || (body.is_object() && body.contains("code"));
}

}  // namespace

BatchVerdict JudgeAnswer(const absl::StatusOr<HttpResponse>& response) {
  if (!response.ok()) return BatchVerdict::kFailed;
  if (response->status >= 200 && response->status < 300) return BatchVerdict::kAccepted;
  return IsRefusal(*response) ? BatchVerdict::kRefused : BatchVerdict::kFailed;
}

std::string DescribeAnswer(const absl::StatusOr<HttpResponse>& response) {
  constexpr std::size_t kMaxBody = 300;
  if (!response.ok()) return std::string(response.status().message());
  return fmt::format("HTTP {}: {}", response->status, response->body.substr(0, kMaxBody));
}

}  // namespace slowburn
