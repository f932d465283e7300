// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/text.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

TEST_CASE("Text: burn rates tell themselves apart from their threshold", "[exporters]") {
  const struct {
    double burn;
    std::optional<double> threshold;
    const char* want;
  } cases[] = {
      {25.08, 14.4, "25.1x"},          {212.3, 14.4, "212x"}, {14.396, 14.4, "14.396x"},
      {14.4, 14.4, "14.4x"},           {0, 14.4, "0x"},       {0.0416, std::nullopt, "0.0416x"},
      {1234.5, std::nullopt, "1234x"}, {1, 1, "1x"},          {14.4000001, 14.4, "14.4000001x"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.want) {
      CHECK(BurnText(c.burn, c.threshold) == c.want);
    }
  }
}

TEST_CASE("Text: shares never round to all or nothing", "[exporters]") {
  CHECK(Percent(1) == "100 %");
  CHECK(Percent(0.99999) == "99.9 %");
  CHECK(Percent(0.02508) == "2.51 %");
  CHECK(Percent(0) == "0 %");
  CHECK(Percent(0.0000123) == "0.00123 %");
  CHECK(Percent(-3.2) == "-320 %");
}

TEST_CASE("Text: durations in words keep the two largest units", "[exporters]") {
  CHECK(InWords(absl::Seconds(0)) == "0 seconds");
  CHECK(InWords(absl::Seconds(1)) == "1 second");
  CHECK(InWords(absl::Minutes(12)) == "12 minutes");
  CHECK(InWords(absl::Minutes(90)) == "1 hour 30 minutes");
  CHECK(InWords(absl::Hours(51) + absl::Minutes(59)) == "2 days 3 hours");
  CHECK(InWords(absl::Hours(24) + absl::Minutes(5)) == "1 day");
}

TEST_CASE("Text: times are UTC, and name the day when it is another", "[exporters]") {
  const absl::Time now = absl::FromUnixSeconds(1772331990);
  CHECK(UtcTime(now) == "2026-03-01T02:26:30Z");
  CHECK(UtcTime(now - absl::Minutes(12), now) == "02:14:30Z");
  CHECK(UtcTime(now - absl::Hours(3), now) == "2026-02-28T23:26:30Z");
  CHECK(Rfc3339(now + absl::Milliseconds(5)) == "2026-03-01T02:26:30.005Z");
  CHECK(Relative(now - absl::Minutes(2), now) == "2 minutes ago");
  CHECK(Relative(now + absl::Minutes(2), now) == "in 2 minutes");
  CHECK(Relative(now, now) == "now");
}

TEST_CASE("Text: what users write can't steer a terminal or a page", "[exporters]") {
  CHECK(Printable("a\nb\x1b[31m") == "a\\nb\\x1b[31m");
  CHECK(Printable("\xE6\xBC\xA2") == "\xE6\xBC\xA2");
  CHECK(EscapeHtml("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
}

TEST_CASE("Text: invalid UTF-8 is replaced, byte by byte", "[exporters]") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(ValidUtf8("plain") == "plain");
  CHECK(ValidUtf8("\xF0\x9F\x94\xA5") == "\xF0\x9F\x94\xA5");
  CHECK(ValidUtf8("a\xFF") == "a" + bad);
  CHECK(ValidUtf8("\xC3") == bad);
  CHECK(ValidUtf8("\xC0\xAF") == bad + bad);            // Overlong.
  CHECK(ValidUtf8("\xED\xA0\x80") == bad + bad + bad);  // Surrogate.
  CHECK(ValidUtf8("\xF4\x90\x80\x80") == bad + bad + bad + bad);
}

TEST_CASE("Text: wraps at a hundred columns and indents the rest", "[exporters]") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "w\xC3\xB6rd ";
  const std::string wrapped = Wrap(text, 0, 4);
  std::size_t begin = 0;
  int lines = 0;
  while (begin < wrapped.size()) {
    const std::size_t end = wrapped.find('\n', begin);
    const std::string line = wrapped.substr(begin, end - begin);
    CHECK(Columns(line) <= 100);
    CHECK((lines == 0) == !line.starts_with("    "));
    begin = end + 1;
    ++lines;
  }
  CHECK(lines == 3);
  CHECK(Wrap(std::string(150, 'x'), 2, 4) == "  " + std::string(150, 'x') + "\n");
}

TEST_CASE("Text: tables align by letters, not bytes", "[exporters]") {
  TextTable table("lr");
  table.Add({"\xC3\xA9", "1"});
  table.Add({"ab", "10"});
  table.AddNote("note");
  CHECK(table.Print(1) == " \xC3\xA9    1\n ab  10\n   note\n");
}

}  // namespace
}  // namespace slowburn
