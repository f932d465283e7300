// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template_value.h"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace slowburn {
namespace {

// The shortest digits that read back as `value`, as `%g` arranges them in Go.
std::string PrintShortest(double value) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::string_view digits = text.substr(e + 1);
  const std::size_t sign = digits[0] == '+' ? 1 : 0;
  std::from_chars(digits.data() + sign, digits.data() + digits.size(), exponent);
  constexpr int kFirstLarge = 6;  // From 1e+06 on Go writes an exponent, however few the digits.
  if (exponent < -4 || exponent >= kFirstLarge) return std::string(text);
  const auto fixed =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), fixed.ptr};
}

std::string PrintLabels(const Labels& labels) {
  std::string out = "map[";
  for (const auto& [name, value] : labels) {
    if (out.back() != '[') out += ' ';
    out += fmt::format("{}:{}", name, value);
  }
  return out + ']';
}

}  // namespace

TemplateType TypeOf(const TemplateValue& value) {
  constexpr std::array kTypes = {TemplateType::kString, TemplateType::kFloat, TemplateType::kInt,
                                 TemplateType::kBool, TemplateType::kMap};
  return kTypes[value.index()];
}

std::string_view Describe(TemplateType type) {
  switch (type) {
    case TemplateType::kString:
      return "a string";
    case TemplateType::kFloat:
    case TemplateType::kInt:
      return "a number";
    case TemplateType::kBool:
      return "true or false";
    case TemplateType::kMap:
      return "a set of labels";
    case TemplateType::kAny:
      return "anything";
  }
  return "";
}

std::string_view GoTypeName(TemplateType type) {
  switch (type) {
    case TemplateType::kString:
      return "string";
    case TemplateType::kFloat:
      return "float64";
    case TemplateType::kInt:
      return "int";
    case TemplateType::kBool:
      return "bool";
    case TemplateType::kMap:
      return "map[string]string";
    case TemplateType::kAny:
      return "interface {}";
  }
  return "";
}

std::string PrintFloat(double value, char verb, int precision) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (precision < 0) {
    std::string text = PrintShortest(value);
    if (verb == 'G') {
      for (char& c : text) c = c == 'e' ? 'E' : c;
    }
    return text;
  }
  switch (verb) {
    case 'e':
      return fmt::format("{:.{}e}", value, precision);
    case 'E':
      return fmt::format("{:.{}E}", value, precision);
    case 'g':
      return fmt::format("{:.{}g}", value, precision);
    case 'G':
      return fmt::format("{:.{}G}", value, precision);
    default:
      return fmt::format("{:.{}f}", value, precision);
  }
}

std::string PrintValue(const TemplateValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<double>(&value)) return PrintFloat(*number, 'g', -1);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return PrintLabels(*std::get<const Labels*>(value));
}

bool IsTrue(const TemplateValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  if (const auto* number = std::get_if<double>(&value)) return *number != 0;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number != 0;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return !std::get<const Labels*>(value)->empty();
}

std::optional<double> ReadFloat(std::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> NumberOf(const TemplateValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return ReadFloat(*text);
  return std::nullopt;
}

}  // namespace slowburn
