// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

// Returns the status of `expr` from the enclosing function unless it is OK.
#define SLOWBURN_RETURN_IF_ERROR(expr)                                                        \
  do {                                                                                        \
    if (absl::Status slowburn_status = (expr); !slowburn_status.ok()) return slowburn_status; \
  } while (false)

// Moves the value of `expr` into `lhs`, or returns its status.
#define SLOWBURN_ASSIGN_OR_RETURN(lhs, expr) \
  SLOWBURN_ASSIGN_OR_RETURN_(SLOWBURN_CONCAT_(slowburn_or_, __LINE__), lhs, expr)
#define SLOWBURN_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                               \
  if (!tmp.ok()) return std::move(tmp).status();   \
  lhs = *std::move(tmp)
#define SLOWBURN_CONCAT_(a, b) SLOWBURN_CONCAT2_(a, b)
#define SLOWBURN_CONCAT2_(a, b) a##b
