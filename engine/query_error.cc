// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/query_error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace slowburn {
namespace {

using absl::StatusCode;

constexpr std::size_t kMaxMessage = 500;

// The text without space around it, cut at `kMaxMessage` bytes and never within a character.
std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  if (text.size() <= kMaxMessage) return text;
  std::size_t end = kMaxMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

template <std::size_t n>
bool ContainsAny(std::string_view text, const std::array<std::string_view, n>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
    return text.find(phrase) != std::string_view::npos;
  });
}

// A limit on points, samples, series or the length of the query: asking for less helps.
bool SpeaksOfLimit(std::string_view message) {
  constexpr std::array<std::string_view, 4> kPhrases = {"exceed", "too many", "too long",
                                                        "-search.max"};
  return ContainsAny(message, kPhrases);
}

// VictoriaMetrics answers 422 to everything, parse errors too.
bool SpeaksOfSyntax(std::string_view message) {
  constexpr std::array<std::string_view, 4> kPhrases = {"unparsed data", "unexpected token",
                                                        "unknown func", "cannot parse"};
  return ContainsAny(message, kPhrases);
}

// Statuses of a gate in front of the source, or that mean the same whoever says them.
std::optional<StatusCode> CodeOfGate(int http_status) {
  switch (http_status) {
    case 401:
    case 403:
    case 407:
      return StatusCode::kPermissionDenied;
    case 404:
    case 405:
      return StatusCode::kNotFound;
    case 408:
    case 429:
    case 499:
      return StatusCode::kUnavailable;
    case 413:
    case 414:
      return StatusCode::kResourceExhausted;
    default:
      if (http_status >= 300 && http_status < 400) return StatusCode::kNotFound;
      return std::nullopt;
  }
}

StatusCode CodeOfExecution(std::string_view message) {
  if (SpeaksOfLimit(message)) return StatusCode::kResourceExhausted;
  return SpeaksOfSyntax(message) ? StatusCode::kInvalidArgument : StatusCode::kResourceExhausted;
}

StatusCode CodeOfBadData(std::string_view message) {
  return SpeaksOfLimit(message) ? StatusCode::kResourceExhausted : StatusCode::kInvalidArgument;
}

StatusCode Code(int http_status, std::string_view error_type, std::string_view message) {
  if (const auto gate = CodeOfGate(http_status)) return *gate;
  if (error_type == "bad_data") return CodeOfBadData(message);
  if (error_type == "execution" || error_type == "422") return CodeOfExecution(message);
  if (error_type == "timeout") return StatusCode::kDeadlineExceeded;
  if (error_type == "not_found") return StatusCode::kNotFound;
  if (http_status == 422) return CodeOfExecution(message);
  if (http_status == 400) return CodeOfBadData(message);
  // Neither the query's fault nor a known refusal: it may pass.
  if (http_status >= 500 || http_status < 400) return StatusCode::kUnavailable;
  return StatusCode::kNotFound;
}

}  // namespace

absl::Status ClassifyQueryError(int http_status, std::string_view error_type,
                                std::string_view message) {
  message = Trim(message);
  std::string text =
      http_status == 200 ? "answered with an error" : fmt::format("HTTP {}", http_status);
  if (!error_type.empty()) text += fmt::format(": {}", error_type.substr(0, 50));
  if (!message.empty()) text += fmt::format(": {}", message);
  return {Code(http_status, error_type, message), text};
}

}  // namespace slowburn
