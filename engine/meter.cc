// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/meter.h"

namespace slowburn {

Truth Exceeds(const Reading& reading, Ratio threshold) {
  if (!reading.opaque) return Exceeds(reading.counts, threshold);
  if (!reading.ratio) return Truth::kUnknown;
  return *reading.ratio > threshold.AsDouble() ? Truth::kTrue : Truth::kFalse;
}

Labels GroupLabels(const Labels& labels, std::span<const std::string> by) {
  Labels group;
  for (const std::string& name : by) {
    const auto label = labels.find(name);
    group[name] = label == labels.end() ? "" : label->second;
  }
  return group;
}

std::string GroupKey(const Labels& labels) {
  std::string key;
  for (const auto& [name, value] : labels) {
    if (!key.empty()) key += ',';
    key += name;
    key += '=';
    key += value;
  }
  return key;
}

}  // namespace slowburn
