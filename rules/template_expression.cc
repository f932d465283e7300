// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template_expression.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rules/promql_string.h"

namespace slowburn {
namespace {

using Kind = TemplateExpression::Kind;

constexpr int kMaxDepth = 64;

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IsDigit(c);
}

TemplateExpression Literal(TemplateValue value) {
  TemplateExpression literal;
  literal.type = TypeOf(value);
  literal.literal = std::move(value);
  return literal;
}

TemplateExpression Field(Kind kind, TemplateType type) {
  TemplateExpression field;
  field.kind = kind;
  field.type = type;
  return field;
}

// What a name after `.` or `$` stands for.
struct Root {
  std::string_view field;     // After `.`
  std::string_view variable;  // After `$`
  Kind kind;
  TemplateType type;
};

constexpr Root kRoots[] = {
    {"Labels", "labels", Kind::kLabels, TemplateType::kMap},
    {"ExternalLabels", "externalLabels", Kind::kExternalLabels, TemplateType::kMap},
    {"ExternalURL", "externalURL", Kind::kExternalUrl, TemplateType::kString},
    {"Value", "value", Kind::kValue, TemplateType::kFloat},
};

// The base of a whole number, by how it begins, and how many characters say so.
struct Base {
  int base = 10;
  std::size_t prefix = 0;
};

Base BaseOf(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return {};
  switch (digits[1]) {
    case 'x':
    case 'X':
      return {16, 2};
    case 'o':
    case 'O':
      return {8, 2};
    case 'b':
    case 'B':
      return {2, 2};
    default:
      return {8, 1};
  }
}

// A number as Go writes it: 5, -5, 0x1f, 017, 1_000, 1.5, 1e3.
std::optional<TemplateValue> ReadNumber(std::string_view written) {
  std::string text;
  std::copy_if(written.begin(), written.end(), std::back_inserter(text),
               [](char c) { return c != '_'; });
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.erase(0, 1);
  if (text.empty() || !(IsDigit(text[0]) || text[0] == '.')) return std::nullopt;
  const char* const end = text.data() + text.size();
  const bool hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  if (!hex && text.find_first_of(".eE") != std::string::npos) {
    double value = 0;
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return negative ? -value : value;
  }
  const Base base = BaseOf(text);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data() + base.prefix, end, value, base.base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return negative ? -value : value;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<TemplateExpression> Run() {
    auto expression = Pipeline();
    if (expression.ok() && at_ < text_.size()) return Unexpected();
    return expression;
  }

 private:
  using Result = absl::StatusOr<TemplateExpression>;

  // command | command | ...
  Result Pipeline() {
    auto result = Command(std::nullopt);
    while (result.ok() && Accept('|')) result = Command(*std::move(result));
    return result;
  }

  // A function and its arguments, or one operand.  `piped` is the last argument.
  Result Command(std::optional<TemplateExpression> piped) {
    SkipBlank();
    const std::string_view name = NameAhead();
    const bool call = !name.empty() && name != "true" && name != "false";
    if (piped && !call) return Fail("only a function can stand after `|`");
    if (!call) {
      auto operand = Operand();
      SkipBlank();
      if (operand.ok() && !AtEndOfCommand()) {
        return Fail(fmt::format("an argument for what is no function: {}", Rest()));
      }
      return operand;
    }
    at_ += name.size();
    if (!AtEndOfOperand()) return Unexpected();
    std::vector<TemplateExpression> arguments;
    for (SkipBlank(); !AtEndOfCommand(); SkipBlank()) {
      auto argument = Operand();
      if (!argument.ok()) return argument;
      arguments.push_back(*std::move(argument));
    }
    if (piped) arguments.push_back(*std::move(piped));
    return Call(name, std::move(arguments));
  }

  Result Call(std::string_view name, std::vector<TemplateExpression> arguments) {
    const TemplateFunction* function = FindTemplateFunction(name);
    if (function == nullptr) {
      if (IsForeignFunction(name)) return Fail(fmt::format("`{}` is not supported", name));
      return Fail(fmt::format("there is no function `{}`", name));
    }
    std::vector<TemplateType> types;
    std::vector<const TemplateValue*> literals;
    TemplateExpression result;
    for (const TemplateExpression& argument : arguments) {
      types.push_back(argument.type);
      literals.push_back(argument.kind == Kind::kLiteral ? &argument.literal : nullptr);
      result.depth = std::max(result.depth, argument.depth + 1);
    }
    if (result.depth > kMaxDepth) return Fail("it is nested too deep");
    if (absl::Status status = CheckCall(*function, types, literals); !status.ok()) return status;
    result.kind = Kind::kCall;
    result.function = function;
    result.type = function->result;
    const bool alike =
        std::equal(types.begin() + (types.empty() ? 0 : 1), types.end(), types.begin());
    if (result.type == TemplateType::kAny && alike && !types.empty()) result.type = types[0];
    result.arguments = std::move(arguments);
    return result;
  }

  Result Operand() {
    const char c = Peek();
    if (c == '(') return Parenthesised();
    if (c == '"' || c == '`') return String();
    if (c == '$') return Variable();
    if (c == '.' && !IsDigit(Peek(1))) return Dotted();
    if (IsDigit(c) || c == '.' || c == '-' || c == '+') return Number();
    const std::string_view name = NameAhead();
    if (name.empty()) return Unexpected();
    at_ += name.size();
    if (name == "true" || name == "false") return Terminated(Literal(name == "true"));
    auto result = Call(name, {});  // A function without arguments.
    return result.ok() ? Terminated(*std::move(result)) : result;
  }

  Result Parenthesised() {
    if (++open_ > kMaxDepth) return Fail("it is nested too deep");
    ++at_;
    auto inner = Pipeline();
    if (!inner.ok()) return inner;
    if (!Accept(')')) return Fail("a parenthesis is not closed");
    --open_;
    return Chain(*std::move(inner));
  }

  Result String() {
    StringLiteral literal = ReadStringLiteral(text_.substr(at_));
    if (!literal.problem.empty()) return Fail(literal.problem);
    at_ += literal.size;
    return Terminated(Literal(std::move(literal.value)));
  }

  Result Number() {
    const std::size_t begin = at_;
    while (IsNameChar(Peek()) || Peek() == '.' || Peek() == '+' || Peek() == '-') ++at_;
    const std::string_view text = text_.substr(begin, at_ - begin);
    auto number = ReadNumber(text);
    if (!number) return Fail(fmt::format("`{}` is no number", text));
    return Terminated(Literal(*std::move(number)));
  }

  Result Variable() {
    ++at_;
    const std::string_view name = NameAhead();
    for (const Root& root : kRoots) {
      if (name != root.variable) continue;
      at_ += name.size();
      return Chain(Field(root.kind, root.type));
    }
    if (text_.find(":=", at_) != std::string_view::npos) return Fail("variables are not supported");
    return Fail(
        fmt::format("there is no `${}`; there are $labels, $externalLabels, $externalURL and "
                    "$value",
                    name));
  }

  Result Dotted() {
    ++at_;
    const std::string_view name = NameAhead();
    for (const Root& root : kRoots) {
      if (name != root.field) continue;
      at_ += name.size();
      return Chain(Field(root.kind, root.type));
    }
    return Fail(
        fmt::format("there is no `.{}`; there are .Labels, .ExternalLabels, .ExternalURL and "
                    ".Value",
                    name));
  }

  // What stands behind `.` after an operand.
  Result Chain(TemplateExpression operand) {
    if (Peek() != '.') return Terminated(std::move(operand));
    ++at_;
    const std::string_view name = NameAhead();
    if (name.empty()) return Fail("a name is missing after `.`");
    at_ += name.size();
    if (operand.type != TemplateType::kMap) {
      return Fail(fmt::format("{} has no `.{}`", Describe(operand.type), name));
    }
    TemplateExpression label;
    label.kind = Kind::kLabel;
    label.type = TemplateType::kString;
    label.label = std::string(name);
    label.depth = operand.depth + 1;
    label.arguments.push_back(std::move(operand));
    return Chain(std::move(label));
  }

  // Two operands have a blank between them.
  Result Terminated(TemplateExpression operand) {
    if (!AtEndOfOperand()) return Unexpected();
    return operand;
  }

  Result Unexpected() {
    if (at_ == text_.size()) return Fail("something is missing at its end");
    return Fail(fmt::format("{} cannot stand there", Rest()));
  }

  static absl::Status Fail(std::string_view message) {
    return absl::InvalidArgumentError(std::string(message));
  }

  // What has not been read, cut to a size for a message.
  std::string Rest() const {
    constexpr std::size_t kLongest = 20;
    std::size_t size = std::min(kLongest, text_.size() - at_);
    while (at_ + size < text_.size() &&
           (static_cast<unsigned char>(text_[at_ + size]) & 0xC0) == 0x80) {
      ++size;
    }
    return fmt::format("`{}`", text_.substr(at_, size));
  }

  std::string_view NameAhead() const {
    std::size_t end = at_;
    while (end < text_.size() && IsNameChar(text_[end])) ++end;
    if (end > at_ && IsDigit(text_[at_])) return "";
    return text_.substr(at_, end - at_);
  }

  bool AtEndOfOperand() const { return AtEndOfCommand() || IsBlank(Peek()); }

  bool AtEndOfCommand() const { return at_ == text_.size() || Peek() == '|' || Peek() == ')'; }

  bool Accept(char c) {
    SkipBlank();
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  void SkipBlank() {
    while (IsBlank(Peek())) ++at_;
  }

  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int open_ = 0;
};

}  // namespace

absl::StatusOr<TemplateExpression> ParseTemplateExpression(std::string_view text) {
  return Parser(text).Run();
}

TemplateValue Evaluate(const TemplateExpression& expression, const TemplateData& data) {
  switch (expression.kind) {
    case Kind::kLiteral:
      return expression.literal;
    case Kind::kLabels:
      return &data.labels;
    case Kind::kExternalLabels:
      return &data.external_labels;
    case Kind::kExternalUrl:
      return data.external_url;
    case Kind::kValue:
      return data.value;
    case Kind::kLabel: {
      const TemplateValue map = Evaluate(expression.arguments[0], data);
      const Labels& labels = *std::get<const Labels*>(map);
      const auto found = labels.find(expression.label);
      return found == labels.end() ? std::string() : found->second;
    }
    case Kind::kCall:
      break;
  }
  std::vector<TemplateValue> values;
  values.reserve(expression.arguments.size());
  for (const TemplateExpression& argument : expression.arguments) {
    values.push_back(Evaluate(argument, data));
  }
  return expression.function->call(values, data);
}

}  // namespace slowburn
