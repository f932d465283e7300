// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/reduce.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "rules/plan.h"
#include "rules/promql_token.h"
#include "rules/selector_reader.h"

namespace slowburn {
namespace {

constexpr int kMaxDepth = 64;

struct Phrase {
  std::string_view word;
  std::string_view reason;
};

constexpr Phrase kOperators[] = {
    {"-", "subtraction of two terms is asked of the source"},
    {"+", "addition of two terms is asked of the source"},
    {"*", "arithmetic on a term is asked of the source"},
    {"/", "a division is asked of the source"},
    {"%", "arithmetic on a term is asked of the source"},
    {"^", "arithmetic on a term is asked of the source"},
    {"==", "a comparison is asked of the source"},
    {"!=", "a comparison is asked of the source"},
    {"<", "a comparison is asked of the source"},
    {"<=", "a comparison is asked of the source"},
    {">", "a comparison is asked of the source"},
    {">=", "a comparison is asked of the source"},
    {"@", "a term with `@` is asked of the source"},
    {":", "a subquery is asked of the source"},
};

constexpr Phrase kWords[] = {
    {"offset", "a term with `offset` is asked of the source"},
    {"or", "`or` with anything but vector(0) is asked of the source"},
    {"and", "`and` is asked of the source"},
    {"unless", "`unless` is asked of the source"},
    {"atan2", "arithmetic on a term is asked of the source"},
    {"without",
     "a sum `without` labels is asked of the source; a sum `by` labels could be counted"},
};

// Why an expression that has `token` at a place where it cannot go on is not a plain sum.
// `after`: what follows the token.
std::string ReasonFor(const Token& token, const Token& after) {
  for (const Phrase& phrase : kOperators) {
    if (token.Is(phrase.word)) return std::string(phrase.reason);
  }
  for (const Phrase& phrase : kWords) {
    if (token.IsWord(phrase.word)) return std::string(phrase.reason);
  }
  if (token.kind == TokenKind::kNumber) return "arithmetic with a number is asked of the source";
  if (token.kind == TokenKind::kName && (after.Is("(") || IsKeyword(token.text))) {
    return fmt::format(
        "`{}` is asked of the source; only sum(rate(..)) and sum(increase(..)) are counted",
        token.text);
  }
  if (token.kind == TokenKind::kName || token.Is("{")) {
    return "a selector outside sum(rate(..)) or sum(increase(..)) is asked of the source";
  }
  if (token.kind == TokenKind::kBad) return fmt::format("it cannot be read: {}", token.value);
  return fmt::format("it is not a sum of rates or increases: {} stands where that does not go on",
                     Describe(token));
}

class Reducer {
 public:
  explicit Reducer(std::string_view query) : tokens_(query) {}

  absl::StatusOr<CounterExpression> Run() {
    if (!Whole() || !tokens_.AtEnd()) {
      Stop();
      return absl::UnimplementedError(*reason_);
    }
    std::sort(result_.by.begin(), result_.by.end());
    result_.by.erase(std::unique(result_.by.begin(), result_.by.end()), result_.by.end());
    return std::move(result_);
  }

 private:
  // Each of these reads one part and returns whether it was that; if not, reason_ says why, or the
  // next token does.

  bool Whole() {
    if (tokens_.Accept("(")) {
      if (!Deeper([this] { return Whole(); }) || !tokens_.Accept(")")) return false;
    } else if (!Sum()) {
      return false;
    }
    while (IsZeroNext()) SkipZero();
    return true;
  }

  bool Sum() {
    if (!tokens_.Peek().IsWord("sum")) return false;
    tokens_.Next();
    const bool labels_first = tokens_.Peek().IsWord("by");
    if (labels_first && !By()) return false;
    if (!tokens_.Accept("(") || !Increments() || !tokens_.Accept(")")) return false;
    return labels_first || !tokens_.Peek().IsWord("by") || By();
  }

  bool By() {
    tokens_.Next();
    if (!tokens_.Accept("(")) return false;
    while (!tokens_.Accept(")")) {
      const Token& label = tokens_.Peek();
      if (label.kind != TokenKind::kName || !IsLabelName(label.text)) return false;
      result_.by.emplace_back(tokens_.Next().text);
      if (!tokens_.Peek().Is(")") && !tokens_.Accept(",")) return false;
    }
    return true;
  }

  bool Increments() {
    if (tokens_.Accept("(")) {
      return Deeper([this] { return Increments(); }) && tokens_.Accept(")");
    }
    const std::string_view function = tokens_.Peek().text;
    if ((function != "rate" && function != "increase") || !tokens_.Peek(1).Is("(")) return false;
    result_.per_second = function == "rate";
    tokens_.Next();
    tokens_.Next();
    return Range() && tokens_.Accept(")");
  }

  bool Range() {
    if (tokens_.Accept("(")) return Deeper([this] { return Range(); }) && tokens_.Accept(")");
    const Token& first = tokens_.Peek();
    if (!first.Is("{") && (!IsMetricToken(first) || tokens_.Peek(1).Is("("))) return false;
    auto read = ReadSelector(tokens_);
    if (const auto* error = std::get_if<SyntaxError>(&read)) {
      reason_ = fmt::format("the selector is not one that can be read here: {}", error->message);
      return false;
    }
    result_.selector = std::get<SelectorText>(std::move(read)).selector;
    for (const Matcher& matcher : result_.selector.matchers) {
      if (!HasWindow(matcher.value)) continue;
      reason_ = "a selector that changes with the window is asked of the source";
      return false;
    }
    return tokens_.Accept("[") && Window() && tokens_.Accept("]");
  }

  bool Window() {
    const Token& token = tokens_.Next();
    if (token.kind == TokenKind::kWindow) return true;
    reason_ = fmt::format("the range is {}, not {{{{.window}}}}", Describe(token));
    return false;
  }

  // Whether `or vector(0)` or `or on() vector(0)` is next, the vector within parentheses or not.
  bool IsZeroNext() const { return ZeroSize() > 0; }

  void SkipZero() {
    for (std::size_t i = ZeroSize(); i > 0; --i) tokens_.Next();
  }

  std::size_t ZeroSize() const {
    if (!tokens_.Peek().IsWord("or")) return 0;
    std::size_t at = 1;
    if (tokens_.Peek(1).IsWord("on") && tokens_.Peek(2).Is("(") && tokens_.Peek(3).Is(")")) at = 4;
    const bool wrapped = tokens_.Peek(at).Is("(");
    if (wrapped) ++at;
    const Token& number = tokens_.Peek(at + 2);
    if (tokens_.Peek(at).text != "vector" || !tokens_.Peek(at + 1).Is("(") ||
        number.kind != TokenKind::kNumber || NumberValue(number.text) != 0.0 ||
        !tokens_.Peek(at + 3).Is(")")) {
      return 0;
    }
    at += 4;
    if (!wrapped) return at;
    return tokens_.Peek(at).Is(")") ? at + 1 : 0;
  }

  template <typename Read>
  bool Deeper(Read read) {
    if (++depth_ > kMaxDepth) {
      reason_ = "the parentheses are nested too deep";
      return false;
    }
    const bool good = read();
    --depth_;
    return good;
  }

  void Stop() {
    if (!reason_) reason_ = ReasonFor(tokens_.Peek(), tokens_.Peek(1));
  }

  TokenStream tokens_;
  CounterExpression result_;
  std::optional<std::string> reason_;
  int depth_ = 0;
};

}  // namespace

absl::StatusOr<CounterExpression> ReduceToCounter(std::string_view query) {
  return Reducer(query).Run();
}

}  // namespace slowburn
