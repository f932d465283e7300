// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "rules/duration.h"
#include "rules/promql_parts.h"

// The part of PartReader that reads durations, and their arithmetic.

namespace slowburn {
namespace {

constexpr int kSignPrecedence = 5;  // As of `*`.

bool IsArithmetic(const BinaryOperator* op) {
  return op != nullptr && op->kind == OperatorKind::kArithmetic && op->text != "atan2";
}

std::optional<double> Computed(std::string_view op, std::optional<double> left,
                               std::optional<double> right) {
  if (!left || !right) return std::nullopt;
  if (op == "+") return *left + *right;
  if (op == "-") return *left - *right;
  if (op == "*") return *left * *right;
  if (op == "/") return *left / *right;
  if (op == "%") return std::fmod(*left, *right);
  return std::pow(*left, *right);
}

// `text` in parentheses when what it is part of binds more tightly.
std::string Within(const std::string& text, bool looser) {
  return looser ? "(" + text + ")" : text;
}

}  // namespace

std::optional<PromqlDuration> PartReader::Duration() {
  const Token first = tokens_.Peek();
  auto length = LengthSum(kLowestPrecedence);
  if (!length) return std::nullopt;
  CheckPlain(first, *length);
  if (length->seconds && *length->seconds != 0.0 && !(*length->seconds > 0)) {
    Error(first.offset, "the duration is not above zero");
  }
  return PromqlDuration{std::move(length->text)};
}

std::optional<PromqlDuration> PartReader::SignedDuration() {
  const std::size_t offset = tokens_.Peek().offset;
  const bool negative = tokens_.Accept("-");
  if (!negative && tokens_.Accept("+")) {
    Warning(offset, "a `+` before an offset is understood by Prometheus 3 only");
  }
  const Token first = tokens_.Peek();
  auto length = LengthClosed();
  if (!length) return std::nullopt;
  CheckPlain(first, *length);
  const std::string sign = negative ? "-" : "";
  return PromqlDuration{sign + Within(length->text, length->precedence > 0)};
}

void PartReader::CheckPlain(const Token& first, const Length& length) {
  if (length.seconds == 0.0) {
    Error(first.offset, "the duration is zero");
  } else if (first.kind == TokenKind::kNumber && length.text == first.text) {
    Warning(first.offset,
            fmt::format("`{}` has no unit, as only Prometheus 3 takes it", first.text),
            fmt::format("write {}s", first.text));
  }
}

std::optional<PartReader::Length> PartReader::LengthSum(int lowest) {
  if (!Descend()) return std::nullopt;
  auto left = LengthSigned();
  while (left) {
    const BinaryOperator* op = FindOperator(tokens_.Peek());
    if (!IsArithmetic(op) || op->precedence < lowest) break;
    WarnOfArithmetic(tokens_.Next().offset);
    const bool from_right = op->precedence == kPowerPrecedence;
    const auto right = LengthSum(from_right ? op->precedence : op->precedence + 1);
    if (!right) return std::nullopt;
    const auto looser = [&](const Length& side, bool ties) {
      return side.precedence > 0 &&
             (side.precedence < op->precedence || (ties && side.precedence == op->precedence));
    };
    left->text = fmt::format("{} {} {}", Within(left->text, looser(*left, from_right)), op->text,
                             Within(right->text, looser(*right, !from_right)));
    left->seconds = Computed(op->text, left->seconds, right->seconds);
    left->precedence = op->precedence;
  }
  Ascend();
  return left;
}

std::optional<PartReader::Length> PartReader::LengthSigned() {
  const Token sign = tokens_.Peek();
  if (!sign.Is("-") && !sign.Is("+")) return LengthClosed();
  WarnOfArithmetic(tokens_.Next().offset);
  auto inner = LengthSum(kPowerPrecedence);
  if (!inner) return std::nullopt;
  const bool looser = inner->precedence > 0 && inner->precedence < kPowerPrecedence;
  inner->text = std::string(sign.text) + Within(inner->text, looser);
  if (inner->seconds && sign.Is("-")) inner->seconds = -*inner->seconds;
  inner->precedence = kSignPrecedence;
  return inner;
}

std::optional<PartReader::Length> PartReader::LengthClosed() {
  if (tokens_.Peek().Is("(")) return LengthGroup();
  return tokens_.Peek().kind == TokenKind::kName ? LengthCall() : LengthLiteral();
}

std::optional<PartReader::Length> PartReader::LengthGroup() {
  WarnOfArithmetic(tokens_.Next().offset);
  auto inner = LengthSum(kLowestPrecedence);
  if (!inner || !Close(")")) return std::nullopt;
  return inner;
}

// `step()`, `range()`, `min(5m, step())`, `max(..)`
std::optional<PartReader::Length> PartReader::LengthCall() {
  const Token name = tokens_.Peek();
  const bool extreme = name.IsWord("min") || name.IsWord("max");
  if ((!extreme && !name.IsWord("step") && !name.IsWord("range")) || !tokens_.Peek(1).Is("(")) {
    return Unexpected(name, "a duration such as 5m");
  }
  WarnOfArithmetic(tokens_.Next().offset);
  tokens_.Next();
  Length out;
  out.text = AsciiLower(name.text) + "(";
  if (extreme) {
    const auto first = LengthSum(kLowestPrecedence);
    if (!first || !Close(",")) return std::nullopt;
    const auto second = LengthSum(kLowestPrecedence);
    if (!second) return std::nullopt;
    out.text += first->text + ", " + second->text;
    if (first->seconds && second->seconds) {
      out.seconds = name.IsWord("min") ? std::min(*first->seconds, *second->seconds)
                                       : std::max(*first->seconds, *second->seconds);
    }
  }
  if (!Close(")")) return std::nullopt;
  out.text += ")";
  return out;
}

std::optional<PartReader::Length> PartReader::LengthLiteral() {
  const Token token = tokens_.Peek();
  Length out;
  if (token.kind == TokenKind::kWindow) {
    out.text = "{{.window}}";
  } else if (token.kind == TokenKind::kNumber) {
    // A factor such as the 2 of `5m * 2` is a number like any other.
    out.text = std::string(token.text);
    out.seconds = NumberValue(token.text);
  } else if (token.kind == TokenKind::kDuration) {
    out.text = std::string(token.text);
    const auto duration = ParseDuration(token.text);
    if (duration.ok()) {
      out.seconds = absl::ToDoubleSeconds(*duration);
    } else {
      Error(token.offset, std::string(duration.status().message()));
    }
  } else {
    return Unexpected(token, "a duration such as 5m");
  }
  tokens_.Next();
  return out;
}

void PartReader::WarnOfArithmetic(std::size_t offset) {
  if (std::exchange(arithmetic_, true)) return;
  Warning(offset,
          "arithmetic with durations is understood by Prometheus 3 only, where it is enabled");
}

}  // namespace slowburn
