// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "rules/promql_functions.h"
#include "rules/promql_operators.h"
#include "rules/promql_parts.h"
#include "rules/promql_token.h"
#include "rules/selector_reader.h"

namespace slowburn {
namespace {

constexpr int kMaxDepth = 256;

enum class Shape { kSelector, kRange, kSubquery, kOther };

// A part of an expression that has been read.
struct Operand {
  std::size_t offset = 0;
  ValueType type = ValueType::kAny;
  Shape shape = Shape::kOther;
  bool has_offset = false;
  bool has_at = false;
  bool has_time = false;  // `@` with a number; Prometheus lets start() and end() stand anywhere.
};

// Keywords that are never the name of a metric where an expression begins.
bool IsReserved(const Token& token) {
  for (const char* word : {"bool", "on", "ignoring", "group_left", "group_right", "atan2"}) {
    if (token.IsWord(word)) return true;
  }
  return false;
}

bool IsCardinal(ValueType type) {
  return type == ValueType::kScalar || type == ValueType::kVector || type == ValueType::kAny;
}

// Reads an expression and collects what is wrong.  Each reading function returns nullopt, or false,
// after an error of syntax, from which nothing more can be read; what merely has a wrong type is
// noted, and reading goes on.
class Checker : private PartReader {
 public:
  explicit Checker(std::string_view promql) : PartReader(promql) {}

  std::optional<ValueType> Run() {
    if (tokens_.AtEnd()) {
      Error(0, "the expression is empty");
      return std::nullopt;
    }
    const auto whole = Expression(kLowestPrecedence);
    if (!whole) return std::nullopt;
    if (!tokens_.AtEnd()) {
      Trailing();
      return std::nullopt;
    }
    const bool useless = whole->type == ValueType::kRange || whole->type == ValueType::kString;
    if (useless && problems_.empty()) {
      Warning(whole->offset, fmt::format("the expression gives {}, of which no ratio can be made",
                                         Describe(whole->type)));
    }
    return whole->type;
  }

  using PartReader::TakeProblems;

 private:
  std::optional<Operand> Expression(int lowest) {
    if (++depth_ > kMaxDepth) return Stop("the expression is nested too deep");
    auto left = Signed();
    while (left) {
      const BinaryOperator* op = FindOperator(tokens_.Peek());
      if (op == nullptr || op->precedence < lowest) break;
      left = Binary(*left, *op);
    }
    --depth_;
    return left;
  }

  std::optional<Operand> Binary(const Operand& left, const BinaryOperator& op) {
    const Token at = tokens_.Next();
    const auto matching = ReadMatching();
    if (!matching) return std::nullopt;
    // `^` groups from the right, but types come out the same either way.
    const auto right = Expression(op.precedence + 1);
    if (!right) return std::nullopt;
    CheckOperand(left, op);
    CheckOperand(*right, op);
    for (auto& problem : CheckOperator(op, *matching, left.type, right->type)) {
      Error(at.offset, std::move(problem.message), std::move(problem.hint));
    }
    Operand result;
    result.offset = left.offset;
    const bool any = left.type == ValueType::kAny || right->type == ValueType::kAny;
    const bool scalar = left.type == ValueType::kScalar && right->type == ValueType::kScalar;
    result.type = scalar ? ValueType::kScalar : any ? ValueType::kAny : ValueType::kVector;
    return result;
  }

  void CheckOperand(const Operand& operand, const BinaryOperator& op) {
    if (IsCardinal(operand.type)) return;
    Error(operand.offset, fmt::format("`{}` needs scalars or instant vectors, this is {}", op.text,
                                      Describe(operand.type)));
  }

  std::optional<Operand> Signed() {
    const Token sign = tokens_.Peek();
    if (!sign.Is("+") && !sign.Is("-")) return Postfixed();
    tokens_.Next();
    auto operand = Expression(kPowerPrecedence);
    if (!operand) return std::nullopt;
    if (!IsCardinal(operand->type)) {
      Error(sign.offset, fmt::format("a sign needs a scalar or an instant vector, this is {}",
                                     Describe(operand->type)));
    }
    Operand result;
    result.offset = sign.offset;
    result.type = operand->type;
    return result;
  }

  std::optional<Operand> Postfixed() {
    auto operand = Primary();
    bool more = true;
    while (operand && more) {
      if (tokens_.Peek().Is("[")) {
        operand = Range(*operand);
      } else if (tokens_.Peek().IsWord("offset")) {
        operand = Offset(*operand);
      } else if (tokens_.Peek().Is("@")) {
        operand = At(*operand);
      } else {
        more = false;
      }
    }
    return operand;
  }

