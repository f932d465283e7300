// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/selector.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rules/regex.h"
#include "rules/selector_reader.h"
#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr std::string_view kName = "__name__";

void Insert(Selector& selector, Matcher matcher) {
  auto& all = selector.matchers;
  const auto place = std::lower_bound(all.begin(), all.end(), matcher);
  if (place == all.end() || *place != matcher) all.insert(place, std::move(matcher));
}

std::optional<Matcher::Op> OperatorOf(const Token& token) {
  if (token.Is("=")) return Matcher::Op::kEqual;
  if (token.Is("!=")) return Matcher::Op::kNotEqual;
  if (token.Is("=~")) return Matcher::Op::kRegex;
  if (token.Is("!~")) return Matcher::Op::kNotRegex;
  return std::nullopt;
}

std::string_view ToString(Matcher::Op op) {
  switch (op) {
    case Matcher::Op::kEqual:
      return "=";
    case Matcher::Op::kNotEqual:
      return "!=";
    case Matcher::Op::kRegex:
      return "=~";
    case Matcher::Op::kNotRegex:
      return "!~";
  }
  return "";
}

bool IsRegex(Matcher::Op op) {
  return op == Matcher::Op::kRegex || op == Matcher::Op::kNotRegex;
}

// Whether a series without the label matches.  `regex` is the compiled value of a regex operator.
bool MatchesEmpty(const Matcher& matcher, const std::optional<Regex>& regex) {
  switch (matcher.op) {
    case Matcher::Op::kEqual:
      return matcher.value.empty();
    case Matcher::Op::kNotEqual:
      return !matcher.value.empty();
    case Matcher::Op::kRegex:
      return regex->FullyMatches("");
    case Matcher::Op::kNotRegex:
      return !regex->FullyMatches("");
  }
  return true;
}

// Reads one selector from a stream of tokens.
class Reader {
 public:
  explicit Reader(TokenStream& tokens) : tokens_(tokens) {}

  std::variant<SelectorText, SyntaxError> Run() {
    const std::size_t start = tokens_.Peek().offset;
    if (IsMetricToken(tokens_.Peek())) AddName(std::string(tokens_.Next().text));
    const bool braces = tokens_.Accept("{");
    if (braces) ReadBraces();
    if (!error_ && !braces && selector_.matchers.empty()) Expected("a metric name or `{`");
    if (!error_ && !narrows_) {
      Fail(start, "expected a matcher that asks for a value, as all of these match any series");
    }
    if (error_) return *std::move(error_);
    return SelectorText{std::move(selector_), quoted_};
  }

 private:
  void ReadBraces() {
    while (!error_ && !tokens_.Accept("}")) {
      ReadMatcher();
      if (error_) return;
      if (!tokens_.Peek().Is("}") && !tokens_.Accept(",")) return Expected("`,` or `}`");
    }
  }

  void ReadMatcher() {
    const Token label = tokens_.Peek();
    const bool quoted = label.kind == TokenKind::kString;
    if (quoted && !quoted_) quoted_ = label.offset;
    if (!quoted && !(label.kind == TokenKind::kName && IsLabelName(label.text))) {
      return Expected("a label name or `}`");
    }
    tokens_.Next();
    const auto op = OperatorOf(tokens_.Peek());
    if (!op && quoted) return ReadQuotedName(label);
    if (!op) return Expected("=, !=, =~ or !~");
    if (quoted && !IsGoodName(label)) return;
    tokens_.Next();
    const Token value = tokens_.Peek();
    if (value.kind != TokenKind::kString) return Expected("a value in quotes");
    tokens_.Next();
    Add({quoted ? label.value : std::string(label.text), *op, value.value}, label, value);
  }

  // `{"name"}`: how newer servers write names that are not plain.
  void ReadQuotedName(const Token& token) {
    if (!IsGoodName(token)) return;
    if (named_) return Fail(token.offset, "expected one metric name, this is a second one");
    AddName(token.value);
  }

