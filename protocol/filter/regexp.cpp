#include "protocol/filter/regexp.hpp"

#include <re2/re2.h>

namespace praetor::filter {

namespace {

/// Go's text for the error, with the part of the pattern that it quotes.
std::string error_text(const re2::RE2& compiled) {
  std::string what, part = compiled.error_arg();
  switch (compiled.error_code()) {
  case re2::RE2::ErrorMissingParen:
    what = "missing closing )";
    part = compiled.pattern();
    break;
  case re2::RE2::ErrorUnexpectedParen:
    what = "unexpected )";
    part = compiled.pattern();
    break;
  case re2::RE2::ErrorMissingBracket: what = "missing closing ]"; break;
  case re2::RE2::ErrorRepeatArgument: what = "missing argument to repetition operator"; break;
  case re2::RE2::ErrorRepeatSize: what = "invalid repeat count"; break;
  case re2::RE2::ErrorRepeatOp: what = "invalid nested repetition operator"; break;
  case re2::RE2::ErrorBadEscape: what = "invalid escape sequence"; break;
  case re2::RE2::ErrorTrailingBackslash:
    what = "trailing backslash at end of expression";
    part.clear();
    break;
  case re2::RE2::ErrorBadCharClass: what = "invalid character class"; break;
  case re2::RE2::ErrorBadCharRange: what = "invalid character class range"; break;
  case re2::RE2::ErrorBadUTF8: what = "invalid UTF-8"; break;
  case re2::RE2::ErrorBadNamedCapture: what = "invalid named capture"; break;
  case re2::RE2::ErrorBadPerlOp: what = "invalid or unsupported Perl syntax"; break;
  case re2::RE2::ErrorPatternTooLarge:
    what = "expression too large";
    part = compiled.pattern();
    break;
  default: what = compiled.error(); break;
  }
  return "error parsing regexp: " + what + ": `" + part + "`";
}

} // namespace

regexp::regexp(const std::string& pattern) {
  if (pattern.size() > longest_pattern) {
    error_ = "error parsing regexp: expression too large: " + std::to_string(pattern.size()) + " bytes, the most is " +
             std::to_string(longest_pattern);
    return;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_memory);
  compiled_ = std::make_unique<re2::RE2>(pattern, options);
  if (!compiled_->ok()) error_ = error_text(*compiled_);
}

regexp::~regexp() = default;

std::size_t regexp::steps_per_byte() const {
  return compiled_ && compiled_->ok() ? static_cast<std::size_t>(compiled_->ProgramSize()) : 0;
}

bool regexp::matches(std::string_view text) const {
  return compiled_ && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

std::vector<std::string> regexp::groups(std::string_view text) const {
  if (!compiled_ || !compiled_->ok()) return {};
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()) + 1);
  re2::StringPiece all(text.data(), text.size());
  if (!compiled_->Match(all, 0, all.size(), re2::RE2::UNANCHORED, found.data(), static_cast<int>(found.size())))
    return {};
  std::vector<std::string> out;
  for (const auto& one : found) out.emplace_back(one.data() ? one.data() : "", one.size());
  return out;
}

} // namespace praetor::filter
