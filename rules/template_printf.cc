// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template_printf.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr int kMostWidth = 1000;  // Keeps a slip of the keyboard from filling the memory.

// One `%...` of a format.
struct Directive {
  bool minus = false;
  bool plus = false;
  bool space = false;
  bool zero = false;
  bool sharp = false;
  bool indirect = false;  // `*` or `[n]`
  int width = -1;
  int precision = -1;
  std::string_view verb;  // One character; empty at the end of the format.
};

// Reads the directive after a `%` and takes it off `format`.
Directive ReadDirective(std::string_view& format) {
  Directive d;
  const auto next = [&] { return format.empty() ? '\0' : format[0]; };
  const auto number = [&] {
    int value = 0;
    for (; next() >= '0' && next() <= '9'; format.remove_prefix(1)) {
      value = std::min(kMostWidth + 1, value * 10 + (next() - '0'));
    }
    return value;
  };
  for (bool flag = true; flag && !format.empty();) {
    const char c = next();
    d.minus |= c == '-';
    d.plus |= c == '+';
    d.space |= c == ' ';
    d.zero |= c == '0';
    d.sharp |= c == '#';
    flag = c == '-' || c == '+' || c == ' ' || c == '0' || c == '#';
    if (flag) format.remove_prefix(1);
  }
  if (next() >= '1' && next() <= '9') d.width = number();
  if (next() == '.') {
    format.remove_prefix(1);
    d.precision = number();
  }
  d.indirect = next() == '*' || next() == '[';
  if (!format.empty()) {
    d.verb = format.substr(0, ReadRune(format).size);
    format.remove_prefix(d.verb.size());
  }
  if (d.minus) d.zero = false;
  return d;
}

char VerbOf(const Directive& d) {
  return d.verb.size() == 1 ? d.verb[0] : '\0';
}

bool OneOf(std::string_view set, char c) {
  return c != '\0' && set.find(c) != std::string_view::npos;
}

// The verbs that go with a type, here and in Go.
std::string_view VerbsHere(TemplateType type) {
  switch (type) {
    case TemplateType::kString:
      return "vsqxX";
    case TemplateType::kFloat:
      return "veEfFgG";
    case TemplateType::kInt:
      return "vdboxX";
    case TemplateType::kBool:
      return "vt";
    case TemplateType::kMap:
    case TemplateType::kAny:
      return "v";
  }
  return "";
}

std::string_view VerbsInGo(TemplateType type) {
  switch (type) {
    case TemplateType::kString:
      return "vsqxXTp";
    case TemplateType::kFloat:
      return "vbeEfFgGxXTp";
    case TemplateType::kInt:
      return "vbcdoOqxXUTp";
    case TemplateType::kBool:
      return "vtTp";
    case TemplateType::kMap:
    case TemplateType::kAny:
      return "vsqxXbcdoOUeEfFgGtTp";
  }
  return "";
}

std::string Padded(const Directive& d, std::string text, bool zeros_after_sign) {
  const std::size_t size = CountRunes(text);
  if (d.width < 0 || size >= static_cast<std::size_t>(d.width)) return text;
  const std::size_t missing = static_cast<std::size_t>(d.width) - size;
  if (d.minus) return text.append(missing, ' ');
  const bool sign = zeros_after_sign && !text.empty() && OneOf("+- ", text[0]);
  if (d.zero) return text.insert(sign ? 1 : 0, missing, '0');
  return text.insert(0, missing, ' ');
}

std::string WithSign(const Directive& d, std::string text) {
  if (OneOf("+- ", text[0])) return text;
  if (d.plus) return '+' + text;
  if (d.space) return ' ' + text;
  return text;
}

std::string FormatFloat(Directive d, double value) {
  const char verb = VerbOf(d) == 'v' ? 'g' : VerbOf(d);
  if (VerbOf(d) == 'v') d.plus = false;  // Of %+v, which means something else.
  int precision = d.precision;
  if (precision < 0 && !OneOf("gG", verb)) precision = 6;
  std::string text = PrintFloat(value, verb, precision);
  if (!std::isfinite(value)) d.zero = false;
  if (text[0] == '+' && d.space && !d.plus) text[0] = ' ';
  return Padded(d, WithSign(d, std::move(text)), true);
}

std::string FormatInt(Directive d, std::int64_t value) {
  const bool negative = value < 0;
  const std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  std::string digits;
  switch (VerbOf(d)) {
    case 'b':
      digits = fmt::format("{:b}", magnitude);
      break;
    case 'o':
      digits = fmt::format("{:o}", magnitude);
      break;
    case 'x':
      digits = fmt::format("{:x}", magnitude);
      break;
    case 'X':
      digits = fmt::format("{:X}", magnitude);
      break;
    default:
      digits = fmt::format("{}", magnitude);
  }
  if (d.precision == 0 && value == 0) digits.clear();
  if (d.precision > static_cast<int>(digits.size())) {
    digits.insert(0, static_cast<std::size_t>(d.precision) - digits.size(), '0');
  }
  if (d.precision >= 0) d.zero = false;
  if (VerbOf(d) == 'v') d.plus = false;
  if (negative) digits.insert(0, 1, '-');
  if (digits.empty()) return Padded(d, digits, false);
  return Padded(d, WithSign(d, std::move(digits)), true);
}

