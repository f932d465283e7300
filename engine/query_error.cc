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

// The text with each quoted part of more than `longest` bytes emptied.
//
// Sources quote what they were asked, and a query may say anything: `errors_exceeded_total` is no
// limit.  A merged query of many kilobytes would also leave no room for the reason.
std::string WithoutQuotes(std::string_view text, std::size_t longest) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    if (text[at] == '"') {
      do {
        end += text[end] == '\\' ? 2U : 1U;
      } while (end < text.size() && text[end] != '"');
    }
    if (end >= text.size()) return out + std::string(text.substr(at));  // A quote left open.
    if (end - at > longest + 1) {
      out += R"("...")";
    } else {
      out += text.substr(at, end - at + 1);
    }
    at = end + 1;
  }
  return out;
}

// A limit on points, samples, series or the length of the query: asking for less helps.
bool SpeaksOfLimit(std::string_view reason) {
  constexpr std::array<std::string_view, 5> kPhrases = {"exceed", "too many", "too long",
                                                        "cannot select more than", "-search.max"};
  return ContainsAny(reason, kPhrases);
}

// A limit on time, said with a status that means anything.
bool SpeaksOfTime(std::string_view reason) {
  constexpr std::array<std::string_view, 4> kPhrases = {
      "timeout exceeded", "timed out", "deadline exceeded", "-search.maxQueryDuration"};
  return ContainsAny(reason, kPhrases);
}

// What is wrong with the query itself.  VictoriaMetrics answers 422 to that too.
bool SpeaksOfQuery(std::string_view reason) {
  constexpr std::array<std::string_view, 10> kPhrases = {
      "parse error",         "unparsed data", "unexpected token",
      "unknown func",        "cannot parse",  "error parsing regexp",
      "missing `query` arg", "many-to-many",  "multiple matches for labels",
      "duplicate time"};
  return ContainsAny(reason, kPhrases);
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
    case 504:  // A proxy that waited for its upstream: less may be answered in time.
      return StatusCode::kDeadlineExceeded;
    default:
      if (http_status >= 300 && http_status < 400) return StatusCode::kNotFound;
      return std::nullopt;
  }
}

StatusCode CodeOfExecution(std::string_view reason) {
  if (SpeaksOfQuery(reason)) return StatusCode::kInvalidArgument;
  return SpeaksOfTime(reason) ? StatusCode::kDeadlineExceeded : StatusCode::kResourceExhausted;
}

StatusCode CodeOfBadData(std::string_view reason) {
  if (SpeaksOfQuery(reason)) return StatusCode::kInvalidArgument;
  return SpeaksOfLimit(reason) ? StatusCode::kResourceExhausted : StatusCode::kInvalidArgument;
}

// `reason` is without what the source quotes.
StatusCode Code(int http_status, std::string_view error_type, std::string_view reason) {
  if (const auto gate = CodeOfGate(http_status)) return *gate;
  if (error_type == "bad_data") return CodeOfBadData(reason);
  if (error_type == "execution" || error_type == "422") return CodeOfExecution(reason);
  if (error_type == "timeout") return StatusCode::kDeadlineExceeded;
  if (error_type == "not_found") return StatusCode::kNotFound;
  if (http_status == 422) return CodeOfExecution(reason);
  if (http_status == 400) return CodeOfBadData(reason);
  // Neither the query's fault nor a known refusal: it may pass.
  if (http_status >= 500 || http_status < 400) return StatusCode::kUnavailable;
  return StatusCode::kNotFound;
}

}  // namespace

absl::Status ClassifyQueryError(int http_status, std::string_view error_type,
                                std::string_view message) {
  constexpr std::size_t kLongestQuote = 100;
  const std::string shown = WithoutQuotes(message, kLongestQuote);
  std::string text =
      http_status == 200 ? "answered with an error" : fmt::format("HTTP {}", http_status);
  if (!error_type.empty()) text += fmt::format(": {}", error_type.substr(0, 50));
  if (const std::string_view words = Trim(shown); !words.empty()) {
    text += fmt::format(": {}", words);
  }
  return {Code(http_status, error_type, WithoutQuotes(message, 0)), text};
}

}  // namespace slowburn
