#include "actors/ports/gossip_exchange.hpp"

#include "actors/ports/probe_dial.hpp"
#include "protocol/swim/sealing.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <string_view>

namespace praetor {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// A frame's memory is taken as its bytes arrive, whatever length its header claims.
constexpr std::size_t read_step = 64 * 1024;

/// One connection with a deadline, and frames on it.
class framed_socket : public std::enable_shared_from_this<framed_socket> {
public:
  using read_done = std::function<void(expected<std::string>)>;
  using done = std::function<void(std::optional<error>)>;

  framed_socket(tcp::socket socket, std::string peer, std::chrono::nanoseconds timeout)
      : socket_(std::move(socket)), peer_(std::move(peer)), deadline_(socket_.get_executor()) {
    deadline_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(timeout));
  }

  /// The wait for the deadline owns the object until it is closed. To be called once.
  void watch_deadline() {
    deadline_.async_wait([me = shared_from_this()](auto cancelled) {
      if (cancelled) return;
      me->late_ = true;
      me->close();
    });
  }

  void connect(const asio::ip::address& from, const tcp::endpoint& to, done then) {
    boost::system::error_code wrong;
    if (!from.is_unspecified() && from.is_v4() == to.address().is_v4()) {
      socket_.open(to.protocol(), wrong);
      if (!wrong) socket_.bind({from, 0}, wrong);
      if (wrong) return then(trouble("bind " + from.to_string(), wrong));
    }
    socket_.async_connect(to, [me = shared_from_this(), then = std::move(then)](auto failed) {
      if (failed) return then(me->trouble("dial tcp " + me->peer_ + (me->late_ ? "" : ": connect"), failed));
      boost::system::error_code ignored;
      me->socket_.set_option(tcp::no_delay(true), ignored);
      then({});
    });
  }

  void write(std::string frame, done then) {
    outgoing_ = std::move(frame);
    asio::async_write(socket_, asio::buffer(outgoing_),
                      [me = shared_from_this(), then = std::move(then)](auto failed, std::size_t) {
                        me->outgoing_.clear();
                        if (failed) return then(me->trouble("write tcp " + me->peer_, failed));
                        then({});
                      });
  }

  void read(read_done then) {
    incoming_.assign(swim::frame_header_size, '\0');
    asio::async_read(socket_, asio::buffer(incoming_),
                     [me = shared_from_this(), then = std::move(then)](auto failed, std::size_t got) {
                       if (failed && got == 0)
                         return then(tl::unexpected(me->trouble("read tcp " + me->peer_, failed)));
                       auto size = swim::frame_size(std::string_view(me->incoming_).substr(0, got));
                       if (!size) {
                         me->garbage_ = me->incoming_.substr(0, got);
                         return then(tl::unexpected(size.error()));
                       }
                       me->wanted_ = *size;
                       me->read_more(then);
                     });
  }

  void close() {
    boost::system::error_code ignored;
    deadline_.cancel(ignored);
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  const std::string& peer() const { return peer_; }
  /// What came and is no whole frame; empty if it was one or nothing came.
  const std::string& garbage() const { return garbage_; }

private:
  error trouble(const std::string& doing, const boost::system::error_code& failed) const {
    return {doing + ": " + (late_ ? "i/o timeout" : system_error_text(failed))};
  }

  void read_more(const read_done& then) {
    auto have = incoming_.size();
    if (have == wanted_) return then(std::move(incoming_));
    auto step = std::min(read_step, wanted_ - have);
    incoming_.resize(have + step);
    asio::async_read(socket_, asio::buffer(incoming_.data() + have, step),
                     [me = shared_from_this(), then, have](auto failed, std::size_t got) {
                       if (!failed) return me->read_more(then);
                       me->incoming_.resize(have + got);
                       me->garbage_ = std::move(me->incoming_);
                       then(tl::unexpected(me->trouble("read tcp " + me->peer_, failed)));
                     });
  }

  tcp::socket socket_;
  std::string peer_;
  asio::steady_timer deadline_;
  bool late_ = false;
  std::string outgoing_, incoming_, garbage_;
  std::size_t wanted_ = 0;
};

/// Closes the connection when nobody is left who could reply. It may outlive the sockets' thread, so it owns none.
class open_reply {
public:
  open_reply(const std::shared_ptr<framed_socket>& socket, accepted_exchange::events what)
      : socket_(socket), entrance_(std::move(what.entrance)), open_(std::move(what.open)) {
    ++*open_;
  }
  ~open_reply() {
    --*open_;
    entrance_->post([socket = socket_] {
      if (auto open = socket.lock()) open->close();
    });
  }
  open_reply(const open_reply&) = delete;

  static void send(const std::shared_ptr<open_reply>& me, std::string answer) {
    me->entrance_->post([me, answer = std::move(answer)]() mutable {
      if (auto open = me->socket_.lock()) open->write(std::move(answer), [me](const std::optional<error>&) {});
    });
  }

private:
  std::weak_ptr<framed_socket> socket_;
  std::shared_ptr<gossip_entrance> entrance_;
  std::shared_ptr<std::atomic<std::size_t>> open_;
};

} // namespace

std::optional<ip_endpoint> parse_endpoint(const std::string& text) {
  auto colon = text.rfind(':');
  if (colon == text.npos) return {};
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  ip_endpoint out;
  auto [end, wrong] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), out.port);
  if (wrong != std::errc{} || end != text.data() + text.size() || out.port == 0) return {};
  boost::system::error_code bad;
  out.address = asio::ip::make_address(host, bad);
  if (bad) return {};
  return out;
}

std::string endpoint_text(const asio::ip::address& ip, std::uint16_t port) {
  auto host = ip.to_string();
  return (ip.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void start_exchange(asio::io_context& context, const asio::ip::address& from, const tcp::endpoint& to,
                    std::string frame, std::chrono::nanoseconds timeout,
                    std::function<void(expected<std::string>)> done) {
  auto socket = std::make_shared<framed_socket>(tcp::socket(context), endpoint_text(to.address(), to.port()), timeout);
  socket->watch_deadline();
  auto shared = std::make_shared<std::string>(std::move(frame));
  socket->connect(from, to, [socket, shared, done = std::move(done)](std::optional<error> failed) {
    if (failed) return socket->close(), done(tl::unexpected(*failed));
    socket->write(std::move(*shared), [socket, done](std::optional<error> failed) {
      if (failed) return socket->close(), done(tl::unexpected(*failed));
      socket->read([socket, done](expected<std::string> answer) {
        socket->close();
        done(std::move(answer));
      });
    });
  });
}

void accepted_exchange::start(tcp::socket socket, std::string from, std::chrono::nanoseconds timeout, events what) {
  auto framed = std::make_shared<framed_socket>(std::move(socket), std::move(from), timeout);
  framed->watch_deadline();
  auto open = std::make_shared<open_reply>(framed, what);
  auto& reads = *framed;
  reads.read([framed = std::move(framed), open, what = std::move(what)](expected<std::string> frame) {
    if (frame)
      return what.request(
          {{framed->peer(), std::move(*frame)}, [open](std::string a) { open_reply::send(open, std::move(a)); }});
    if (!framed->garbage().empty()) what.request({{framed->peer(), framed->garbage()}, nullptr});
  });
}

} // namespace praetor
