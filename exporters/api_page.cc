// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/api_page.h"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "engine/url.h"
#include "exporters/slo_state.h"
#include "exporters/text.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8884; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.state { padding: .1rem .5rem; border-radius: .25rem; white-space: nowrap; }
.firing_page { background: #b3261e; color: #fff; }
.firing_ticket { background: #b25e00; color: #fff; }
.no_data, .unknown { background: #6b5b95; color: #fff; }
.pending { background: #8a6d00; color: #fff; }
.ok { background: #2e7d32; color: #fff; }
.problem { border-left: .3rem solid #b3261e; padding-left: .75rem; }
)";

struct PageRow {
  SloRef ref;
  SloState state;
  std::optional<double> budget;
};

std::vector<PageRow> RowsOf(const Snapshot& snapshot) {
  std::map<const SourceSnapshot*, AlertIndex> alerts;
  for (const auto& source : snapshot.sources) alerts.emplace(source.get(), *source);
  std::vector<PageRow> rows;
  for (const SloRef& ref : AllSlos(snapshot)) {
    rows.push_back({ref, StateOf(*ref.status, alerts.at(ref.source)), LeastBudget(*ref.status)});
  }
  const auto rank = [](const PageRow& row) {
    return std::pair(row.state, row.budget.value_or(std::numeric_limits<double>::max()));
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const PageRow& a, const PageRow& b) { return rank(a) < rank(b); });
  return rows;
}

// What people read of a state.
std::string_view Words(SloState state) {
  switch (state) {
    case SloState::kFiringPage:
      return "page firing";
    case SloState::kFiringTicket:
      return "ticket firing";
    case SloState::kNoData:
      return "no data";
    case SloState::kPending:
      return "pending";
    case SloState::kUnknown:
      return "unknown";
    case SloState::kOk:
      return "ok";
  }
  return "";
}

std::optional<absl::Duration> OldestData(const SloStatus& slo) {
  std::optional<absl::Duration> oldest;
  for (const GroupStatus& group : slo.groups) {
    if (group.data_age && (!oldest || *group.data_age > *oldest)) oldest = group.data_age;
  }
  return oldest;
}

std::string RowHtml(const PageRow& row) {
  const Slo& slo = row.ref.slo();
  const std::string path =
      fmt::format("api/v1/slos/{}/{}", UrlEncode(slo.service), UrlEncode(slo.name));
  const auto age = OldestData(*row.ref.status);
  return fmt::format(
      "<tr><td><a href=\"{0}/explain\">{1}</a>{2}</td>"
      "<td><span class=\"state {3}\">{4}</span></td>"
      "<td class=\"number\">{5}</td><td class=\"number\">{6} %</td><td>{7}</td>"
      "<td class=\"number\">{8}</td><td>{9}</td><td>{10}</td><td><a "
      "href=\"{0}\">json</a></td></tr>\n",
      path, EscapeHtml(slo.Id()),
      row.ref.status->stale_definition ? " <em>(stale definition)</em>" : "", ToString(row.state),
      Words(row.state), row.budget ? Percent(*row.budget) : "unknown",
      FormatRatio(MakeRatio(slo.objective.num * 100, slo.objective.den)), DurationText(slo.window),
      row.ref.status->groups.size(), age ? InWords(*age) : "none", EscapeHtml(slo.owner));
}

std::string Problems(const Snapshot& snapshot) {
  std::string out;
  for (const auto& source : snapshot.sources) {
    if (source->readable) continue;
    out +=
        fmt::format("<p class=\"problem\">Source {} could not be read at {}: {}</p>\n",
                    EscapeHtml(source->source), UtcTime(source->at), EscapeHtml(source->problem));
  }
  for (const Diagnostic& diagnostic : snapshot.rules->diagnostics) {
    if (diagnostic.severity != Severity::kError) continue;
    out += fmt::format("<p class=\"problem\">{}</p>\n", EscapeHtml(ToString(diagnostic)));
  }
  return out;
}

std::string AsOf(const Snapshot& snapshot) {
  std::optional<absl::Time> newest;
  for (const auto& source : snapshot.sources) {
    newest = std::max(newest.value_or(source->at), source->at);
  }
  return newest ? fmt::format("As of {}.", UtcTime(*newest)) : "Nothing has been evaluated yet.";
}

}  // namespace

std::string IndexPage(const Snapshot& snapshot) {
  const std::vector<PageRow> rows = RowsOf(snapshot);
  std::string body;
  for (const PageRow& row : rows) body += RowHtml(row);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>slowburn</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<header><h1>slowburn</h1>\n<nav><a href=\"metrics\">metrics</a> &middot; "
      "<a href=\"api/v1/slos\">API</a> &middot; <a href=\"-/healthy\">healthy</a> &middot; "
      "<a href=\"-/ready\">ready</a></nav></header>\n<main>\n{}"
      "<p>{} SLOs, the worst first. {}</p>\n"
      "<table>\n<thead><tr><th>SLO</th><th>State</th><th class=\"number\">Budget left</th>"
      "<th class=\"number\">Objective</th><th>Window</th><th class=\"number\">Groups</th>"
      "<th>Oldest data</th><th>Owner</th><th>API</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n"
      "</main>\n</body>\n</html>\n",
      kStyle, Problems(snapshot), rows.size(), AsOf(snapshot), body);
}

}  // namespace slowburn