  std::optional<Operand> Primary() {
    const Token& token = tokens_.Peek();
    Operand operand;
    operand.offset = token.offset;
    switch (token.kind) {
      case TokenKind::kNumber:
        operand.type = ValueType::kScalar;
        tokens_.Next();
        return operand;
      case TokenKind::kDuration:
      case TokenKind::kWindow:
        Warning(token.offset, "a duration as a number is understood by Prometheus 3 only");
        operand.type = ValueType::kScalar;
        tokens_.Next();
        return operand;
      case TokenKind::kString:
        operand.type = ValueType::kString;
        tokens_.Next();
        return operand;
      case TokenKind::kName:
        return Named(operand);
      case TokenKind::kSymbol:
        if (token.Is("(")) return Parenthesised(operand);
        if (token.Is("{")) return Vector(operand);
        break;
      case TokenKind::kBad:
      case TokenKind::kEnd:
        break;
    }
    return Stop(ExpectedText("an expression", token));
  }

  std::optional<Operand> Parenthesised(Operand operand) {
    tokens_.Next();
    const auto inner = Expression(kLowestPrecedence);
    if (!inner || !Close(")")) return std::nullopt;
    operand.type = inner->type;
    return operand;
  }

  std::optional<Operand> Named(Operand operand) {
    const Token& name = tokens_.Peek();
    if (name.IsWord("inf") || name.IsWord("nan")) {
      tokens_.Next();
      operand.type = ValueType::kScalar;
      return operand;
    }
    const Token& after = tokens_.Peek(1);
    const bool labels_first =
        (after.IsWord("by") || after.IsWord("without")) && tokens_.Peek(2).Is("(");
    if (const Aggregation* aggregation = FindAggregation(name.text);
        aggregation != nullptr && (after.Is("(") || labels_first)) {
      return Aggregated(operand, *aggregation);
    }
    if (after.Is("(") || labels_first) return Call(operand);
    if (IsReserved(name)) return Stop(ExpectedText("an expression", name));
    return Vector(operand);
  }

  std::optional<Operand> Vector(Operand operand) {
    auto read = ReadSelector(tokens_);
    if (const auto* error = std::get_if<SyntaxError>(&read)) {
      Error(error->offset, error->message);
      return std::nullopt;
    }
    operand.type = ValueType::kVector;
    operand.shape = Shape::kSelector;
    return operand;
  }

  std::optional<Operand> Aggregated(Operand operand, const Aggregation& aggregation) {
    tokens_.Next();
    const bool labels_first = !tokens_.Peek().Is("(");
    if (labels_first) {
      tokens_.Next();
      if (!LabelList()) return std::nullopt;
    }
    const auto arguments = Arguments();
    if (!arguments) return std::nullopt;
    if (!labels_first && (tokens_.Peek().IsWord("by") || tokens_.Peek().IsWord("without"))) {
      tokens_.Next();
      if (!LabelList()) return std::nullopt;
    }
    const std::size_t want = aggregation.parameter == ValueType::kAny ? 1 : 2;
    if (arguments->size() != want) {
      Error(operand.offset, fmt::format("`{}` takes {} argument{}, not {}", aggregation.name, want,
                                        want == 1 ? "" : "s", arguments->size()));
    } else {
      CheckType(arguments->back(), ValueType::kVector, aggregation.name);
      if (want == 2) CheckType(arguments->front(), aggregation.parameter, aggregation.name);
    }
    operand.type = ValueType::kVector;
    return operand;
  }

  std::optional<Operand> Call(Operand operand) {
    const Token name = tokens_.Next();
    const FunctionSignature* function = FindFunction(name.text);
    if (const MetricsqlName* other = FindMetricsqlName(name.text);
        function == nullptr && other != nullptr) {
      Error(name.offset, fmt::format("`{}` is MetricsQL, not PromQL", name.text),
            std::string(other->hint));
    } else if (function == nullptr) {
      if (IsKeyword(name.text)) return Unexpected(name);
      UnknownFunction(name);
    }
    if (!tokens_.Peek().Is("(")) return Stop("`by` and `without` go with aggregations only");
    const auto arguments = Arguments();
    if (!arguments) return std::nullopt;
    if (function != nullptr) {
      operand.type = function->result;
      CheckArguments(name, *function, *arguments);
    }
    return operand;
  }

  void UnknownFunction(const Token& name) {
    const std::string_view nearest = NearestFunction(name.text);
    Warning(name.offset, fmt::format("no function `{}` is known here", name.text),
            nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest));
  }

