// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <nlohmann/json.hpp>

#include "exporters/http_server.h"

namespace slowburn {

// The shapes that answers to programs have, on every address that is listened on.

inline constexpr std::string_view kJsonType = "application/json; charset=utf-8";
inline constexpr std::string_view kPlainType = "text/plain; charset=utf-8";

WebResponse Respond(int status, std::string_view type, std::string body);

// `{"status":"success","data":...}`.
WebResponse SuccessAnswer(const nlohmann::json& data);

// `{"status":"error","error":"..."}`.
WebResponse ErrorAnswer(int status, const std::string& message);

// The same, 404 for kNotFound, else 500.
WebResponse ErrorAnswer(const absl::Status& status);

// The same, 405: the path of `request` takes the method `right`.
WebResponse WrongMethod(const WebRequest& request, std::string_view right);

// What came of loading the rules anew.
WebResponse ReloadAnswer(const absl::Status& status);

// The error in the body of such an answer; the body itself, on one line, when it holds none.
std::string ErrorIn(const std::string& body);

}  // namespace slowburn
