#include "frontends/cli/dial.hpp"

#include "frontends/cli/command.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace praetor::cli {

namespace {

constexpr int connect_timeout_ms = 30'000; // as in Go's default dialer

std::string address_text(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (address->sa_family == AF_UNIX) return "@";
  if (::getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  return join_host_port(host, port);
}

/// Waits for a pending connect; returns its errno, ETIMEDOUT after the timeout.
int finish_connecting(int descriptor) {
  pollfd waiting{descriptor, POLLOUT, 0};
  int ready;
  do {
    ready = ::poll(&waiting, 1, connect_timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return ETIMEDOUT;
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size);
  return code;
}

/// A connected blocking socket, or the errno.
tl::expected<int, int> connect_to(int family, const sockaddr* address, socklen_t size, cancellation* cancel) {
  int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return tl::unexpected<int>(errno);
  int code = ::connect(descriptor, address, size) == 0 ? 0 : errno;
  // Attached after connect() has started: only then does a shutdown end it.
  if (cancel) cancel->attach(descriptor);
  if (code == EINPROGRESS) code = finish_connecting(descriptor);
  if (cancel) cancel->detach();
  if (cancel && cancel->cancelled()) code = ECANCELED;
  if (code != 0) {
    ::close(descriptor);
    return tl::unexpected<int>(code);
  }
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  int on = 1;
  if (family != AF_UNIX) ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

std::string connect_error(int code) { return code == ETIMEDOUT ? "i/o timeout" : "connect: " + errno_text(code); }

expected<int> dial_unix(const std::string& path, cancellation* cancel) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("dial unix " + path + ": connect: invalid argument");
  std::memcpy(address.sun_path, path.data(), path.size());
  auto descriptor = connect_to(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address, cancel);
  if (!descriptor) return fail("dial unix " + path + ": " + connect_error(descriptor.error()));
  return *descriptor;
}

/// The name server for the text of a failed lookup.
std::string name_server() {
  std::ifstream file("/etc/resolv.conf");
  for (std::string word; file >> word;)
    if (word == "nameserver" && file >> word) return " on " + join_host_port(word, "53");
  return "";
}

std::string lookup_error(const std::string& host) {
  bool askable = std::all_of(host.begin(), host.end(),
                             [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == '_'; });
  return "dial tcp: lookup " + host + (askable ? name_server() : "") + ": no such host";
}

} // namespace

host_and_port split_host(const endpoint& where) {
  host_and_port result{where.host, where.scheme == "https" ? "443" : "80"};
  auto colon = result.host.rfind(':');
  auto bracket = result.host.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || bracket < colon)) {
    auto port = result.host.substr(colon + 1);
    if (std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c); })) {
      if (!port.empty()) result.port = port;
      result.host.resize(colon);
    }
  }
  if (result.host.size() > 1 && result.host.front() == '[' && result.host.back() == ']')
    result.host = result.host.substr(1, result.host.size() - 2);
  return result;
}

expected<int> dial(const endpoint& where, cancellation* cancel) {
  if (!where.unix_path.empty()) return dial_unix(where.unix_path, cancel);
  auto [host, port] = split_host(where);
  if (port.size() > 5 || std::stoi(port) > 65535) return fail("dial tcp: address " + port + ": invalid port");
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = AF_UNSPEC;
  int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (code != 0 || found == nullptr) return fail(lookup_error(host));
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  std::string first_error;
  // Tries IPv4 first, and reports the first failure.
  for (int family : {AF_INET, AF_INET6})
    for (auto each = addresses.get(); each != nullptr; each = each->ai_next) {
      if (each->ai_family != family) continue;
      auto descriptor = connect_to(family, each->ai_addr, each->ai_addrlen, cancel);
      if (descriptor) return *descriptor;
      if (first_error.empty())
        first_error =
            "dial tcp " + address_text(each->ai_addr, each->ai_addrlen) + ": " + connect_error(descriptor.error());
    }
  return fail(first_error);
}

std::string socket_error(int descriptor, std::string_view operation, int code) {
  sockaddr_storage local{}, remote{};
  socklen_t local_size = sizeof local, remote_size = sizeof remote;
  auto local_address = reinterpret_cast<sockaddr*>(&local), remote_address = reinterpret_cast<sockaddr*>(&remote);
  ::getsockname(descriptor, local_address, &local_size);
  ::getpeername(descriptor, remote_address, &remote_size);
  std::string op(operation), network = local.ss_family == AF_UNIX ? "unix" : "tcp";
  return op + " " + network + " " + address_text(local_address, local_size) + "->" +
         address_text(remote_address, remote_size) + ": " + op + ": " + errno_text(code);
}

} // namespace praetor::cli
