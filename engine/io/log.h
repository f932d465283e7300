// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace slowburn {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// Fields of a log line, written in the order given.
using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

// Writes one logfmt line to standard error: `ts=2026-11-21T07:00:00.000Z level=info msg="..." k=v`.
// Values are quoted where they need it.  Thread-safe; the only user of spdlog.
void Log(LogLevel level, std::string_view message, LogFields fields = {});

// Lines below `level` are dropped; kInfo at first.
void SetLogLevel(LogLevel level);

}  // namespace slowburn
