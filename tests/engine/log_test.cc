// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace slowburn {
namespace {

// What `write` sends to standard error.
std::string Captured(const std::function<void()>& write) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(stderr);
  const int saved = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  write();
  std::fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  std::rewind(file);
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file)) {
    text.append(buffer.data(), count);
  }
  std::fclose(file);
  return text;
}

// The text with every digit a zero.
std::string Masked(std::string text) {
  for (char& c : text) {
    if (c >= '0' && c <= '9') c = '0';
  }
  return text;
}

// The line without its time.
std::string Line(std::string_view message, LogFields fields = {}) {
  const std::string text = Captured([&] { Log(LogLevel::kInfo, message, fields); });
  const std::size_t level = text.find("level=");
  REQUIRE(level != std::string::npos);
  return text.substr(level);
}

TEST_CASE("Log: writes one line with time, level, message and fields", "[engine]") {
  const std::string text = Captured([] {
    Log(LogLevel::kWarn, "source is down", {{"source", "eu"}, {"tries", "3"}});
  });
  CHECK(Masked(text) ==
        "ts=0000-00-00T00:00:00.000Z level=warn msg=\"source is down\" source=eu tries=0\n");
}

TEST_CASE("Log: quotes what needs it", "[engine]") {
  struct Case {
    const char* name;
    std::string value;
    std::string want;
  };

  const Case cases[] = {
      {"not a plain value", "http://a/b?c,d", "http://a/b?c,d"},
      {"an empty value", "", R"("")"},
      {"a space", "a b", R"("a b")"},
      {"an equals sign", "a=b", R"("a=b")"},
      {"a quote", "say \"x\"", R"("say \"x\"")"},
      {"a backslash", R"(a\b)", R"("a\\b")"},
      {"line ends and tabs", "a\nb\r\tc", R"("a\nb\r\tc")"},
      {"a forged line", "x\nts=1 level=info msg=ok", R"("x\nts=1 level=info msg=ok")"},
      {"control characters", std::string("a\x1b[31m\x00\x7f", 8), R"("a\u001b[31m\u0000\u007f")"},
      {"C1 control characters", "\xc2\x9b", R"("\u009b")"},
      {"no UTF-8 that is one", "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x94\xa5",
       "\"caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x94\xa5\""},
      {"invalid bytes", "a\xff\xc3(", R"("a\xff\xc3(")"},
      {"an overlong form", "\xc0\xaf", R"("\xc0\xaf")"},
      {"a surrogate", "\xed\xa0\x80", R"("\xed\xa0\x80")"},
      {"a sequence that is cut off", "\xe6\x97", R"("\xe6\x97")"},
      {"a format", "{} %s", R"("{} %s")"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(Line("m", {{"k", c.value}}) == "level=info msg=m k=" + c.want + "\n");
    }
  }
  CHECK(Line("a \"b\"") == "level=info msg=\"a \\\"b\\\"\"\n");
}

TEST_CASE("Log: drops lines below the level", "[engine]") {
  const auto all = [] {
    Log(LogLevel::kDebug, "d");
    Log(LogLevel::kInfo, "i");
    Log(LogLevel::kWarn, "w");
    Log(LogLevel::kError, "e");
  };
  const auto lines = [&](LogLevel level) {
    SetLogLevel(level);
    const std::string text = Captured(all);
    SetLogLevel(LogLevel::kInfo);
    return std::count(text.begin(), text.end(), '\n');
  };
  CHECK(lines(LogLevel::kDebug) == 4);
  CHECK(lines(LogLevel::kInfo) == 3);
  CHECK(lines(LogLevel::kWarn) == 2);
  CHECK(lines(LogLevel::kError) == 1);
}

}  // namespace
}  // namespace slowburn
