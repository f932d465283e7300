// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/check_source.h"

#include <utility>

#include <fmt/format.h>

#include "engine/io/http_client.h"
#include "engine/io/prometheus_source.h"
#include "engine/io/real_clock.h"
#include "engine/io/retention.h"
#include "engine/source_check.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

// Clocks that are no further apart are one: the server tells its own in whole seconds.
constexpr absl::Duration kClockError = absl::Seconds(5);

absl::Status Check(Source& source, const SourceSettings& settings, std::span<const Slo> slos,
                   Diagnostics& found) {
  const absl::Time now = RealClock().TimeNow();
  const Query any = {"vector(1)", now};
  SLOWBURN_RETURN_IF_ERROR(source.Run({&any, 1}).front().status());
  const absl::Duration offset = source.ClockOffset().value_or(absl::ZeroDuration());
  const absl::Time at = absl::AbsDuration(offset) > kClockError ? now + offset : now;
  const auto add = [&found](Diagnostics more) {
    found.insert(found.end(), more.begin(), more.end());
  };
  SLOWBURN_ASSIGN_OR_RETURN(Diagnostics selectors, CheckSelectors(source, slos, at));
  add(std::move(selectors));
  SLOWBURN_ASSIGN_OR_RETURN(Diagnostics retention,
                            CheckRetention(source, slos, ReadRetention(settings.http), at));
  add(std::move(retention));
  return absl::OkStatus();
}

}  // namespace

std::optional<SourceSettings> SourceToCheck(const Config& config, const std::string& url,
                                            const std::string& name) {
  SourceSettings settings;
  auto configured = config.sources.find(name.empty() ? "default" : name);
  if (name.empty() && config.sources.size() == 1) configured = config.sources.begin();
  if (configured != config.sources.end()) settings = configured->second;
  if (!name.empty() && configured == config.sources.end()) {
    fmt::print(stderr, "slowburn: --source: no source '{}' in --config\n", name);
    return std::nullopt;
  }
  if (!url.empty()) {
    settings.http.url = url;
    settings.replicas.clear();
  }
  return settings;
}

SourceFindings CheckSource(const SourceSettings& settings, std::span<const Slo> slos) {
  SourceFindings findings;
  Telemetry telemetry;
  const auto source = NewPrometheusSource("source", settings, RealClock(), telemetry);
  const absl::Status status = Check(*source, settings, slos, findings.diagnostics);
  if (status.ok()) return findings;
  findings.asked = false;
  findings.diagnostics.push_back(
      {{HttpClient(settings.http).display_url(), 0, 0},
       Severity::kError,
       fmt::format("the source can't be asked: {}", std::string(status.message())),
       ""});
  return findings;
}

}  // namespace slowburn
