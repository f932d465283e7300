// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_parts.h"

#include <utility>

#include <fmt/format.h>

#include "rules/duration.h"
#include "rules/label.h"

namespace slowburn {

std::optional<Matching> PartReader::ReadMatching() {
  Matching matching;
  matching.with_bool = tokens_.AcceptWord("bool");
  matching.on = tokens_.Peek().IsWord("on");
  if (!matching.on && !tokens_.Peek().IsWord("ignoring")) return matching;
  tokens_.Next();
  auto labels = LabelList();
  if (!labels) return std::nullopt;
  matching.labels = *std::move(labels);
  matching.grouped = tokens_.AcceptWord("group_left") || tokens_.AcceptWord("group_right");
  if (!matching.grouped || !tokens_.Peek().Is("(")) return matching;
  // A list, or a parenthesised operand?  Prometheus takes it for a list.
  auto included = LabelList();
  if (!included) return std::nullopt;
  matching.included = *std::move(included);
  return matching;
}

std::optional<std::vector<std::string_view>> PartReader::LabelList() {
  std::vector<std::string_view> labels;
  if (!Close("(")) return std::nullopt;
  while (!tokens_.Accept(")")) {
    const Token& label = tokens_.Peek();
    const bool name = label.kind == TokenKind::kName && IsLabelName(label.text);
    if (!name && label.kind != TokenKind::kString) {
      Stop(ExpectedText("a label name or `)`", label));
      return std::nullopt;
    }
    labels.push_back(tokens_.Next().text);
    if (!tokens_.Peek().Is(")") && !tokens_.Accept(",")) {
      Stop(ExpectedText("`,` or `)`", tokens_.Peek()));
      return std::nullopt;
    }
  }
  return labels;
}

bool PartReader::Duration() {
  const Token token = tokens_.Peek();
  if (token.kind == TokenKind::kWindow) {
    tokens_.Next();
    return true;
  }
  if (token.kind == TokenKind::kNumber) {
    Warning(token.offset,
            fmt::format("`{}` has no unit, as only Prometheus 3 takes it", token.text),
            fmt::format("write {}s", token.text));
    tokens_.Next();
    return true;
  }
  if (token.kind != TokenKind::kDuration) {
    Unexpected(token, "a duration such as 5m");
    return false;
  }
  const auto duration = ParseDuration(token.text);
  if (!duration.ok()) {
    Error(token.offset, std::string(duration.status().message()));
  } else if (*duration == absl::ZeroDuration()) {
    Error(token.offset, "the duration is zero");
  }
  tokens_.Next();
  return true;
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
