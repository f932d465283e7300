// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/sloth_guard.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/io/log.h"
#include "rules/label.h"

namespace slowburn {
namespace {

constexpr absl::Duration kBetween = absl::Hours(1);
constexpr absl::Duration kRetry = absl::Minutes(1);

}  // namespace

absl::StatusOr<bool> HasSlothSeriesOfOthers(Source& source, std::string_view own_mode,
                                            absl::Time at) {
  const std::string mode = Quote(own_mode);
  const Query query = {
      fmt::format("count(sloth_slo_info{{sloth_mode!={0}}}) or count(slo:sli_error:ratio_rate5m "
                  "unless on (job, instance, sloth_id) sloth_slo_info{{sloth_mode={0}}})",
                  mode),
      at};
  const absl::StatusOr<QueryResult> answer = std::move(source.Run({&query, 1}).front());
  if (!answer.ok()) return answer.status();
  return !answer->series.empty();
}

SlothGuard::SlothGuard(std::map<std::string, std::unique_ptr<Source>> sources, std::string own_mode,
                       Clock& clock, std::function<void(bool allowed)> on_change)
    : sources_(std::move(sources)),
      own_mode_(std::move(own_mode)),
      clock_(clock),
      on_change_(std::move(on_change)) {}

SlothGuard::~SlothGuard() {
  Stop();
}

void SlothGuard::Start() {
  thread_ = std::thread([this] {
    while (true) {
      const absl::Duration wait = Ask();
      std::unique_lock<std::mutex> lock(mutex_);
      if (changed_.wait_for(lock, absl::ToChronoMilliseconds(wait), [this] { return stop_; })) {
        return;
      }
    }
  });
}

void SlothGuard::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (const auto& [name, source] : sources_) source->Cancel();
  if (thread_.joinable()) thread_.join();
}

absl::Duration SlothGuard::Ask() {
  absl::Duration wait = kBetween;
  for (const auto& [name, source] : sources_) {
    const absl::Time at = clock_.TimeNow() + source->ClockOffset().value_or(absl::ZeroDuration());
    const absl::StatusOr<bool> has = HasSlothSeriesOfOthers(*source, own_mode_, at);
    if (absl::IsCancelled(has.status())) return wait;
    if (!has.ok()) {
      wait = kRetry;
      Log(LogLevel::kWarn, "source can't be asked for Sloth's series",
          {{"source", name}, {"problem", std::string(has.status().message())}});
      continue;
    }
    const auto [known, is_new] = has_.try_emplace(name, false);
    if (*has && !known->second) {
      Log(LogLevel::kError,
          "Sloth's series are not served: the source has them from elsewhere "
          "(take Sloth's rules away, or set metrics.sloth_prefix)",
          {{"source", name}});
    }
    known->second = *has;
  }
  const bool allowed =
      has_.size() == sources_.size() &&
      std::none_of(has_.begin(), has_.end(), [](const auto& each) { return each.second; });
  if (allowed == allowed_) return wait;
  allowed_ = allowed;
  if (allowed) Log(LogLevel::kInfo, "Sloth's series are served");
  on_change_(allowed);
  return wait;
}

}  // namespace slowburn
