#include "frontends/http/listener.hpp"

#include "frontends/http/connection.hpp"
#include "protocol/base/url.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace praetor::http {

namespace {

constexpr int accept_batch = 64;
constexpr auto accept_pause = std::chrono::milliseconds(100); // when out of descriptors

constexpr std::string_view too_many_connections =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: 81\r\nConnection: close\r\n\r\n"
    "Your IP is issuing too many concurrent connections, please rate limit your calls\n";

std::string errno_text() { return std::generic_category().message(errno); }

template <class T>
bool parse_whole(std::string_view text, T& out, int base = 10) {
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return ec == std::errc() && end == text.data() + text.size() && !text.empty();
}

expected<void> own_unix_socket(const listener_options& options, const std::string& path) {
  uid_t user = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
  if (!options.unix_user.empty() && !parse_whole(options.unix_user, user)) {
    auto* entry = ::getpwnam(options.unix_user.c_str());
    if (!entry) return fail("failed to get user \"" + options.unix_user + "\" for the socket " + path);
    user = entry->pw_uid;
  }
  if (!options.unix_group.empty() && !parse_whole(options.unix_group, group)) {
    auto* entry = ::getgrnam(options.unix_group.c_str());
    if (!entry) return fail("failed to get group \"" + options.unix_group + "\" for the socket " + path);
    group = entry->gr_gid;
  }
  bool given = user != static_cast<uid_t>(-1) || group != static_cast<gid_t>(-1);
  if (given && ::chown(path.c_str(), user, group) != 0)
    return fail("failed to change the owner of the socket " + path + ": " + errno_text());
  if (options.unix_mode.empty()) return {};
  unsigned mode = 0;
  if (!parse_whole(options.unix_mode, mode, 8)) return fail("\"" + options.unix_mode + "\" is no octal file mode");
  if (::chmod(path.c_str(), mode) != 0)
    return fail("failed to change the mode of the socket " + path + ": " + errno_text());
  return {};
}

std::string unix_path(const listener_options& options) {
  return options.address.starts_with("unix://") ? options.address.substr(7) : options.address;
}

expected<unique_socket> open_unix(const listener_options& options) {
  auto path = unix_path(options);
  auto problem = [&](const char* what) { return fail("listen unix " + path + ": " + what + ": " + errno_text()); };
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return fail("listen unix " + path + ": the path is too long");
  std::memcpy(name.sun_path, path.data(), path.size());
  unique_socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return problem("socket");
  struct stat existing {};
  if (::lstat(path.c_str(), &existing) == 0 && S_ISSOCK(existing.st_mode)) ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return problem("bind");
  if (auto ok = own_unix_socket(options, path); !ok) {
    ::unlink(path.c_str());
    return tl::unexpected(ok.error());
  }
  if (::listen(socket.get(), SOMAXCONN) != 0) return problem("listen");
  return socket;
}

expected<unique_socket> open_tcp(listener_options& options) {
  sockaddr_storage name{};
  socklen_t size = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&name);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&name);
  auto shown = join_host_port(options.address, std::to_string(options.port));
  auto problem = [&](const char* what) { return fail("listen tcp " + shown + ": " + what + ": " + errno_text()); };
  if (::inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
    name.ss_family = AF_INET;
    v4->sin_port = htons(options.port);
    size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
    name.ss_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    size = sizeof *v6;
  } else {
    return fail("listen tcp " + shown + ": not an IP address");
  }
  unique_socket socket(::socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return problem("socket");
  int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), size) != 0) return problem("bind");
  if (::listen(socket.get(), SOMAXCONN) != 0) return problem("listen");
  size = sizeof name;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) == 0)
    options.port = ntohs(name.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
  return socket;
}

peer describe(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = "";
  peer who;
  if (from.ss_family == AF_INET) {
    auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    who.port = ntohs(v4.sin_port);
  } else if (from.ss_family == AF_INET6) {
    auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    // An IPv4 client of a dual-stack socket has the same identity as elsewhere.
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
      ::inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text, sizeof text);
    else
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    who.port = ntohs(v6.sin6_port);
  }
  who.address = text;
  return who;
}

} // namespace