  void CheckArguments(const Token& name, const FunctionSignature& function,
                      const std::vector<Operand>& arguments) {
    const int count = static_cast<int>(arguments.size());
    if (count < function.least || count > function.most) {
      std::string want = fmt::format("{}", function.least);
      if (function.most == FunctionSignature::kAnyNumber) {
        want += " or more";
      } else if (function.most > function.least) {
        want += fmt::format(" to {}", function.most);
      }
      Error(name.offset, fmt::format("`{}` takes {} argument{}, not {}", function.name, want,
                                     want == "1" ? "" : "s", count));
      return;
    }
    for (int i = 0; i < count; ++i) {
      CheckType(arguments[static_cast<std::size_t>(i)], function.Argument(i), function.name);
    }
  }

  void CheckType(const Operand& operand, ValueType want, std::string_view function) {
    if (operand.type == want || operand.type == ValueType::kAny) return;
    std::string hint;
    if (want == ValueType::kRange && operand.shape == Shape::kSelector) {
      hint = "write [{{.window}}] after the selector";
    }
    Error(operand.offset,
          fmt::format("`{}` takes {} here, this is {}", function, Describe(want),
                      Describe(operand.type)),
          std::move(hint));
  }

  std::optional<std::vector<Operand>> Arguments() {
    std::vector<Operand> arguments;
    tokens_.Next();
    if (tokens_.Accept(")")) return arguments;
    do {
      auto argument = Expression(kLowestPrecedence);
      if (!argument) return std::nullopt;
      arguments.push_back(*argument);
    } while (tokens_.Accept(","));
    if (!Close(")")) return std::nullopt;
    return arguments;
  }

  std::optional<Operand> Range(Operand operand) {
    const Token bracket = tokens_.Next();
    const std::string text(tokens_.Peek().text);
    if (!Duration()) return std::nullopt;
    const bool subquery = tokens_.Accept(":");
    if (subquery && !tokens_.Peek().Is("]") && !Duration()) return std::nullopt;
    if (!Close("]")) return std::nullopt;
    if (subquery) {
      if (operand.type != ValueType::kVector && operand.type != ValueType::kAny) {
        Error(bracket.offset, fmt::format("a subquery needs an instant vector, this is {}",
                                          Describe(operand.type)));
      }
    } else if (operand.shape != Shape::kSelector) {
      Error(bracket.offset, "a range can stand after a selector only, not after an expression",
            fmt::format("write [{}:] to evaluate the expression again and again", text));
    } else if (operand.has_offset || operand.has_time) {
      Error(bracket.offset, "a range stands before `offset` and `@`, not after them");
    }
    Operand result;
    result.offset = operand.offset;
    result.type = ValueType::kRange;
    result.shape = subquery ? Shape::kSubquery : Shape::kRange;
    return result;
  }

  std::optional<Operand> Offset(Operand operand) {
    const Token word = tokens_.Next();
    tokens_.Accept("-");
    if (!Duration()) return std::nullopt;
    if (operand.shape == Shape::kOther) {
      Error(word.offset, "`offset` can stand after a selector or a subquery only");
    } else if (operand.has_offset) {
      Error(word.offset, "`offset` stands twice");
    }
    operand.has_offset = true;
    return operand;
  }

  std::optional<Operand> At(Operand operand) {
    const Token at = tokens_.Next();
    const Token time = tokens_.Peek();
    if (time.IsWord("start") || time.IsWord("end")) {
      tokens_.Next();
      if (!Close("(") || !Close(")")) return std::nullopt;
    } else {
      if (time.Is("+") || time.Is("-")) tokens_.Next();
      if (tokens_.Peek().kind != TokenKind::kNumber) {
        return Stop(ExpectedText("a time in seconds, start() or end()", tokens_.Peek()));
      }
      tokens_.Next();
    }
    if (operand.shape == Shape::kOther) {
      Error(at.offset, "`@` can stand after a selector or a subquery only");
    } else if (operand.has_at) {
      Error(at.offset, "`@` stands twice");
    }
    operand.has_at = true;
    operand.has_time = !time.IsWord("start") && !time.IsWord("end");
    return operand;
  }

  int depth_ = 0;
};

}  // namespace

std::vector<ExpressionProblem> CheckExpression(std::string_view promql) {
  Checker checker(promql);
  checker.Run();
  auto problems = checker.TakeProblems();
  std::stable_sort(problems.begin(), problems.end(),
                   [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return problems;
}

bool IsScalarExpression(std::string_view promql) {
  Checker checker(promql);
  const auto type = checker.Run();
  const auto problems = checker.TakeProblems();
  return type == ValueType::kScalar &&
         std::none_of(problems.begin(), problems.end(), [](const auto& p) { return p.error; });
}

}  // namespace slowburn
