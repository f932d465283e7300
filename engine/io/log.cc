// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/log.h"

#include <cstddef>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace slowburn {
namespace {

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

// Never destroyed: threads that outlive main's statics may still log.
spdlog::logger& Logger() {
  static spdlog::logger* const logger = [] {
    auto* made = new spdlog::logger("slowburn", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("ts=%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

bool Between(unsigned char c, unsigned char low, unsigned char high) {
  return c >= low && c <= high;
}

// The length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t SequenceLength(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const auto follows = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (!Between(at(i), 0x80, 0xBF)) return false;
    }
    return true;
  };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  if (Between(first, 0xC2, 0xDF)) return follows(1, 2) ? 2 : 0;
  // The second byte's bounds exclude overlong forms, surrogates and what is past U+10FFFF.
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (!Between(at(1), low, high)) return 0;
  if (Between(first, 0xE0, 0xEF)) return follows(2, 3) ? 3 : 0;
  if (Between(first, 0xF0, 0xF4)) return follows(2, 4) ? 4 : 0;
  return 0;
}

void AppendAsciiEscaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  } else {
    out += c;
  }
}

// Appends `text` in double quotes.  Whatever could end the line, the value or a terminal's sanity
// is escaped: a log is read in terminals, and label values come from strangers.
void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 1) {
      AppendAsciiEscaped(text[0], out);
    } else if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (length == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[1]));  // C1 controls.
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

bool IsBare(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7F || c == '=' || c == '"' || c == '\\') return false;
  }
  return true;
}

void AppendField(std::string_view key, std::string_view value, std::string& out) {
  out += ' ';
  out += key;
  out += '=';
  if (IsBare(value)) {
    out += value;
  } else {
    AppendQuoted(value, out);
  }
}

}  // namespace

void Log(LogLevel level, std::string_view message, LogFields fields) {
  spdlog::logger& logger = Logger();
  if (!logger.should_log(SpdlogLevel(level))) return;
  std::string line = fmt::format("level={}", Name(level));
  AppendField("msg", message, line);
  for (const auto& [key, value] : fields) AppendField(key, value, line);
  logger.log(SpdlogLevel(level), spdlog::string_view_t(line));
}

void SetLogLevel(LogLevel level) {
  Logger().set_level(SpdlogLevel(level));
}

}  // namespace slowburn
