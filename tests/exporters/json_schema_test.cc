// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/json_schema.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>
#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "rules/config.h"
#include "rules/config_keys.h"
#include "rules/load.h"
#include "rules/native_keys.h"
#include "tests/fakes/scratch_folder.h"
#include "tests/fakes/yaml_json.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// What the reader refuses that a schema can't say.
const std::pair<std::string_view, std::string_view> kBeyondSchema[] = {
    {"PromQL", "^(total|bad|good|gauge|probe|histogram|error_query|total_query|ratio\\.error): "},
    {"parts of a histogram", "is one part of a histogram|must not match le|must name one metric"},
    {"le and a histogram", "^by: le tells a histogram's buckets apart"},
    {"a selector beside another", "is the same (selector )?as total"},
    {"labels beside each other", "^by: the label .* is also set to one value"},
    {"templates", "^(summary|runbook_url|dashboard_url|channel|pager|severity): "},
    {"windows beside each other", "^the short window of |^short is as long as long$"},
    {"names beside each other", "is defined twice$"},
    {"the configuration", "^there is no source "},
    {"digits that count", "has more digits than the 15 that are kept exactly"},
    {"digits of a burn rate", "too many digits to compute with exactly"},
    {"fractions beyond 63 bits", "is not a fraction such as 1/3"},
    {"a hundred years", "is longer than 100 years"},
    {"the least and most of a duration", "^interval must be from |^retention must be 1d or more"},
    {"keys beside each other", "^give one of |need each other$|^no_proxy needs a proxy_url$"},
    {"ports", "is not host:port$"},
    {"whole numbers in quotes", "must be a whole number from"},
};

// One kind of file: its keys, its reader, and the documents that are there to show it.
struct Subject {
  const KeyTable& keys;
  std::function<Diagnostics(const std::string& text)> reader;
  std::vector<json> corpus;

  Diagnostics Read(const json& document) const { return reader(document.dump()); }
};

std::vector<json> DocumentsIn(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<json> out;
  for (const fs::path& file : files) {
    for (json& document : YamlAsJson(testing::ReadWhole(file))) out.push_back(std::move(document));
  }
  return out;
}

Subject Native() {
  Subject out{kNativeKeys,
              [](const std::string& text) {
                LoadOptions options;
                options.format = Format::kNative;
                return LoadRules({{"document", text}}, {}, options).diagnostics;
              },
              DocumentsIn(testing::TestdataFolder("native"))};
  for (json& document : DocumentsIn(fs::path(SLOWBURN_SOURCE_DIR) / "examples")) {
    if (document.contains("version")) out.corpus.push_back(std::move(document));
  }
  return out;
}

Subject Configuration() {
  Subject out{kConfigKeys,
              [](const std::string& text) { return LoadConfig("document", text).diagnostics; },
              DocumentsIn(testing::TestdataFolder("config"))};
  for (json& document : DocumentsIn(fs::path(SLOWBURN_SOURCE_DIR) / "examples")) {
    if (document.contains("sources")) out.corpus.push_back(std::move(document));
  }
  return out;
}

bool IsBeyondSchema(const Diagnostic& diagnostic) {
  return std::any_of(std::begin(kBeyondSchema), std::end(kBeyondSchema), [&](const auto& kind) {
    return std::regex_search(diagnostic.message, std::regex(std::string(kind.second)));
  });
}

// Errors that a schema must give too.
std::string Refused(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError && !IsBeyondSchema(diagnostic)) {
      return diagnostic.message;
    }
  }
  return "";
}

// What the schema says of each document: `good`, or what is wrong.  Empty without the validator.
std::vector<std::string> Validate(const std::string& schema, const std::vector<json>& documents) {
  const ScratchFolder scratch;
  std::string lines;
  for (const json& document : documents) lines += document.dump() + "\n";
  const std::string out = (scratch.path() / "out").string();
  const std::string command =
      fmt::format("python3 {}/tests/fakes/json_schema.py {} <{} >{}", SLOWBURN_SOURCE_DIR,
                  scratch.Write("schema.json", schema), scratch.Write("documents", lines), out);
  const int status = std::system(command.c_str());
  if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127)) {
    WARN("SKIP: no python3 with jsonschema");
    return {};
  }
  REQUIRE(status == 0);
  std::vector<std::string> verdicts;
  std::istringstream stream(testing::ReadWhole(out));
  for (std::string line; std::getline(stream, line);) verdicts.push_back(line);
  REQUIRE(verdicts.size() == documents.size());
  return verdicts;
}

