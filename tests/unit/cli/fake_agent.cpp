#include "fake_agent.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

fake_agent::fake_agent() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

fake_agent::~fake_agent() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }
  thread_.join();
  for (auto& server : servers_) server.join();
  for (int connection : connections_) ::close(connection);
  ::close(listener_);
}

void fake_agent::when(const std::string& start, answer what) {
  when(start, [what] { return what; });
}

void fake_agent::when(const std::string& start, std::function<answer()> what) {
  std::lock_guard lock(mutex_);
  table_[start] = std::move(what);
}

std::vector<std::string> fake_agent::requests() {
  std::lock_guard lock(mutex_);
  return requests_;
}

std::map<std::string, std::string> fake_agent::last_headers() {
  std::lock_guard lock(mutex_);
  return headers_;
}

void fake_agent::serve() {
  for (;;) {
    int connection = ::accept(listener_, nullptr, nullptr);
    std::lock_guard lock(mutex_);
    if (connection < 0 || stopping_) {
      if (connection >= 0) ::close(connection);
      return;
    }
    connections_.push_back(connection);
    servers_.emplace_back([this, connection] { serve_connection(connection); });
  }
}

void fake_agent::serve_connection(int connection) {
  std::string buffer;
  char block[4096];
  auto more = [&] {
    auto got = ::recv(connection, block, sizeof block, 0);
    if (got > 0) buffer.append(block, static_cast<std::size_t>(got));
    return got > 0;
  };
  for (;;) {
    std::size_t end;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return;
    std::istringstream head(buffer.substr(0, end));
    buffer.erase(0, end + 4);
    std::string method, target, line;
    head >> method >> target;
    std::getline(head, line);
    std::map<std::string, std::string> headers;
    while (std::getline(head, line)) {
      line.erase(line.find_last_not_of("\r") + 1);
      auto colon = line.find(':');
      auto name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      headers[name] = line.substr(colon + 2);
    }
    auto size = headers.contains("content-length") ? std::stoul(headers["content-length"]) : 0;
    while (buffer.size() < size)
      if (!more()) return;
    auto body = buffer.substr(0, size);
    buffer.erase(0, size);
    std::function<answer()> found = [] { return answer{404, "not in the table", ""}; };
    {
      std::lock_guard lock(mutex_);
      auto request = method + " " + target;
      requests_.push_back(request + (body.empty() ? "" : "\n" + body));
      headers_ = headers;
      std::size_t longest = 0;
      for (auto& [start, each] : table_)
        if (request.compare(0, start.size(), start) == 0 && start.size() >= longest) {
          longest = start.size();
          found = each;
        }
    }
    auto reply = found();
    if (reply.status == 0) {
      ::shutdown(connection, SHUT_RDWR);
      return;
    }
    auto text = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\n" + reply.headers +
                "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
    if (::send(connection, text.data(), text.size(), MSG_NOSIGNAL) < 0) return;
  }
}
