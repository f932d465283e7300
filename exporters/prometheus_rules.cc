// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/prometheus_rules.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "exporters/yaml_text.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr std::string_view kHeader = "# Written by slowburn generate. Edit the SLOs instead.\n";

// Words that YAML 1.1 takes for something else than text, in lower case.
constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes", "no",   "on",
                                                     "off",  "y",     "n",   "null", "~"};

bool IsPlainCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" _-./:()+*=<>$@;").find(c) != std::string_view::npos;
}

// Whether `text` reads as itself without quotes.  Says no where that takes a closer look.
bool IsPlain(std::string_view text) {
  if (text.empty() || text.back() == ' ' || text.back() == ':') return false;
  const char first = text.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (!letter && first != '(' && first != '/') return false;  // Numbers, dates and indicators.
  if (!std::all_of(text.begin(), text.end(), IsPlainCharacter)) return false;
  if (text.find(": ") != std::string_view::npos) return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
}

// Whether `text` has several lines and reads as itself within a block: what is not simple is better
// in quotes.
bool IsBlock(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end == 0 || text.front() == ' ') return false;
  if (text.ends_with("\n\n") || text == "\n") return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); });
}

std::string Block(std::string_view text, int indent) {
  std::string out = text.ends_with('\n') ? "|" : "|-";
  if (text.ends_with('\n')) text.remove_suffix(1);
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    out += '\n';
    if (!line.empty()) out.append(static_cast<std::size_t>(indent), ' ').append(line);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

// Writes lines of YAML that begin with as many spaces as the part that they stand in.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // `dash`: the line begins an item of a list, at this indent.
  void Key(int indent, std::string_view key, std::string_view value, bool dash = false) {
    Begin(indent, dash);
    const int within = indent + (dash ? 2 : 0);
    fmt::format_to(std::back_inserter(out_), "{}: {}\n", YamlScalar(key, within),
                   YamlScalar(value, within + 2));
  }

  void Open(int indent, std::string_view key) {
    Begin(indent, false);
    fmt::format_to(std::back_inserter(out_), "{}:\n", key);
  }

  void Map(int indent, std::string_view key, const Labels& map) {
    if (map.empty()) return;
    Open(indent, key);
    for (const auto& [name, value] : map) Key(indent + 2, name, value);
  }

  void Duration(int indent, std::string_view key, absl::Duration value) {
    if (value > absl::ZeroDuration()) Key(indent, key, PrometheusDurationText(value));
  }

  void Groups(int indent, const std::vector<PrometheusRuleGroup>& groups) {
    for (const PrometheusRuleGroup& group : groups) {
      Key(indent, "name", group.name, true);
      Duration(indent + 2, "interval", group.interval);
      Open(indent + 2, "rules");
      for (const PrometheusRule& rule : group.rules) Rule(indent + 4, rule);
    }
  }

 private:
  void Begin(int indent, bool dash) {
    out_.append(static_cast<std::size_t>(indent), ' ');
    if (dash) out_ += "- ";
  }

  void Rule(int indent, const PrometheusRule& rule) {
    if (rule.alert.empty()) {
      Key(indent, "record", rule.record, true);
    } else {
      Key(indent, "alert", rule.alert, true);
    }
    const int within = indent + 2;
    Key(within, "expr", rule.expr);
    Duration(within, "for", rule.for_duration);
    Duration(within, "keep_firing_for", rule.keep_firing_for);
    Map(within, "labels", rule.labels);
    Map(within, "annotations", rule.annotations);
  }

  std::string& out_;
};

}  // namespace

std::string YamlScalar(std::string_view text, int indent) {
  if (IsPlain(text)) return std::string(text);
  if (IsBlock(text)) return Block(text, indent);
  return YamlQuoted(text);
}

std::string PrometheusRulesYaml(const std::vector<PrometheusRuleSet>& sets) {
  std::string out(kHeader);
  Writer writer(out);
  writer.Open(0, "groups");
  for (const PrometheusRuleSet& set : sets) writer.Groups(2, set.groups);
  return out;
}

std::string OperatorRulesYaml(const std::vector<PrometheusRuleSet>& sets) {
  std::string out(kHeader);
  Writer writer(out);
  for (const PrometheusRuleSet& set : sets) {
    if (&set != &sets.front()) out += "---\n";
    writer.Key(0, "apiVersion", "monitoring.coreos.com/v1");
    writer.Key(0, "kind", "PrometheusRule");
    writer.Open(0, "metadata");
    writer.Key(2, "name", set.object.name);
    if (!set.object.name_space.empty()) writer.Key(2, "namespace", set.object.name_space);
    writer.Map(2, "labels", set.object.labels);
    writer.Map(2, "annotations", set.object.annotations);
    writer.Open(0, "spec");
    writer.Open(2, "groups");
    writer.Groups(4, set.groups);
  }
  return out;
}

std::string MimirRulesYaml(const std::vector<PrometheusRuleSet>& sets) {
  std::string out(kHeader);
  Writer writer(out);
  for (const PrometheusRuleSet& set : sets) {
    if (&set != &sets.front()) out += "---\n";
    writer.Key(0, "namespace", set.name_space);
    writer.Open(0, "groups");
    writer.Groups(2, set.groups);
  }
  return out;
}

}  // namespace slowburn
