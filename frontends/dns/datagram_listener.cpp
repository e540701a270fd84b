#include "frontends/dns/datagram_listener.hpp"

#include "frontends/dns/engine.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>

namespace praetor::dns {

namespace asio = boost::asio;

namespace {

constexpr int batches_in_a_row = 16; // then the other sockets get their turn
constexpr int receive_room = 4 << 20;

/// Answers must leave from the queried address, which a socket bound to the wildcard address has to learn per packet.
void ask_for_destination(int fd, bool v6) {
  int on = 1;
  if (v6)
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  else
    ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

/// Leaves the choice of the interface to routing, as for any other packet.
void forget_interface(msghdr& m) {
  for (auto* c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO) continue;
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(c), sizeof info);
    info.ipi_ifindex = 0;
    std::memcpy(CMSG_DATA(c), &info, sizeof info);
  }
}

} // namespace

datagram_listener::datagram_listener(engine& owner) : owner_(owner), socket_(owner.context()) {}

expected<std::shared_ptr<datagram_listener>> datagram_listener::open(engine& owner, asio::ip::udp::endpoint at) {
  std::shared_ptr<datagram_listener> out(new datagram_listener(owner));
  auto& s = out->socket_;
  boost::system::error_code failed;
  s.open(at.protocol(), failed);
  if (!failed && at.address().is_v6()) s.set_option(asio::ip::v6_only(true), failed);
  if (!failed) s.bind(at, failed);
  if (!failed) s.non_blocking(true, failed);
  if (failed) return fail(failed.message());
  s.set_option(asio::socket_base::receive_buffer_size(receive_room), failed); // as much as the system allows
  if (at.address().is_unspecified()) ask_for_destination(s.native_handle(), at.address().is_v6());
  return out;
}

void datagram_listener::start() { wait(); }

void datagram_listener::stop() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void datagram_listener::wait() {
  socket_.async_wait(asio::ip::udp::socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& failed) {
                       if (failed) return;
                       for (int i = 0; i < batches_in_a_row && self->serve_batch(); ++i) {
                       }
                       if (self->socket_.is_open()) self->wait();
                     });
}

bool datagram_listener::serve_batch() {
  for (std::size_t i = 0; i < batch; ++i) {
    in_parts_[i] = {buffers_[i].data(), largest_request};
    auto& m = in_[i].msg_hdr;
    m = {};
    m.msg_name = &peers_[i];
    m.msg_namelen = sizeof(sockaddr_storage);
    m.msg_iov = &in_parts_[i];
    m.msg_iovlen = 1;
    m.msg_control = controls_[i].bytes.data();
    m.msg_controllen = control_size;
  }
  int got = ::recvmmsg(socket_.native_handle(), in_.data(), batch, MSG_DONTWAIT, nullptr);
  if (got <= 0) return false;
  std::size_t ready = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
    auto& request = in_[i].msg_hdr;
    forget_interface(request);
    auto reply = owner_.handle({buffers_[i].data(), in_[i].msg_len}, transport::udp, [&]() -> recursors::callback {
      sockaddr_storage peer = peers_[i];
      auto length = request.msg_namelen;
      std::string control(controls_[i].bytes.data(), request.msg_controllen);
      return [self = shared_from_this(), peer, length, control](std::string_view late) mutable {
        msghdr m{};
        m.msg_name = &peer;
        m.msg_namelen = length;
        m.msg_control = control.empty() ? nullptr : control.data();
        m.msg_controllen = control.size();
        self->send_later(m, late);
      };
    });
    if (reply.empty()) continue;
    replies_[ready].assign(reply);
    out_parts_[ready] = {replies_[ready].data(), replies_[ready].size()};
    auto& m = out_[ready].msg_hdr;
    m = {};
    m.msg_name = request.msg_name;
    m.msg_namelen = request.msg_namelen;
    m.msg_iov = &out_parts_[ready];
    m.msg_iovlen = 1;
    m.msg_control = request.msg_controllen > 0 ? request.msg_control : nullptr;
    m.msg_controllen = request.msg_controllen;
    ++ready;
  }
  send_batch(ready);
  return static_cast<std::size_t>(got) == batch;
}

void datagram_listener::send_batch(std::size_t count) {
  std::size_t sent = 0;
  while (sent < count) {
    int n = ::sendmmsg(socket_.native_handle(), out_.data() + sent, static_cast<unsigned>(count - sent), 0);
    if (n > 0)
      sent += static_cast<std::size_t>(n);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return; // clients retry
    else if (errno != EINTR)
      ++sent; // this one is unreachable
  }
}

void datagram_listener::send_later(const msghdr& request, std::string_view reply) {
  if (reply.empty() || !socket_.is_open()) return;
  iovec part{const_cast<char*>(reply.data()), reply.size()};
  msghdr m = request;
  m.msg_iov = &part;
  m.msg_iovlen = 1;
  ::sendmsg(socket_.native_handle(), &m, MSG_DONTWAIT);
}

} // namespace praetor::dns
