// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_ast.h"

#include <utility>

#include <fmt/format.h>

#include "rules/label.h"
#include "rules/promql_string.h"

namespace slowburn {
namespace {

std::string Listed(const std::vector<std::string>& labels) {
  std::string out = "(";
  for (const std::string& label : labels) {
    if (out.size() > 1) out += ", ";
    out += LabelText(label);
  }
  return out + ")";
}

// Prints the parts in order; each takes the text of those it is made of.
class Printer {
 public:
  explicit Printer(const ExpressionTree& tree) : nodes_(tree.nodes), texts_(tree.nodes.size()) {}

  std::string Run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) texts_[i] = std::visit(*this, nodes_[i].part);
    return std::move(texts_.back());
  }

  std::string operator()(const NumberNode& number) { return number.text; }

  std::string operator()(const StringNode& string) { return StringText(string.value); }

  std::string operator()(const SelectorNode& node) {
    std::string out = slowburn::ToString(node.selector);
    if (node.range) out += fmt::format("[{}]", node.range->text);
    return out + Modified(node.modifiers);
  }

  std::string operator()(const SubqueryNode& node) {
    const ExpressionNode& operand = nodes_[node.operand];
    const auto* selector = std::get_if<SelectorNode>(&operand.part);
    const bool closed = std::holds_alternative<CallNode>(operand.part) ||
                        std::holds_alternative<AggregationNode>(operand.part) ||
                        (selector != nullptr && selector->modifiers == Modifiers());
    return fmt::format("{}[{}:{}]{}", Taken(node.operand, !closed), node.range.text,
                       node.step ? node.step->text : "", Modified(node.modifiers));
  }

  std::string operator()(const CallNode& node) { return node.function + Arguments(node.arguments); }

  std::string operator()(const AggregationNode& node) {
    std::string out = node.name;
    if (node.grouping != AggregationNode::Grouping::kNone) {
      const bool by = node.grouping == AggregationNode::Grouping::kBy;
      out += fmt::format(" {} {} ", by ? "by" : "without", Listed(node.labels));
    }
    return out + Arguments(node.arguments);
  }

  std::string operator()(const UnaryNode& node) {
    const auto* inner = std::get_if<BinaryNode>(&nodes_[node.operand].part);
    const bool loose = inner != nullptr && inner->op->precedence < kPowerPrecedence;
    return (node.negative ? "-" : "+") + Taken(node.operand, loose);
  }

  std::string operator()(const BinaryNode& node) {
    const bool from_right = node.op->precedence == kPowerPrecedence;
    std::string out = Taken(node.left, IsLooser(node.left, *node.op, from_right));
    out += fmt::format(" {}{} ", node.op->text, MatchingText(node.matching));
    return out += Taken(node.right, IsLooser(node.right, *node.op, !from_right));
  }

 private:
  // Whether an operand must be in parentheses; `ties`: with an operator that binds as tightly too.
  bool IsLooser(NodeId operand, const BinaryOperator& op, bool ties) const {
    if (const auto* inner = std::get_if<BinaryNode>(&nodes_[operand].part)) {
      return inner->op->precedence < op.precedence ||
             (ties && inner->op->precedence == op.precedence);
    }
    // `-a ^ b` is -(a ^ b), while on the right `a ^ -b` can mean one thing only.
    return std::holds_alternative<UnaryNode>(nodes_[operand].part) &&
           op.precedence == kPowerPrecedence && ties;
  }

  std::string Taken(NodeId id, bool parentheses) {
    std::string text = std::move(texts_[id]);
    return parentheses ? "(" + text + ")" : text;
  }

  std::string Arguments(const std::vector<NodeId>& arguments) {
    std::string out = "(";
    for (const NodeId id : arguments) {
      if (out.size() > 1) out += ", ";
      out += Taken(id, false);
    }
    return out + ")";
  }

  static std::string Modified(const Modifiers& modifiers) {
    std::string out;
    if (modifiers.anchored) out += " anchored";
    if (modifiers.smoothed) out += " smoothed";
    if (modifiers.offset) out += " offset " + modifiers.offset->text;
    if (modifiers.at) out += " @ " + *modifiers.at;
    return out;
  }

  static std::string MatchingText(const Matching& matching) {
    std::string out = matching.with_bool ? " bool" : "";
    if (matching.kind == Matching::Kind::kAll) return out;
    out += matching.kind == Matching::Kind::kOn ? " on " : " ignoring ";
    out += Listed(matching.labels);
    if (matching.many == Matching::Many::kNone) return out;
    out += matching.many == Matching::Many::kLeft ? " group_left " : " group_right ";
    return out + Listed(matching.included);  // Else a parenthesis to the right would be its list.
  }

  const std::vector<ExpressionNode>& nodes_;
  std::vector<std::string> texts_;
};

}  // namespace

std::string ToString(const ExpressionTree& tree) {
  return Printer(tree).Run();
}

}  // namespace slowburn
