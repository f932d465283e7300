// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace slowburn {

// What templates can do with text.  Text that is not UTF-8 passes through byte by byte.

std::string UpperCase(std::string_view text);
std::string LowerCase(std::string_view text);

// The first letter of every word in upper case: `foo bar-baz` -> `Foo Bar-Baz`.
std::string TitleCase(std::string_view text);

// `host:80` -> `host`, `[::1]:80` -> `::1`; what has no port stays as it is.
std::string StripPort(std::string_view address);

// `db.example.org:80` -> `db:80`; an IP address stays as it is.
std::string StripDomain(std::string_view address);

// Escaped for the query of a URL: `a b&c` -> `a+b%26c`.
std::string EscapeQuery(std::string_view text);

// The path of a URL: `http://host:9090/x` -> `/x`; empty when it has none.
std::string UrlPath(std::string_view url);

}  // namespace slowburn