// What Go's strconv.Quote escapes of the characters that no one sees.
bool IsPrintable(std::uint32_t rune) {
  if (rune < 0x20 || (rune >= 0x7F && rune <= 0xA0) || rune == 0xAD) return false;
  if ((rune >= 0x2000 && rune <= 0x200F) || (rune >= 0x2028 && rune <= 0x202F)) return false;
  if ((rune >= 0x205F && rune <= 0x206F) || rune == 0x3000 || rune == 0xFEFF) return false;
  return !(rune >= 0xE000 && rune <= 0xF8FF) && rune < 0xE0000;
}

std::string QuoteAsGo(std::string_view text) {
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = ReadRune(text);
    const std::size_t escape = kEscaped.find(text[0]);
    if (escape != std::string_view::npos) {
      out += '\\';
      out += kLetters[escape];
    } else if (!rune.valid || (rune.value < 0x80 && !IsPrintable(rune.value))) {
      out += fmt::format("\\x{:02x}", rune.value);
    } else if (IsPrintable(rune.value)) {
      out += text.substr(0, rune.size);
    } else {
      out += rune.value < 0x10000 ? fmt::format("\\u{:04x}", rune.value)
                                  : fmt::format("\\U{:08x}", rune.value);
    }
    text.remove_prefix(rune.size);
  }
  return out + '"';
}

// The first `count` characters.
std::string_view Truncated(std::string_view text, int count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end += ReadRune(text.substr(end)).size;
  return text.substr(0, end);
}

std::string FormatString(const Directive& d, std::string_view text) {
  if (d.precision >= 0 && OneOf("vsq", VerbOf(d))) text = Truncated(text, d.precision);
  if (VerbOf(d) == 'q') return Padded(d, QuoteAsGo(text), false);
  if (!OneOf("xX", VerbOf(d))) return Padded(d, std::string(text), false);
  if (d.precision >= 0) text = text.substr(0, static_cast<std::size_t>(d.precision));
  std::string out;
  for (const char c : text) {
    if (d.space && !out.empty()) out += ' ';
    const unsigned byte = static_cast<unsigned char>(c);
    out += VerbOf(d) == 'x' ? fmt::format("{:02x}", byte) : fmt::format("{:02X}", byte);
  }
  return Padded(d, std::move(out), false);
}

std::string FormatValue(const Directive& d, const TemplateValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return FormatString(d, *text);
  if (const auto* number = std::get_if<double>(&value)) return FormatFloat(d, *number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return FormatInt(d, *number);
  if (std::holds_alternative<bool>(value)) return Padded(d, PrintValue(value), false);
  return PrintValue(value);  // Go pads the parts of a map, not the whole.
}

std::string Formatted(const Directive& d, const TemplateValue& value) {
  const TemplateType type = TypeOf(value);
  if (OneOf(VerbsHere(type), VerbOf(d))) return FormatValue(d, value);
  Directive plain = d;
  plain.verb = "v";
  return fmt::format("%!{}({}={})", d.verb, GoTypeName(type), FormatValue(plain, value));
}

}  // namespace

absl::Status CheckFormat(std::string_view format, std::span<const TemplateType> types) {
  std::size_t used = 0;
  const auto refuse = [](std::string_view what, std::string_view why) {
    return absl::InvalidArgumentError(fmt::format("printf: {} {}", what, why));
  };
  for (std::size_t at = format.find('%'); at != std::string_view::npos; at = format.find('%')) {
    format.remove_prefix(at + 1);
    const std::string_view begin = format;
    const Directive d = ReadDirective(format);
    const std::string text = fmt::format("%{}", begin.substr(0, begin.size() - format.size()));
    if (d.indirect || d.sharp) return refuse(text, "is not supported");
    if (d.width > kMostWidth || d.precision > kMostWidth) return refuse(text, "is too wide");
    if (d.verb == "%" || d.verb.empty() || used >= types.size()) continue;
    const TemplateType type = types[used++];
    if (OneOf(VerbsInGo(type), VerbOf(d)) && !OneOf(VerbsHere(type), VerbOf(d)) &&
        type != TemplateType::kAny) {
      return refuse(text, fmt::format("of {} is not supported", Describe(type)));
    }
  }
  return absl::OkStatus();
}

std::string Printf(std::string_view format, std::span<const TemplateValue> values) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = format.find('%'); at != std::string_view::npos; at = format.find('%')) {
    out += format.substr(0, at);
    format.remove_prefix(at + 1);
    const Directive d = ReadDirective(format);
    if (d.verb.empty()) {
      out += "%!(NOVERB)";
    } else if (d.verb == "%") {
      out += '%';
    } else if (used >= values.size()) {
      out += fmt::format("%!{}(MISSING)", d.verb);
    } else {
      out += Formatted(d, values[used++]);
    }
  }
  out += format;
  if (used >= values.size()) return out;
  out += "%!(EXTRA ";
  for (std::size_t i = used; i < values.size(); ++i) {
    if (i > used) out += ", ";
    out += fmt::format("{}={}", GoTypeName(TypeOf(values[i])), PrintValue(values[i]));
  }
  return out + ')';
}

std::string Print(std::span<const TemplateValue> values) {
  std::string out;
  bool after_string = true;
  for (const TemplateValue& value : values) {
    const bool string = std::holds_alternative<std::string>(value);
    if (!string && !after_string) out += ' ';
    out += PrintValue(value);
    after_string = string;
  }
  return out;
}

std::string PrintLine(std::span<const TemplateValue> values) {
  std::string out;
  for (const TemplateValue& value : values) {
    if (&value != values.data()) out += ' ';
    out += PrintValue(value);
  }
  return out + '\n';
}

}  // namespace slowburn
