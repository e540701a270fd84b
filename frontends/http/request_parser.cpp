#include "frontends/http/request_parser.hpp"

#include "protocol/base/trim.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdlib>
#include <optional>

namespace praetor::http {

namespace beast = boost::beast;
using beast::http::field;
using error_code = beast::error_code;

namespace {

/// The part of the header limit reserved for request line and buffering.
constexpr std::uint32_t header_slack = 4096;
/// The maximal reserve for a declared body; more memory is used only as data arrives.
constexpr std::uint64_t max_body_reserve = 1 << 20;

constexpr protocol_failure bad_request{};
constexpr protocol_failure header_too_large{431, "Request Header Fields Too Large", {}};
constexpr protocol_failure no_host{400, "Bad Request: missing required Host header", {}};
constexpr protocol_failure bad_host{400, "Bad Request: malformed Host header", {}};
constexpr protocol_failure bad_version{505, "HTTP Version Not Supported: unsupported protocol version", {}};
constexpr protocol_failure bad_coding{501, "Not Implemented", "Unsupported transfer encoding"};

constexpr protocol_failure bad_name{400, "Bad Request: invalid header name", {}};

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != lower[i]) return false;
  return true;
}

std::string_view cut(std::string_view& text, char separator) {
  auto part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return trimmed(part, blanks);
}

/// Whether an Accept-Encoding list has gzip with a weight above 0 (RFC 9110 12.5.3).
bool names_gzip(std::string_view codings) {
  while (!codings.empty()) {
    auto item = cut(codings, ',');
    if (!equals_ignoring_case(cut(item, ';'), "gzip")) continue;
    while (!item.empty()) {
      auto parameter = cut(item, ';');
      if (parameter.starts_with("q=")) return std::strtod(std::string(parameter.substr(2)).c_str(), nullptr) > 0;
    }
    return true;
  }
  return false;
}

/// Valid characters of an authority; anything else is no host.
bool is_host(std::string_view host) {
  constexpr std::string_view punctuation = "!$%&'()*+,-.:;=@[]_~";
  for (char c : host) {
    bool plain = (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
    if (!plain && punctuation.find(c) == std::string_view::npos) return false;
  }
  return true;
}

/// Whether a request line is complete and has an unsupported version.
bool asks_for_other_version(std::string_view line) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto space = line.find(' ', line.find(' ') + 1);
  if (space == std::string_view::npos || line.size() != space + 9) return false;
  line.remove_prefix(space);
  return line.starts_with(" HTTP/") && digit(line[6]) && line[7] == '.' && digit(line[8]);
}

