// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/config.h"

#include <charconv>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/config_keys.h"
#include "rules/duration.h"
#include "rules/read_alerts.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/table_reader.h"

namespace slowburn {
namespace {

constexpr absl::Duration kShortestInterval = absl::Seconds(1);
constexpr absl::Duration kLongestInterval = absl::Minutes(5);

bool IsUrl(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size() && url[scheme.size()] != '/') {
      return url.find_first_of(" \t\r\n") == std::string_view::npos;
    }
  }
  return false;
}

// A header's name is a token, and its value one line, so that no header can add another.
bool IsHeader(std::string_view name, std::string_view value) {
  constexpr std::string_view kToken = "!#$%&'*+-.^_`|~";
  for (const char c : name) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && kToken.find(c) == std::string_view::npos) return false;
  }
  return !name.empty() && value.find_first_of("\r\n") == std::string_view::npos;
}

// `host:port`; the host may be empty, and is in brackets when it is an IPv6 address.
bool IsListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find_first_of(":[] /") != std::string_view::npos) return false;
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && stop == port.data() + port.size() && !port.empty();
}

class ConfigReader {
 public:
  ConfigReader(std::string_view path, Report& report) : report_(report) {
    const std::size_t slash = path.rfind('/');
    if (slash != std::string_view::npos) folder_ = path.substr(0, slash + 1);
  }

  Config Read(const YamlNode& root) {
    TableReader map(root, kConfigKeys, report_);
    ReadEvaluation(map);
    ReadSources(map);
    ReadAlertmanagers(map);
    ReadAlerting(map);
    ReadDefaults(map);
    config_.external_labels = map.AllLabels("external_labels");
    ReadRules(map);
    ReadListen(map);
    ReadWeb(map);
    ReadState(map);
    ReadSloth(map);
    ReadMetrics(map);
    map.Finish();
    config_.defaults.interval = config_.interval;
    return std::move(config_);
  }

 private:
  // A path as the process sees it: relative ones stand beside the configuration file.
  std::string Resolved(const std::string& path) const {
    if (path.empty() || path.front() == '/' || folder_.empty()) return path;
    return folder_ + path;
  }

  std::string Path(TableReader& map, std::string_view key) {
    const std::optional<std::string> text = map.Text(key);
    return text.has_value() ? Resolved(*text) : "";
  }

  std::string Url(TableReader& map, std::string_view key) {
    const YamlNode* node = map.Find(key, ValueKind::kUrl);
    return node == nullptr ? "" : Url(*node, key);
  }

  std::string Url(const YamlNode& node, std::string_view key) {
    const std::optional<std::string> url = ReadText(node, key, report_);
    if (!url.has_value()) return "";
    if (!IsUrl(*url)) {
      // A proxy's may hold a password.
      const std::string shown = key == "proxy_url" ? "" : fmt::format(" '{}'", Shown(*url));
      report_.Error(node, fmt::format("{}:{} is not a URL", key, shown),
                    "http://host:port or https://host");
    }
    return *url;
  }

  void ReadEvaluation(TableReader& config) {
    auto map = config.Open("evaluation");
    if (!map.has_value()) return;
    if (const auto interval = map->Duration("interval")) {
      if (*interval < kShortestInterval || *interval > kLongestInterval) {
        report_.Error(*map->Find("interval", ValueKind::kDuration),
                      fmt::format("interval must be from {} to {}", DurationText(kShortestInterval),
                                  DurationText(kLongestInterval)));
      } else {
        config_.interval = *interval;
      }
    }
    config_.settle = map->Duration("settle");
    config_.max_series = static_cast<int>(map->Integer("max_series").value_or(config_.max_series));
    map->Finish();
  }

  void ReadSources(TableReader& config) {
    if (config.Find("sources", ValueKind::kTableMap) == nullptr) return;
    config_.defaults.sources.clear();
    config.EachNamed("sources", [&](const YamlNode& key, TableReader& map) {
      const std::string& name = key.text;
      if (!IsName(name)) {
        report_.Error(key, fmt::format("'{}' can't name a source", Shown(name)),
                      "letters, digits, and - _ . between them");
      }
      if (auto prometheus = map.Open("prometheus")) {
        SourceSettings settings = ReadPrometheus(*prometheus);
        settings.deduplicated = map.Bool("deduplicated").value_or(false);
        settings.settle = map.Duration("settle");
        config_.sources.emplace(name, std::move(settings));
      }
      map.Finish();
      config_.defaults.sources.push_back(name);
    });
    if (config_.defaults.sources.size() == 1) config_.defaults.source = config_.defaults.sources[0];
  }

