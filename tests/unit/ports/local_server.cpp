#include "local_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

/// A socket bound to a free port of the loopback address.
int bound_socket(int& port) {
  int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(s, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(s, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  port = ntohs(address.sin_port);
  return s;
}

int bound_unix_socket(const std::string& path) {
  int s = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ::unlink(path.c_str());
  if (::bind(s, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("no socket at " + path);
  return s;
}

} // namespace

local_server::local_server(std::function<void(int)> serve, std::string path)
    : serve_(std::move(serve)), path_(std::move(path)) {
  listener_ = path_.empty() ? bound_socket(port_) : bound_unix_socket(path_);
  ::listen(listener_, 16);
  acceptor_ = std::thread([this] { accept_all(); });
}

local_server::~local_server() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  if (!path_.empty()) ::unlink(path_.c_str());
  for (auto& t : threads_) t.join();
}

void local_server::accept_all() {
  for (int s; (s = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
    threads_.emplace_back([this, s] {
      serve_(s);
      ::close(s);
    });
}

std::string read_request(int socket) {
  std::string all;
  char chunk[4096];
  std::size_t wanted = std::string::npos;
  while (all.size() < wanted) {
    auto size = ::recv(socket, chunk, sizeof chunk, 0);
    if (size <= 0) break;
    all.append(chunk, static_cast<std::size_t>(size));
    auto end = all.find("\r\n\r\n");
    if (end == std::string::npos || wanted != std::string::npos) continue;
    auto length = all.find("Content-Length: ");
    wanted = end + 4 + (length < end ? std::stoul(all.substr(length + 16)) : 0);
  }
  return all;
}

void send_all(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    auto size = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

bool wait_for_end(int socket) {
  char byte;
  pollfd waiting{socket, POLLIN, 0};
  while (::poll(&waiting, 1, 20000) == 1)
    if (::recv(socket, &byte, 1, 0) <= 0) return true;
  return false;
}

int closed_port() {
  int port = 0;
  ::close(bound_socket(port));
  return port;
}
