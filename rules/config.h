// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "rules/alert_settings.h"
#include "rules/diagnostic.h"
#include "rules/label.h"
#include "rules/slo.h"

namespace slowburn {

// How to reach an HTTP server.  Secrets in files are read again at each use.
struct HttpSettings {
  std::string url;
  std::map<std::string, std::string> headers;  // A tenant, for one: X-Scope-OrgID.
  std::string username;
  std::string password;
  std::string password_file;
  std::string bearer_token;
  std::string bearer_token_file;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;
  bool insecure_skip_verify = false;
  bool compression = false;  // Whether to ask for compressed answers: less to carry, more to do.
  absl::Duration timeout = absl::Seconds(10);
  std::string proxy_url;  // With user and password where it asks for them; no proxy when empty.
  std::string no_proxy;   // Hosts that are reached without it, with commas between.
  bool proxy_from_environment = false;  // Instead: http_proxy, https_proxy and no_proxy decide.
  std::string address;  // Connect to this, not to what the url's host resolves to; not configured.
  std::string unix_socket;  // Connect to this socket in the file system; not configured.

  bool operator==(const HttpSettings&) const = default;
};

// A store of samples, by the name that SLOs give.
struct SourceSettings {
  HttpSettings http;  // Of its first replica; the others differ in the url only.
  int max_in_flight = 8;
  std::string browse_url;  // What people open; the url itself when empty.
  absl::Duration scrape_timeout = absl::Seconds(10);
  std::vector<std::string> replicas;     // Further urls, each of the same data scraped by another.
  bool deduplicated = false;             // The store merges replicas: a tiny drop is no reset.
  std::optional<absl::Duration> settle;  // Instead of `Config::settle`.

  bool operator==(const SourceSettings&) const = default;
};

// Defaults that slowburn.yaml gives to all rule files.
struct RuleDefaults {
  std::optional<absl::Duration> window;
  AlertSettings alerts;  // Beneath the `alerts` of every file.
  std::string source = "default";
  std::vector<std::string> sources = {"default"};  // Those that exist.
  Labels severities = {{"page", "critical"}, {"ticket", "warning"}};
  absl::Duration interval = absl::Seconds(30);  // For the lint on windows too short for it.
  bool for_rules = false;  // The SLOs are to become rules, and do not run in the engine.

  bool HasSource(const std::string& name) const {
    return std::find(sources.begin(), sources.end(), name) != sources.end();
  }

  bool operator==(const RuleDefaults&) const = default;
};

// slowburn.yaml.
struct Config {
  absl::Duration interval = absl::Seconds(30);
  std::optional<absl::Duration> settle;  // Default: the source's scrape timeout and 5 s.
  int max_series = 20'000;  // An SLO of more has its increments computed by the source.
  std::map<std::string, SourceSettings> sources;
  std::vector<HttpSettings> alertmanagers;
  AlertMode mode = AlertMode::kLive;  // Shadow: nothing is sent, whatever an SLO says.
  bool watchdog = true;               // Whether the alert that always fires is sent.
  absl::Duration resend_delay = absl::Minutes(1);
  absl::Duration hold_limit = absl::Hours(24);  // Of a firing alert that nobody can measure.
  absl::Duration source_down_after = absl::Minutes(5);  // Without a read that succeeds.
  Labels external_labels;
  std::vector<std::string> rules;  // Files, folders and globs, relative to the configuration file.
  // File or folder of Sloth's AlertWindows; empty: they are among the rule files.
  std::string sloth_windows;
  std::string state_path;  // Folder of the state; empty: what is known goes with the process.
  absl::Duration state_retention = absl::Hours(24 * 400);  // Of the history.
  std::string listen = "127.0.0.1:9390";
  std::string external_url;
  bool enable_reload = false;  // POST /-/reload
  bool sloth_metrics = false;  // Whether /metrics has the series of Sloth's rules too,
  std::string sloth_prefix;    // and what their names begin with instead of nothing.
  RuleDefaults defaults;

  bool operator==(const Config&) const = default;
};

// Reads the text of slowburn.yaml.  Unknown keys are errors.  With errors, the value is what could
// be read and must not be used.
struct ConfigResult {
  Config config;
  Diagnostics diagnostics;
};

ConfigResult LoadConfig(std::string_view path, std::string_view text);

}  // namespace slowburn
