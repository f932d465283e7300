// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "rules/duration.h"
#include "rules/promql_operators.h"
#include "rules/promql_parts.h"
#include "rules/promql_token.h"
#include "rules/promql_types.h"
#include "rules/selector_reader.h"

namespace slowburn {
namespace {

// Keywords that are never the name of a metric where an expression begins.
bool IsReserved(const Token& token) {
  for (const char* word : {"bool", "on", "ignoring", "group_left", "group_right", "atan2"}) {
    if (token.IsWord(word)) return true;
  }
  return false;
}

// Builds the tree of an expression and collects what is wrong with its syntax.  Each reading
// function returns nullopt after an error from which nothing more can be read.
class ExpressionReader : private PartReader {
 public:
  explicit ExpressionReader(std::string_view promql) : PartReader(promql) {}

  // Whether the whole could be read.
  bool Run() {
    if (tokens_.AtEnd()) {
      Error(0, "the expression is empty");
      return false;
    }
    if (!Expression(kLowestPrecedence)) return false;
    if (tokens_.AtEnd()) return true;
    Trailing();
    return false;
  }

  ExpressionTree TakeTree() { return std::move(tree_); }

  std::vector<ExpressionProblem> TakeProblems() { return std::move(problems_); }

 private:
  // A part that has been read, and what may follow it.
  struct Operand {
    NodeId id = 0;
    bool selector = false;  // Without a range.
    bool timed = false;     // Takes `offset` and `@`: a selector or a subquery.
    bool has_time = false;  // `@` with a number; Prometheus lets start() and end() stand anywhere.
  };

  NodeId Add(std::size_t offset, decltype(ExpressionNode::part) part) {
    tree_.nodes.push_back({std::move(part), offset, offset});
    return tree_.nodes.size() - 1;
  }

  ExpressionNode& Node(const Operand& operand) { return tree_.nodes[operand.id]; }

  std::optional<NodeId> Expression(int lowest) {
    if (!Descend()) return std::nullopt;
    auto left = Signed();
    while (left) {
      const BinaryOperator* op = FindOperator(tokens_.Peek());
      if (op == nullptr || op->precedence < lowest) break;
      left = Binary(*left, *op);
    }
    Ascend();
    return left;
  }

  std::optional<NodeId> Binary(NodeId left, const BinaryOperator& op) {
    const std::size_t at = tokens_.Next().offset;
    auto matching = ReadMatching();
    if (!matching) return std::nullopt;
    const bool from_right = op.precedence == kPowerPrecedence;
    const auto right = Expression(from_right ? op.precedence : op.precedence + 1);
    if (!right) return std::nullopt;
    const NodeId id =
        Add(tree_.nodes[left].offset, BinaryNode{&op, *std::move(matching), left, *right});
    tree_.nodes[id].at_offset = at;
    return id;
  }

  std::optional<NodeId> Signed() {
    const Token sign = tokens_.Peek();
    if (!sign.Is("+") && !sign.Is("-")) return Postfixed();
    tokens_.Next();
    const auto operand = Expression(kPowerPrecedence);
    if (!operand) return std::nullopt;
    return Add(sign.offset, UnaryNode{sign.Is("-"), *operand});
  }

  std::optional<NodeId> Postfixed() {
    auto operand = Primary();
    while (operand) {
      if (tokens_.Peek().Is("[")) {
        operand = Range(*operand);
      } else if (tokens_.Peek().IsWord("offset")) {
        operand = Offset(*operand);
      } else if (tokens_.Peek().Is("@")) {
        operand = At(*operand);
      } else if (tokens_.Peek().IsWord("anchored") || tokens_.Peek().IsWord("smoothed")) {
        operand = Between(*operand);
      } else {
        return operand->id;
      }
    }
    return std::nullopt;
  }

  std::optional<Operand> Primary() {
    const Token token = tokens_.Peek();
    switch (token.kind) {
      case TokenKind::kNumber:
        return Number(token);
      case TokenKind::kDuration:
      case TokenKind::kWindow:
        return DurationAsNumber(token);
      case TokenKind::kString:
        tokens_.Next();
        return Operand{Add(token.offset, StringNode{token.value})};
      case TokenKind::kName:
        return Named(token);
      case TokenKind::kSymbol:
        if (token.Is("(")) return Parenthesised();
        if (token.Is("{")) return Vector();
        break;
      case TokenKind::kBad:
      case TokenKind::kEnd:
        break;
    }
    return Stop(ExpectedText("an expression", token));
  }

  Operand Number(const Token& token) {
    if (token.text.find('_') != std::string_view::npos) {
      Warning(token.offset,
              fmt::format("`{}` holds a `_`, as only Prometheus 3 takes it", token.text));
    }
    tokens_.Next();
    return Operand{Add(token.offset, NumberNode{std::string(token.text)})};
  }

