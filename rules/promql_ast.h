// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/promql_operators.h"
#include "rules/selector.h"

namespace slowburn {

// A length of time as PromQL writes it: `5m`, `{{.window}}`, or arithmetic with these.
struct PromqlDuration {
  std::string text;  // Without needless space, `5m * 2`.

  bool IsWindow() const { return text == "{{.window}}"; }

  bool operator==(const PromqlDuration&) const = default;
};

// At what time a selector or a subquery is read, and how between samples.
struct Modifiers {
  std::optional<PromqlDuration> offset;  // A sign may stand in front.
  std::optional<std::string> at;         // A number of seconds, `start()` or `end()`.
  bool anchored = false;
  bool smoothed = false;

  bool operator==(const Modifiers&) const = default;
};

// The place of a part in `ExpressionTree::nodes`.
using NodeId = std::size_t;

struct NumberNode {
  std::string text;  // As written, so that it is exact: `0.1`, `0x1f`, `Inf`, `5m`.

  bool operator==(const NumberNode&) const = default;
};

struct StringNode {
  std::string value;  // Without quotes and escapes.

  bool operator==(const StringNode&) const = default;
};

struct SelectorNode {
  Selector selector;
  std::optional<PromqlDuration> range;
  Modifiers modifiers;

  bool operator==(const SelectorNode&) const = default;
};

struct SubqueryNode {
  NodeId operand = 0;
  PromqlDuration range;
  std::optional<PromqlDuration> step;
  Modifiers modifiers;

  bool operator==(const SubqueryNode&) const = default;
};

struct CallNode {
  std::string function;  // As written: functions are told apart by case.
  std::vector<NodeId> arguments;

  bool operator==(const CallNode&) const = default;
};

struct AggregationNode {
  enum class Grouping { kNone, kBy, kWithout };

  std::string name;               // In lower case.
  std::vector<NodeId> arguments;  // The vector comes last.
  Grouping grouping = Grouping::kNone;
  std::vector<std::string> labels;

  bool operator==(const AggregationNode&) const = default;
};

struct UnaryNode {
  bool negative = false;
  NodeId operand = 0;

  bool operator==(const UnaryNode&) const = default;
};

struct BinaryNode {
  const BinaryOperator* op = nullptr;  // Never null; lives forever.
  Matching matching;
  NodeId left = 0;
  NodeId right = 0;

  bool operator==(const BinaryNode&) const = default;
};

// One part of an expression.  Two are equal that mean the same, wherever they stand.
struct ExpressionNode {
  std::variant<NumberNode, StringNode, SelectorNode, SubqueryNode, CallNode, AggregationNode,
               UnaryNode, BinaryNode>
      part;
  std::size_t offset = 0;     // Of its first byte.
  std::size_t at_offset = 0;  // Of its operator, or of the bracket of a subquery; else `offset`.
  bool broken = false;        // Something about it was wrong, so nothing follows from its type.

  bool operator==(const ExpressionNode& other) const { return part == other.part; }
};

// An expression of PromQL.
//
// The parts stand in one list, each after those it is made of, from left to right; the whole is the
// last.  So a walk over the list sees operands first, and no chain is too long for the stack.
// Parentheses leave no trace but the shape.
struct ExpressionTree {
  std::vector<ExpressionNode> nodes;

  const ExpressionNode& root() const { return nodes.back(); }

  bool operator==(const ExpressionTree&) const = default;
};

// Prints a whole tree in one line, with parentheses only where they are needed, so that it parses
// to an equal tree.  Time is linear in its size but for what is nested in parentheses.
std::string ToString(const ExpressionTree& tree);

}  // namespace slowburn
