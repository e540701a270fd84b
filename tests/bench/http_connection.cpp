#include "http_connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace praetor::bench {

std::string build_request(std::string_view method, std::string_view path, std::string_view body) {
  std::string out{method};
  out.append(" ").append(path).append(" HTTP/1.1\r\nHost: bench\r\n");
  if (!body.empty() || method == "PUT" || method == "POST")
    out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return out.append("\r\n").append(body);
}

void response_parser::reset() {
  stage_ = stage::head;
  line_.clear();
  remaining_ = 0;
  index_ = 0;
  status_ = 0;
}

namespace {

std::uint64_t number(std::string_view text, int base) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (result.ec != std::errc{}) throw std::runtime_error("not a number in a response: " + std::string{text});
  return value;
}

bool named(std::string_view line, std::string_view name) {
  return line.size() > name.size() && strncasecmp(line.data(), name.data(), name.size()) == 0;
}

} // namespace

void response_parser::parse_head(std::string_view head) {
  if (head.size() < 12 || head.substr(0, 7) != "HTTP/1.")
    throw std::runtime_error("not an HTTP response: " + std::string{head.substr(0, 40)});
  status_ = static_cast<int>(number(head.substr(9, 3), 10));
  stage_ = stage::done;
  for (std::size_t at = head.find("\r\n"); at + 2 < head.size();) {
    const auto end = head.find("\r\n", at + 2);
    const auto line = head.substr(at + 2, end - at - 2);
    if (named(line, "content-length:")) {
      remaining_ = number(line.substr(15), 10);
      if (remaining_ > 0) stage_ = stage::sized;
    } else if (named(line, "transfer-encoding:")) {
      stage_ = stage::chunk_size;
    } else if (named(line, "x-consul-index:")) {
      index_ = number(line.substr(15), 10);
    }
    at = end;
  }
}

bool response_parser::feed(const char* data, std::size_t size) {
  if (stage_ == stage::head) {
    const auto before = line_.size();
    const auto overlap = std::min<std::size_t>(before, 3);
    if (before == 0) {
      // The usual case: the whole head has arrived and need not be copied.
      if (const auto* end = static_cast<const char*>(memmem(data, size, "\r\n\r\n", 4))) {
        const auto head_size = static_cast<std::size_t>(end - data) + 4;
        parse_head({data, head_size - 2});
        feed_body(data + head_size, size - head_size);
        return stage_ == stage::done;
      }
    }
    line_.append(data, size);
    const auto end = line_.find("\r\n\r\n", before - overlap);
    if (end == std::string::npos) return false;
    const auto head = std::move(line_);
    line_.clear();
    parse_head(std::string_view{head}.substr(0, end + 2));
    feed_body(head.data() + end + 4, head.size() - end - 4);
    return stage_ == stage::done;
  }
  feed_body(data, size);
  return stage_ == stage::done;
}

void response_parser::feed_body(const char* data, std::size_t size) {
  while (size > 0) {
    switch (stage_) {
    case stage::head:
    case stage::done: throw std::runtime_error("bytes after the end of a response");
    case stage::sized:
    case stage::chunk_body: {
      const auto taken = std::min<std::uint64_t>(remaining_, size);
      remaining_ -= taken;
      data += taken;
      size -= taken;
      if (remaining_ == 0) stage_ = stage_ == stage::sized ? stage::done : stage::chunk_size;
      break;
    }
    case stage::chunk_size:
    case stage::trailer: {
      const auto* end = static_cast<const char*>(std::memchr(data, '\n', size));
      const auto taken = end ? static_cast<std::size_t>(end - data) + 1 : size;
      line_.append(data, taken);
      data += taken;
      size -= taken;
      if (!end) return;
      const auto line = std::exchange(line_, {});
      if (stage_ == stage::trailer) {
        if (line == "\r\n") stage_ = stage::done;
      } else if (line != "\r\n") { // an empty line ends the previous chunk
        remaining_ = number(line, 16);
        stage_ = remaining_ > 0 ? stage::chunk_body : stage::trailer;
      }
      break;
    }
    }
  }
}

http_connection::http_connection(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("not an IPv4 address: " + host);
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::runtime_error(std::string{"socket: "} + std::strerror(errno));
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const auto why = errno;
    ::close(fd_);
    throw std::runtime_error(std::string{"connect: "} + std::strerror(why));
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);
}

http_connection::~http_connection() { ::close(fd_); }

bool http_connection::send(std::string_view request) {
  parser_.reset();
  unsent_ = request;
  sent_at_ = clock::now();
  return flush();
}

bool http_connection::flush() {
  while (!unsent_.empty()) {
    const auto written = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (written < 0) {
      if (errno == EAGAIN || errno == EINTR) return false;
      throw std::runtime_error(std::string{"send: "} + std::strerror(errno));
    }
    unsent_.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool http_connection::receive() {
  static char buffer[256 * 1024];
  for (;;) {
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got == 0) throw std::runtime_error("the server closed a connection");
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) return false;
      throw std::runtime_error(std::string{"recv: "} + std::strerror(errno));
    }
    if (parser_.feed(buffer, static_cast<std::size_t>(got))) return true;
    if (static_cast<std::size_t>(got) < sizeof buffer) return false; // level-triggered: later data wakes us again
  }
}

} // namespace praetor::bench
