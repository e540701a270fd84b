#include "actors/ports/gossip_sockets.hpp"

#include "actors/ports/gossip_exchange.hpp"
#include "protocol/base/ip_address.hpp"
#include "protocol/swim/limits.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <csignal>
#include <mutex>
#include <openssl/rand.h>
#include <sys/socket.h>

namespace praetor {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

namespace {

constexpr std::size_t largest_packet = 65536;
/// Large enough to detect an oversized packet, which is not copied further.
constexpr std::size_t delivered_packet = swim::packet_limit + swim::sealed_packet_overhead + 1;
/// Holds a burst of packets of a large pool.
constexpr int receive_buffer = 2 * 1024 * 1024;

/// A dual-stack socket reports IPv4 senders as IPv4-mapped addresses; members know the IPv4 address.
asio::ip::address plain(const asio::ip::address& ip) {
  if (ip.is_v6() && ip.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
  return ip;
}

bool heard(const std::vector<std::string>& allowed, const asio::ip::address& ip) {
  return allowed.empty() || is_within(ip.to_string(), allowed);
}

/// UDP: one socket, read on the loop's thread, written from any thread.
class packet_socket final : public datagram, public std::enable_shared_from_this<packet_socket> {
public:
  packet_socket(std::shared_ptr<asio::io_context> context, udp::socket socket, std::vector<std::string> allowed)
      : context_(std::move(context)), socket_(std::move(socket)), v6_(socket_.local_endpoint().protocol() == udp::v6()),
        allowed_(std::move(allowed)) {}

  void send(const std::string& to, std::string bytes) override {
    auto target = parse_endpoint(to);
    if (!target) return;
    auto ip = target->address;
    if (v6_ && ip.is_v4()) ip = asio::ip::make_address_v6(asio::ip::v4_mapped, ip.to_v4());
    udp::endpoint endpoint(ip, target->port);
    // The system call is thread-safe; a full buffer drops the packet, as the network may.
    (void)::sendto(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL, endpoint.data(),
                   static_cast<socklen_t>(endpoint.size()));
  }

  void receive(std::function<void(gossip_packet)> each) override {
    std::lock_guard lock(guard_);
    each_ = std::move(each);
  }

  void read() {
    socket_.async_receive_from(asio::buffer(buffer_), from_, [me = weak_from_this()](auto failed, std::size_t size) {
      auto self = me.lock();
      if (!self || failed == asio::error::operation_aborted) return;
      if (!failed) self->deliver(size);
      self->read();
    });
  }

private:
  void deliver(std::size_t size) {
    auto ip = plain(from_.address());
    if (!heard(allowed_, ip)) return;
    std::lock_guard lock(guard_);
    if (each_) each_({endpoint_text(ip, from_.port()), std::string(buffer_.data(), std::min(size, delivered_packet))});
  }

  std::shared_ptr<asio::io_context> context_;
  udp::socket socket_;
  bool v6_;
  std::vector<std::string> allowed_;
  udp::endpoint from_;
  std::array<char, largest_packet> buffer_{};
  std::mutex guard_;
  std::function<void(gossip_packet)> each_; // guarded by guard_
};

/// TCP: accepts exchanges of other members and starts own ones.
class stream_sockets final : public stream, public std::enable_shared_from_this<stream_sockets> {
public:
  stream_sockets(const gossip_loop& loop, tcp::acceptor acceptor, const gossip_socket_options& options)
      : context_(loop.context()), entrance_(loop.entrance()), acceptor_(std::move(acceptor)),
        from_(acceptor_.local_endpoint().address()), time_(options.stream_time), allowed_(options.allowed),
        admission_(std::make_shared<gossip_admission>(options.limits)) {}

  void exchange(const std::string& to, std::string frame, std::chrono::nanoseconds timeout,
                std::function<void(expected<std::string>)> done) override {
    auto target = parse_endpoint(to);
    if (!target) return done(fail("dial tcp: \"" + to + "\" is not an address of the form ip:port"));
    if (frame.size() > swim::frame_limit)
      return done(fail("what this member knows has " + std::to_string(frame.size()) + " bytes, more than the " +
                       std::to_string(swim::frame_limit) + " that a stream carries"));
    entrance_->post([&context = *context_, from = from_, to = *target, frame = std::move(frame), timeout,
                     done = std::move(done)]() mutable {
      start_exchange(context, from, {to.address, to.port}, std::move(frame), timeout, std::move(done));
    });
  }

  void accept(std::function<void(gossip_request)> each) override {
    std::lock_guard lock(guard_);
    each_ = std::move(each);
  }

  void consult(stream_guard questions) override {
    std::lock_guard lock(guard_);
    questions_ = std::move(questions);
  }

  void listen() {
    acceptor_.async_accept([me = weak_from_this()](auto failed, tcp::socket socket) {
      auto self = me.lock();
      if (!self || failed == asio::error::operation_aborted) return;
      if (!failed) self->admit(std::move(socket));
      self->listen();
    });
  }

private:
  void admit(tcp::socket socket) {
    boost::system::error_code gone;
    auto peer = socket.remote_endpoint(gone);
    auto ip = plain(peer.address());
    if (gone || !heard(allowed_, ip)) return;
    accepted_exchange::events events;
    std::function<bool(const std::string&)> is_member;
    {
      std::lock_guard lock(guard_);
      if (!each_) return;
      events.request = each_;
      events.objection = questions_.objection;
      is_member = questions_.is_member;
    }
    auto from = endpoint_text(ip, peer.port());
    std::string why;
    events.place = admission_->admit(
        ip, [&] { return is_member && is_member(ip.to_string()); }, why);
    if (!events.place) return events.request({{std::move(from), {}}, nullptr, std::move(why)});
    events.entrance = entrance_;
    events.first_bytes = admission_->limits().first_bytes;
    events.whole = time_;
    accepted_exchange::start(std::move(socket), std::move(from), std::move(events));
  }

  std::shared_ptr<asio::io_context> context_;
  std::shared_ptr<gossip_entrance> entrance_;
  tcp::acceptor acceptor_;
  asio::ip::address from_; ///< source address of own exchanges, equal to the listener's
  std::chrono::nanoseconds time_;
  std::vector<std::string> allowed_;
  std::shared_ptr<gossip_admission> admission_;
  std::mutex guard_;
  std::function<void(gossip_request)> each_; // guarded by guard_
  stream_guard questions_;                   // guarded by guard_
};

class system_resolver final : public name_resolver {
public:
  explicit system_resolver(const std::shared_ptr<gossip_loop>& loop) : loop_(loop) {}

  void resolve(const std::string& host, std::function<void(expected<std::vector<std::string>>)> done) override {
    loop_->entrance()->post([&context = *loop_->context(), host, done = std::move(done)] {
      // Asio resolves on a thread of its own.
      auto lookup = std::make_shared<tcp::resolver>(context);
      lookup->async_resolve(host, "", [lookup, host, done](auto failed, const tcp::resolver::results_type& found) {
        if (failed) return done(fail("lookup " + host + ": " + failed.message()));
        std::vector<std::string> out;
        for (const auto& each : found) {
          auto ip = each.endpoint().address().to_string();
          if (std::find(out.begin(), out.end(), ip) == out.end()) out.push_back(ip);
        }
        if (out.empty()) return done(fail("lookup " + host + ": no such host"));
        done(std::move(out));
      });
    });
  }

private:
  std::shared_ptr<gossip_loop> loop_;
};

std::array<unsigned char, 12> random_nonce() {
  std::array<unsigned char, 12> out{};
  PRAETOR_ASSERT(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
  return out;
}

template <class Socket, class Endpoint>
expected<Socket> bound(gossip_loop& loop, const Endpoint& at, const char* network) {
  boost::system::error_code failed;
  Socket socket(*loop.context());
  auto refuse = [&](const char* doing) {
    return fail(std::string("Failed to start gossip: listen ") + network + " " +
                endpoint_text(at.address(), at.port()) + ": " + doing + ": " + failed.message());
  };
  socket.open(at.protocol(), failed);
  if (failed) return refuse("socket");
  if (at.address().is_v6() && at.address().is_unspecified()) socket.set_option(asio::ip::v6_only(false), failed);
  if constexpr (std::is_same_v<Socket, tcp::acceptor>) socket.set_option(tcp::acceptor::reuse_address(true), failed);
  socket.bind(at, failed);
  if (failed) return refuse("bind");
  return socket;
}

} // namespace

gossip_loop::gossip_loop() : work_(context_->get_executor()) {
  thread_ = std::thread([context = context_] {
    // Block signals: the main thread handles them.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    context->run();
  });
}

gossip_loop::~gossip_loop() {
  entrance_->close();
  work_.reset();
  context_->stop();
  // A callback on this thread may be the last owner.
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

expected<gossip_port> open_gossip_sockets(const std::shared_ptr<gossip_loop>& loop,
                                          const gossip_socket_options& options) {
  boost::system::error_code wrong;
  auto ip = asio::ip::make_address(options.ip, wrong);
  if (wrong) return fail("Failed to start gossip: " + options.ip + " is not an IP address");
  auto packets = bound<udp::socket>(*loop, udp::endpoint(ip, options.port), "udp");
  if (!packets) return tl::unexpected(packets.error());
  boost::system::error_code ignored;
  packets->set_option(asio::socket_base::receive_buffer_size(receive_buffer), ignored);
  auto acceptor = bound<tcp::acceptor>(*loop, tcp::endpoint(ip, options.port), "tcp");
  if (!acceptor) return tl::unexpected(acceptor.error());
  acceptor->listen(asio::socket_base::max_listen_connections, wrong);
  if (wrong) return fail("Failed to start gossip: listen tcp " + options.ip + ": " + wrong.message());
  auto datagrams = std::make_shared<packet_socket>(loop->context(), std::move(*packets), options.allowed);
  auto streams = std::make_shared<stream_sockets>(*loop, std::move(*acceptor), options);
  loop->entrance()->post([first = std::weak_ptr(datagrams), second = std::weak_ptr(streams)] {
    if (auto packets = first.lock()) packets->read();
    if (auto streams = second.lock()) streams->listen();
  });
  return gossip_port{datagrams, streams, random_nonce, loop};
}

std::shared_ptr<name_resolver> make_name_resolver(const std::shared_ptr<gossip_loop>& loop) {
  return std::make_shared<system_resolver>(loop);
}

} // namespace praetor