  SourceSettings ReadPrometheus(TableReader& map) {
    SourceSettings out;
    out.http = ReadHttp(map);
    if (const YamlNode* url = map.Find("url", ValueKind::kUrl, ValueKind::kUrlList)) {
      ReadReplicas(*url, out);
    }
    out.max_in_flight = static_cast<int>(map.Integer("max_in_flight").value_or(out.max_in_flight));
    out.browse_url = Url(map, "browse_url");
    out.scrape_timeout = map.Duration("scrape_timeout").value_or(out.scrape_timeout);
    map.Finish();
    return out;
  }

  // One url, or a list of them: those of an HA pair, for one.
  void ReadReplicas(const YamlNode& node, SourceSettings& out) {
    if (node.kind != YamlNode::Kind::kList) {
      out.http.url = Url(node, "url");
      return;
    }
    if (node.items.empty()) report_.Error(node, "url is an empty list");
    std::set<std::string> known;
    for (const YamlNode* item : node.items) {
      const std::string url = Url(*item, "url");
      if (!known.insert(url).second) {
        report_.Error(*item, fmt::format("url: '{}' stands twice", Shown(url)));
      } else if (known.size() == 1) {
        out.http.url = url;
      } else {
        out.replicas.push_back(url);
      }
    }
  }

  void ReadAlertmanagers(TableReader& config) {
    config.Each("alertmanagers", [&](TableReader& map) {
      config_.alertmanagers.push_back(ReadHttp(map));
      config_.alertmanagers.back().url = Url(map, "url");
      map.Finish();
    });
  }

  // All but the url.
  HttpSettings ReadHttp(TableReader& map) {
    HttpSettings out;
    if (const YamlNode* node = map.Find("headers", ValueKind::kHeaders)) ReadHeaders(*node, out);
    ReadBasicAuth(map, out);
    out.bearer_token = map.Text("bearer_token").value_or("");
    out.bearer_token_file = Path(map, "bearer_token_file");
    ReadTls(map, out);
    out.timeout = map.Duration("timeout").value_or(out.timeout);
    out.compression = map.Bool("compression").value_or(false);
    ReadProxy(map, out);
    const bool basic = !out.username.empty();
    const int ways = basic + !out.bearer_token.empty() + !out.bearer_token_file.empty();
    if (ways > 1) {
      report_.Error(map.node(), "give one of basic_auth, bearer_token and bearer_token_file");
    }
    return out;
  }

  void ReadProxy(TableReader& map, HttpSettings& out) {
    const YamlNode* proxy_url = map.Find("proxy_url", ValueKind::kUrl);
    out.proxy_url = Url(map, "proxy_url");
    out.no_proxy = map.Text("no_proxy").value_or("");
    out.proxy_from_environment = map.Bool("proxy_from_environment").value_or(false);
    if (out.proxy_from_environment && proxy_url != nullptr) {
      report_.Error(*proxy_url, "give one of proxy_url and proxy_from_environment");
    }
    if (!out.no_proxy.empty() && proxy_url == nullptr) {
      report_.Error(*map.Find("no_proxy", ValueKind::kText), "no_proxy needs a proxy_url");
    }
  }

  void ReadHeaders(const YamlNode& node, HttpSettings& out) {
    for (const auto& [key, value, merged] : ReadEntries(node, "headers", report_)) {
      const auto text = ReadText(*value, Shown(key->text), report_);
      if (!text.has_value()) continue;
      if (!IsHeader(key->text, *text)) {
        report_.Error(*key, fmt::format("'{}' can't be a header", Shown(key->text)));
        continue;
      }
      out.headers.emplace(key->text, *text);
    }
  }

  void ReadBasicAuth(TableReader& server, HttpSettings& out) {
    auto map = server.Open("basic_auth");
    if (!map.has_value()) return;
    out.username = map->Text("username").value_or("");
    out.password = map->Text("password").value_or("");
    out.password_file = Path(*map, "password_file");
    if (!out.password.empty() && !out.password_file.empty()) {
      report_.Error(map->node(), "give one of password and password_file");
    }
    map->Finish();
  }

  void ReadTls(TableReader& server, HttpSettings& out) {
    auto map = server.Open("tls");
    if (!map.has_value()) return;
    out.ca_file = Path(*map, "ca_file");
    out.cert_file = Path(*map, "cert_file");
    out.key_file = Path(*map, "key_file");
    out.server_name = map->Text("server_name").value_or("");
    out.insecure_skip_verify = map->Bool("insecure_skip_verify").value_or(false);
    if (out.cert_file.empty() != out.key_file.empty()) {
      report_.Error(map->node(), "cert_file and key_file need each other");
    }
    map->Finish();
  }

