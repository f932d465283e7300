// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_parts.h"

#include <utility>

#include <fmt/format.h>

#include "rules/label.h"
#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr int kMaxDepth = 256;

}  // namespace

std::optional<Matching> PartReader::ReadMatching() {
  Matching matching;
  matching.with_bool = tokens_.AcceptWord("bool");
  const bool on = tokens_.Peek().IsWord("on");
  if (!on && !tokens_.Peek().IsWord("ignoring")) return matching;
  tokens_.Next();
  matching.kind = on ? Matching::Kind::kOn : Matching::Kind::kIgnoring;
  auto labels = LabelList();
  if (!labels) return std::nullopt;
  matching.labels = *std::move(labels);
  if (tokens_.AcceptWord("group_left")) {
    matching.many = Matching::Many::kLeft;
  } else if (tokens_.AcceptWord("group_right")) {
    matching.many = Matching::Many::kRight;
  }
  if (matching.many == Matching::Many::kNone || !tokens_.Peek().Is("(")) return matching;
  // A list, or a parenthesised operand?  Prometheus takes it for a list.
  auto included = LabelList();
  if (!included) return std::nullopt;
  matching.included = *std::move(included);
  return matching;
}

std::optional<std::vector<std::string>> PartReader::LabelList() {
  std::vector<std::string> labels;
  if (!Close("(")) return std::nullopt;
  while (!tokens_.Accept(")")) {
    const Token& label = tokens_.Peek();
    const bool quoted = label.kind == TokenKind::kString;
    if (quoted && (label.value.empty() || !IsUtf8(label.value))) {
      return Stop("expected a label name that is not empty and is UTF-8");
    }
    if (!quoted && (label.kind != TokenKind::kName || !IsLabelName(label.text))) {
      return Stop(ExpectedText("a label name or `)`", label));
    }
    if (quoted) Warning(label.offset, std::string(kQuotedName));
    labels.push_back(quoted ? label.value : std::string(label.text));
    tokens_.Next();
    if (!tokens_.Peek().Is(")") && !tokens_.Accept(",")) {
      return Stop(ExpectedText("`,` or `)`", tokens_.Peek()));
    }
  }
  return labels;
}

std::optional<std::string> PartReader::ReadTime() {
  const Token time = tokens_.Peek();
  if (time.IsWord("start") || time.IsWord("end")) {
    tokens_.Next();
    if (!Close("(") || !Close(")")) return std::nullopt;
    return AsciiLower(time.text) + "()";
  }
  std::string text;
  if (time.Is("+") || time.Is("-")) text = tokens_.Next().text;
  if (tokens_.Peek().kind != TokenKind::kNumber) {
    return Stop(ExpectedText("a time in seconds, start() or end()", tokens_.Peek()));
  }
  return text.append(tokens_.Next().text);
}

bool PartReader::Descend() {
  if (++depth_ <= kMaxDepth) return true;
  Stop("the expression is nested too deep");
  return false;
}

bool PartReader::Close(std::string_view symbol) {
  if (tokens_.Accept(symbol)) return true;
  Unexpected(tokens_.Peek(), fmt::format("`{}`", symbol));
  return false;
}

void PartReader::Trailing() {
  const Token& token = tokens_.Peek();
  if (token.Is(")") || token.Is("]") || token.Is("}")) {
    Error(token.offset, fmt::format("`{}` closes nothing", token.text));
  } else {
    Unexpected(token, "an operator or the end");
  }
}

std::nullopt_t PartReader::Unexpected(const Token& token, std::string_view what) {
  for (const char* word : {"default", "if", "ifnot", "keep_metric_names", "limit"}) {
    if (!token.IsWord(word)) continue;
    Error(token.offset, fmt::format("`{}` is MetricsQL, not PromQL", token.text));
    return std::nullopt;
  }
  std::string hint;
  if (token.Is("=")) hint = "write `==` to compare";
  if (token.text == "&") hint = "write `and`";
  if (token.text == "|") hint = "write `or`";
  if (token.text == "$") hint = "variables of Grafana mean nothing here; write {{.window}}";
  Error(token.offset, ExpectedText(what, token), std::move(hint));
  return std::nullopt;
}

std::nullopt_t PartReader::Stop(std::string message) {
  Error(tokens_.Peek().offset, std::move(message));
  return std::nullopt;
}

void PartReader::Error(std::size_t offset, std::string message, std::string hint) {
  problems_.push_back({std::move(message), std::move(hint), static_cast<int>(offset), true});
}

void PartReader::Warning(std::size_t offset, std::string message, std::string hint) {
  problems_.push_back({std::move(message), std::move(hint), static_cast<int>(offset), false});
}

}  // namespace slowburn
