// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/alert_codec.h"

#include "engine/codec.h"

namespace slowburn {
namespace {

// DO NOT CHANGE what a version means: bytes of it are in people's state files.
constexpr std::uint64_t kAlertVersion = 1;
constexpr std::uint64_t kNamedAlertVersion = 2;
constexpr std::uint64_t kRecordVersion = 1;

constexpr std::uint64_t kStates = 4;
constexpr std::uint64_t kClasses = 4;
constexpr std::uint64_t kResolutions = 5;

// The number of an enumerator in bytes.  DO NOT REORDER the enumerations.
template <typename Enum>
void WriteEnum(ByteWriter& out, Enum value) {
  out.Unsigned(static_cast<std::uint64_t>(value));
}

// Reads an enumerator below `count`; `ok` turns false for another number.
template <typename Enum>
Enum ReadEnum(ByteReader& in, std::uint64_t count, bool& ok) {
  const std::uint64_t value = in.Unsigned();
  ok = ok && value < count;
  return ok ? static_cast<Enum>(value) : Enum{};
}

}  // namespace

std::string EncodeAlert(const Alert& alert) {
  ByteWriter out;
  // One without a name is as it ever was, for those who go back a version.
  out.Unsigned(alert.name.empty() ? kAlertVersion : kNamedAlertVersion);
  out.LabelSet(alert.labels);
  out.LabelSet(alert.annotations);
  WriteEnum(out, alert.state);
  WriteEnum(out, alert.mode);
  WriteEnum(out, alert.alert_class);
  out.String(alert.slo_id);
  out.String(alert.group_key);
  out.Time(alert.active_since);
  out.OptionalTime(alert.starts_at);
  out.OptionalTime(alert.resolved_at);
  out.String(alert.generator_url);
  out.Double(alert.value);
  out.Bool(alert.held);
  if (!alert.name.empty()) out.String(alert.name);
  return out.Take();
}

std::optional<Alert> DecodeAlert(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint64_t version = in.Unsigned();
  if (version != kAlertVersion && version != kNamedAlertVersion) return std::nullopt;
  bool ok = true;
  Alert alert;
  alert.labels = in.LabelSet();
  alert.annotations = in.LabelSet();
  alert.state = ReadEnum<AlertState>(in, kStates, ok);
  alert.mode = ReadEnum<AlertMode>(in, 2, ok);
  alert.alert_class = ReadEnum<AlertClass>(in, kClasses, ok);
  alert.slo_id = in.String();
  alert.group_key = in.String();
  alert.active_since = in.Time();
  alert.starts_at = in.OptionalTime();
  alert.resolved_at = in.OptionalTime();
  alert.generator_url = in.String();
  alert.value = in.Double();
  alert.held = in.Bool();
  if (version == kNamedAlertVersion) alert.name = in.String();
  if (!ok || !in.done()) return std::nullopt;
  return alert;
}

std::string EncodeRecord(const AlertRecord& record) {
  ByteWriter out;
  out.Unsigned(kRecordVersion);
  WriteEnum(out, record.state);
  out.OptionalTime(record.active_since);
  out.OptionalTime(record.starts_at);
  out.OptionalTime(record.resolved_at);
  out.OptionalTime(record.unmeasured_since);
  WriteEnum(out, record.resolution);
  out.Unsigned(record.tiers.size());
  for (const TierState& tier : record.tiers) {
    WriteEnum(out, tier.state);
    out.OptionalTime(tier.active_since);
    out.OptionalTime(tier.fired_at);
    out.OptionalTime(tier.clear_since);
  }
  return out.Take();
}

std::optional<AlertRecord> DecodeRecord(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.Unsigned() != kRecordVersion) return std::nullopt;
  bool ok = true;
  AlertRecord record;
  record.state = ReadEnum<AlertState>(in, kStates, ok);
  record.active_since = in.OptionalTime();
  record.starts_at = in.OptionalTime();
  record.resolved_at = in.OptionalTime();
  record.unmeasured_since = in.OptionalTime();
  record.resolution = ReadEnum<Resolution>(in, kResolutions, ok);
  record.tiers.resize(in.Count());
  for (TierState& tier : record.tiers) {
    tier.state = ReadEnum<AlertState>(in, kStates, ok);
    tier.active_since = in.OptionalTime();
    tier.fired_at = in.OptionalTime();
    tier.clear_since = in.OptionalTime();
  }
  if (!ok || !in.done()) return std::nullopt;
  return record;
}

}  // namespace slowburn
