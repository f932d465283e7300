// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/saved_alert.h"

#include <algorithm>

#include "engine/alert_codec.h"
#include "engine/codec.h"

namespace slowburn {

bool IsWorthSaving(const AlertRecord& record) {
  return record.state != AlertState::kInactive ||
         std::any_of(record.tiers.begin(), record.tiers.end(),
                     [](const TierState& tier) { return tier.state != AlertState::kInactive; });
}

SavedAlert MakeSavedAlert(const std::string& slo_id, const std::string& group, const AlertKey& key,
                          const AlertRecord& record, std::span<const Alert> shown,
                          std::optional<absl::Time> removed) {
  SavedAlert saved;
  saved.slo_id = slo_id;
  saved.group = group;
  saved.alert_class = ToString(key);
  saved.state = std::string(ToString(record.state));
  if (record.starts_at) saved.starts_at = *record.starts_at;
  const auto alert = std::find_if(shown.begin(), shown.end(), [&](const Alert& each) {
    return each.group_key == group && each.Key() == key;
  });
  ByteWriter out;
  out.Unsigned(static_cast<std::uint64_t>(key.alert_class));
  out.String(EncodeRecord(record));
  out.Bool(alert != shown.end());
  if (alert != shown.end()) {
    out.String(EncodeAlert(*alert));
    saved.labels = alert->Id();
    saved.state = std::string(ToString(alert->state));
  }
  out.OptionalTime(removed);
  saved.data = out.Take();
  return saved;
}

std::optional<RestoredAlert> ReadSavedAlert(const SavedAlert& saved) {
  ByteReader in(saved.data);
  RestoredAlert restored;
  const std::uint64_t alert_class = in.Unsigned();
  if (alert_class > static_cast<std::uint64_t>(AlertClass::kSource)) return std::nullopt;
  restored.key.alert_class = static_cast<AlertClass>(alert_class);
  const std::string unnamed = ToString(AlertKey(restored.key.alert_class)) + ".";
  if (saved.alert_class.starts_with(unnamed)) {
    restored.key.name = saved.alert_class.substr(unnamed.size());
  }
  std::optional<AlertRecord> record = DecodeRecord(in.String());
  if (!record) return std::nullopt;
  restored.record = *std::move(record);
  if (in.Bool()) {
    restored.alert = DecodeAlert(in.String());
    if (!restored.alert) return std::nullopt;
  }
  restored.removed = in.OptionalTime();
  if (!in.done()) return std::nullopt;
  return restored;
}

}  // namespace slowburn
