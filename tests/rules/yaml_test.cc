// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/text.h"

namespace slowburn {
namespace {

std::string Print(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return "~";
    case YamlNode::Kind::kScalar:
      return node.plain ? node.text : "'" + node.text + "'";
    case YamlNode::Kind::kList: {
      std::string out = "[";
      for (const YamlNode* item : node.items) out += Print(*item) + ",";
      return out + "]";
    }
    case YamlNode::Kind::kMap: {
      std::string out = "{";
      for (const auto& [key, value, merged] : node.entries) {
        out += Print(*key) + (merged ? "=" : ":") + Print(*value) + ",";
      }
      return out + "}";
    }
  }
  return "";
}

// Each document printed, and each problem as `line:column message`.
std::vector<std::string> ReadAll(std::string_view text) {
  std::vector<std::string> out;
  const LineIndex lines(text);
  ReadYaml(text, {.document = [&](const YamlNode& root) { out.push_back(Print(root)); },
                  .problem =
                      [&](const YamlProblem& problem) {
                        const auto [line, column] = lines.Place(problem.offset);
                        out.push_back(fmt::format("{}:{} {}", line, column, problem.message));
                      }});
  return out;
}

using Strings = std::vector<std::string>;

TEST_CASE("ReadYaml: reads documents", "[rules]") {
  struct Case {
    const char* name;
    std::string text;
    Strings want;
  };

  const Case cases[] = {
      {"none in an empty text", "", {}},
      {"none in a comment", "# a\n", {}},
      {"empty ones", "# a\n---\n# b\n", {"~"}},
      {"scalars with and without quotes",
       "{a: 1, b: \"1\", c: '1', d: !!str 1}",
       {"{a:1,b:'1',c:'1',d:'1',}"}},
      {"empty values", "a:\nb: ~\nc: null\nd: [,]\n", {"{a:~,b:~,c:~,d:[~,],}"}},
      {"several of them",
       "a: 1\n---\nb: 2\n...\nc: 3\n--- d\n",
       {"{a:1,}", "{b:2,}", "{c:3,}", "d"}},
      {"with directives", "%YAML 1.2\n---\na: 1\n", {"{a:1,}"}},
      {"with a byte order mark",
       "\xEF\xBB\xBF"
       "a: 1\n",
       {"{a:1,}"}},
      {"with line ends of Windows", "a: 1\r\nb:\r\n  - 2\r\n", {"{a:1,b:[2,],}"}},
      {"with keys that stand twice", "a: 1\na: 2\n", {"{a:1,a:2,}"}},
      {"with aliases", "a: &x {b: 1}\nc: *x\n", {"{a:{b:1,},c:{b:1,},}"}},
      {"with a merge", "- &x {a: 1, b: 2}\n- {<<: *x, b: 3}\n", {"[{a:1,b:2,},{b:3,a=1,},]"}},
      {"with a merge of several, the first winning",
       "- &x {a: 1}\n- &y {a: 2, b: 2}\n- <<: [*x, *y]\n  c: 3\n",
       {"[{a:1,},{a:2,b:2,},{c:3,a=1,b=2,},]"}},
      {"with a quoted << that is no merge", "{'<<': 1}", {"{'<<':1,}"}},
      {"with --- within a value", "a: |\n  x\n  ---\nb: x---\n", {"{a:'x\n---\n',b:x---,}"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(ReadAll(c.text) == c.want);
    }
  }
}

std::string AliasBomb() {
  std::string out = "a0: &a0 x\n";
  for (int i = 1; i < 12; ++i) {
    out += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) out += fmt::format("*a{},", i - 1);
    out += "]\n";
  }
  return out;
}

TEST_CASE("ReadYaml: refuses", "[rules]") {
  struct Case {
    const char* name;
    std::string text;
    Strings want;
  };

  const Case cases[] = {
      {"one document and reads the others",
       "a: 1\n---\nb: [\n---\nc: 3\n",
       {"{a:1,}", "3:4 not valid YAML: this bracket is not closed", "{c:3,}"}},
      {"a tab as indentation",
       "a:\n  b: 1\n\tc: 2\n",
       {"3:1 not valid YAML: illegal tab when looking for indentation"}},
      {"bytes that are no UTF-8", "a: 1\nb: \xC3(\n", {"2:4 not UTF-8 text"}},
      {"UTF-16", std::string("a\0:\0", 4), {"1:2 not UTF-8 text"}},
      {"text behind a document",
       "[a] b\n",
       {"[a,]", "1:5 not valid YAML: text after the end of the document"}},
      // Of this yaml-cpp alone would make documents without end.
      {"a comma behind a document",
       "{a: 1}, b\n",
       {"{a:1,}", "1:7 not valid YAML: text after the end of the document"}},
      {"an unknown tag", "a: !ref b\n", {"1:4 the tag !ref is not known"}},
      {"an unknown alias", "a: *x\n", {"1:4 not valid YAML: the referenced anchor is not defined"}},
      {"an alias to what holds it",
       "a: &a {b: *a}\n",
       {"1:11 the alias stands within what it refers to"}},
      {"a merge of a scalar", "a: 1\n<<: 2\n", {"2:5 `<<` needs a map or a list of maps"}},
      {"an alias bomb", AliasBomb(), {"7:38 aliases expand to more than 1000000 values"}},
      {"deep nesting", std::string(600, '[') + std::string(600, ']'), {"1:499 nested too deeply"}},
      {"very deep nesting", std::string(1 << 24, '['), {"1:10001 nested too deeply"}},
      {"deep nesting by dashes", std::string(3000, '-'), {}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Strings found = ReadAll(c.text);
      if (c.want.empty()) {
        CHECK(found.size() == 1);
      } else {
        CHECK(found == c.want);
      }
    }
  }
}

TEST_CASE("ReadYaml: refuses more values than a file of SLOs can hold", "[rules]") {
  std::string text = "[";
  for (int i = 0; i < 4'100'000; ++i) text += "1,";
  const Strings found = ReadAll(text + "]");
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0], Catch::Contains("more than 4000000 values"));
}

