// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/config_keys.h"

#include "rules/native_keys.h"

namespace slowburn {
namespace {

using enum ValueKind;

constexpr std::string_view kModes[] = {"live", "shadow"};

constexpr Key kEvaluationList[] = {
    {.name = "interval", .kind = kDuration, .about = "Between evaluations, 1s to 5m."},
    {.name = "settle", .kind = kDuration, .about = "How long samples may take to become visible."},
    {.name = "max_series",
     .kind = kInteger,
     .least = 1,
     .most = 10'000'000,
     .about = "An SLO of more series has its increments computed by the source."},
};
constexpr KeyTable kEvaluation = {.keys = kEvaluationList};

// --- servers

constexpr Key kBasicAuthList[] = {
    {.name = "username", .kind = kFilledText, .needed = true},
    {.name = "password"},
    {.name = "password_file", .about = "Read again at each use."},
};
constexpr KeyTable kBasicAuth = {.keys = kBasicAuthList};

constexpr Key kTlsList[] = {
    {.name = "ca_file"},
    {.name = "cert_file"},
    {.name = "key_file"},
    {.name = "server_name"},
    {.name = "insecure_skip_verify", .kind = kBool},
};
constexpr KeyTable kTls = {.keys = kTlsList};

constexpr Key kHeadersKey = {.name = "headers", .kind = kHeaders, .about = "A tenant, for one."};
constexpr Key kBasicAuthKey = {.name = "basic_auth", .kind = kTable, .table = &kBasicAuth};
constexpr Key kBearerToken = {.name = "bearer_token"};
constexpr Key kBearerTokenFile = {.name = "bearer_token_file", .about = "Read again at each use."};
constexpr Key kTlsKey = {.name = "tls", .kind = kTable, .table = &kTls};
constexpr Key kTimeout = {.name = "timeout", .kind = kPositiveDuration};
constexpr Key kCompression = {
    .name = "compression", .kind = kBool, .about = "Whether to ask for compressed answers."};
constexpr Key kProxyUrl = {.name = "proxy_url", .kind = kUrl};
constexpr Key kNoProxy = {.name = "no_proxy",
                          .about = "Hosts reached without the proxy, with commas between."};
constexpr Key kProxyFromEnvironment = {
    .name = "proxy_from_environment",
    .kind = kBool,
    .about = "Whether http_proxy, https_proxy and no_proxy decide."};

constexpr Key kPrometheusList[] = {
    {.name = "url",
     .kind = kUrl,
     .or_kind = kUrlList,
     .needed = true,
     .about = "Several are of the same data: the next is read when one fails."},
    kHeadersKey,
    kBasicAuthKey,
    kBearerToken,
    kBearerTokenFile,
    kTlsKey,
    kTimeout,
    kCompression,
    kProxyUrl,
    kNoProxy,
    kProxyFromEnvironment,
    {.name = "max_in_flight",
     .kind = kInteger,
     .least = 1,
     .most = 1000,
     .about = "Requests at once."},
    {.name = "browse_url", .kind = kUrl, .about = "What links in alerts open; else url."},
    {.name = "scrape_timeout", .kind = kPositiveDuration, .about = "The longest of its scrapes."},
};
constexpr KeyTable kPrometheus = {.keys = kPrometheusList};

constexpr Key kSourceList[] = {
    {.name = "prometheus",
     .kind = kTable,
     .needed = true,
     .table = &kPrometheus,
     .about = "What speaks Prometheus' API."},
    {.name = "deduplicated",
     .kind = kBool,
     .about = "Whether the store merges the samples of several scrapers."},
    {.name = "settle", .kind = kDuration, .about = "Instead of evaluation.settle."},
};
constexpr KeyTable kSource = {.what = "the source", .keys = kSourceList};

constexpr Key kAlertmanagerList[] = {
    {.name = "url", .kind = kUrl, .needed = true},
    kHeadersKey,
    kBasicAuthKey,
    kBearerToken,
    kBearerTokenFile,
    kTlsKey,
    kTimeout,
    kCompression,
    kProxyUrl,
    kNoProxy,
    kProxyFromEnvironment,
};
constexpr KeyTable kAlertmanager = {.what = "the Alertmanager", .keys = kAlertmanagerList};

// --- alerting

constexpr Key kSourceDownList[] = {
    {.name = "after",
     .kind = kPositiveDuration,
     .about = "How long no read may succeed before SlowburnSourceDown fires."},
};
constexpr KeyTable kSourceDown = {.keys = kSourceDownList};

constexpr Key kSeveritiesList[] = {{.name = "page"}, {.name = "ticket"}};
constexpr KeyTable kSeverities = {.keys = kSeveritiesList};

constexpr Key kAlertingList[] = {
    {.name = "mode",
     .kind = kChoice,
     .choices = kModes,
     .about = "shadow: nothing is sent, whatever an SLO says."},
    {.name = "resend_delay", .kind = kPositiveDuration},
    {.name = "watchdog",
     .kind = kBool,
     .about = "Whether SlowburnWatchdog, which always fires, is sent."},
    {.name = "hold_limit",
     .kind = kPositiveDuration,
     .about = "How long a firing alert that nobody can measure is held."},
    {.name = "source_down", .kind = kTable, .table = &kSourceDown},
    {.name = "severities",
     .kind = kTable,
     .table = &kSeverities,
     .about = "The label severity of each class."},
};
constexpr std::string_view kAlertingNotYet[] = {"gate"};
constexpr KeyTable kAlerting = {.keys = kAlertingList, .not_yet = kAlertingNotYet};

// --- the file

constexpr Key kDefaultsList[] = {
    {.name = "window", .kind = kPositiveDuration, .about = "Of all SLOs that have none."},
    {.name = "alerts",
     .kind = kTable,
     .table = &kAlertKeys,
     .about = "Beneath the alerts of every file."},
};
constexpr KeyTable kDefaults = {.keys = kDefaultsList};

constexpr Key kWebList[] = {
    {.name = "external_url", .kind = kUrl, .about = "Under which people reach slowburn."},
    {.name = "enable_reload", .kind = kBool, .about = "Whether POST /-/reload works."},
};
constexpr std::string_view kWebNotYet[] = {"tls", "basic_auth"};
constexpr KeyTable kWeb = {.keys = kWebList, .not_yet = kWebNotYet};

constexpr Key kStateList[] = {
    {.name = "path", .about = "Folder of the state; one slowburn each."},
    {.name = "retention", .kind = kDuration, .about = "Of the history, 1d or more."},
};
constexpr KeyTable kState = {.keys = kStateList};

constexpr Key kSlothList[] = {
    {.name = "windows", .about = "File or folder of AlertWindows."},
};
constexpr KeyTable kSloth = {.keys = kSlothList};

constexpr Key kMetricsList[] = {
    {.name = "sloth", .kind = kBool, .about = "Whether Sloth's series are served too."},
    {.name = "sloth_prefix", .kind = kMetricPrefix, .about = "In front of their names."},
};
constexpr KeyTable kMetrics = {.keys = kMetricsList};

constexpr Key kConfigList[] = {
    {.name = "evaluation", .kind = kTable, .table = &kEvaluation},
    {.name = "sources",
     .kind = kTableMap,
     .table = &kSource,
     .about = "By the name that SLOs give."},
    {.name = "alertmanagers", .kind = kTableList, .table = &kAlertmanager},
    {.name = "alerting", .kind = kTable, .table = &kAlerting},
    {.name = "defaults", .kind = kTable, .table = &kDefaults, .about = "For all SLOs."},
    {.name = "external_labels",
     .kind = kSloLabels,
     .about = "On alerts that have no label of that name."},
    {.name = "rules", .kind = kTextList, .about = "SLO files, folders and patterns."},
    {.name = "listen", .kind = kHostPort, .about = "host:port; :port for all addresses."},
    {.name = "web", .kind = kTable, .table = &kWeb},
    {.name = "state", .kind = kTable, .table = &kState},
    {.name = "sloth", .kind = kTable, .table = &kSloth, .about = "How Sloth's files are read."},
    {.name = "metrics", .kind = kTable, .table = &kMetrics},
};
constexpr std::string_view kConfigNotYet[] = {"exclusions"};

}  // namespace

constexpr KeyTable kConfigKeys = {
    .what = "the configuration", .keys = kConfigList, .not_yet = kConfigNotYet};

}  // namespace slowburn