  Operand DurationAsNumber(const Token& token) {
    const bool window = token.kind == TokenKind::kWindow;
    Warning(token.offset, "a duration as a number is understood by Prometheus 3 only");
    if (const auto read = ParseDuration(token.text); !window && !read.ok()) {
      Error(token.offset, std::string(read.status().message()));
    }
    tokens_.Next();
    return Operand{Add(token.offset, NumberNode{window ? "{{.window}}" : std::string(token.text)})};
  }

  std::optional<Operand> Parenthesised() {
    tokens_.Next();
    const auto inner = Expression(kLowestPrecedence);
    if (!inner || !Close(")")) return std::nullopt;
    return Operand{*inner};
  }

  std::optional<Operand> Named(const Token& name) {
    if (name.IsWord("inf") || name.IsWord("nan")) return Number(name);
    const Token& after = tokens_.Peek(1);
    const bool labels_first =
        (after.IsWord("by") || after.IsWord("without")) && tokens_.Peek(2).Is("(");
    if (FindAggregation(name.text) != nullptr && (after.Is("(") || labels_first)) {
      return Aggregated(name);
    }
    if (after.Is("(") || labels_first) return Call(name);
    if (IsReserved(name)) return Stop(ExpectedText("an expression", name));
    return Vector();
  }

  std::optional<Operand> Vector() {
    const std::size_t offset = tokens_.Peek().offset;
    auto read = ReadSelector(tokens_);
    if (const auto* error = std::get_if<SyntaxError>(&read)) {
      Error(error->offset, error->message);
      return std::nullopt;
    }
    auto& text = std::get<SelectorText>(read);
    if (text.quoted) Warning(*text.quoted, std::string(kQuotedName));
    return Operand{Add(offset, SelectorNode{std::move(text.selector), {}, {}}), true, true};
  }

  std::optional<Operand> Aggregated(const Token& name) {
    AggregationNode node;
    node.name = AsciiLower(name.text);
    tokens_.Next();
    const bool labels_first = !tokens_.Peek().Is("(");
    if (labels_first && !Grouping(node)) return std::nullopt;
    auto arguments = Arguments();
    if (!arguments) return std::nullopt;
    node.arguments = *std::move(arguments);
    const bool more = tokens_.Peek().IsWord("by") || tokens_.Peek().IsWord("without");
    if (!labels_first && more && !Grouping(node)) return std::nullopt;
    return Operand{Add(name.offset, std::move(node))};
  }

  bool Grouping(AggregationNode& node) {
    node.grouping = tokens_.Next().IsWord("by") ? AggregationNode::Grouping::kBy
                                                : AggregationNode::Grouping::kWithout;
    auto labels = LabelList();
    if (labels) node.labels = *std::move(labels);
    return labels.has_value();
  }

  std::optional<Operand> Call(const Token& name) {
    tokens_.Next();
    const bool known = FindFunction(name.text) != nullptr;
    if (const MetricsqlName* other = FindMetricsqlName(name.text); !known && other != nullptr) {
      Error(name.offset, fmt::format("`{}` is MetricsQL, not PromQL", name.text),
            std::string(other->hint));
    } else if (!known) {
      if (IsKeyword(name.text)) return Unexpected(name);
      UnknownFunction(name);
    }
    if (!tokens_.Peek().Is("(")) return Stop("`by` and `without` go with aggregations only");
    auto arguments = Arguments();
    if (!arguments) return std::nullopt;
    return Operand{Add(name.offset, CallNode{std::string(name.text), *std::move(arguments)})};
  }

  void UnknownFunction(const Token& name) {
    const std::string_view nearest = NearestFunction(name.text);
    Warning(name.offset, fmt::format("no function `{}` is known here", name.text),
            nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest));
  }

  std::optional<std::vector<NodeId>> Arguments() {
    std::vector<NodeId> arguments;
    tokens_.Next();
    if (tokens_.Accept(")")) return arguments;
    do {
      const auto argument = Expression(kLowestPrecedence);
      if (!argument) return std::nullopt;
      arguments.push_back(*argument);
    } while (tokens_.Accept(","));
    if (!Close(")")) return std::nullopt;
    return arguments;
  }

  std::optional<Operand> Range(Operand operand) {
    const std::size_t bracket = tokens_.Next().offset;
    auto range = Duration();
    if (!range) return std::nullopt;
    if (tokens_.Accept(":")) return Subquery(operand, bracket, *std::move(range));
    if (!Close("]")) return std::nullopt;
    ExpressionNode& node = Node(operand);
    if (!operand.selector) {
      Error(bracket, "a range can stand after a selector only, not after an expression",
            fmt::format("write [{}:] to evaluate the expression again and again", range->text));
      node.broken = true;
      return operand;
    }
    auto& selector = std::get<SelectorNode>(node.part);
    if (selector.modifiers.offset || operand.has_time) {
      Error(bracket, "a range stands before `offset` and `@`, not after them");
    }
    selector.range = *std::move(range);
    operand.selector = false;
    return operand;
  }

