// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/retention.h"

#include <charconv>
#include <string>

#include "engine/io/http_client.h"
#include "engine/prometheus_json.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

// The part of `text` before `end`, which is taken from it with `end`.
std::string_view TakeUntil(std::string_view end, std::string_view& text) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  return part;
}

std::optional<absl::Duration> UnitOf(std::string_view suffix) {
  constexpr absl::Duration kDay = absl::Hours(24);
  if (suffix.empty()) return 31 * kDay;
  if (suffix == "h") return absl::Hours(1);
  if (suffix == "d") return kDay;
  if (suffix == "w") return 7 * kDay;
  if (suffix == "y") return 365 * kDay;
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> PrometheusRetention(std::string_view text) {
  while (!text.empty()) {
    const absl::StatusOr<absl::Duration> time = ParseDuration(TakeUntil(" or ", text));
    if (time.ok() && *time > absl::ZeroDuration()) return *time;
  }
  return std::nullopt;
}

std::optional<absl::Duration> VictoriaMetricsRetention(std::string_view flags) {
  constexpr std::string_view kFlag = "-retentionPeriod=\"";
  while (!flags.empty()) {
    std::string_view line = TakeUntil("\n", flags);
    if (!line.starts_with(kFlag)) continue;
    line.remove_prefix(kFlag.size());
    const std::string_view value = TakeUntil("\"", line);
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const auto unit = UnitOf(value.substr(static_cast<std::size_t>(end - value.data())));
    if (error == std::errc() && unit && number > 0) return number * *unit;
  }
  return std::nullopt;
}

std::optional<absl::Duration> ReadRetention(const HttpSettings& settings) {
  HttpClient client(settings);
  absl::StatusOr<HttpResponse> info = client.Send({.path = "/api/v1/status/runtimeinfo"});
  if (!info.ok()) return std::nullopt;
  if (info->status == 200) {
    const absl::StatusOr<std::string> text = ParseStorageRetention(std::move(info->body));
    if (text.ok() && !text->empty()) return PrometheusRetention(*text);
  }
  const absl::StatusOr<HttpResponse> flags = client.Send({.path = "/flags"});
  if (!flags.ok() || flags->status != 200) return std::nullopt;
  return VictoriaMetricsRetention(flags->body);
}

}  // namespace slowburn
