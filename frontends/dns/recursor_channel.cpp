#include "frontends/dns/recursor_channel.hpp"

#include <boost/asio/post.hpp>
#include <chrono>

namespace praetor::dns {

namespace asio = boost::asio;

std::shared_ptr<recursor_channel> recursor_channel::open(asio::io_context& context, const std::string& address,
                                                         bool tcp, nanoseconds timeout) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  if (library != ARES_SUCCESS) return nullptr;
  std::shared_ptr<recursor_channel> out(new recursor_channel(context));
  ares_options options{};
  // Checks replies and passes them on unchanged, including truncated ones.
  options.flags =
      ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | (tcp ? ARES_FLAG_USEVC : 0);
  options.timeout = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
  options.tries = 1;
  options.sock_state_cb = &recursor_channel::on_socket;
  options.sock_state_cb_data = out.get();
  constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&out->channel_, &options, given) != ARES_SUCCESS) return nullptr;
  if (ares_set_servers_ports_csv(out->channel_, address.c_str()) != ARES_SUCCESS) return nullptr;
  return out;
}

recursor_channel::~recursor_channel() {
  // No request is pending: each one keeps its channel alive.
  if (channel_) ares_destroy(channel_);
  for (auto& [fd, s] : sockets_) s->descriptor.release();
}

void recursor_channel::send(const std::string& message, callback done) {
  auto* p = new pending{shared_from_this(), std::move(done)};
  ares_send(channel_, reinterpret_cast<const unsigned char*>(message.data()), static_cast<int>(message.size()),
            &on_reply, p);
  set_timer();
}

void recursor_channel::on_reply(void* arg, int status, int, unsigned char* data, int length) {
  auto* p = static_cast<pending*>(arg);
  std::string reply;
  if (status == ARES_SUCCESS && data)
    reply.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(length));
  // c-ares is traversing its own lists, so the rest, including the destruction of this channel, is posted.
  asio::post(p->self->context_,
             [p = std::unique_ptr<pending>(p), reply = std::move(reply)]() mutable { p->done(reply); });
}

void recursor_channel::on_socket(void* self, ares_socket_t fd, int readable, int writable) {
  static_cast<recursor_channel*>(self)->watch(fd, readable != 0, writable != 0);
}

void recursor_channel::watch(ares_socket_t fd, bool readable, bool writable) {
  auto found = sockets_.find(fd);
  if (!readable && !writable) {
    if (found == sockets_.end()) return;
    found->second->wants_read = found->second->wants_write = false;
    found->second->descriptor.release(); // c-ares closes it
    sockets_.erase(found);
    return;
  }
  if (found == sockets_.end()) {
    auto s = std::make_shared<watched_socket>(context_);
    boost::system::error_code failed;
    s->descriptor.assign(fd, failed);
    if (failed) return; // the request times out
    found = sockets_.emplace(fd, std::move(s)).first;
  }
  found->second->wants_read = readable;
  found->second->wants_write = writable;
  arm(fd, found->second);
}

void recursor_channel::arm(ares_socket_t fd, const std::shared_ptr<watched_socket>& s) {
  auto wait = [&](auto kind, bool watched_socket::*wanted, bool watched_socket::*waiting, bool reading) {
    if (!((*s).*wanted) || (*s).*waiting) return;
    (*s).*waiting = true;
    s->descriptor.async_wait(
        kind, [weak = weak_from_this(), fd, s, waiting, reading](const boost::system::error_code& failed) {
          (*s).*waiting = false;
          auto self = weak.lock();
          if (!self || failed) return;
          self->process(reading ? fd : ARES_SOCKET_BAD, reading ? ARES_SOCKET_BAD : fd);
          if (auto still = self->sockets_.find(fd); still != self->sockets_.end() && still->second == s)
            self->arm(fd, s);
        });
  };
  wait(asio::posix::stream_descriptor::wait_read, &watched_socket::wants_read, &watched_socket::reading, true);
  wait(asio::posix::stream_descriptor::wait_write, &watched_socket::wants_write, &watched_socket::writing, false);
}

void recursor_channel::process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_, readable, writable);
  set_timer();
}

void recursor_channel::set_timer() {
  timeval room{};
  if (!ares_timeout(channel_, nullptr, &room)) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds(room.tv_sec) + std::chrono::microseconds(room.tv_usec) +
                       std::chrono::milliseconds(1));
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
    auto self = weak.lock();
    if (self && !failed) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

} // namespace praetor::dns