  bool IsGoodName(const Token& token) {
    if (!token.value.empty() && IsUtf8(token.value)) return true;
    Fail(token.offset, "expected a name that is not empty and is UTF-8");
    return false;
  }

  void AddName(std::string name) {
    Insert(selector_, {std::string(kName), Matcher::Op::kEqual, std::move(name)});
    named_ = true;
    narrows_ = true;
  }

  void Add(Matcher matcher, const Token& label, const Token& value) {
    if (named_ && matcher.label == kName) {
      return Fail(label.offset, "expected no __name__ as the metric name is there already");
    }
    if (!IsUtf8(matcher.value)) return Fail(value.offset, "expected a value that is UTF-8");
    std::optional<Regex> regex;
    if (IsRegex(matcher.op)) {
      auto compiled = Regex::Compile(matcher.value);
      if (!compiled.ok()) {
        return Fail(value.offset, fmt::format("expected a regular expression: {}",
                                              std::string(compiled.status().message())));
      }
      regex = *std::move(compiled);
    }
    if (!MatchesEmpty(matcher, regex)) narrows_ = true;
    Insert(selector_, std::move(matcher));
  }

  void Expected(std::string_view what) {
    const Token& token = tokens_.Peek();
    Fail(token.offset, ExpectedText(what, token));
  }

  void Fail(std::size_t offset, std::string message) {
    if (!error_) error_ = SyntaxError{offset, std::move(message)};
  }

  TokenStream& tokens_;
  Selector selector_;
  std::optional<std::size_t> quoted_;
  std::optional<SyntaxError> error_;
  bool named_ = false;    // A name stands in front or alone in quotes.
  bool narrows_ = false;  // Some matcher refuses a series that has none of the labels.
};

// The only matcher on the name, if it can stand in front of the braces.
const Matcher* FrontName(const Selector& selector) {
  const Matcher* found = nullptr;
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label != kName) continue;
    if (found != nullptr) return nullptr;
    found = &matcher;
  }
  if (found == nullptr || found->op != Matcher::Op::kEqual) return nullptr;
  return IsMetricName(found->value) && !IsKeyword(found->value) ? found : nullptr;
}

}  // namespace

bool IsMetricToken(const Token& token) {
  return token.kind == TokenKind::kName && IsMetricName(token.text) && !token.IsWord("inf") &&
         !token.IsWord("nan");
}

std::variant<SelectorText, SyntaxError> ReadSelector(TokenStream& tokens) {
  return Reader(tokens).Run();
}

absl::StatusOr<Selector> ParseSelector(std::string_view text) {
  TokenStream tokens(text);
  auto result = ReadSelector(tokens);
  if (auto* read = std::get_if<SelectorText>(&result)) {
    if (tokens.AtEnd()) return std::move(read->selector);
    result =
        SyntaxError{tokens.Peek().offset, ExpectedText("the end of the selector", tokens.Peek())};
  }
  const auto& error = std::get<SyntaxError>(result);
  return absl::InvalidArgumentError(
      fmt::format("at character {}: {}", CharacterAt(text, error.offset), error.message));
}

std::string ToString(const Selector& selector) {
  const Matcher* front = FrontName(selector);
  std::string out = front == nullptr ? "" : front->value;
  std::string inside;
  for (const Matcher& matcher : selector.matchers) {
    if (&matcher == front) continue;
    if (!inside.empty()) inside += ',';
    inside += LabelText(matcher.label);
    inside += ToString(matcher.op);
    inside += Quote(matcher.value);
  }
  if (front == nullptr || !inside.empty()) out += fmt::format("{{{}}}", inside);
  return out;
}

std::string MetricName(const Selector& selector) {
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label == kName && matcher.op == Matcher::Op::kEqual) return matcher.value;
  }
  return "";
}

Selector With(Selector selector, Matcher matcher) {
  Insert(selector, std::move(matcher));
  return selector;
}

bool Covers(const Selector& wide, const Selector& narrow) {
  return std::includes(narrow.matchers.begin(), narrow.matchers.end(), wide.matchers.begin(),
                       wide.matchers.end());
}

}  // namespace slowburn
