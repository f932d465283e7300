// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace slowburn {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string Format(std::string_view format, absl::Time time) {
  return absl::FormatTime(std::string(format), time, absl::UTCTimeZone());
}

unsigned char Byte(char c) {
  return static_cast<unsigned char>(c);
}

bool IsContinuation(char c) {
  return (Byte(c) & 0xC0U) == 0x80U;
}

// The length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t SequenceLength(std::string_view text) {
  const unsigned char lead = Byte(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  const unsigned char second = Byte(text[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool beyond = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

// `value` with `digits` significant digits, never in exponents for what people meet.
std::string Significant(double value, int digits) {
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e15)) return fmt::format("{:.{}g}", value, digits);
  const int before = size < 1 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  const int leading_zeros =
      size != 0 && size < 1 ? -static_cast<int>(std::floor(std::log10(size))) : 0;
  const int decimals = size < 1 ? leading_zeros + digits - 1 : std::max(0, digits - before);
  std::string text = fmt::format("{:.{}f}", value, std::min(decimals, 15));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace

std::string UtcTime(absl::Time time) {
  return Format("%Y-%m-%d%ET%H:%M:%SZ", time);
}

std::string UtcTime(absl::Time time, absl::Time now) {
  const auto day = [](absl::Time t) { return absl::ToCivilDay(t, absl::UTCTimeZone()); };
  return day(time) == day(now) ? Format("%H:%M:%SZ", time) : UtcTime(time);
}

std::string Rfc3339(absl::Time time) {
  return Format("%Y-%m-%d%ET%H:%M:%E3SZ", time);
}

std::string InWords(absl::Duration duration) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };

  constexpr std::array<Unit, 4> kUnits = {
      {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};

  std::int64_t rest = absl::ToInt64Seconds(duration);
  if (rest == 0) return "0 seconds";
  std::string out;
  int printed = 0;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = rest / unit.seconds;
    rest %= unit.seconds;
    if (printed > 0 || count > 0) ++printed;  // The second unit is the next smaller, even when 0.
    if (count == 0 || printed > 2) continue;
    out +=
        fmt::format("{}{} {}{}", out.empty() ? "" : " ", count, unit.name, count == 1 ? "" : "s");
  }
  return out;
}

std::string Relative(absl::Time time, absl::Time now) {
  const absl::Duration ago = now - time;
  if (absl::AbsDuration(ago) < absl::Seconds(1)) return "now";
  return ago > absl::ZeroDuration() ? InWords(ago) + " ago" : "in " + InWords(-ago);
}

std::string Percent(double share) {
  const double percent = share * 100;
  if (share < 1 && percent >= 99.95) return "99.9 %";
  return Significant(percent, 3) + " %";
}

std::string BurnText(double burn, std::optional<double> threshold) {
  int digits = 3;
  if (threshold && burn != *threshold) {
    while (digits < 15 && Significant(burn, digits) == Significant(*threshold, digits)) ++digits;
  }
  return Significant(burn, digits) + "x";
}

std::string CountText(double events) {
  if (events == std::floor(events) && std::abs(events) < 1e15) {
    return fmt::format("{:.0f}", events);
  }
  if (std::abs(events) >= 1e15) return fmt::format("{:.15g}", events);
  std::string text = fmt::format("{:.3f}", events);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : ValidUtf8(text)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (Byte(c) < 0x20 || Byte(c) == 0x7F) {
      out += fmt::format("\\x{:02x}", Byte(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string ValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : ValidUtf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Wrap(std::string_view text, std::size_t first, std::size_t rest) {
  constexpr std::size_t kWidth = 100;
  std::string out(first, ' ');
  std::size_t column = first;
  bool line_is_empty = true;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t space = text.find(' ', at);
    const std::string_view word = text.substr(at, space - at);
    at = space == std::string_view::npos ? text.size() : space + 1;
    const std::size_t columns = Columns(word);
    if (!line_is_empty && column + 1 + columns > kWidth) {
      out += '\n';
      out.append(rest, ' ');
      column = rest;
    } else if (!line_is_empty) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns;
    line_is_empty = false;
  }
  out += '\n';
  return out;
}

std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string TextTable::Print(std::size_t indent) const {
  std::vector<std::size_t> widths(alignment_.size(), 0);
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], Columns(row.cells[i]));
    }
  }
  std::string out;
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      out += Wrap(row.note, indent + 2, indent + 2);
      continue;
    }
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string padding(widths[i] - Columns(row.cells[i]), ' ');
      line += alignment_[i] == 'r' ? padding + row.cells[i] : row.cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace slowburn
