// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/metrics_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "exporters/text.h"

namespace slowburn {
namespace {

bool IsPlain(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '"' && c != '\n';
  });
}

// `label` as Prometheus takes it: what may not stand in a label name becomes `_`.
std::string ValidName(std::string_view label) {
  std::string name(label);
  for (char& c : name) {
    if (!IsLabelName(std::string("a") + c)) c = '_';
  }
  return IsLabelName(name) ? name : "_" + name;
}

}  // namespace

void MetricsWriter::Family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  type_ = type;
  help_ = help;
  started_ = false;
}

void MetricsWriter::Sample(std::string_view labels, std::string_view more, double value) {
  if (!std::isfinite(value)) return;
  if (!started_) {
    started_ = true;
    out_.append("# HELP ").append(name_).append(" ").append(help_).append("\n");
    out_.append("# TYPE ").append(name_).append(" ").append(type_).append("\n");
  }
  out_.append(name_);
  if (!labels.empty() || !more.empty()) {
    out_.append("{").append(labels);
    if (!labels.empty() && !more.empty()) out_.append(",");
    out_.append(more).append("}");
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(" ").append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out_.append("\n");
}

void AppendLabel(std::string_view name, std::string_view value, std::string& out) {
  if (!out.empty()) out += ',';
  out.append(name).append("=\"");
  if (IsPlain(value)) {
    out.append(value);
  } else {
    for (const char c : ValidUtf8(value)) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
  }
  out += '"';
}

void AppendUserLabels(const Labels& labels, std::span<const std::string_view> reserved,
                      std::string_view prefix, std::string& out) {
  std::set<std::string> used;
  const auto is_reserved = [&](const std::string& name) {
    return name.starts_with("__") ||
           std::find(reserved.begin(), reserved.end(), name) != reserved.end();
  };
  for (const auto& [label, value] : labels) {
    std::string name = ValidName(label);
    const auto taken = [&](const std::string& candidate) {
      return is_reserved(candidate) || used.contains(candidate) ||
             (candidate != label && labels.contains(candidate));
    };
    while (taken(name)) name.insert(0, prefix);
    AppendLabel(name, value, out);
    used.insert(std::move(name));
  }
}

std::string LabelText(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) AppendLabel(name, value, out);
  return out;
}

}  // namespace slowburn
