// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/api.h"

#include <map>

#include <fmt/format.h>

#include "engine/url.h"
#include "exporters/api_page.h"
#include "exporters/slo_json.h"
#include "exporters/slo_state.h"
#include "exporters/text.h"
#include "exporters/web_answer.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

using nlohmann::json;

WebResponse Probe(bool good, std::string_view what) {
  return Respond(good ? 200 : 503, kPlainType, fmt::format("{}{}\n", good ? "" : "not ", what));
}

// The decoded parts of `path`.
std::vector<std::string> PartsOf(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(UrlDecode(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return parts;
}

// The one value of a parameter, `fallback` when it is not given.
std::string Parameter(const WebRequest& request, const std::string& name, std::string fallback) {
  const auto it = request.query.find(name);
  return it == request.query.end() ? std::move(fallback) : it->second;
}

json InShort(const SloRef& ref, const AlertIndex& alerts) {
  const Slo& slo = ref.slo();
  return {{"service", slo.service},
          {"slo", slo.name},
          {"owner", slo.owner},
          {"objective", slo.objective.AsDouble()},
          {"window", DurationText(slo.window)},
          {"source", ref.source->source},
          {"groups", ref.status->groups.size()},
          {"series", ref.status->series},
          {"state", ToString(StateOf(*ref.status, alerts))},
          {"budget_remaining", OrNull(LeastBudget(*ref.status))},
          {"stale_definition", ref.status->stale_definition},
          {"problem", ref.status->problem}};
}

json SourceJson(const SourceSnapshot& source) {
  return {{"name", source.source},
          {"readable", source.readable},
          {"problem", source.problem},
          {"at", TimeJson(source.at)},
          {"sealed_until", TimeJson(source.sealed_until)}};
}

json RulesJson(const RulesStatus& rules) {
  json diagnostics = json::array();
  for (const Diagnostic& diagnostic : rules.diagnostics) {
    diagnostics.push_back(ToString(diagnostic));
  }
  return {{"loaded", rules.loaded},
          {"invalid", rules.invalid},
          {"last_load_successful", rules.last_load_successful},
          {"diagnostics", std::move(diagnostics)}};
}

WebResponse ListSlos(const Snapshot& snapshot) {
  std::map<const SourceSnapshot*, AlertIndex> alerts;
  json sources = json::array();
  for (const auto& source : snapshot.sources) {
    alerts.emplace(source.get(), *source);
    sources.push_back(SourceJson(*source));
  }
  json slos = json::array();
  for (const SloRef& ref : AllSlos(snapshot)) slos.push_back(InShort(ref, alerts.at(ref.source)));
  return SuccessAnswer({{"slos", std::move(slos)},
                        {"sources", std::move(sources)},
                        {"rules", RulesJson(*snapshot.rules)}});
}

WebResponse WholeSlo(const Snapshot& snapshot, const std::string& id) {
  const auto ref = FindSlo(snapshot, id);
  if (!ref) return ErrorAnswer(404, NoSuchSlo(snapshot, id));
  const AlertIndex alerts(*ref->source);
  json groups = json::array();
  for (const GroupStatus& group : ref->status->groups) {
    json one = ToJson(group);
    one["state"] = ToString(StateOf(*ref->status, group, alerts));
    one["events"] = IsOpaque(*ref->status)
                        ? json(nullptr)
                        : json({{"good", group.good_events}, {"bad", group.bad_events}});
    groups.push_back(std::move(one));
  }
  json raised = json::array();
  for (const Alert& alert : ref->source->alerts) {
    if (alert.slo_id != id) continue;
    json one = ToJson(alert);
    one["group"] = alert.group_key;
    raised.push_back(std::move(one));
  }
  json data = InShort(*ref, alerts);
  data["definition"] = DefinitionJson(*ref->status);
  data["groups"] = std::move(groups);
  data["alerts"] = std::move(raised);
  return SuccessAnswer(data);
}

// The routes, over what they depend on.
class Api {
 public:
  explicit Api(ApiDependencies dependencies) : dependencies_(std::move(dependencies)) {}

  WebResponse operator()(const WebRequest& request) const {
    if (request.path == "/-/reload") {
      return request.method == "POST" ? Reload() : WrongMethod(request, "POST");
    }
    const std::optional<WebResponse> response = Read(request);
    if (!response) return ErrorAnswer(404, fmt::format("no page at {}", Printable(request.path)));
    // A path that exists asks for another method, one that doesn't stays 404 whatever the method.
    if (request.method != "GET" && request.method != "HEAD") return WrongMethod(request, "GET");
    return *response;
  }

 private:
  // The answer to a GET of the path; nullopt when nothing is there.
  std::optional<WebResponse> Read(const WebRequest& request) const {
    if (request.path == "/" || request.path == "/index.html") {
      return Respond(200, "text/html; charset=utf-8", IndexPage(dependencies_.board.Read()));
    }
    if (request.path == "/metrics") {
      return Respond(200, "text/plain; version=0.0.4; charset=utf-8",
                     dependencies_.metrics.Expose(dependencies_.board.Read()));
    }
    if (request.path == "/-/healthy") return Probe(dependencies_.healthy(), "healthy");
    if (request.path == "/-/ready") return Probe(dependencies_.ready(), "ready");
    return ReadSlos(request);
  }

  std::optional<WebResponse> ReadSlos(const WebRequest& request) const {
    const std::vector<std::string> parts = PartsOf(request.path);
    if (parts.size() < 3 || parts[0] != "api" || parts[1] != "v1" || parts[2] != "slos") {
      return std::nullopt;
    }
    if (parts.size() == 3) return ListSlos(dependencies_.board.Read());
    if (parts.size() < 5 || parts[3].empty() || parts[4].empty()) return std::nullopt;
    const std::string id = parts[3] + "/" + parts[4];
    if (parts.size() == 5) return WholeSlo(dependencies_.board.Read(), id);
    if (parts.size() == 6 && parts[5] == "explain") return Explain(request, id);
    return std::nullopt;
  }

  WebResponse Explain(const WebRequest& request, const std::string& id) const {
    const std::string format = Parameter(request, "format", "text");
    if (format != "text" && format != "json") {
      return ErrorAnswer(400, fmt::format("format is text or json, not '{}'", Printable(format)));
    }
    if (request.query.count("group") > 1) return ErrorAnswer(400, "group is given more than once");
    const std::string group = Parameter(request, "group", "");
    const bool text = format == "text";
    const auto explanation =
        text ? ExplainText(dependencies_.board.Read(), id, group, dependencies_.acknowledgements)
             : ExplainJson(dependencies_.board.Read(), id, group, dependencies_.acknowledgements);
    if (!explanation.ok()) return ErrorAnswer(explanation.status());
    return Respond(200, text ? kPlainType : kJsonType, *explanation);
  }

  WebResponse Reload() const {
    if (!dependencies_.reload) return ErrorAnswer(403, "reloading over HTTP is not enabled");
    return ReloadAnswer(dependencies_.reload());
  }

  const ApiDependencies dependencies_;
};

}  // namespace

WebHandler NewApi(ApiDependencies dependencies) {
  return Api(std::move(dependencies));
}

}  // namespace slowburn
