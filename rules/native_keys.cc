// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/native_keys.h"

namespace slowburn {
namespace {

using enum ValueKind;

constexpr std::string_view kVersions[] = {kNativeVersion};
constexpr std::string_view kUnits[] = {"s", "ms"};
constexpr std::string_view kLanguages[] = {"promql", "metricsql"};
constexpr std::string_view kTierClasses[] = {"page", "ticket"};
constexpr std::string_view kNoDataClasses[] = {"page", "ticket", "none"};
constexpr std::string_view kModes[] = {"live", "shadow"};

constexpr Key kOwner = {.name = "owner", .about = "Who is responsible; the label owner of alerts."};
constexpr Key kLabels = {
    .name = "labels", .kind = kSloLabels, .about = "On the info metric and on alerts."};
constexpr Key kSource = {.name = "source",
                         .about = "One of the sources of slowburn.yaml; else the default one."};
constexpr Key kWindow = {.name = "window",
                         .kind = kPositiveDuration,
                         .about = "Rolling; 30d where nothing else is said."};

// --- sli

constexpr Key kEventsList[] = {
    {.name = "total", .kind = kSelector, .needed = true, .about = "Counts every event."},
    {.name = "bad", .kind = kSelector, .about = "Counts the bad events."},
    {.name = "good", .kind = kSelector, .about = "Counts the good events."},
};
constexpr std::string_view kBadOrGood[] = {"bad", "good"};
constexpr KeyTable kEvents = {.keys = kEventsList, .one_of = kBadOrGood};

constexpr Key kLatencyList[] = {
    {.name = "histogram",
     .kind = kSelector,
     .needed = true,
     .about = "A classic histogram, by base name or _bucket, without le."},
    {.name = "under",
     .kind = kPositiveDuration,
     .needed = true,
     .about = "Good are the observations at or below it; it must be a bucket's bound."},
    {.name = "unit",
     .kind = kChoice,
     .choices = kUnits,
     .about = "Of the histogram; ms for names in _ms or _milliseconds, else s."},
};
constexpr KeyTable kLatency = {.keys = kLatencyList};

constexpr Key kProbeList[] = {
    {.name = "gauge",
     .kind = kSelector,
     .needed = true,
     .about = "A gauge of 1 and 0; each sample is an event."},
};
constexpr KeyTable kProbe = {.keys = kProbeList};

constexpr Key kLanguageKey = {
    .name = "language",
    .kind = kChoice,
    .choices = kLanguages,
    .about = "metricsql: the source, a VictoriaMetrics, is asked for it as it is."};

constexpr Key kRatioList[] = {
    {.name = "error",
     .kind = kExpression,
     .needed = true,
     .about = "The ratio of errors, 0 to 1, in PromQL with {{.window}}."},
    kLanguageKey,
};
constexpr KeyTable kRatio = {.keys = kRatioList};

constexpr Key kExpressionsList[] = {
    {.name = "error_query",
     .kind = kExpression,
     .needed = true,
     .about = "The rate or count of errors, in PromQL with {{.window}}."},
    {.name = "total_query",
     .kind = kExpression,
     .needed = true,
     .about = "The rate or count of all events, in PromQL with {{.window}}."},
    kLanguageKey,
};
constexpr KeyTable kExpressions = {.keys = kExpressionsList};

constexpr Key kSliList[] = {
    {.name = "events", .kind = kTable, .filled = true, .table = &kEvents, .about = "Two counters."},
    {.name = "latency",
     .kind = kTable,
     .filled = true,
     .table = &kLatency,
     .about = "A histogram and a bound."},
    {.name = "probe",
     .kind = kTable,
     .or_kind = kSelector,
     .filled = true,
     .table = &kProbe,
     .about = "A gauge of 1 and 0, or its selector itself."},
    {.name = "ratio",
     .kind = kTable,
     .filled = true,
     .table = &kRatio,
     .about = "The ratio of errors in PromQL."},
    {.name = "expression",
     .kind = kTable,
     .filled = true,
     .table = &kExpressions,
     .about = "Errors and events in PromQL."},
};
constexpr std::string_view kSliKinds[] = {"events", "latency", "probe", "ratio", "expression"};
constexpr std::string_view kSliNotYet[] = {"threshold"};
constexpr KeyTable kSli = {.keys = kSliList, .one_of = kSliKinds, .not_yet = kSliNotYet};

// --- alerts

constexpr Key kAlertLabelsKey = {
    .name = "labels", .kind = kAlertLabels, .about = "May hold templates."};
constexpr Key kAnnotationsKey = {
    .name = "annotations", .kind = kAnnotations, .about = "May hold templates."};

constexpr Key kClassList[] = {
    {.name = "disable", .kind = kBool, .about = "Whether this class is switched off."},
    kAlertLabelsKey,
    kAnnotationsKey,
};
constexpr KeyTable kClass = {.keys = kClassList};

constexpr Key kNamedList[] = {kAlertLabelsKey, kAnnotationsKey};
constexpr KeyTable kNamed = {.what = "the named alert", .keys = kNamedList};

constexpr Key kTierList[] = {
    {.name = "class",
     .kind = kChoice,
     .needed = true,
     .choices = kTierClasses,
     .about = "What it raises."},
    {.name = "budget",
     .kind = kShare,
     .about = "The share of the error budget that is used up within long, as in 2%."},
    {.name = "burn_rate", .kind = kFactor, .about = "The burn rate that both windows must exceed."},
    {.name = "long", .kind = kPositiveDuration, .needed = true, .about = "The long window."},
    {.name = "short",
     .kind = kPositiveDuration,
     .or_kind = kNoWindow,
     .needed = true,
     .about = "The short window; none where the long one alone decides."},
    {.name = "for", .kind = kDuration, .about = "How long it must hold before it fires."},
    {.name = "keep_firing_for",
     .kind = kDuration,
     .about = "How long it fires on after it held last."},
    {.name = "alert",
     .kind = kName,
     .about = "Of its class, the alert it belongs to, where the class has several."},
};
constexpr std::string_view kBudgetOrRate[] = {"budget", "burn_rate"};
constexpr KeyTable kTier = {.what = "the tier", .keys = kTierList, .one_of = kBudgetOrRate};

constexpr Key kNoDataList[] = {
    {.name = "after", .kind = kPositiveDuration, .about = "15m where nothing else is said."},
    {.name = "class",
     .kind = kChoice,
     .choices = kNoDataClasses,
     .about = "Whose labels the alert carries; none for no such alert."},
    {.name = "name", .kind = kFilledText, .about = "The label alertname of this one."},
    kAlertLabelsKey,
};
constexpr KeyTable kNoData = {.keys = kNoDataList};

constexpr Key kAlertList[] = {
    {.name = "name",
     .kind = kFilledText,
     .about = "The label alertname; ErrorBudgetBurn where nothing else is said."},
    kAlertLabelsKey,
    kAnnotationsKey,
    {.name = "page",
     .kind = kTable,
     .or_kind = kOff,
     .table = &kClass,
     .about = "What pages carry; false for none."},
    {.name = "ticket",
     .kind = kTable,
     .or_kind = kOff,
     .table = &kClass,
     .about = "What tickets carry; false for none."},
    {.name = "named",
     .kind = kTableMap,
     .table = &kNamed,
     .about = "What alerts that tiers name carry, beside what is of their class."},
    {.name = "tiers",
     .kind = kTableList,
     .table = &kTier,
     .most = 32,
     .about = "Instead of the default tiers; [] for none."},
    {.name = "no_data",
     .kind = kTable,
     .or_kind = kOff,
     .table = &kNoData,
     .about = "When to tell that the SLI can't be measured; false for never."},
    {.name = "gate", .kind = kOff, .about = "Only off, so far."},
    {.name = "mode",
     .kind = kChoice,
     .choices = kModes,
     .about = "shadow: everything but the sending."},
};
constexpr std::string_view kAlertNotYet[] = {"budget"};

// --- the file

constexpr Key kAlertsKey = {
    .name = "alerts", .kind = kTable, .table = &kAlertKeys, .about = "How it alerts."};

constexpr Key kSloList[] = {
    {.name = "name",
     .kind = kName,
     .needed = true,
     .about = "Unique in the service; the SLO's history goes by it."},
    {.name = "description", .about = "For people."},
    {.name = "objective",
     .kind = kObjective,
     .needed = true,
     .about = "Percent of good events, as in 99.9."},
    kWindow,
    kOwner,
    kLabels,
    kSource,
    {.name = "sli", .kind = kTable, .needed = true, .table = &kSli, .about = "What is measured."},
    {.name = "by",
     .kind = kByLabels,
     .about = "One budget and one set of alerts for each combination of these labels' values."},
    kAlertsKey,
};
constexpr std::string_view kExclusions[] = {"exclusions"};
constexpr KeyTable kSlo = {.what = "the SLO", .keys = kSloList, .not_yet = kExclusions};

constexpr Key kDefaultsList[] = {kWindow, kAlertsKey};
constexpr KeyTable kDefaults = {.keys = kDefaultsList};

constexpr Key kFileList[] = {
    {.name = "version",
     .kind = kChoice,
     .needed = true,
     .choices = kVersions,
     .about = "What the file is."},
    {.name = "service", .kind = kName, .needed = true, .about = "Whose SLOs these are."},
    kOwner,
    kLabels,
    kSource,
    {.name = "defaults",
     .kind = kTable,
     .table = &kDefaults,
     .about = "What the SLOs of this file share."},
    {.name = "slos",
     .kind = kTableList,
     .needed = true,
     .table = &kSlo,
     .least = 1,
     .about = "The promises."},
};

}  // namespace

constexpr KeyTable kAlertKeys = {.what = "alerts", .keys = kAlertList, .not_yet = kAlertNotYet};
constexpr KeyTable kNativeKeys = {.what = "the file", .keys = kFileList, .not_yet = kExclusions};

}  // namespace slowburn