unique_socket::~unique_socket() {
  if (fd_ >= 0) ::close(fd_);
}

expected<unique_socket> open_listener(listener_options& options) {
  return options.is_unix() ? open_unix(options) : open_tcp(options);
}

listener::listener(listener_options options, unique_socket socket, std::vector<std::shared_ptr<io_loop>> loops,
                   context_source contexts)
    : options_(std::move(options)), loops_(std::move(loops)), contexts_(std::move(contexts)),
      socket_(loops_.front()->context()), retry_(loops_.front()->context()) {
  socket_.assign({options_.is_unix() ? AF_UNIX : AF_INET, 0}, socket.get());
  socket.release();
}

void listener::begin() { wait(); }

void listener::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  retry_.cancel();
  if (options_.is_unix()) ::unlink(unix_path(options_).c_str());
}

void listener::wait() {
  if (closed_) return;
  socket_.async_wait(stream_socket::wait_read, [self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec && !self->closed_) self->accept_some();
  });
}

void listener::accept_some() {
  for (int i = 0; i < accept_batch; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    unique_socket socket(
        ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() >= 0) {
      take(std::move(socket), from);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // Out of descriptors or memory: the socket stays readable, so waiting for it would spin.
    complain({}, "accept on " + options_.address + ": " + errno_text() + "; clients have to wait");
    retry_.expires_after(accept_pause);
    retry_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
      if (!ec) self->wait();
    });
    return;
  }
  wait();
}

void listener::make_room(const std::string& address, std::size_t loop) {
  if (loop >= loops_.size()) return;
  loops_[loop]->run_soon([self = shared_from_this(), address, loop] {
    if (!self->loops_[loop]->make_room(address)) self->make_room(address, loop + 1);
  });
}

void listener::complain(const std::string& address, const std::string& text) {
  if (complaints_.admits(address, text, std::chrono::steady_clock::now())) loops_.front()->core().warn(text);
}

void listener::refuse(int socket, const std::string& address, admission why) {
  refused_.add(1);
  auto from = address.empty() ? "the unix socket " + unix_path(options_) : address;
  if (why == admission::server_has_enough)
    return complain({},
                    "refused a connection from " + from + ": there are as many as this process has descriptors for");
  complain(address, "refused a connection from " + from +
                        ": it has as many as one client may have "
                        "(limits.http_max_conns_per_client, or its share of the descriptors)");
  if (options_.tls) return;
  (void)::send(socket, too_many_connections.data(), too_many_connections.size(), MSG_NOSIGNAL);
  ::shutdown(socket, SHUT_WR);
  char unread[4096];
  (void)!::recv(socket, unread, sizeof unread, 0);
}

void listener::take(unique_socket socket, const sockaddr_storage& from) {
  auto& first = *loops_.front();
  auto who = describe(from);
  std::optional<std::string> instead;
  auto admitted = first.core().admit(who.address, first.limits(), instead);
  if (admitted != admission::admitted) return refuse(socket.get(), who.address, admitted);
  if (instead) make_room(*instead);
  who.counted = true;
  if (!who.address.empty()) {
    int on = 1, keep_alive_seconds = 30;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, &keep_alive_seconds, sizeof keep_alive_seconds);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL, &keep_alive_seconds, sizeof keep_alive_seconds);
  }
  accepted_.add(1);
  auto loop = loops_[next_++ % loops_.size()];
  auto session = options_.tls ? make_tls_session(contexts_(), socket.get()) : tls_session();
  auto one = std::make_shared<connection>(loop, socket.release(), std::move(who), std::move(session),
                                          options_.allow_unprintable);
  loop->run_soon([loop, one = std::move(one)] { loop->adopt(one); });
}

} // namespace praetor::http
