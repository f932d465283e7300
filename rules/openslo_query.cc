// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_query.h"

#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/plan.h"
#include "rules/promql.h"

namespace slowburn {
namespace {

constexpr std::string_view kWindow = "{{.window}}";

// The selector that the part asks the newest samples of.
const Selector* SamplesOf(const ExpressionNode& node) {
  const auto* selector = std::get_if<SelectorNode>(&node.part);
  const bool plain = selector != nullptr && !selector->range && selector->modifiers == Modifiers();
  return plain ? &selector->selector : nullptr;
}

// The selector that an expression is, or is the sum of.
const Selector* SamplesOf(const ExpressionTree& tree) {
  const auto* sum = std::get_if<AggregationNode>(&tree.root().part);
  if (sum == nullptr) return SamplesOf(tree.root());
  if (sum->name != "sum" || sum->grouping != AggregationNode::Grouping::kNone) return nullptr;
  return SamplesOf(tree.nodes[sum->arguments.back()]);
}

bool IsRate(const ExpressionNode& node) {
  const auto* call = std::get_if<CallNode>(&node.part);
  return call != nullptr && (call->function == "rate" || call->function == "increase");
}

// What the range of an expression was, and where.
struct Widened {
  std::string range;
  std::size_t offset = 0;
};

// Puts `{{.window}}` in the place of the one range that all rates and increases of `tree` have;
// nullopt where something else asks for samples.
std::optional<Widened> Widen(ExpressionTree& tree) {
  std::vector<bool> of_rate(tree.nodes.size());
  for (const ExpressionNode& node : tree.nodes) {
    if (IsRate(node)) of_rate[std::get<CallNode>(node.part).arguments.front()] = true;
  }
  std::optional<Widened> out;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    ExpressionNode& node = tree.nodes[i];
    if (std::holds_alternative<SubqueryNode>(node.part)) return std::nullopt;
    auto* selector = std::get_if<SelectorNode>(&node.part);
    if (selector == nullptr) continue;
    if (!selector->range || !of_rate[i]) return std::nullopt;
    if (!out) out = Widened{selector->range->text, node.offset};
    if (selector->range->text != out->range) return std::nullopt;
    selector->range->text = kWindow;
  }
  return out;
}

}  // namespace

std::optional<OpenSloQuery> ReadOpenSloQuery(const YamlNode& node, std::string_view what,
                                             Report& report) {
  const std::optional<std::string> text = ReadQuery(node, what, report);
  if (!text.has_value()) return std::nullopt;
  ParsedExpression parsed = ParseExpression(node.text);
  if (parsed.type == ValueType::kRange || parsed.type == ValueType::kString) {
    report.Error(node, fmt::format("{} gives {}, not a number", what, Describe(parsed.type)));
    return std::nullopt;
  }
  OpenSloQuery query;
  query.expression = ToString(parsed.tree);
  if (HasWindow(query.expression)) return query;
  if (const Selector* selector = SamplesOf(parsed.tree)) {
    query.selector = *selector;
    query.expression.clear();
    return query;
  }
  const std::optional<Widened> widened = Widen(parsed.tree);
  if (!widened.has_value()) {
    report.Error(node,
                 fmt::format("{} does not say how to ask it over another window, as alerts and "
                             "budget need",
                             what),
                 "write {{.window}} where the range stands, as in rate(errors_total[{{.window}}])");
    return std::nullopt;
  }
  report.Inside(Severity::kWarning, node, widened->offset,
                fmt::format("{}: the range of {} is read as {{{{.window}}}}", what, widened->range),
                "OpenSLO does not say over which window a query is asked");
  query.expression = ToString(parsed.tree);
  query.range = widened->range;
  return query;
}

}  // namespace slowburn
