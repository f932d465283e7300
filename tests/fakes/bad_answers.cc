// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/bad_answers.h"

#include <cstddef>

#include <nlohmann/json.hpp>

namespace slowburn {
namespace {

using nlohmann::json;

// `body` changed by `change` where it is an answer of Prometheus with series.
template <typename Change>
std::string Changed(const std::string& body, const Change& change) {
  json answer = json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_object() ||
      !answer["data"].contains("result")) {
    return body;
  }
  change(answer, answer["data"]["result"]);
  return answer.dump();
}

void Halve(json& series) {
  series.erase(series.begin() + static_cast<std::ptrdiff_t>(series.size() / 2), series.end());
}

}  // namespace

std::string WithWarning(const std::string& body) {
  return Changed(body, [](json& answer, json& series) {
    Halve(series);
    answer["warnings"] = {"a store is unavailable"};
  });
}

std::string WithPartial(const std::string& body) {
  return Changed(body, [](json& answer, json& series) {
    Halve(series);
    answer["isPartial"] = true;
  });
}

std::string WithoutSeries(const std::string& body) {
  return Changed(body, [](json&, json& series) { series = json::array(); });
}

std::string WithNaN(const std::string& body) {
  return Changed(body, [](json&, json& series) {
    for (json& one : series) {
      if (one.contains("value")) one["value"][1] = "NaN";
      if (!one.contains("values")) continue;
      for (json& value : one["values"]) value[1] = "NaN";
    }
  });
}

}  // namespace slowburn
