// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/config.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

Config LoadGood(std::string_view path, std::string_view text) {
  ConfigResult result = LoadConfig(path, text);
  CHECK(testing::AsText(result.diagnostics).empty());
  return std::move(result.config);
}

TEST_CASE("LoadConfig: an empty file is the defaults", "[rules]") {
  for (const std::string_view text : {"", "# nothing\n", "---\n", "{}"}) {
    CHECK(LoadGood("slowburn.yaml", text) == Config());
  }
}

TEST_CASE("LoadConfig: reads every key", "[rules]") {
  const auto file = testing::TestdataFolder("config") / "every-key.good.yaml";
  const Config config = LoadGood("/etc/slowburn/slowburn.yaml", testing::ReadWhole(file));
  CHECK(config.interval == absl::Seconds(15));
  CHECK(config.settle == absl::Seconds(20));
  CHECK(config.mode == AlertMode::kShadow);
  CHECK(config.resend_delay == absl::Minutes(2));
  CHECK(config.hold_limit == absl::Hours(8));
  CHECK(config.source_down_after == absl::Minutes(3));
  CHECK(config.external_labels == Labels{{"cluster", "eu1"}});
  CHECK(config.rules ==
        std::vector<std::string>{"/etc/slowburn/slos/*.yaml", "/etc/slowburn/rules"});
  CHECK(config.sloth_windows == "/etc/slowburn/windows");
  CHECK(config.listen == "[::1]:9391");
  CHECK(config.external_url == "https://slowburn.example.org");
  CHECK(config.enable_reload);
  CHECK(config.sloth_metrics);
  CHECK(config.sloth_prefix == "sb:");
  CHECK(config.state_path == "/etc/slowburn/state");
  CHECK(config.state_retention == absl::Hours(24 * 90));

  REQUIRE(config.sources.size() == 2);
  const HttpSettings eu = {.url = "https://prometheus.example.org/prefix",
                           .headers = {{"X-Scope-OrgID", "tenant"}},
                           .username = "u",
                           .password = "",
                           .password_file = "/etc/slowburn/secrets/password",
                           .bearer_token = "",
                           .bearer_token_file = "",
                           .ca_file = "/etc/slowburn/ca.pem",
                           .cert_file = "/etc/c.pem",
                           .key_file = "/etc/slowburn/k.pem",
                           .server_name = "p",
                           .insecure_skip_verify = false,
                           .compression = true,
                           .timeout = absl::Seconds(20)};
  CHECK(config.sources.at("eu") ==
        SourceSettings{eu, 4, "https://p.example.org", absl::Seconds(5)});
  CHECK(config.sources.at("us").http.bearer_token_file == "/etc/slowburn/token");
  CHECK(config.sources.at("us").max_in_flight == 8);
  CHECK_FALSE(config.sources.at("us").http.compression);
  CHECK(config.max_series == 5000);
  CHECK(config.sources.at("us").http.url == "http://us-a:9090");
  CHECK(config.sources.at("us").replicas == std::vector<std::string>{"https://us-b:9090/p"});
  CHECK(config.sources.at("us").deduplicated);
  CHECK(config.sources.at("us").settle == absl::Seconds(90));

  REQUIRE(config.alertmanagers.size() == 3);
  CHECK(config.alertmanagers[0].url == "http://am1:9093");
  CHECK(config.alertmanagers[0].timeout == absl::Seconds(5));
  CHECK(config.alertmanagers[1].bearer_token == "secret");
  CHECK(config.alertmanagers[1].proxy_url == "http://u:p@proxy:3128");
  CHECK(config.alertmanagers[1].no_proxy == "a.example");
  CHECK(config.alertmanagers[2].proxy_from_environment);
  CHECK_FALSE(config.watchdog);
}

TEST_CASE("LoadConfig: fills the defaults of rule files", "[rules]") {
  const auto file = testing::TestdataFolder("config") / "every-key.good.yaml";
  const RuleDefaults defaults = LoadGood("slowburn.yaml", testing::ReadWhole(file)).defaults;
  CHECK(defaults.window == absl::Hours(24 * 28));
  CHECK(defaults.alerts.annotations == Labels{{"runbook_url", "https://r.example.org"}});
  CHECK(defaults.alerts.no_data.disabled == true);
  CHECK(defaults.sources == std::vector<std::string>{"eu", "us"});
  CHECK(defaults.source == "default");
  CHECK(defaults.severities == Labels{{"page", "sev1"}, {"ticket", "warning"}});
  CHECK(defaults.interval == absl::Seconds(15));
}

