// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/yaml_text.h"

#include <random>

#include <catch2/catch.hpp>

#include "rules/yaml.h"

namespace slowburn {
namespace {

// What YAML reads back of `text` as a value within `deep`; `(not read)` when it can't.
std::string ReadBack(const std::string& text) {
  YamlValue item;
  item.Set("first", YamlScalar(text));
  item.Set("last", YamlScalar("end"));
  YamlValue list;
  list.kind = YamlValue::Kind::kList;
  list.items.push_back(item);
  YamlValue map;
  map.Set("list", list);
  std::string out = "(not read)";
  ReadYaml(YamlText(map),
           {.document =
                [&](const YamlNode& root) {
                  const YamlNode& read = *root.entries.at(0).value->items.at(0);
                  REQUIRE(read.entries.size() == 2);
                  CHECK(read.entries[1].value->text == "end");
                  const YamlNode& value = *read.entries[0].value;
                  out = value.kind == YamlNode::Kind::kScalar ? value.text : "(no text)";
                },
            .problem = [](const YamlProblem& problem) { FAIL_CHECK(problem.message); }});
  return out;
}

TEST_CASE("YamlScalar: YAML reads back the text", "[exporters]") {
  for (const std::string text : {"a",
                                 "a b",
                                 "",
                                 " ",
                                 " a",
                                 "a ",
                                 "null",
                                 "~",
                                 "yes",
                                 "No",
                                 "1",
                                 "0x1",
                                 "1.5",
                                 "- a",
                                 "a: b",
                                 "a #b",
                                 "#a",
                                 "{a}",
                                 "[a]",
                                 "'",
                                 "''",
                                 "\"",
                                 "\\",
                                 "it's",
                                 "a\nb",
                                 "a\n\nb",
                                 "a\n b\n  c",
                                 "\na",
                                 "a\n",
                                 " a\nb",
                                 "a \nb",
                                 "a\tb",
                                 "\ta",
                                 "a\n\tb",
                                 "a\r\nb",
                                 "\x01",
                                 "\x7f",
                                 "é",
                                 "日本",
                                 "\xc2\x85",
                                 "\xe2\x80\xa8x",
                                 "\xef\xbb\xbfx",
                                 "&a",
                                 "*a",
                                 "!a",
                                 "%a",
                                 "@a",
                                 "`a",
                                 "|",
                                 ">",
                                 "a,b",
                                 "a]",
                                 "http_requests_total{job=\"a\",code=~\"5..\"}",
                                 "{{ $labels.a }}",
                                 "---",
                                 "...",
                                 "a\n---\nb",
                                 "a\n...\nb",
                                 "?a",
                                 "? a",
                                 "<<",
                                 "=",
                                 "|-\na"}) {
    INFO(text);
    CHECK(ReadBack(text) == text);
  }
}

TEST_CASE("YamlScalar: YAML reads back whatever text there is", "[exporters]") {
  std::mt19937 random(20260102);
  const std::string alphabet = "ab \n\n\t'\"\\:#-{}[],&*!|>%@`~?=.0\r";
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    const int size = std::uniform_int_distribution(0, 9)(random);
    for (int c = 0; c < size; ++c) {
      text += alphabet[std::uniform_int_distribution<std::size_t>(0, alphabet.size() - 1)(random)];
    }
    INFO(YamlScalar(text).scalar);
    CHECK(ReadBack(text) == text);
  }
}

TEST_CASE("YamlCommon: what all say moves out, map by map", "[exporters]") {
  const auto make = [](std::string_view owner, std::string_view page) {
    YamlValue labels;
    labels.Set("team", YamlScalar("a"));
    labels.Set("page", YamlScalar(page));
    YamlValue out;
    out.Set("owner", YamlScalar(owner));
    out.Set("labels", labels);
    return out;
  };
  const YamlValue common = YamlCommon({make("x", "one"), make("x", "two")});
  CHECK(YamlText(common) == "owner: x\nlabels:\n  team: a\n");
  CHECK(YamlText(YamlWithout(make("x", "two"), common)) == "labels:\n  page: two\n");
  CHECK(YamlCommon({make("x", "one"), YamlValue()}).empty());
}

}  // namespace
}  // namespace slowburn