// The place of every scalar and empty value, as `text@line:column`.
std::string Places(std::string_view text) {
  std::string out;
  const LineIndex lines(text);
  const std::function<void(const YamlNode&)> visit = [&](const YamlNode& node) {
    const auto [line, column] = lines.Place(node.offset);
    if (node.kind == YamlNode::Kind::kScalar || node.kind == YamlNode::Kind::kEmpty) {
      out += fmt::format("{}@{}:{} ", Print(node), line, column);
    }
    for (const YamlNode* item : node.items) visit(*item);
    for (const auto& entry : node.entries) visit(*entry.value);
  };
  ReadYaml(text, {.document = visit, .problem = [](const YamlProblem&) { FAIL("a problem"); }});
  return out;
}

TEST_CASE("ReadYaml: places each value", "[rules]") {
  CHECK(Places("a: 1\nb:\n  c: 2\n") == "1@1:4 2@3:6 ");
  CHECK(Places("a:\nb: 1\n") == "~@1:1 1@2:4 ");           // Empty: at its key.
  CHECK(Places("- 1\n-\n- 2\n") == "1@1:3 ~@2:1 2@3:3 ");  // Empty: at its dash.
  CHECK(Places("- &x 1\n- *x\n") == "1@1:3 1@2:3 ");       // An alias: where it stands.
  CHECK(Places("\xEF\xBB\xBF"
               "a: 1\n") == "1@1:4 ");
  CHECK(Places("{\xC3\xA4: 1}") == "1@1:5 ");  // Columns are characters.
  CHECK(Places("a: 1\n---\nb: 2\n...\nc: 3") == "1@1:4 2@3:4 3@5:4 ");
  CHECK(Places("a: 1\r\nb: 2\r\n") == "1@1:4 2@2:4 ");
}

TEST_CASE("OffsetInText: finds a character of a value where it is written", "[rules]") {
  struct Case {
    const char* name;
    std::string text;
  };

  // In each, the X of the value is the only X of the text.
  const Case cases[] = {
      {"plain", "a: one X two\n"},
      {"plain over several lines", "a: one\n  two\n\n  X three\n"},
      {"in single quotes", "a: 'it''s ''X'' here'\n"},
      {"in double quotes", "a: \"\\\"q\\\" \\x41\\u0042 \\t\\n X\"\n"},
      {"in double quotes with a line continued", "a: \"one \\\n   two X\"\n"},
      {"in a block", "a: |\n  one\n    two\n\n  X three\n"},
      {"in a block with indicators and a comment", "a: |2- # why\n   one\n  X\n"},
      {"in a folded block", "a: >-\n  one\n  two\n\n  three X\n"},
      {"behind an anchor and a tag", "a: &anchor !!str \"one X\"\n"},
      {"behind characters of several bytes", "a: \"\xC3\xA4\xE2\x82\xAC\\u00e4 X\"\n"},
      {"with line ends of Windows", "a: |\r\n  one\r\n  X\r\n"},
      {"in a list", "- one\n- two X\n"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      bool found = false;
      const std::function<void(const YamlNode&)> visit = [&](const YamlNode& node) {
        if (const std::size_t at = node.text.find('X'); at != std::string::npos) {
          CHECK(OffsetInText(node, at, c.text) == c.text.find('X'));
          found = true;
        }
        for (const YamlNode* item : node.items) visit(*item);
        for (const auto& entry : node.entries) visit(*entry.value);
      };
      ReadYaml(c.text,
               {.document = visit, .problem = [](const YamlProblem&) { FAIL("a problem"); }});
      CHECK(found);
    }
  }
}

TEST_CASE("OffsetInText: the end of a value is after its last character", "[rules]") {
  const std::string text = "a: |\n  one\n\nb: two\n";
  ReadYaml(text, {.document =
                      [&](const YamlNode& root) {
                        const YamlNode& value = *root.entries[0].value;
                        CHECK(OffsetInText(value, value.text.size(), text) == text.find("one") + 3);
                        CHECK(OffsetInText(value, 999, text) == text.find("one") + 3);
                      },
                  .problem = [](const YamlProblem&) { FAIL("a problem"); }});
}

TEST_CASE("FirstNotText: tells well-formed UTF-8", "[rules]") {
  struct Case {
    const char* name;
    std::string text;
    std::optional<std::size_t> want;
  };

  const Case cases[] = {
      {"plain text", "abc", std::nullopt},
      {"one to four bytes", "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", std::nullopt},
      {"a NUL", std::string("ab\0c", 4), 2},
      {"a lone continuation", "a\x80", 1},
      {"a cut sequence", "ab\xE2\x82", 2},
      {"an overlong form", "\xC0\x80", 0},
      {"an overlong form of three bytes", "\xE0\x80\x80", 0},
      {"a surrogate", "\xED\xA0\x80", 0},
      {"beyond the last character", "\xF4\x90\x80\x80", 0},
      {"a byte that never is", "\xFF", 0},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(FirstNotText(c.text) == c.want);
    }
  }
}

TEST_CASE("Shown: one short line", "[rules]") {
  CHECK(Shown("a\nb\x1B[31m") == "a b [31m");
  CHECK(Shown(std::string(100, 'x')) == std::string(80, 'x') + "...");
  CHECK(Shown("\xC3\xA4") == "\xC3\xA4");
}

}  // namespace
}  // namespace slowburn
