#include "loopback.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace praetor::http::test {

namespace {

void set_patience(int socket) {
  timeval patience{10, 0}; // only to terminate a broken test
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

std::string without_date(std::string text) {
  for (std::size_t at = 0; (at = text.find("\r\nDate: ", at)) != std::string::npos;) {
    auto end = text.find("\r\n", at + 2);
    text.erase(at, end - at);
  }
  return text;
}

/// The length of the first response in `text`; nothing if it is incomplete.
std::optional<std::size_t> answer_length(const std::string& text, bool head_only) {
  auto head = text.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  head += 4;
  if (head_only || text.starts_with("HTTP/1.1 100")) return head;
  auto lines = text.substr(0, head);
  if (lines.find("Transfer-Encoding: chunked") != std::string::npos) {
    auto end = text.find("0\r\n\r\n", head);
    return end == std::string::npos ? std::nullopt : std::optional(end + 5);
  }
  auto field = lines.find("Content-Length: ");
  auto length = field != std::string::npos ? std::stoul(text.substr(field + 16)) : 0;
  return text.size() < head + length ? std::nullopt : std::optional(head + length);
}

} // namespace

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  set_patience(socket_);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
}

raw_client::raw_client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
  set_patience(socket_);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
}

raw_client::~raw_client() { ::close(socket_); }

raw_client& raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) {
      send_failed_ = true;
      break;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return *this;
}

bool raw_client::fill() {
  char chunk[65536];
  auto n = ended_ ? 0 : ::recv(socket_, chunk, sizeof chunk, 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) FAIL("no answer came; so far: " << buffer_);
  if (n <= 0) {
    ended_ = true;
    return false;
  }
  buffer_.append(chunk, static_cast<std::size_t>(n));
  return true;
}

std::string raw_client::answers(int count, bool head_only) {
  std::string out;
  while (count > 0) {
    if (auto length = answer_length(buffer_, head_only)) {
      out += buffer_.substr(0, *length);
      buffer_.erase(0, *length);
      --count;
    } else if (!fill()) {
      break;
    }
  }
  return without_date(out);
}

std::string raw_client::rest() {
  while (fill()) {
  }
  return without_date(std::exchange(buffer_, {}));
}

std::string raw_client::read_some() {
  if (buffer_.empty()) fill();
  return std::exchange(buffer_, {});
}

void raw_client::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void raw_client::reset() {
  linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

parsed_answer parse_answer(const std::string& raw) {
  parsed_answer out;
  auto head = raw.find("\r\n\r\n");
  if (head == std::string::npos) return out;
  out.status = static_cast<unsigned>(std::stoul(raw.substr(9, 3)));
  for (auto at = raw.find("\r\n") + 2; at < head;) {
    auto end = raw.find("\r\n", at), colon = raw.find(": ", at);
    auto name = raw.substr(at, colon - at);
    for (auto& c : name) c = static_cast<char>(std::tolower(c));
    out.headers[name] = raw.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  auto body = raw.substr(head + 4);
  if (out.headers["transfer-encoding"] != "chunked") {
    out.body = body;
    out.whole = !out.headers.contains("content-length") || out.headers["content-length"] == std::to_string(body.size());
    return out;
  }
  for (std::size_t at = 0; at < body.size();) {
    auto size = std::stoul(body.substr(at), nullptr, 16);
    at = body.find("\r\n", at) + 2;
    if (size == 0) {
      out.whole = body.substr(at) == "\r\n";
      break;
    }
    if (at + size + 2 > body.size()) break;
    out.body += body.substr(at, size);
    at += size + 2;
  }
  return out;
}

api::shared_bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

api::answer text_answer(std::string body) {
  api::answer answer;
  answer.content_type = "text/plain";
  answer.body = bytes(std::move(body));
  return answer;
}

test_server::test_server(server_options options, bool start) {
  if (options.listeners.empty()) options.listeners.push_back({"127.0.0.1"});
  if (options.threads == 0) options.threads = 2;
  if (!options.log) options.log = [this](std::string_view text) { logged.put(std::string(text)); };
  if (!start) return;
  auto started = server.start(std::move(options), [this](auto exchange) { handle(exchange); });
  if (!started) FAIL(started.error().text);
}

void test_server::handle(const api::exchange_ptr& exchange) {
  auto& request = exchange->get_request();
  std::string_view path = request.path;
  if (path.starts_with("/keep")) {
    kept.put(exchange);
  } else if (path == "/drop") {
    return;
  } else if (path == "/close") {
    auto answer = text_answer("bye");
    answer.close = true;
    exchange->respond(std::move(answer));
  } else if (path == "/empty") {
    auto answer = text_answer("must not be sent");
    answer.status = 204;
    exchange->respond(std::move(answer));
  } else if (path.starts_with("/text/")) {
    std::string body;
    auto size = std::stoul(std::string(path.substr(6)));
    while (body.size() < size) body += "{\"Node\":\"node-" + std::to_string(body.size()) + "\",\"Passing\":true},";
    body.resize(size);
    exchange->respond(text_answer(std::move(body)));
  } else {
    auto text = request.method + " " + request.path + (request.raw_query.empty() ? "" : "?" + request.raw_query);
    if (!request.query_ok) text += " bad query";
    for (auto& [key, value] : request.query.items()) text += " [" + key + "=" + value + "]";
    if (request.content_length.value_or(1) > 0) text += " <" + request.body + ">";
    exchange->respond(text_answer(std::move(text)));
  }
}

} // namespace praetor::http::test