TEST_CASE("LoadConfig: what is wrong with metrics", "[rules]") {
  const ConfigResult result =
      LoadConfig("a", "metrics: {sloth: often, sloth_prefix: \"a b\", slot: 1}\n");
  CHECK(testing::AsText(result.diagnostics) ==
        "a:1:18: error: sloth must be true or false, not 'often'\n"
        "a:1:39: error: sloth_prefix: 'a b' can't begin the name of a metric\n"
        "a:1:46: error: unknown key slot in metrics (did you mean sloth?)\n");
}

TEST_CASE("LoadConfig: a single source is the default", "[rules]") {
  const Config config = LoadGood("a", "sources: {eu: {prometheus: {url: 'http://eu'}}}");
  CHECK(config.defaults.source == "eu");
}

TEST_CASE("LoadConfig: urls of replicas", "[rules]") {
  struct Case {
    const char* url;
    const char* want;
  };

  const Case cases[] = {
      {"[]", "a:1:34: error: url is an empty list\n"},
      {"['http://a', b]",
       "a:1:47: error: url: 'b' is not a URL (http://host:port or https://host)\n"},
      {"['http://a', 'http://a']", "a:1:47: error: url: 'http://a' stands twice\n"},
      {"[['http://a']]",
       "a:1:35: error: url must be text, not a list (quote a text that begins "
       "with [)\n"},
  };
  for (const Case& c : cases) {
    const std::string text = fmt::format("sources: {{eu: {{prometheus: {{url: {}}}}}}}", c.url);
    CHECK(testing::AsText(LoadConfig("a", text).diagnostics) == c.want);
  }
  const SourceSettings one =
      LoadGood("a", "sources: {eu: {prometheus: {url: ['http://a']}}}").sources.at("eu");
  CHECK(one.http.url == "http://a");
  CHECK(one.replicas.empty());
}

TEST_CASE("LoadConfig: paths stand beside the file", "[rules]") {
  struct Case {
    const char* file;
    const char* want;
  };

  const Case cases[] = {
      {"slowburn.yaml", "slos"},
      {"./slowburn.yaml", "./slos"},
      {"conf/slowburn.yaml", "conf/slos"},
      {"/slowburn.yaml", "/slos"},
  };
  for (const Case& c : cases) {
    CHECK(LoadGood(c.file, "rules: [slos]").rules == std::vector<std::string>{c.want});
  }
}

TEST_CASE("LoadConfig: listen addresses", "[rules]") {
  for (const std::string text : {"127.0.0.1:0", ":9390", "localhost:80", "[::1]:9390", "[::]:1"}) {
    CHECK(LoadGood("a", "listen: '" + text + "'").listen == text);
  }
  for (const std::string text :
       {"", "9390", "localhost", "a:b", "a:65536", "::1:80", "a:-1", "a b:80"}) {
    INFO(text);
    CHECK(HasErrors(LoadConfig("a", "listen: '" + text + "'").diagnostics));
  }
}

TEST_CASE("LoadConfig: the history is kept for a day at least", "[rules]") {
  CHECK(LoadGood("a", "state: {retention: 1d}").state_retention == absl::Hours(24));
  CHECK(testing::AsText(LoadConfig("a", "state: {path: s, retention: 23h}").diagnostics) ==
        "a:1:29: error: retention must be 1d or more\n");
  CHECK(HasErrors(LoadConfig("a", "state: {folder: s}").diagnostics));
}

TEST_CASE("LoadConfig: what proxies can't be together, without their passwords", "[rules]") {
  const auto diagnostics = [](const std::string& keys) {
    const std::string text = "alertmanagers: [{url: 'http://am', " + keys + "}]";
    return testing::AsText(LoadConfig("a", text).diagnostics);
  };
  CHECK(diagnostics("proxy_url: 'http://p', proxy_from_environment: true") ==
        "a:1:47: error: give one of proxy_url and proxy_from_environment\n");
  CHECK(diagnostics("no_proxy: b") == "a:1:46: error: no_proxy needs a proxy_url\n");
  CHECK(diagnostics("proxy_url: 'u:hunter2@p'") ==
        "a:1:47: error: proxy_url: is not a URL (http://host:port or https://host)\n");
}

TEST_CASE("LoadConfig: broken YAML is a finding", "[rules]") {
  CHECK(testing::AsText(LoadConfig("a", "sources: [").diagnostics) ==
        "a:1:10: error: not valid YAML: this bracket is not closed\n");
  CHECK(HasErrors(LoadConfig("a", "- a list").diagnostics));
}

}  // namespace
}  // namespace slowburn
