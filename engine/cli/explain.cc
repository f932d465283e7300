// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <fmt/format.h>

#include "engine/cli/command.h"
#include "engine/io/http_client.h"
#include "engine/url.h"

namespace slowburn {
namespace {

struct ExplainOptions {
  std::string slo;
  std::string group;
  std::string server = "http://127.0.0.1:9390";
  bool json = false;
};

int Explain(const ExplainOptions& options) {
  const std::size_t slash = options.slo.find('/');
  if (slash == std::string::npos) {
    fmt::print(stderr, "slowburn: '{}' is not SERVICE/SLO\n", options.slo);
    return kUsage;
  }
  HttpSettings settings;
  settings.url = options.server;
  HttpClient client(settings);
  HttpRequest request;
  request.path =
      fmt::format("/api/v1/slos/{}/{}/explain?format={}", UrlEncode(options.slo.substr(0, slash)),
                  UrlEncode(options.slo.substr(slash + 1)), options.json ? "json" : "text");
  if (!options.group.empty()) request.path += "&group=" + UrlEncode(options.group);
  const absl::StatusOr<HttpResponse> response = client.Send(request);
  if (!response.ok()) {
    fmt::print(stderr, "slowburn: {}: {}\n", client.display_url(),
               std::string(response.status().message()));
    return kCheckFailed;
  }
  fmt::print(response->status == 200 ? stdout : stderr, "{}{}", response->body,
             response->body.ends_with('\n') ? "" : "\n");
  return response->status == 200 ? kGood : kCheckFailed;
}

}  // namespace

void AddExplain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand(
      "explain", "Why an SLO pages, or why it does not, from a running slowburn");
  command->add_option("slo", options->slo, "SERVICE/SLO")->required();
  command->add_option("--group", options->group, "One group, as in region=eu; else all");
  command->add_option("--server", options->server, "The running slowburn")
      ->capture_default_str()
      ->envname("SLOWBURN_SERVER");
  command->add_flag("--json", options->json, "As JSON");
  command->footer("Example: slowburn explain checkout/availability --group region=eu");
  command->callback([options, &exit_code] { exit_code = Explain(*options); });
}

}  // namespace slowburn
