// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/label.h"

#include <algorithm>

namespace slowburn {
namespace {

bool IsAlpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
  out += '"';
  return out;
}

std::string LabelsToString(const Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ", ";
    out += name;
    out += '=';
    out += Quote(value);
  }
  out += '}';
  return out;
}

bool IsLabelName(std::string_view name) {
  if (name.empty() || !IsAlpha(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return IsAlpha(c) || IsDigit(c); });
}

bool IsMetricName(std::string_view name) {
  const auto first = [](char c) { return IsAlpha(c) || c == ':'; };
  if (name.empty() || !first(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return first(c) || IsDigit(c); });
}

std::string LabelText(const std::string& label) {
  return IsLabelName(label) ? label : Quote(label);
}

}  // namespace slowburn
