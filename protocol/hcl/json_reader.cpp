#include "protocol/hcl/json_reader.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

#include "protocol/base/hex.hpp"
#include "protocol/base/utf8.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/types/values.hpp"

namespace praetor::hcl {

namespace {

/// The byte as Go shows a character in single quotes.
std::string show_byte(char c) {
  if (c == '\'') return "'\\''";
  if (c == '"') return "'\"'";
  std::string character;
  utf8::append(character, static_cast<unsigned char>(c));
  auto text = praetor::quoted(character);
  return "'" + text.substr(1, text.size() - 2) + "'";
}

class reader {
public:
  reader(std::string_view text, json_options options) : text_(text), options_(options) {}

  expected<value> read() {
    value v;
    skip_space();
    if (!read_value(v, 0)) return fail(message_);
    skip_space();
    if (!at_end()) return fail("invalid character " + show_byte(text_[at_]) + " after top-level value");
    if (!deferred_.empty()) return fail(deferred_);
    return v;
  }

private:
  bool at_end() const { return at_ >= text_.size(); }

  bool refuse(std::string_view why) {
    message_ = at_end() ? "unexpected end of JSON input"
                        : "invalid character " + show_byte(text_[at_]) + " " + std::string(why);
    return false;
  }

  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    ++at_;
  }

  void skip_space() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) step();
  }

  bool read_value(value& out, int depth) {
    if (at_end()) return refuse({});
    position at{line_, static_cast<int>(at_ - line_start_) + 1};
    bool good = read_any(out, depth);
    out.at = at;
    return good;
  }

  bool read_any(value& out, int depth) {
    switch (text_[at_]) {
    case '{': return read_object(out, depth + 1);
    case '[': return read_list(out, depth + 1);
    case '"': {
      out = value::of(std::string());
      return read_text(out.text);
    }
    case 't': out = value::of(true); return read_word("true");
    case 'f': out = value::of(false); return read_word("false");
    case 'n': out = value{}; return read_word("null");
    default: break;
    }
    if (text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9')) return read_number(out);
    return refuse("looking for beginning of value");
  }

  bool read_word(std::string_view word) {
    ++at_;
    for (std::size_t i = 1; i < word.size(); ++i, ++at_)
      if (at_end() || text_[at_] != word[i])
        return refuse("in literal " + std::string(word) + " (expecting '" + word[i] + "')");
    return true;
  }

  bool digits(std::string_view why) {
    if (at_end() || text_[at_] < '0' || text_[at_] > '9') return refuse(why);
    while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return true;
  }

  bool read_number(value& out) {
    auto start = at_;
    bool whole = true;
    if (text_[at_] == '-') ++at_;
    if (!at_end() && text_[at_] == '0')
      ++at_;
    else if (!digits("in numeric literal"))
      return false;
    if (!at_end() && text_[at_] == '.') {
      ++at_;
      whole = false;
      if (!digits("after decimal point in numeric literal")) return false;
    }
    if (!at_end() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      whole = false;
      if (!at_end() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits("in exponent of numeric literal")) return false;
    }
    std::string literal(text_.substr(start, at_ - start));
    std::int64_t integer = 0;
    if (whole && options_.keep_integers &&
        std::from_chars(literal.data(), literal.data() + literal.size(), integer).ec == std::errc{}) {
      out = value::of(integer);
      return true;
    }
    double r = std::strtod(literal.c_str(), nullptr);
    if (std::isinf(r) && deferred_.empty())
      deferred_ = "json: cannot unmarshal number " + literal + " into Go value of type float64";
    out = value::of(r);
    return true;
  }

  bool read_text(std::string& out) {
    ++at_;
    while (true) {
      if (at_end()) return refuse({});
      auto c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return refuse("in string literal");
      if (c == '\\') {
        ++at_;
        if (!read_escape(out)) return false;
        continue;
      }
      auto [character, length] = utf8::decode(text_.substr(at_));
      utf8::append(out, character);
      at_ += length;
    }
  }

  bool read_escape(std::string& out) {
    if (at_end()) return refuse({});
    switch (text_[at_]) {
    case '"':
    case '\\':
    case '/': out += text_[at_]; break;
    case 'b': out += '\b'; break;
    case 'f': out += '\f'; break;
    case 'n': out += '\n'; break;
    case 'r': out += '\r'; break;
    case 't': out += '\t'; break;
    case 'u': return read_unicode(out);
    default: return refuse("in string escape code");
    }
    ++at_;
    return true;
  }

  bool read_four(char32_t& code) {
    code = 0;
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_end() || !is_hex_digit(text_[at_])) return refuse("in \\u hexadecimal character escape");
      code = code * 16 + static_cast<char32_t>(hex_value(text_[at_]));
    }
    return true;
  }

  /// An escape by number; two of them may form one character.
  bool read_unicode(std::string& out) {
    char32_t code = 0;
    if (!read_four(code)) return false;
    if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
      auto back = at_;
      ++at_;
      char32_t low = 0;
      if (!read_four(low)) return false;
      if (low >= 0xdc00 && low < 0xe000)
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      else
        at_ = back;
    }
    utf8::append(out, code);
    return true;
  }

  bool too_deep(int depth) {
    if (depth <= max_depth) return false;
    message_ = "exceeded max depth";
    return true;
  }

  bool read_object(value& out, int depth) {
    if (too_deep(depth)) return false;
    out = value::empty_object();
    object_writer members(out);
    step();
    skip_space();
    if (!at_end() && text_[at_] == '}') {
      step();
      return true;
    }
    while (true) {
      skip_space();
      std::string key;
      if (at_end() || text_[at_] != '"') return refuse("looking for beginning of object key string");
      if (!read_text(key)) return false;
      skip_space();
      if (at_end() || text_[at_] != ':') return refuse("after object key");
      step();
      skip_space();
      value member;
      if (!read_value(member, depth)) return false;
      members[key] = std::move(member);
      skip_space();
      if (!at_end() && text_[at_] == '}') {
        step();
        return true;
      }
      if (at_end() || text_[at_] != ',') return refuse("after object key:value pair");
      step();
    }
  }

  bool read_list(value& out, int depth) {
    if (too_deep(depth)) return false;
    out = value::empty_list();
    step();
    skip_space();
    if (!at_end() && text_[at_] == ']') {
      step();
      return true;
    }
    while (true) {
      skip_space();
      value item;
      if (!read_value(item, depth)) return false;
      out.items.push_back(std::move(item));
      skip_space();
      if (!at_end() && text_[at_] == ']') {
        step();
        return true;
      }
      if (at_end() || text_[at_] != ',') return refuse("after array element");
      step();
    }
  }

  std::string_view text_;
  json_options options_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::size_t line_start_ = 0;
  std::string message_;
  std::string deferred_; ///< numbers out of range count only when the syntax is right
};

std::string go_name(const value& v) {
  switch (v.type) {
  case value::kind::list: return "array";
  case value::kind::boolean: return "bool";
  case value::kind::text: return "string";
  default: return "number";
  }
}

} // namespace

expected<value> read_json(std::string_view text, json_options options) {
  auto v = reader(text, options).read();
  if (!v) return v;
  if (v->is(value::kind::null)) return value::empty_object();
  if (!v->is(value::kind::object))
    return fail("json: cannot unmarshal " + go_name(*v) + " into Go value of type map[string]interface {}");
  return v;
}

} // namespace praetor::hcl
