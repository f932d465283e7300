// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "exporters/alertmanager.h"
#include "exporters/text.h"

namespace slowburn {
namespace {

constexpr absl::Duration kShortestLife = absl::Minutes(5);

bool IsHex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool AllOf(std::string_view text, bool (*test)(char)) {
  return std::all_of(text.begin(), text.end(), test);
}

bool IsHost(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const std::string_view address = host.substr(1, host.size() - 2);
    return address.find(':') != std::string_view::npos &&
           AllOf(address, [](char c) { return IsHex(c) || c == ':' || c == '.'; });
  }
  return !host.empty() && AllOf(host, [](char c) {
    return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
  });
}

// A host with an optional port; no user, who would come with a password.
bool IsAuthority(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && !text.ends_with(']');
  if (!has_port) return IsHost(text);
  const std::string_view port = text.substr(colon + 1);
  return port.size() <= 5 && AllOf(port, [](char c) { return c >= '0' && c <= '9'; }) &&
         IsHost(text.substr(0, colon));
}

// What may follow the authority: a path, a query and a fragment of RFC 3986, in which square
// brackets and the like must be escaped.
bool IsRest(std::string_view text) {
  constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/?";
  if (!text.empty() && std::string_view("/?#").find(text[0]) == std::string_view::npos) {
    return false;
  }
  bool in_fragment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !IsHex(text[i + 1]) || !IsHex(text[i + 2])) return false;
    } else if (c == '#') {
      if (std::exchange(in_fragment, true)) return false;
    } else if (!IsAlphanumeric(c) && kAllowed.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// Whether every receiver takes `url`: absolute, http or https, and strictly of RFC 3986.
bool IsSafeUrl(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  if (url.starts_with(kHttp)) {
    url.remove_prefix(kHttp.size());
  } else if (url.starts_with(kHttps)) {
    url.remove_prefix(kHttps.size());
  } else {
    return false;
  }
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  return IsAuthority(url.substr(0, end)) && IsRest(url.substr(end));
}

// The name as every version of Alertmanager takes it.
std::string PostedName(std::string_view name) {
  std::string out;
  for (const char c : name) out += IsAlphanumeric(c) ? c : '_';
  if (!IsLabelName(out)) out.insert(0, 1, '_');
  return out;
}

// Times that have a year of four digits.
absl::Time PostedTime(absl::Time time) {
  return std::clamp(time, absl::UnixEpoch(), absl::FromUnixSeconds(253'402'300'799));
}

}  // namespace

Labels PostedLabels(const Labels& labels) {
  Labels posted;
  for (const auto& [name, value] : labels) {
    if (!value.empty()) posted.try_emplace(PostedName(name), ValidUtf8(value));
  }
  return posted;
}

absl::Duration AlertLife(absl::Duration interval, absl::Duration resend_delay) {
  return std::max(4 * std::max(interval, resend_delay), kShortestLife);
}

PostableAlert ToPostable(const Alert& alert, absl::Time at, absl::Duration interval,
                         absl::Duration resend_delay, absl::Duration offset) {
  // The source's clock, which alerts are dated in, may be ahead of ours.
  const absl::Time starts_at = std::min(alert.starts_at.value_or(alert.active_since), at);
  absl::Time ends_at = at + AlertLife(interval, resend_delay);
  if (alert.state == AlertState::kResolved) {
    ends_at = std::max(std::min(alert.resolved_at.value_or(at), at), starts_at);
  }
  return {.labels = alert.labels,
          .annotations = alert.annotations,
          .starts_at = starts_at + offset,
          .ends_at = ends_at + offset,
          .generator_url = alert.generator_url};
}

std::string AlertsJson(const std::vector<PostableAlert>& alerts) {
  nlohmann::json array = nlohmann::json::array();
  for (const PostableAlert& alert : alerts) {
    nlohmann::json annotations = nlohmann::json::object();
    for (const auto& [name, text] : alert.annotations) annotations[PostedName(name)] = text;
    nlohmann::json object = {
        {"labels", PostedLabels(alert.labels)},
        {"annotations", std::move(annotations)},
        {"startsAt", Rfc3339(PostedTime(alert.starts_at))},
        {"endsAt", Rfc3339(PostedTime(alert.ends_at))},
    };
    if (IsSafeUrl(alert.generator_url)) object["generatorURL"] = alert.generator_url;
    array.push_back(std::move(object));
  }
  // Annotations of the world may be no UTF-8: better an alert with a replaced character than none.
  return array.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace slowburn
