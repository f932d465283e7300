// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/findings.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace slowburn {
namespace {

using nlohmann::json;

Findings Some() {
  return {{{{"a.yaml", 5, 16}, Severity::kError, "objective must be below 100", "99.9"},
           {{"b.yaml", 0, 0}, Severity::kWarning, "the file is empty", ""}},
          2,
          1};
}

TEST_CASE("Findings: the summary counts in words", "[exporters]") {
  CHECK(FindingsSummary(Some()) == "2 files, 1 SLO, 1 error, 1 warning\n");
  CHECK(FindingsSummary({}) == "0 files, 0 SLOs, 0 errors, 0 warnings\n");
}

TEST_CASE("Findings: JSON holds each finding and the summary", "[exporters]") {
  const json want = {{"findings",
                      {{{"file", "a.yaml"},
                        {"line", 5},
                        {"column", 16},
                        {"severity", "error"},
                        {"message", "objective must be below 100"},
                        {"hint", "99.9"}},
                       {{"file", "b.yaml"},
                        {"line", nullptr},
                        {"column", nullptr},
                        {"severity", "warning"},
                        {"message", "the file is empty"},
                        {"hint", nullptr}}}},
                     {"summary", {{"files", 2}, {"slos", 1}, {"errors", 1}, {"warnings", 1}}}};
  CHECK(json::parse(FindingsJson(Some())) == want);
}

TEST_CASE("Findings: JSON is valid whatever a file holds", "[exporters]") {
  const Findings hostile = {
      {{{"\xff\"\n.yaml", 1, 1}, Severity::kError, "\x01\xc3 \"quoted\"", "\n"}}, 1, 0};
  const json parsed = json::parse(FindingsJson(hostile));
  CHECK(parsed["findings"][0]["file"] == "\xef\xbf\xbd\"\n.yaml");
  CHECK(parsed["findings"][0]["hint"] == "\n");
}

TEST_CASE("Findings: none is an empty list", "[exporters]") {
  CHECK(json::parse(FindingsJson({}))["findings"] == json::array());
  CHECK(FindingsGithub({}).empty());
}

TEST_CASE("Findings: GitHub's commands have the place and the hint", "[exporters]") {
  CHECK(FindingsGithub(Some()) ==
        "::error file=a.yaml,line=5,col=16::objective must be below 100 (99.9)\n"
        "::warning file=b.yaml::the file is empty\n");
}

TEST_CASE("Findings: nothing in a file can end a command of GitHub's or add another",
          "[exporters]") {
  const Findings hostile = {{{{"a,b:c%.yaml\n::stop", 1, 2},
                              Severity::kError,
                              "100%, of: it\r\n::error::mine",
                              "\n::set-output name=x::y"}},
                            1,
                            0};
  CHECK(FindingsGithub(hostile) ==
        "::error file=a%2Cb%3Ac%25.yaml%0A%3A%3Astop,line=1,col=2::100%25, of: "
        "it%0D%0A::error::mine (%0A::set-output name=x::y)\n");
}

}  // namespace
}  // namespace slowburn
