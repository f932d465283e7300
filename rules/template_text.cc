// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cwctype>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <locale.h>

#include "rules/utf8.h"

namespace slowburn {
namespace {

// The letters of all languages, whatever the language of the process; the C library has this one
// built in.
locale_t Letters() {
  static const locale_t letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return letters;
}

std::uint32_t Upper(std::uint32_t rune) {
  if (rune < 0x80) return rune >= 'a' && rune <= 'z' ? rune - 32 : rune;
  return Letters() == nullptr ? rune : static_cast<std::uint32_t>(towupper_l(rune, Letters()));
}

std::uint32_t Lower(std::uint32_t rune) {
  if (rune < 0x80) return rune >= 'A' && rune <= 'Z' ? rune + 32 : rune;
  return Letters() == nullptr ? rune : static_cast<std::uint32_t>(towlower_l(rune, Letters()));
}

// Whether a word ends before `rune`.
bool Separates(std::uint32_t rune) {
  if (rune < 0x80) {
    const char c = static_cast<char>(rune);
    return !(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
             (c >= 'A' && c <= 'Z'));
  }
  return Letters() != nullptr && iswspace_l(rune, Letters()) != 0;
}

template <typename Change>
std::string Changed(std::string_view text, Change change) {
  std::string out;
  while (!text.empty()) {
    const Rune rune = ReadRune(text);
    if (rune.valid) {
      AppendRune(change(rune.value), out);
    } else {
      out += text[0];
    }
    text.remove_prefix(rune.size);
  }
  return out;
}

struct HostPort {
  std::string_view host;
  std::string_view port;
};

// Splits `host:port` and `[host]:port`; nullopt for what has no port or one bracket or colon too
// many.
std::optional<HostPort> SplitHostPort(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = address.substr(colon + 1);
  std::string_view host = address.substr(0, colon);
  if (!host.empty() && host[0] == '[') {
    if (host.size() < 2 || host.find(']') != host.size() - 1) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto bracket = [](char c) { return c == '[' || c == ']'; };
  if (std::any_of(host.begin(), host.end(), bracket) ||
      std::any_of(port.begin(), port.end(), bracket)) {
    return std::nullopt;
  }
  return HostPort{host, port};
}

bool IsIpAddress(std::string_view host) {
  const std::string text(host);
  std::array<unsigned char, sizeof(in6_addr)> address;
  return inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

}  // namespace

std::string UpperCase(std::string_view text) {
  return Changed(text, Upper);
}

std::string LowerCase(std::string_view text) {
  return Changed(text, Lower);
}

std::string TitleCase(std::string_view text) {
  bool first = true;
  return Changed(text, [&](std::uint32_t rune) {
    const std::uint32_t changed = first ? Upper(rune) : rune;
    first = Separates(rune);
    return changed;
  });
}

std::string StripPort(std::string_view address) {
  const auto split = SplitHostPort(address);
  return std::string(split ? split->host : address);
}

std::string StripDomain(std::string_view address) {
  const HostPort split = SplitHostPort(address).value_or(HostPort{address, ""});
  if (IsIpAddress(split.host)) return std::string(address);
  const std::string_view host = split.host.substr(0, split.host.find('.'));
  if (split.port.empty()) return std::string(host);
  const bool brackets = host.find(':') != std::string_view::npos;
  return fmt::format("{}{}{}:{}", brackets ? "[" : "", host, brackets ? "]" : "", split.port);
}

std::string EscapeQuery(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string UrlPath(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::size_t begin = url.find_first_of("/?#");
  if (begin == std::string_view::npos || url[begin] != '/') return "";
  url.remove_prefix(begin);
  return std::string(url.substr(0, url.find_first_of("?#")));
}

}  // namespace slowburn
