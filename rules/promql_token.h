// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slowburn {

enum class TokenKind {
  kName,      // An identifier or a keyword.
  kNumber,    // `5`, `0x1f`, `1e6`; not Inf and NaN, which are names.
  kDuration,  // `5m`
  kWindow,    // `{{.window}}`
  kString,    // Quoted in any of the three ways.
  kSymbol,    // A bracket or an operator.
  kBad,       // What no token begins with; `value` says why.
  kEnd,
};

// One word of PromQL.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;  // In bytes, of its first byte.
  std::string_view text;   // As written.  Points into the text that was read.
  std::string value;       // Of a string, without quotes and escapes; of a bad token, the reason.

  bool Is(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }

  // Whether it is this keyword, given in lower case; PromQL takes keywords in any case.
  bool IsWord(std::string_view lower) const;
};

// Splits PromQL into tokens; white space and comments are left out.  The last token, and only that,
// is kEnd or kBad.  Never fails, takes linear time.  `promql` must outlive the tokens.
std::vector<Token> Tokenize(std::string_view promql);

// The tokens of a text, read from the left.  The text must outlive it.
class TokenStream {
 public:
  explicit TokenStream(std::string_view promql) : tokens_(Tokenize(promql)) {}

  // The token `ahead` of the next one; the last token once there are no more.
  const Token& Peek(std::size_t ahead = 0) const;

  // Returns the next token and goes past it.  Nothing goes past the last one.
  const Token& Next();

  // Goes past `symbol` if it is next; returns whether it was.
  bool Accept(std::string_view symbol);

  // Goes past the keyword `lower` if it is next; returns whether it was.
  bool AcceptWord(std::string_view lower);

  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }

 private:
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

// What `token` is called in a message: "`)`", "the end" or the reason of a bad one.
std::string Describe(const Token& token);

// "expected `what`, not ...": what to say when `token` stands where `what` should.
std::string ExpectedText(std::string_view what, const Token& token);

// Whether `word` has a meaning of its own in PromQL, in any case: `sum`, `by`, `or`, `inf`.
bool IsKeyword(std::string_view word);

// The value of a number token, or of `Inf` and `NaN` in any case; nullopt for other text and for
// what exceeds a double.
std::optional<double> NumberValue(std::string_view text);

// `text` with the letters A to Z in lower case.
std::string AsciiLower(std::string_view text);

// The place of the byte at `offset` counted in characters, from 1.
std::size_t CharacterAt(std::string_view text, std::size_t offset);

}  // namespace slowburn