  std::optional<Operand> Subquery(Operand operand, std::size_t bracket, PromqlDuration range) {
    SubqueryNode subquery;
    subquery.operand = operand.id;
    subquery.range = std::move(range);
    if (!tokens_.Peek().Is("]")) {
      subquery.step = Duration();
      if (!subquery.step) return std::nullopt;
    }
    if (!Close("]")) return std::nullopt;
    Operand out;
    out.id = Add(Node(operand).offset, std::move(subquery));
    out.timed = true;
    Node(out).at_offset = bracket;
    return out;
  }

  // The modifiers of a selector or a subquery; those of nothing for anything else.
  Modifiers& ModifiersOf(const Operand& operand) {
    if (!operand.timed) return ignored_ = {};
    if (auto* selector = std::get_if<SelectorNode>(&Node(operand).part)) return selector->modifiers;
    return std::get<SubqueryNode>(Node(operand).part).modifiers;
  }

  std::optional<Operand> Offset(Operand operand) {
    const std::size_t word = tokens_.Next().offset;
    auto offset = SignedDuration();
    if (!offset) return std::nullopt;
    Modifiers& modifiers = ModifiersOf(operand);
    if (!operand.timed) {
      Error(word, "`offset` can stand after a selector or a subquery only");
    } else if (modifiers.offset) {
      Error(word, "`offset` stands twice");
    }
    modifiers.offset = *std::move(offset);
    return operand;
  }

  std::optional<Operand> At(Operand operand) {
    const std::size_t sign = tokens_.Next().offset;
    auto time = ReadTime();
    if (!time) return std::nullopt;
    Modifiers& modifiers = ModifiersOf(operand);
    if (!operand.timed) {
      Error(sign, "`@` can stand after a selector or a subquery only");
    } else if (modifiers.at) {
      Error(sign, "`@` stands twice");
    }
    operand.has_time = !time->ends_with(")");
    modifiers.at = *std::move(time);
    return operand;
  }

  // `anchored` and `smoothed`: what `rate` does between the samples at the ends of its range.
  std::optional<Operand> Between(Operand operand) {
    const Token word = tokens_.Next();
    Modifiers& modifiers = ModifiersOf(operand);
    const bool on_selector =
        operand.timed && std::holds_alternative<SelectorNode>(Node(operand).part);
    if (!on_selector) {
      Error(word.offset, fmt::format("`{}` can stand after a selector only", word.text));
    } else if (modifiers.anchored || modifiers.smoothed) {
      Error(word.offset, "one of `anchored` and `smoothed` can stand here, once");
    } else {
      Warning(word.offset, fmt::format("`{}` is understood by Prometheus 3 only", word.text));
    }
    (word.IsWord("anchored") ? modifiers.anchored : modifiers.smoothed) = true;
    return operand;
  }

  ExpressionTree tree_;
  Modifiers ignored_;
};

}  // namespace

const ExpressionProblem* ParsedExpression::FirstError() const {
  const auto found =
      std::find_if(problems.begin(), problems.end(), [](const auto& p) { return p.error; });
  return found == problems.end() ? nullptr : &*found;
}

ParsedExpression ParseExpression(std::string_view promql) {
  ExpressionReader reader(promql);
  const bool whole = reader.Run();
  ParsedExpression out;
  out.tree = reader.TakeTree();
  out.problems = reader.TakeProblems();
  const std::vector<ValueType> types = CheckTypes(out.tree, out.problems);
  std::stable_sort(out.problems.begin(), out.problems.end(),
                   [](const auto& a, const auto& b) { return a.offset < b.offset; });
  if (!whole) return out;
  out.type = types.back();
  const bool useless = out.type == ValueType::kRange || out.type == ValueType::kString;
  if (useless && out.problems.empty()) {
    const std::string message =
        fmt::format("the expression gives {}, of which no ratio can be made", Describe(out.type));
    out.problems.push_back({message, "", static_cast<int>(out.tree.root().offset), false});
  }
  return out;
}

std::vector<ExpressionProblem> CheckExpression(std::string_view promql) {
  return ParseExpression(promql).problems;
}

bool IsScalarExpression(std::string_view promql) {
  const ParsedExpression parsed = ParseExpression(promql);
  return parsed.FirstError() == nullptr && parsed.type == ValueType::kScalar;
}

}  // namespace slowburn
