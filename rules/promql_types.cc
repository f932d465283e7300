// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_types.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace slowburn {
namespace {

bool IsCardinal(ValueType type) {
  return type == ValueType::kScalar || type == ValueType::kVector || type == ValueType::kAny;
}

class TypeChecker {
 public:
  TypeChecker(const ExpressionTree& tree, std::vector<ExpressionProblem>& problems)
      : nodes_(tree.nodes), problems_(problems) {}

  std::vector<ValueType> Run() {
    for (const ExpressionNode& node : nodes_) {
      current_ = &node;
      types_.push_back(node.broken ? ValueType::kAny : std::visit(*this, node.part));
    }
    return std::move(types_);
  }

  ValueType operator()(const NumberNode&) { return ValueType::kScalar; }

  ValueType operator()(const StringNode&) { return ValueType::kString; }

  ValueType operator()(const SelectorNode& node) {
    return node.range ? ValueType::kRange : ValueType::kVector;
  }

  ValueType operator()(const SubqueryNode& node) {
    const ValueType type = types_[node.operand];
    if (type != ValueType::kVector && type != ValueType::kAny) {
      Error(current_->at_offset,
            fmt::format("a subquery needs an instant vector, this is {}", Describe(type)));
    }
    return ValueType::kRange;
  }

  ValueType operator()(const CallNode& node) {
    const FunctionSignature* function = FindFunction(node.function);
    if (function == nullptr) return ValueType::kAny;
    const int count = static_cast<int>(node.arguments.size());
    if (count < function->least || count > function->most) {
      WrongNumber(*function, count);
      return function->result;
    }
    for (int i = 0; i < count; ++i) {
      CheckType(node.arguments[static_cast<std::size_t>(i)], function->Argument(i), function->name);
    }
    return function->result;
  }

  ValueType operator()(const AggregationNode& node) {
    const Aggregation& aggregation = *FindAggregation(node.name);
    const std::size_t want = aggregation.parameter == ValueType::kAny ? 1 : 2;
    if (node.arguments.size() != want) {
      Error(current_->offset, fmt::format("`{}` takes {} argument{}, not {}", aggregation.name,
                                          want, want == 1 ? "" : "s", node.arguments.size()));
      return ValueType::kVector;
    }
    CheckType(node.arguments.back(), ValueType::kVector, aggregation.name);
    if (want == 2) CheckType(node.arguments.front(), aggregation.parameter, aggregation.name);
    return ValueType::kVector;
  }

  ValueType operator()(const UnaryNode& node) {
    const ValueType type = types_[node.operand];
    if (!IsCardinal(type)) {
      Error(current_->offset,
            fmt::format("a sign needs a scalar or an instant vector, this is {}", Describe(type)));
    }
    return type;
  }

  ValueType operator()(const BinaryNode& node) {
    const ValueType left = types_[node.left];
    const ValueType right = types_[node.right];
    CheckOperand(node.left, *node.op);
    CheckOperand(node.right, *node.op);
    for (auto& problem : CheckOperator(*node.op, node.matching, left, right)) {
      Error(current_->at_offset, std::move(problem.message), std::move(problem.hint));
    }
    if (left == ValueType::kScalar && right == ValueType::kScalar) return ValueType::kScalar;
    const bool any = left == ValueType::kAny || right == ValueType::kAny;
    return any ? ValueType::kAny : ValueType::kVector;
  }

 private:
  void CheckOperand(NodeId operand, const BinaryOperator& op) {
    if (IsCardinal(types_[operand])) return;
    Error(nodes_[operand].offset, fmt::format("`{}` needs scalars or instant vectors, this is {}",
                                              op.text, Describe(types_[operand])));
  }

  void WrongNumber(const FunctionSignature& function, int count) {
    std::string want = fmt::format("{}", function.least);
    if (function.most == FunctionSignature::kAnyNumber) {
      want += " or more";
    } else if (function.most > function.least) {
      want += fmt::format(" to {}", function.most);
    }
    Error(current_->offset, fmt::format("`{}` takes {} argument{}, not {}", function.name, want,
                                        want == "1" ? "" : "s", count));
  }

  void CheckType(NodeId argument, ValueType want, std::string_view function) {
    const ValueType type = types_[argument];
    if (type == want || type == ValueType::kAny) return;
    const auto* selector = std::get_if<SelectorNode>(&nodes_[argument].part);
    const bool lacks_range = want == ValueType::kRange && selector != nullptr && !selector->range;
    Error(nodes_[argument].offset,
          fmt::format("`{}` takes {} here, this is {}", function, Describe(want), Describe(type)),
          lacks_range ? "write [{{.window}}] after the selector" : "");
  }

  void Error(std::size_t offset, std::string message, std::string hint = "") {
    problems_.push_back({std::move(message), std::move(hint), static_cast<int>(offset), true});
  }

  const std::vector<ExpressionNode>& nodes_;
  std::vector<ExpressionProblem>& problems_;
  std::vector<ValueType> types_;
  const ExpressionNode* current_ = nullptr;
};

}  // namespace

std::vector<ValueType> CheckTypes(const ExpressionTree& tree,
                                  std::vector<ExpressionProblem>& problems) {
  return TypeChecker(tree, problems).Run();
}

}  // namespace slowburn