// The reader and the schema must agree on each document.
void CheckAgreement(const Subject& subject, const std::vector<json>& documents) {
  const std::vector<std::string> verdicts = Validate(JsonSchema(subject.keys, "x"), documents);
  int shown = 0;
  for (std::size_t i = 0; i < verdicts.size() && shown < 20; ++i) {
    const Diagnostics diagnostics = subject.Read(documents[i]);
    const std::string refused = Refused(diagnostics);
    const bool good = verdicts[i] == "good";
    // An error of the reader that the schema can't say may hide one that it does say.
    const bool agrees = HasErrors(diagnostics) && refused.empty() ? true : good == refused.empty();
    if (agrees) continue;
    ++shown;
    FAIL_CHECK(documents[i].dump() << "\n  schema: " << verdicts[i] << "\n  reader: " << refused);
  }
}

// Each place within a document: of every value, the root aside.
std::vector<json::json_pointer> Places(const json& document) {
  std::vector<json::json_pointer> out;
  const json flat = document.flatten();
  for (const auto& [path, value] : flat.items()) {
    json::json_pointer at(path);
    while (!at.empty()) {
      out.push_back(at);
      at.pop_back();
    }
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.to_string() < b.to_string(); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void AddMutations(const json& document, const std::vector<json>& values, std::vector<json>& out) {
  for (const json::json_pointer& at : Places(document)) {
    const std::string key = at.back();
    for (const json& value : values) {
      json changed = document;
      changed[at] = value;
      out.push_back(std::move(changed));
    }
    if (!document[at.parent_pointer()].is_object()) continue;
    json dropped = document;
    dropped[at.parent_pointer()].erase(key);
    out.push_back(dropped);
    for (const std::string& name : {key + "x", std::string("__a"), std::string("slo")}) {
      json renamed = dropped;
      renamed[at.parent_pointer()][name] = document[at];
      out.push_back(std::move(renamed));
    }
  }
}

std::vector<json> OddValues() {
  constexpr std::string_view kTexts[] = {
      "",    "x",        "off",    "True", "1h",  "0s",     "0",    "30d",  "2%",   "100%",
      "100", "0100.0 %", "100.1%", "101%", "0%",  "00.50%", "page", "none", "live", "s",
      "a-b", "-a",       "1/3",    "0/3",  "1/0", ".5",     "5.",   "1.2.3"};
  std::vector<json> out = {nullptr, true, false, 0, 7, 99.9, 100.5};
  for (const char* list : {"[]", "{}", R"(["a", "b"])", R"(["a", "a"])", R"([null])", R"(["slo"])",
                           R"({"a": "b"})", R"({"a": null})"}) {
    out.push_back(json::parse(list));
  }
  out.insert(out.end(), std::begin(kTexts), std::end(kTexts));
  return out;
}

// Texts that are nearly values of one kind.
std::vector<json> RandomTexts(std::mt19937& random) {
  std::vector<json> out;
  for (const std::string_view alphabet : {"0157ywdhms", "0159.%/ ", "aZ9-_. "}) {
    for (int i = 0; i < 25; ++i) {
      std::string text;
      const int size = std::uniform_int_distribution(1, 6)(random);
      for (int c = 0; c < size; ++c) {
        text +=
            alphabet[std::uniform_int_distribution<std::size_t>(0, alphabet.size() - 1)(random)];
      }
      out.emplace_back(text);
    }
  }
  return out;
}

// Keys, each with its table, which several keys may share.
using Keys = std::set<std::pair<const KeyTable*, std::string_view>>;

// The keys of all tables that `table` reaches.
void CollectKeys(const KeyTable& table, Keys& out) {
  for (const Key& key : table.keys) {
    if (!out.insert({&table, key.name}).second || key.table == nullptr) continue;
    CollectKeys(*key.table, out);
  }
}

// Those that `value` has.
void CollectUsed(const json& value, const KeyTable& table, Keys& out) {
  for (const Key& key : table.keys) {
    if (!value.is_object() || !value.contains(key.name)) continue;
    out.insert({&table, key.name});
    if (key.table == nullptr) continue;
    const json& of_key = value[std::string(key.name)];
    const bool several = key.kind == ValueKind::kTableList || key.kind == ValueKind::kTableMap;
    for (const json& item : several ? of_key : json::array({of_key})) {
      CollectUsed(item, *key.table, out);
    }
  }
}

TEST_CASE("JsonSchema: reader and schema agree on every file", "[exporters]") {
  for (const Subject& subject : {Native(), Configuration()}) {
    CHECK(subject.corpus.size() >= 3);
    CheckAgreement(subject, subject.corpus);
  }
}

TEST_CASE("JsonSchema: reader and schema agree on files with one thing changed", "[exporters]") {
  for (const Subject& subject : {Native(), Configuration()}) {
    std::vector<json> documents;
    for (const json& document : subject.corpus) {
      if (!HasErrors(subject.Read(document))) AddMutations(document, OddValues(), documents);
    }
    CHECK(documents.size() > 1000);
    CheckAgreement(subject, documents);
  }
}

TEST_CASE("JsonSchema: patterns of values are what the reader takes", "[exporters]") {
  std::mt19937 random(20260101);
  const json document = {
      {"version", "slowburn/v1"},
      {"service", "a"},
      {"slos",
       {{{"name", "a"},
         {"objective", 99},
         {"window", "30d"},
         {"sli", {{"probe", "up"}}},
         {"by", {"c"}},
         {"alerts",
          {{"labels", {{"a", "b"}}},
           {"page", false},
           {"tiers",
            {{{"class", "ticket"},
              {"budget", "2%"},
              {"long", "1h"},
              {"short", "5m"},
              {"for", "5m"}},
             {{"class", "page"}, {"burn_rate", 3}, {"long", "1h"}, {"short", "5m"}}}}}}}}}};
  const Subject subject = Native();
  REQUIRE_FALSE(HasErrors(subject.Read(document)));
  std::vector<json> documents;
  for (int i = 0; i < 4; ++i) AddMutations(document, RandomTexts(random), documents);
  CheckAgreement(subject, documents);
}

TEST_CASE("JsonSchema: every key stands in a good file, so that the reader is asked for it",
          "[exporters]") {
  Keys all;
  Keys used;
  for (const Subject& subject : {Native(), Configuration()}) {
    CollectKeys(subject.keys, all);
    for (const json& document : subject.corpus) {
      if (!HasErrors(subject.Read(document))) CollectUsed(document, subject.keys, used);
    }
  }
  CHECK(all.size() > 100);
  for (const auto& [table, key] : all) {
    INFO(key << " in " << table->what);
    CHECK(used.contains({table, key}));
  }
}

TEST_CASE("JsonSchema: what is not supported yet is not offered", "[exporters]") {
  const std::string schema = JsonSchema(kNativeKeys, "x");
  for (const std::string_view key : {"exclusions", "threshold"}) {
    CHECK(schema.find(fmt::format("\"{}\"", key)) == std::string::npos);
  }
}

TEST_CASE("JsonSchema: an example names the schema that its README makes", "[exporters]") {
  const fs::path examples = fs::path(SLOWBURN_SOURCE_DIR) / "examples";
  CHECK(testing::ReadWhole(examples / "by-region.yaml")
            .starts_with("# yaml-language-server: $schema=slowburn.schema.json\n"));
  CHECK_THAT(testing::ReadWhole(examples / "README.md"),
             Catch::Contains("slowburn schema > examples/slowburn.schema.json\n"));
}

}  // namespace
}  // namespace slowburn