  void ReadAlerting(TableReader& config) {
    auto map = config.Open("alerting");
    if (!map.has_value()) return;
    config_.mode = map->Text("mode") == "shadow" ? AlertMode::kShadow : AlertMode::kLive;
    config_.resend_delay = map->Duration("resend_delay").value_or(config_.resend_delay);
    config_.watchdog = map->Bool("watchdog").value_or(true);
    config_.hold_limit = map->Duration("hold_limit").value_or(config_.hold_limit);
    if (auto down = map->Open("source_down")) {
      config_.source_down_after = down->Duration("after").value_or(config_.source_down_after);
      down->Finish();
    }
    if (auto severities = map->Open("severities")) {
      for (const std::string_view name : {"page", "ticket"}) {
        if (const auto text = severities->Text(name)) {
          config_.defaults.severities.insert_or_assign(std::string(name), *text);
        }
      }
      severities->Finish();
    }
    map->Finish();
  }

  void ReadDefaults(TableReader& config) {
    auto map = config.Open("defaults");
    if (!map.has_value()) return;
    config_.defaults.window = map->Duration("window");
    if (auto alerts = map->Open("alerts")) {
      config_.defaults.alerts = ReadAlerts(*std::move(alerts), report_);
    }
    map->Finish();
  }

  void ReadRules(TableReader& config) {
    const YamlNode* node = config.Find("rules", ValueKind::kTextList);
    if (node == nullptr) return;
    for (const YamlNode* item : ReadList(*node, "rules", report_)) {
      if (const auto path = ReadText(*item, "rules", report_)) {
        if (path->empty()) report_.Error(*item, "the path is empty");
        config_.rules.push_back(Resolved(*path));
      }
    }
  }

  void ReadSloth(TableReader& config) {
    auto map = config.Open("sloth");
    if (!map.has_value()) return;
    config_.sloth_windows = Path(*map, "windows");
    map->Finish();
  }

  void ReadState(TableReader& config) {
    constexpr absl::Duration kShortest = absl::Hours(24);
    auto map = config.Open("state");
    if (!map.has_value()) return;
    config_.state_path = Path(*map, "path");
    if (const auto retention = map->Duration("retention")) {
      if (*retention < kShortest) {
        report_.Error(*map->Find("retention", ValueKind::kDuration),
                      "retention must be 1d or more");
      }
      config_.state_retention = *retention;
    }
    map->Finish();
  }

  void ReadListen(TableReader& config) {
    const YamlNode* node = config.Find("listen", ValueKind::kHostPort);
    if (node == nullptr) return;
    const auto text = ReadText(*node, "listen", report_);
    if (!text.has_value()) return;
    if (!IsListenAddress(*text)) {
      report_.Error(*node, fmt::format("listen: '{}' is not host:port", Shown(*text)),
                    "as in 127.0.0.1:9390 or :9390");
    }
    config_.listen = *text;
  }

  void ReadWeb(TableReader& config) {
    auto map = config.Open("web");
    if (!map.has_value()) return;
    config_.external_url = Url(*map, "external_url");
    config_.enable_reload = map->Bool("enable_reload").value_or(false);
    map->Finish();
  }

  void ReadMetrics(TableReader& config) {
    auto map = config.Open("metrics");
    if (!map.has_value()) return;
    config_.sloth_metrics = map->Bool("sloth").value_or(false);
    config_.sloth_prefix = map->Text("sloth_prefix").value_or("");
    map->Finish();
  }

  Report& report_;
  std::string folder_;
  Config config_;
};

}  // namespace

ConfigResult LoadConfig(std::string_view path, std::string_view text) {
  ConfigResult out;
  Report report(std::string(path), text);
  int documents = 0;
  ReadYaml(text, {.document =
                      [&](const YamlNode& root) {
                        if (++documents > 1) {
                          report.Error(root, "a configuration is one document");
                        } else {
                          out.config = ConfigReader(path, report).Read(root);
                        }
                      },
                  .problem =
                      [&](const YamlProblem& problem) {
                        report.Add({report.AtOffset(problem.offset), Severity::kError,
                                    problem.message, problem.hint});
                      }});
  out.diagnostics = report.Take();
  return out;
}

}  // namespace slowburn
