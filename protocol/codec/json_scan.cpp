#include "protocol/codec/json_scan.hpp"

#include "protocol/base/characters.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/base/utf8.hpp"
#include "protocol/types/values.hpp"

namespace praetor::json {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// A byte as error texts show it: 'x', '\n', '"'. A byte from 0x80 stands for the code point of that value.
std::string quoted_byte(unsigned char c) {
  if (c == '\'') return "'\\''";
  if (c == '"') return "'\"'";
  std::string text;
  if ((c >= 0x80 && c <= 0xa0) || c == 0xad) {
    return "'\\u00" + hex(std::string_view(reinterpret_cast<const char*>(&c), 1)) + "'";
  }
  utf8::append(text, c);
  text = praetor::quoted(text);
  text.front() = text.back() = '\'';
  return text;
}

class scanner {
public:
  scanner(std::string_view text, bool whole_text, std::size_t max_depth)
      : text_(text), whole_text_(whole_text), max_depth_(max_depth) {}

  scan_result run() {
    skip_blanks();
    if (at_ == text_.size()) return {at_, whole_text_ ? "unexpected end of JSON input" : "EOF"};
    if (!values()) return {at_, std::move(error_), too_deep_};
    if (whole_text_) {
      auto end = at_;
      skip_blanks();
      if (at_ < text_.size()) return {end, bad("after top-level value")};
      at_ = end;
    }
    return {at_, {}};
  }

private:
  /// One value with everything nested in it.
  bool values() {
    if (!begin_value()) return false;
    while (!open_.empty()) {
      skip_blanks();
      if (open_.back() == '{') {
        if (!next_member()) return false;
      } else if (!next_element())
        return false;
    }
    return true;
  }

  bool next_member() {
    if (at_ == text_.size()) return early_end();
    char c = text_[at_];
    if (c == '}') return close();
    if (!fresh_) {
      if (c != ',') return wrong("after object key:value pair");
      ++at_;
      skip_blanks();
    }
    fresh_ = false;
    if (at_ == text_.size()) return early_end();
    if (text_[at_] != '"') return wrong("looking for beginning of object key string");
    if (!text()) return false;
    skip_blanks();
    if (at_ == text_.size()) return early_end();
    if (text_[at_] != ':') return wrong("after object key");
    ++at_;
    skip_blanks();
    return begin_value();
  }

  bool next_element() {
    if (at_ == text_.size()) return early_end();
    char c = text_[at_];
    if (c == ']') return close();
    if (!fresh_) {
      if (c != ',') return wrong("after array element");
      ++at_;
      skip_blanks();
    }
    fresh_ = false;
    return begin_value();
  }

  bool close() {
    ++at_;
    open_.pop_back();
    fresh_ = false;
    return true;
  }

  /// A whole scalar, or the opening of an object or list.
  bool begin_value() {
    if (at_ == text_.size()) return early_end();
    char c = text_[at_];
    switch (c) {
    case '{':
    case '[':
      too_deep_ = open_.size() >= max_depth_;
      if (too_deep_) return wrong("exceeded max depth");
      open_ += c;
      fresh_ = true;
      ++at_;
      return true;
    case '"': return text();
    case 't': return literal("true");
    case 'f': return literal("false");
    case 'n': return literal("null");
    default: break;
    }
    if (c == '-' || is_digit(c)) return number();
    return wrong("looking for beginning of value");
  }

  bool text() {
    for (++at_; at_ < text_.size(); ++at_) {
      auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20) return wrong("in string literal");
      if (c != '\\') continue;
      if (++at_ == text_.size()) return early_end();
      char escape = text_[at_];
      if (escape == 'u') {
        for (int i = 0; i < 4; ++i) {
          if (++at_ == text_.size()) return early_end();
          if (!is_hex_digit(text_[at_])) return wrong("in \\u hexadecimal character escape");
        }
      } else if (std::string_view{"\"\\/bfnrt"}.find(escape) == std::string_view::npos)
        return wrong("in string escape code");
    }
    return early_end();
  }

  bool literal(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i, ++at_) {
      auto where = [&] { return "in literal " + std::string(name) + " (expecting '" + name[i] + "')"; };
      if (at_ == text_.size()) return early_end(where());
      if (text_[at_] != name[i]) return wrong(where());
    }
    return true;
  }

  bool digits(const char* where) {
    if (at_ == text_.size()) return early_end(where);
    if (!is_digit(text_[at_])) return wrong(where);
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return true;
  }

  bool number() {
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0')
      ++at_;
    else if (!digits("in numeric literal"))
      return false;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits("after decimal point in numeric literal")) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits("in exponent of numeric literal")) return false;
    }
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  std::string bad(std::string_view where) const {
    return "invalid character " + quoted_byte(static_cast<unsigned char>(text_[at_])) + " " + std::string(where);
  }
  bool wrong(std::string_view where) {
    error_ = bad(where);
    return false;
  }
  /// The text ends inside a value. A complete document is treated as if a blank followed, which is an error inside a
  /// literal or number (`where`).
  bool early_end(std::string_view where = {}) {
    if (!whole_text_)
      error_ = "unexpected EOF";
    else if (where.empty())
      error_ = "unexpected end of JSON input";
    else
      error_ = "invalid character ' ' " + std::string(where);
    return false;
  }

  std::string_view text_;
  bool whole_text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::string open_;   ///< the open brackets, innermost last
  bool fresh_ = false; ///< the innermost one is still empty
  std::string error_;
  bool too_deep_ = false;
};

} // namespace

scan_result scan(std::string_view text, bool whole_text, std::size_t max_depth) {
  return scanner(text, whole_text, max_depth).run();
}

} // namespace praetor::json
