#include "protocol/hcl/scanner.hpp"

#include <array>

#include "protocol/base/utf8.hpp"

namespace praetor::hcl {

namespace {

bool is_decimal(char32_t c) { return c >= '0' && c <= '9'; }
bool is_space(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Treats all code points beyond ASCII as letters, without Unicode category tables, except U+FFFD, the spaces and signs
/// of Latin-1, and the punctuation block.
bool is_letter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  if (c > 0x10ffff || c == utf8::replacement) return false;
  if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xba;
  return c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c <= 0x206f);
}

int digit_value(char32_t c) {
  if (is_decimal(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return 16;
}

} // namespace

std::string_view name_of(token_kind kind) {
  static constexpr std::array<std::string_view, 18> names = {
      "ILLEGAL", "EOF",    "COMMENT", "IDENT",  "NUMBER", "FLOAT",  "BOOL",   "STRING", "HEREDOC",
      "LBRACK",  "LBRACE", "COMMA",   "PERIOD", "RBRACK", "RBRACE", "ASSIGN", "ADD",    "SUB"};
  return names[static_cast<std::size_t>(kind)];
}

char32_t scanner::advance() {
  if (now_.offset >= source_.size()) {
    ++now_.column; // positions at the end are after the last character
    last_length_ = 0;
    return end_of_source;
  }
  auto [c, length] = utf8::decode(source_.substr(now_.offset));
  before_ = now_;
  ++now_.column;
  now_.offset += length;
  last_length_ = length;
  if (c == utf8::replacement && length == 1) {
    complain("illegal UTF-8 encoding");
    return c;
  }
  if (c == '\n') {
    ++now_.line;
    last_line_length_ = now_.column;
    now_.column = 0;
  }
  if (c == 0) {
    complain("unexpected null character (0x00)");
    return end_of_source;
  }
  return c;
}

char32_t scanner::peek() const {
  if (now_.offset >= source_.size()) return end_of_source;
  return utf8::decode(source_.substr(now_.offset)).first;
}

void scanner::step_back() { now_ = before_; }

void scanner::complain(std::string text) {
  position at{now_.line, now_.column};
  if (now_.column == 0) {
    if (last_line_length_ > 0)
      at = {now_.line - 1, last_line_length_};
    else
      at = {1, 1};
  }
  error_ = scan_error{at, std::move(text)};
}

token scanner::next() {
  auto c = advance();
  while (is_space(c)) c = advance();
  token t;
  auto start = now_.offset - last_length_;
  t.at = now_.column > 0 ? position{now_.line, now_.column} : position{now_.line - 1, last_line_length_};
  if (is_letter(c)) {
    scan_identifier();
    auto text = source_.substr(start, now_.offset - start);
    t.kind = text == "true" || text == "false" ? token_kind::boolean : token_kind::identifier;
  } else if (is_decimal(c)) {
    t.kind = scan_number(c);
  } else {
    t.kind = scan_other(c);
  }
  t.text = source_.substr(start, now_.offset - start);
  return t;
}

token_kind scanner::scan_other(char32_t c) {
  switch (c) {
  case end_of_source: return token_kind::end;
  case '"': scan_text(); return token_kind::text;
  case '#':
  case '/': scan_comment(c); return token_kind::comment;
  case '.':
    if (!is_decimal(peek())) return token_kind::period;
    c = scan_digits(advance());
    c = advance();
    if (c == 'e' || c == 'E')
      scan_exponent(c);
    else if (c != end_of_source)
      step_back();
    return token_kind::real;
  case '<': scan_heredoc(); return token_kind::heredoc;
  case '[': return token_kind::open_list;
  case ']': return token_kind::close_list;
  case '{': return token_kind::open_block;
  case '}': return token_kind::close_block;
  case ',': return token_kind::comma;
  case '=': return token_kind::assign;
  case '+': return token_kind::add;
  case '-': return is_decimal(peek()) ? scan_number(advance()) : token_kind::subtract;
  default: complain("illegal char"); return token_kind::illegal;
  }
}

void scanner::scan_identifier() {
  auto c = advance();
  while (is_letter(c) || is_decimal(c) || c == '-' || c == '.') c = advance();
  if (c != end_of_source) step_back();
}

/// Skips decimal digits; returns the character after them.
char32_t scanner::scan_digits(char32_t c) {
  bool any = false;
  for (; is_decimal(c); c = advance()) any = true;
  if (any && c != end_of_source) step_back();
  return c;
}

char32_t scanner::scan_exponent(char32_t c) {
  c = advance();
  if (c == '-' || c == '+') c = advance();
  if (!is_decimal(c)) {
    if (c != end_of_source) step_back();
    return c;
  }
  return scan_digits(c);
}

token_kind scanner::scan_number(char32_t first) {
  if (first == '0') return scan_leading_zero();
  scan_digits(first);
  auto c = advance();
  if (c == '.') {
    if (is_decimal(peek())) scan_digits(advance());
    c = advance();
    if (c == 'e' || c == 'E')
      scan_exponent(c);
    else if (c != end_of_source)
      step_back();
    return token_kind::real;
  }
  if (c == 'e' || c == 'E') {
    scan_exponent(c);
    return token_kind::real;
  }
  if (c != end_of_source) step_back();
  return token_kind::number;
}

/// A hexadecimal or octal number, or a decimal fraction.
token_kind scanner::scan_leading_zero() {
  auto c = advance();
  if (c == 'x' || c == 'X') {
    bool any = false;
    for (c = advance(); digit_value(c) < 16; c = advance()) any = true;
    if (!any) complain("illegal hexadecimal number");
    if (c != end_of_source) step_back();
    return token_kind::number;
  }
  bool not_octal = false;
  while (is_decimal(c)) {
    c = advance();
    not_octal |= c == '8' || c == '9';
  }
  if (c == '.') {
    if (is_decimal(peek())) scan_digits(advance());
    c = advance();
    if (c == 'e' || c == 'E')
      scan_exponent(c);
    else if (c != end_of_source)
      step_back();
    return token_kind::real;
  }
  if (c == 'e' || c == 'E') {
    scan_exponent(c);
    return token_kind::real;
  }
  if (not_octal) complain("illegal octal number");
  if (c != end_of_source) step_back();
  return token_kind::number;
}

void scanner::scan_text() {
  int braces = 0; // depth inside ${...}, where quotes and line ends are content
  while (true) {
    auto c = advance();
    if ((c == '\n' && braces == 0) || c == end_of_source) {
      complain("literal not terminated");
      return;
    }
    if (c == '"' && braces == 0) return;
    if (braces == 0 && c == '$' && peek() == '{') {
      ++braces;
      advance();
    } else if (braces > 0 && c == '{') {
      ++braces;
    }
    if (braces > 0 && c == '}') --braces;
    if (c == '\\') scan_escape();
  }
}

void scanner::scan_escape() {
  auto c = advance();
  switch (c) {
  case 'a':
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
  case 'v':
  case '\\':
  case '"': return;
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7': return scan_escape_digits(c, 8, 3);
  case 'x': return scan_escape_digits(advance(), 16, 2);
  case 'u': return scan_escape_digits(advance(), 16, 4);
  case 'U': return scan_escape_digits(advance(), 16, 8);
  default: complain("illegal char escape");
  }
}

void scanner::scan_escape_digits(char32_t c, int base, int count) {
  int left = count;
  while (left > 0 && digit_value(c) < base) {
    c = advance();
    --left;
    if (c == end_of_source) break;
  }
  if (left > 0) complain("illegal char escape");
  if (left != count && c != end_of_source) step_back();
}

void scanner::scan_comment(char32_t first) {
  if (first == '#' || peek() != '*') {
    if (first == '/' && peek() != '/') return complain("expected '/' for comment");
    auto c = advance();
    while (c != '\n' && c != end_of_source) c = advance();
    if (c != end_of_source) step_back();
    return;
  }
  advance();
  auto c = advance();
  while (true) {
    if (c == end_of_source) return complain("comment not terminated");
    auto previous = c;
    c = advance();
    if (previous == '*' && c == '/') return;
  }
}

void scanner::scan_heredoc() {
  if (advance() != '<') return complain("heredoc expected second '<', didn't see it");
  auto marker_start = now_.offset;
  auto c = advance();
  if (c == '-') c = advance();
  while (is_letter(c) || is_decimal(c)) c = advance();
  if (c == end_of_source) return complain("heredoc not terminated");
  if (c == '\r' && peek() == '\n') c = advance();
  if (c != '\n') return complain("invalid characters in heredoc anchor");
  auto marker = source_.substr(marker_start, now_.offset - last_length_ - marker_start);
  if (marker.empty() || marker == "-") return complain("zero-length heredoc anchor");
  auto word = marker[0] == '-' ? marker.substr(1) : marker;
  auto line_start = now_.offset;
  while (true) {
    c = advance();
    if (c == end_of_source) return complain("heredoc not terminated");
    if (c != '\n') continue;
    auto line = source_.substr(line_start, now_.offset - last_length_ - line_start);
    line_start = now_.offset;
    if (line.size() < marker.size()) continue; // the dash counts: `<<-X` compares the indented end marker
    while (!line.empty() && is_space(static_cast<unsigned char>(line.front()))) line.remove_prefix(1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line == word) return;
  }
}

namespace {

/// Reads `count` digits of an escape. Returns false if there are fewer or they encode no character.
bool read_escape_digits(std::string_view& s, int base, int count, bool raw_byte, std::string& out) {
  char32_t code = 0;
  if (s.size() < static_cast<std::size_t>(count)) return false;
  for (int i = 0; i < count; ++i) {
    auto digit = digit_value(static_cast<unsigned char>(s[static_cast<std::size_t>(i)]));
    if (digit >= base) return false;
    code = code * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
  }
  s.remove_prefix(static_cast<std::size_t>(count));
  if (raw_byte) {
    if (code > 255) return false;
    out += static_cast<char>(code);
    return true;
  }
  if (code > 0x10ffff) return false;
  utf8::append(out, code);
  return true;
}

/// Resolves the escape after a backslash.
bool read_escape(std::string_view& s, std::string& out) {
  if (s.empty()) return false;
  auto c = s[0];
  if (c >= '0' && c <= '7') return read_escape_digits(s, 8, 3, true, out);
  s.remove_prefix(1);
  switch (c) {
  case 'a': out += '\a'; return true;
  case 'b': out += '\b'; return true;
  case 'f': out += '\f'; return true;
  case 'n': out += '\n'; return true;
  case 'r': out += '\r'; return true;
  case 't': out += '\t'; return true;
  case 'v': out += '\v'; return true;
  case '\\':
  case '"': out += c; return true;
  case 'x': return read_escape_digits(s, 16, 2, true, out);
  case 'u': return read_escape_digits(s, 16, 4, false, out);
  case 'U': return read_escape_digits(s, 16, 8, false, out);
  default: return false;
  }
}

} // namespace

std::optional<std::string> unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '"' || literal.back() != '"') return std::nullopt;
  auto s = literal.substr(1, literal.size() - 2);
  std::string out;
  while (!s.empty()) {
    if (s.starts_with("${")) {
      std::size_t length = 2;
      for (int braces = 1; braces > 0; ++length) {
        if (length >= s.size()) return std::nullopt;
        braces += s[length] == '{' ? 1 : s[length] == '}' ? -1 : 0;
      }
      out += s.substr(0, length);
      s.remove_prefix(length);
      continue;
    }
    auto c = s[0];
    s.remove_prefix(1);
    if (c == '\n' || c == '"') return std::nullopt;
    if (c != '\\')
      out += c;
    else if (!read_escape(s, out))
      return std::nullopt;
  }
  return out;
}

std::string heredoc_content(std::string_view literal) {
  auto first_line = literal.find('\n');
  if (first_line == std::string_view::npos || first_line < 3) return {};
  bool unindent = literal[2] == '-';
  auto word = first_line - 2 - (unindent ? 1 : 0);
  if (word > 0 && literal[first_line - 1] == '\r') --word;
  if (literal.ends_with('\n')) literal.remove_suffix(1);
  while (literal.ends_with('\r')) literal.remove_suffix(1);
  auto body = literal.substr(first_line + 1);
  if (body.size() < word) return {};
  body.remove_suffix(word);
  if (!unindent) return std::string(body);
  auto last_line = body.rfind('\n');
  auto indentation = last_line == std::string_view::npos ? body : body.substr(last_line + 1);
  std::string out;
  auto rest = body.substr(0, body.size() - indentation.size());
  while (!rest.empty()) {
    if (!rest.starts_with(indentation)) return std::string(body.substr(0, body.size() - indentation.size()));
    auto end = rest.find('\n');
    out += rest.substr(indentation.size(), end + 1 - indentation.size());
    rest.remove_prefix(end + 1);
  }
  return out;
}

} // namespace praetor::hcl
