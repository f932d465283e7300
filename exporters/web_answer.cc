// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/web_answer.h"

#include <utility>

#include <fmt/format.h>

#include "exporters/slo_json.h"
#include "exporters/text.h"

namespace slowburn {

using nlohmann::json;

WebResponse Respond(int status, std::string_view type, std::string body) {
  return {status, std::string(type), std::move(body)};
}

WebResponse SuccessAnswer(const json& data) {
  return Respond(200, kJsonType, JsonText({{"status", "success"}, {"data", data}}));
}

WebResponse ErrorAnswer(int status, const std::string& message) {
  return Respond(status, kJsonType, JsonText({{"status", "error"}, {"error", message}}));
}

WebResponse ErrorAnswer(const absl::Status& status) {
  return ErrorAnswer(absl::IsNotFound(status) ? 404 : 500, std::string(status.message()));
}

WebResponse WrongMethod(const WebRequest& request, std::string_view right) {
  return ErrorAnswer(405, fmt::format("{} takes {}, not {}", Printable(request.path), right,
                                      Printable(request.method)));
}

WebResponse ReloadAnswer(const absl::Status& status) {
  return status.ok() ? Respond(200, kPlainType, "reloaded\n")
                     : ErrorAnswer(500, std::string(status.message()));
}

std::string ErrorIn(const std::string& body) {
  const json answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto error = answer.is_object() ? answer.find("error") : answer.end();
  return Printable(error != answer.end() && error->is_string() ? error->get<std::string>() : body);
}

}  // namespace slowburn
