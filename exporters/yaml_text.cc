// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/yaml_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "exporters/text.h"

namespace slowburn {
namespace {

constexpr std::string_view kBlock = "|-";

bool IsAlphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Whether YAML of any version takes it for a text without quotes, in brackets too.
bool IsPlain(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords = {"y",    "n",     "yes", "no",  "on",
                                                      "true", "false", "off", "null"};
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text.front()))) return false;
  std::string lower(text.substr(0, 6));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return false;
  if (text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlphanumeric(c) || std::string_view(" _-./").find(c) != std::string_view::npos;
  });
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// Characters beyond ASCII that YAML takes for line ends, or does not take at all.
bool IsOdd(std::string_view text) {
  for (const std::string_view odd :
       {"\xc2", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf", "\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    if (text.find(odd) != std::string_view::npos) return true;
  }
  return false;
}

// Whether a literal block gives back the lines as they are.
bool FitsBlock(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || IsOdd(text)) return false;
  if (text.front() == ' ' || text.front() == '\n' || text.back() == '\n') return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return IsControl(c) && c != '\n'; });
}

std::string SingleQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + '\'';
}

std::string FlowText(const YamlValue& value) {
  if (value.kind == YamlValue::Kind::kScalar) return value.scalar;
  std::string out;
  for (const YamlValue& item : value.items) {
    out += (out.empty() ? "" : ", ") + FlowText(item);
  }
  for (const auto& [key, of_key] : value.entries) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", key, FlowText(of_key));
  }
  return value.kind == YamlValue::Kind::kList ? fmt::format("[{}]", out)
                                              : fmt::format("{{{}}}", out);
}

bool IsOnOneLine(const YamlValue& value) {
  return value.flow || value.kind == YamlValue::Kind::kScalar ||
         (value.items.empty() && value.entries.empty());
}

class Printer {
 public:
  std::string out;

  // The entries of a map, each on lines of its own; the first goes on where the text stands.
  void Map(const YamlValue& map, std::size_t indent, bool goes_on) {
    for (const auto& [key, value] : map.entries) {
      if (!goes_on) out.append(indent, ' ');
      goes_on = false;
      out += key + ":";
      Value(value, indent);
    }
  }

 private:
  void Value(const YamlValue& value, std::size_t indent) {
    if (IsOnOneLine(value)) {
      out += " ";
      OneLine(value, indent + 2);
    } else if (value.kind == YamlValue::Kind::kMap) {
      out += "\n";
      Map(value, indent + 2, false);
    } else {
      out += "\n";
      for (const YamlValue& item : value.items) Item(item, indent + 2);
    }
  }

  void Item(const YamlValue& item, std::size_t indent) {
    for (const std::string& comment : item.comments) out += YamlComment(comment, indent);
    out.append(indent, ' ');
    out += "- ";
    if (IsOnOneLine(item)) {
      OneLine(item, indent + 2);
    } else {
      Map(item, indent + 2, true);
    }
  }

  // A block's lines stand below, at `indent`.
  void OneLine(const YamlValue& value, std::size_t indent) {
    std::string text = FlowText(value);
    if (text.starts_with(kBlock)) {
      std::string indented;
      for (std::size_t i = 0; i < text.size(); ++i) {
        indented += text[i];
        if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] != '\n') {
          indented.append(indent, ' ');
        }
      }
      text = std::move(indented);
    }
    out += text + "\n";
  }
};

const YamlValue* Find(const YamlValue& map, std::string_view key) {
  for (const auto& [name, value] : map.entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

YamlValue CommonOfTwo(const YamlValue& a, const YamlValue& b) {
  YamlValue out;
  for (const auto& [key, value] : a.entries) {
    const YamlValue* other = Find(b, key);
    if (other == nullptr) continue;
    if (value == *other) {
      out.Set(key, value);
    } else if (value.kind == YamlValue::Kind::kMap && other->kind == YamlValue::Kind::kMap) {
      out.Set(key, CommonOfTwo(value, *other));
    }
  }
  return out;
}

}  // namespace

void YamlValue::Set(std::string key, YamlValue value) {
  if (!value.empty()) entries.emplace_back(std::move(key), std::move(value));
}

YamlValue YamlPlain(std::string text) {
  YamlValue out;
  out.kind = YamlValue::Kind::kScalar;
  out.scalar = std::move(text);
  return out;
}

std::string YamlQuoted(std::string_view text) {
  // By their numbers: some readers take `\N` for a byte.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLineEnds = {
      {{"\xc2\x85", "\\u0085"},
       {"\xe2\x80\xa8", "\\u2028"},
       {"\xe2\x80\xa9", "\\u2029"},
       {"\xef\xbb\xbf", "\\uFEFF"}}};
  std::string out = "\"";
  while (!text.empty()) {
    const auto line_end = std::find_if(kLineEnds.begin(), kLineEnds.end(), [&](const auto& each) {
      return text.starts_with(each.first);
    });
    if (line_end != kLineEnds.end()) {
      out += line_end->second;
      text.remove_prefix(line_end->first.size());
      continue;
    }
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (IsControl(c)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

YamlValue YamlScalar(std::string_view text) {
  if (IsPlain(text)) return YamlPlain(std::string(text));
  if (FitsBlock(text)) return YamlPlain(fmt::format("{}\n{}", kBlock, text));
  const bool escapes = IsOdd(text) || std::any_of(text.begin(), text.end(), IsControl);
  return YamlPlain(escapes ? YamlQuoted(text) : SingleQuoted(text));
}

YamlValue YamlFlowList(std::vector<YamlValue> items) {
  YamlValue out;
  out.kind = YamlValue::Kind::kList;
  out.items = std::move(items);
  out.flow = true;
  return out;
}

YamlValue YamlCommon(const std::vector<YamlValue>& maps) {
  YamlValue out = maps.front();
  for (const YamlValue& map : maps) out = CommonOfTwo(out, map);
  return out;
}

YamlValue YamlWithout(const YamlValue& map, const YamlValue& common) {
  YamlValue out;
  out.comments = map.comments;
  for (const auto& [key, value] : map.entries) {
    const YamlValue* shared = Find(common, key);
    if (shared == nullptr) {
      out.Set(key, value);
    } else if (value.kind == YamlValue::Kind::kMap) {
      out.Set(key, YamlWithout(value, *shared));
    }
  }
  return out;
}

std::string YamlComment(std::string_view text, std::size_t indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += fmt::format("{}# {}\n", std::string(indent, ' '), Printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string YamlText(const YamlValue& map) {
  Printer printer;
  printer.Map(map, 0, false);
  return printer.out;
}

}  // namespace slowburn
