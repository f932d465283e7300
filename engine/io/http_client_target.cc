// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/http_client_target.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "engine/url.h"

namespace slowburn {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using Url = std::unique_ptr<CURLU, UrlDeleter>;

// Part of a url; empty when it has none.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

// Drops whatever could be a secret from a url that can't be parsed.
std::string Redact(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = url.rfind('@');
  const std::size_t host = at == std::string::npos || at < begin ? begin : at + 1;
  const std::size_t end = std::min(url.find_first_of("?#", host), url.size());
  return url.substr(0, begin) + url.substr(host, end - host);
}

// libcurl has no option for the name to verify: the url gets that name, and the connection is led
// to the real host, which also stays in the Host header.
void UseServerName(const std::string& server_name, CURLU* url, HttpTarget& target) {
  const std::string given_port = Part(url, CURLUPART_PORT);
  target.host_header =
      given_port.empty() ? target.host : fmt::format("{}:{}", target.host, given_port);
  if (curl_url_set(url, CURLUPART_HOST, server_name.c_str(), 0) != CURLUE_OK) {
    target.problem = absl::FailedPreconditionError(
        fmt::format("{}: server_name '{}' is no host name", target.display, server_name));
  }
}

// An address as it stands before a port.
std::string Bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : fmt::format("[{}]", address);
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return absl::FailedPreconditionError(fmt::format("cannot read secret file {}", path));
  }
  text.erase(text.find_last_not_of(kSpace) + 1);
  text.erase(0, std::min(text.find_first_not_of(kSpace), text.size()));
  if (text.empty()) {
    return absl::FailedPreconditionError(fmt::format("secret file {} is empty", path));
  }
  if (HasControl(text)) {
    return absl::FailedPreconditionError(
        fmt::format("secret file {} holds control characters", path));
  }
  return text;
}

}  // namespace

HttpTarget ParseTarget(const HttpSettings& settings) {
  HttpTarget target;
  target.display = Redact(settings.url);
  const Url url(curl_url());
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, settings.url.c_str(), 0);
  if (code != CURLUE_OK) {
    target.problem = absl::FailedPreconditionError(
        fmt::format("{}: not a url: {}", target.display, curl_url_strerror(code)));
    return target;
  }
  const std::string scheme = Part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    target.problem = absl::FailedPreconditionError(
        fmt::format("{}: the url must begin with http:// or https://", target.display));
    return target;
  }
  target.username = Part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  target.password = Part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                               CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    const bool path_ends = part == CURLUPART_QUERY || part == CURLUPART_FRAGMENT;
    if (path_ends && !Part(url.get(), part).empty()) {
      target.problem = absl::FailedPreconditionError(
          fmt::format("{}: the url must have no query and no fragment", target.display));
    }
    curl_url_set(url.get(), part, nullptr, 0);
  }
  target.display = TrimSlash(Part(url.get(), CURLUPART_URL));
  target.host = Part(url.get(), CURLUPART_HOST);
  std::string name = target.host;  // That libcurl is given.
  if (scheme == "https" && !settings.server_name.empty()) {
    UseServerName(settings.server_name, url.get(), target);
    name = settings.server_name;
  }
  const std::string real = settings.address.empty() ? target.host : Bracketed(settings.address);
  if (name != real) {
    const std::string port = Part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    target.connect_to = fmt::format("{}:{}:{}:{}", name, port, real, port);
  }
  target.url = TrimSlash(Part(url.get(), CURLUPART_URL));
  return target;
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

absl::StatusOr<std::string> Secret(const std::string& value, const std::string& file) {
  if (file.empty()) return value;
  return ReadSecretFile(file);
}

}  // namespace slowburn