/// Whether the first malformed header is invalid only because of blanks in its name. `head` begins with the request
/// line.
bool has_blank_in_name(std::string_view head) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  for (auto end = head.find("\r\n"); end != head.npos; end = head.find("\r\n")) {
    head.remove_prefix(end + 2);
    auto name = head.substr(0, head.find("\r\n"));
    if (name.empty()) return false;
    auto colon = name.find(':');
    if (colon == name.npos || colon == 0) return false;
    bool blank = false;
    for (char c : name.substr(0, colon)) {
      bool token = (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || marks.find(c) != marks.npos;
      if (!token && c != ' ') return false;
      blank |= c == ' ';
    }
    if (blank) return name[0] != ' ';
  }
  return false;
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

/// Fills a request from the events of Beast's parser.
class beast_parser : public beast::http::basic_parser<true> {
public:
  beast_parser(std::uint32_t max_header_bytes, bool allow_unprintable) : allow_unprintable_(allow_unprintable) {
    header_limit(max_header_bytes);
    body_limit(boost::none);
    eager(false);
  }

  api::request request;
  head_facts facts;
  std::optional<protocol_failure> failure;
  std::uint64_t max_body = ~std::uint64_t{0};
  std::uint64_t body_bytes = 0;
  bool keeps_body = true;
  bool body_too_long = false;

private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code& ec) override {
    request.method = view(method);
    facts.http_1_0 = version == 10;
    facts.head_only = request.method == "HEAD";
    facts.target = resolve_target(view(target), allow_unprintable_, request);
    if (facts.target.kind == target_kind::malformed) fail(bad_request, ec);
  }

  void on_field_impl(field name, beast::string_view text, beast::string_view content, error_code& ec) override {
    if (is_header_done()) return; // the trailer of a chunked body
    auto value = view(content);
    switch (name) {
    case field::host:
      if (++hosts_ > 1) return fail(bad_request, ec);
      if (!is_host(value)) deferred_ = bad_host;
      break;
    case field::transfer_encoding:
      if (!equals_ignoring_case(value, "chunked")) return fail(bad_coding, ec);
      facts.chunked = true;
      break;
    case field::expect:
      (equals_ignoring_case(value, "100-continue") ? facts.expect_continue : facts.expect_unknown) = true;
      break;
    case field::accept_encoding: facts.accepts_gzip = facts.accepts_gzip || names_gzip(value); break;
    default: break;
    }
    auto& [key, stored] = request.headers.emplace_back();
    key.resize(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) key[i] = to_lower(text[i]);
    stored = value;
  }

  void on_header_impl(error_code& ec) override {
    if (hosts_ == 0 && !facts.http_1_0 && request.method != "CONNECT") return fail(no_host, ec);
    if (deferred_) return fail(*deferred_, ec);
    facts.keep_alive = keep_alive();
    if (!facts.chunked) {
      auto length = content_length();
      request.content_length = length ? *length : 0;
    }
    facts.has_body = facts.chunked || *request.content_length > 0;
    if (facts.http_1_0) facts.expect_continue = false;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override {
    if (!length) return;
    if (*length > max_body) return too_long(ec);
    if (keeps_body) request.body.reserve(std::min(*length, max_body_reserve));
  }

  std::size_t on_body_impl(beast::string_view bytes, error_code& ec) override {
    if (bytes.size() > max_body - body_bytes) {
      too_long(ec);
      return 0;
    }
    body_bytes += bytes.size();
    if (keeps_body) request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& ec) override {
    return on_body_impl(bytes, ec);
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  void fail(const protocol_failure& why, error_code& ec) {
    failure = why;
    ec = beast::http::error::bad_value;
  }
  void too_long(error_code& ec) {
    body_too_long = true;
    fail({413, "Request Entity Too Large", {}}, ec);
  }

  bool allow_unprintable_;
  unsigned hosts_ = 0;
  std::optional<protocol_failure> deferred_;
};

} // namespace

struct request_parser::implementation {
  std::optional<beast_parser> parser;
  std::uint32_t max_header = 1 << 20;
  bool allow_unprintable = false;
  bool started = false;
  bool head_reported = false;
  protocol_failure failure;

  parse_status fail(const error_code& ec, std::string_view bytes) {
    if (parser->failure)
      failure = *parser->failure;
    else if (ec == beast::http::error::header_limit)
      failure = header_too_large;
    else if (ec == beast::http::error::bad_version && asks_for_other_version(bytes.substr(0, bytes.find('\r'))))
      failure = bad_version;
    else if (ec == beast::http::error::bad_field && has_blank_in_name(bytes))
      failure = bad_name;
    else
      failure = bad_request;
    return parse_status::failed;
  }
};

request_parser::request_parser() : impl_(std::make_unique<implementation>()) { reset(1 << 20, false); }
request_parser::~request_parser() = default;
request_parser::request_parser(request_parser&&) noexcept = default;

void request_parser::reset(std::uint32_t max_header_bytes, bool allow_unprintable) {
  impl_->max_header = max_header_bytes + header_slack;
  impl_->allow_unprintable = allow_unprintable;
  impl_->started = impl_->head_reported = false;
  impl_->parser.emplace(impl_->max_header, allow_unprintable);
}

void request_parser::limit_body(std::uint64_t max_bytes, bool keep) {
  impl_->parser->max_body = max_bytes;
  impl_->parser->keeps_body = keep;
}
std::uint64_t request_parser::body_bytes() const { return impl_->parser->body_bytes; }

parse_status request_parser::feed(std::string_view& bytes) {
  auto& parser = *impl_->parser;
  if (!bytes.empty()) impl_->started = true;
  for (;;) {
    if (parser.is_done()) return parse_status::complete;
    if (parser.is_header_done() && !impl_->head_reported) {
      impl_->head_reported = true;
      return parse_status::head;
    }
    // Beast asserts that a last chunk, which stays in the buffer until it is complete, has at least the five bytes of
    // the shortest one. It begins with a zero, after the line end of the previous chunk.
    bool maybe_last = !bytes.empty() && (bytes[0] == '0' || bytes[0] == '\r');
    auto least = maybe_last && parser.is_header_done() && parser.facts.chunked ? std::size_t{5} : std::size_t{1};
    if (bytes.size() < least) return parse_status::need_more;
    error_code ec;
    auto taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    if (ec && ec != beast::http::error::need_more) return impl_->fail(ec, bytes);
    bytes.remove_prefix(taken);
    if (ec) {
      // Chunk headers and trailers wait in the caller's buffer: the limit for headers applies.
      if (bytes.size() > impl_->max_header) return impl_->fail(beast::http::error::header_limit, bytes);
      return parse_status::need_more;
    }
  }
}

bool request_parser::started() const { return impl_->started; }
bool request_parser::head_done() const { return impl_->parser->is_header_done(); }
bool request_parser::is_complete() const { return impl_->parser->is_done(); }
bool request_parser::body_too_long() const { return impl_->parser->body_too_long; }
const head_facts& request_parser::facts() const { return impl_->parser->facts; }
const protocol_failure& request_parser::failure() const { return impl_->failure; }
api::request& request_parser::current() { return impl_->parser->request; }

parse_tally parse_connection(std::string_view bytes, std::size_t piece, std::uint32_t max_header_bytes) {
  parse_tally tally;
  request_parser parser;
  parser.reset(max_header_bytes, false);
  std::string waiting;
  while (!bytes.empty()) {
    auto n = piece == 0 ? bytes.size() : std::min(piece, bytes.size());
    waiting.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    std::string_view rest = waiting;
    for (;;) {
      auto status = parser.feed(rest);
      if (status == parse_status::need_more) break;
      if (status == parse_status::head) {
        parser.limit_body(1 << 20);
      } else if (status == parse_status::complete) {
        ++tally.complete;
        tally.body_bytes += parser.current().body.size();
        parser.reset(max_header_bytes, false);
      } else {
        tally.failure_status = parser.failure().status;
        return tally;
      }
    }
    waiting.erase(0, waiting.size() - rest.size());
  }
  return tally;
}

} // namespace praetor::http
