#include "actors/ports/http_answer.hpp"

#include "protocol/base/trim.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace praetor {

namespace {

constexpr std::size_t most_head_bytes = 1 << 20; ///< total of all heads of one answer
constexpr std::size_t most_chunk_line = 4096;

bool is_name(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~ ";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) || marks.find(static_cast<char>(c)) != marks.npos;
  });
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}

/// "HTTP/1.1": a digit, a point and a digit.
bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && std::isdigit(static_cast<unsigned char>(text[5])) &&
         text[6] == '.' && std::isdigit(static_cast<unsigned char>(text[7]));
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

auto broken(const std::string& what) { return fail("net/http: HTTP/1.x transport connection broken: " + what); }

auto without_colon(const std::string& line) {
  return broken("malformed MIME header: missing colon: " + praetor::quoted(line));
}

/// Go's %q of a list.
std::string listed(const string_list& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "[" : " ") + praetor::quoted(text);
  return out + "]";
}

} // namespace

std::string http_answer::field(std::string_view name) const {
  auto found = std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; });
  return found == fields_.end() ? std::string() : found->second;
}

expected<void> http_answer::take(std::string_view bytes, const std::function<void(std::string_view)>& body) {
  seen_any_ = seen_any_ || !bytes.empty();
  if (!has_head())
    if (auto good = take_head(bytes); !good) return good;
  while (!bytes.empty() && has_head() && !is_done()) {
    if (state_ == state::until_end) {
      body(bytes);
      return {};
    }
    if (state_ == state::by_length || state_ == state::chunk) {
      auto size = std::min<std::uint64_t>(left_, bytes.size());
      body(bytes.substr(0, size));
      bytes.remove_prefix(size);
      left_ -= size;
      if (left_ == 0) state_ = state_ == state::chunk ? state::chunk_end : state::done;
    } else if (!take_chunk_line(bytes)) {
      state_ = state::done; // the answer is valid even if its body is incomplete
    }
  }
  return {};
}

expected<void> http_answer::end() const {
  if (has_head()) return {};
  if (state_ == state::fields && !line_.empty() && line_.find(':') == line_.npos) return without_colon(line_);
  return seen_any_ ? broken("unexpected EOF") : fail("EOF");
}

/// Consumes lines until the head is complete or the input is empty.
expected<void> http_answer::take_head(std::string_view& bytes) {
  while (!bytes.empty() && !has_head()) {
    auto end = bytes.find('\n');
    auto size = std::min(end, bytes.size());
    line_.append(bytes.substr(0, size));
    head_size_ += size;
    if (head_size_ > most_head_bytes)
      return fail("net/http: server response headers exceeded " + std::to_string(most_head_bytes) + " bytes; aborted");
    bytes.remove_prefix(std::min(size + 1, bytes.size()));
    if (end == bytes.npos) return {};
    if (line_.ends_with('\r')) line_.pop_back();
    auto line = std::exchange(line_, {});
    if (auto good = take_line(line); !good) return good;
  }
  return {};
}

expected<void> http_answer::take_line(std::string_view line) {
  if (state_ == state::status_line) return take_status(line);
  if (!line.empty()) return take_field(line);
  if (auto good = finish_field(); !good) return good;
  return head_is_whole();
}

expected<void> http_answer::take_status(std::string_view line) {
  auto blank = line.find(' ');
  if (blank == line.npos) return broken("malformed HTTP response " + praetor::quoted(line));
  auto version = line.substr(0, blank), status = line.substr(blank + 1);
  status.remove_prefix(std::min(status.find_first_not_of(' '), status.size()));
  auto digits = status.substr(0, status.find(' '));
  auto code = number(digits, 10);
  if (digits.size() != 3 || !code) return broken("malformed HTTP status code " + praetor::quoted(digits));
  if (!is_version(version)) return broken("malformed HTTP version " + praetor::quoted(version));
  code_ = static_cast<unsigned>(*code);
  status_ = std::string(status);
  at_least_1_1_ = version.substr(5) >= "1.1";
  fields_.clear();
  state_ = state::fields;
  return {};
}

expected<void> http_answer::take_field(std::string_view line) {
  if (line.front() != ' ' && line.front() != '\t') {
    if (auto good = finish_field(); !good) return good;
    folded_ = std::string(trimmed(line, blanks));
    return {};
  }
  if (folded_.empty()) return broken("malformed MIME header initial line: " + praetor::quoted(line));
  folded_.append(" ").append(trimmed(line, blanks));
  return {};
}

expected<void> http_answer::finish_field() {
  if (folded_.empty()) return {};
  auto line = std::exchange(folded_, {});
  auto colon = line.find(':');
  auto name = std::string_view(line).substr(0, colon);
  if (colon == line.npos) return without_colon(line);
  if (!is_name(name)) return broken("malformed MIME header line: " + praetor::quoted(line));
  auto value = trimmed(std::string_view(line).substr(colon + 1), blanks);
  if (!is_value(value)) return broken("malformed MIME header line: " + praetor::quoted(line));
  fields_.emplace_back(lower_case(name), value);
  return {};
}

expected<void> http_answer::head_is_whole() {
  if (code_ >= 100 && code_ < 200 && code_ != 101) {
    state_ = state::status_line;
    return {};
  }
  state_ = state::body_begins;
  return choose_framing();
}

/// Message body length (RFC 9112 6.3).
expected<void> http_answer::choose_framing() {
  string_list encodings, lengths;
  for (const auto& [name, value] : fields_) {
    if (name == "transfer-encoding" && at_least_1_1_) encodings.push_back(value);
    if (name == "content-length") lengths.push_back(value);
  }
  if (encodings.size() > 1) return broken("too many transfer encodings: " + listed(encodings));
  if (!encodings.empty() && !equal_fold(encodings[0], "chunked"))
    return broken("unsupported transfer encoding: " + praetor::quoted(encodings[0]));
  if (std::any_of(lengths.begin(), lengths.end(), [&](const auto& each) { return each != lengths[0]; }))
    return broken("http: message cannot contain multiple Content-Length headers; got " + listed(lengths));
  bool has_body = !to_head_ && code_ != 101 && code_ != 204 && code_ != 304;
  if (!encodings.empty()) {
    state_ = has_body ? state::chunk_size : state::done;
    return {};
  }
  std::optional<std::uint64_t> length;
  if (!lengths.empty()) {
    if (lengths[0].empty()) return broken("invalid empty Content-Length \"\"");
    length = number(lengths[0], 10);
    if (!length) return broken("bad Content-Length " + praetor::quoted(lengths[0]));
  }
  left_ = length.value_or(0);
  state_ = !has_body || length == 0 ? state::done : length ? state::by_length : state::until_end;
  return {};
}

/// @returns false after the last chunk and for a malformed chunk
bool http_answer::take_chunk_line(std::string_view& bytes) {
  auto end = bytes.find('\n');
  auto size = std::min(end, bytes.size());
  line_.append(bytes.substr(0, size));
  bytes.remove_prefix(std::min(size + 1, bytes.size()));
  if (line_.size() > most_chunk_line) return false;
  if (end == bytes.npos) return true;
  auto line = std::exchange(line_, {});
  if (!line.ends_with('\r')) return false;
  auto text = std::string_view(line).substr(0, line.find(';'));
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (state_ == state::chunk_end) {
    state_ = state::chunk_size;
    return text.empty();
  }
  auto length = number(text, 16);
  if (!length || *length == 0) return false;
  left_ = *length;
  state_ = state::chunk;
  return true;
}

} // namespace praetor
