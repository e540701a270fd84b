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

/// Allocate as bytes arrive, whatever length the header claims.
constexpr std::size_t read_step = 64 * 1024;

/// One connection with a deadline that carries frames.
class framed_socket : public std::enable_shared_from_this<framed_socket> {
public:
  using read_done = std::function<void(expected<std::string>)>;
  using done = std::function<void(std::optional<error>)>;

  /// @param place the peer's share; null: this side dialled
  framed_socket(tcp::socket socket, std::string peer, std::shared_ptr<gossip_admission::place> place)
      : socket_(std::move(socket)), peer_(std::move(peer)), deadline_(socket_.get_executor()),
        place_(std::move(place)) {}

  /// Closes the socket at the deadline; replaces an earlier one. The timer keeps the object alive until then.
  void set_deadline(std::chrono::nanoseconds timeout) {
    deadline_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(timeout));
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

  /// @param judge checks the header as soon as it is complete; an error stops reading
  void read(std::function<std::optional<error>(std::string_view header)> judge, read_done then) {
    incoming_.assign(swim::frame_header_size, '\0');
    asio::async_read(
        socket_, asio::buffer(incoming_),
        [me = shared_from_this(), judge = std::move(judge), then = std::move(then)](auto failed, std::size_t got) {
          me->arrived_ = got;
          if (failed && got == 0) return then(tl::unexpected(me->trouble("read tcp " + me->peer_, failed)));
          auto header = std::string_view(me->incoming_).substr(0, got);
          auto size = swim::frame_size(header);
          if (!size) return then(tl::unexpected(size.error()));
          if (auto no = judge ? judge(header) : std::nullopt) return then(tl::unexpected(*no));
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
  bool late() const { return late_; }
  /// Bytes received.
  std::size_t arrived() const { return arrived_; }
  /// Counts bytes against the peer's share. True if there is none, or if they fit.
  bool take(std::size_t bytes) { return !place_ || place_->take(bytes); }

private:
  error trouble(const std::string& doing, const boost::system::error_code& failed) const {
    return {doing + ": " + (late_ ? "i/o timeout" : system_error_text(failed))};
  }

  void read_more(const read_done& then) {
    auto have = incoming_.size();
    if (have == wanted_) return then(std::move(incoming_));
    auto step = std::min(read_step, wanted_ - have);
    if (!take(step)) return then(fail("all gossip streams together hold too many bytes; it is to come again later"));
    incoming_.resize(have + step);
    asio::async_read(socket_, asio::buffer(incoming_.data() + have, step),
                     [me = shared_from_this(), then, have](auto failed, std::size_t got) {
                       me->arrived_ = have + got;
                       if (!failed) return me->read_more(then);
                       me->incoming_ = {};
                       // An incomplete reply is a network error; a stranger's incomplete frame is reported.
                       then(me->place_ ? fail("its frame has " + std::to_string(me->arrived_) + " bytes instead of " +
                                              std::to_string(me->wanted_))
                                       : tl::unexpected(me->trouble("read tcp " + me->peer_, failed)));
                     });
  }

  tcp::socket socket_;
  std::string peer_;
  asio::steady_timer deadline_;
  std::shared_ptr<gossip_admission::place> place_;
  bool late_ = false;
  std::string outgoing_, incoming_;
  std::size_t wanted_ = 0, arrived_ = 0;
};

/// Closes the connection once no one can reply. It may outlive the sockets' thread, so it does not own it.
class open_reply {
public:
  open_reply(const std::shared_ptr<framed_socket>& socket, std::shared_ptr<gossip_entrance> entrance)
      : socket_(socket), entrance_(std::move(entrance)) {}
  ~open_reply() {
    entrance_->post([socket = socket_] {
      if (auto open = socket.lock()) open->close();
    });
  }
  open_reply(const open_reply&) = delete;

  static void send(const std::shared_ptr<open_reply>& me, std::string answer) {
    me->entrance_->post([me, answer = std::move(answer)]() mutable {
      auto open = me->socket_.lock();
      // An unread reply counts against the share until the deadline.
      if (open && open->take(answer.size())) open->write(std::move(answer), [me](const std::optional<error>&) {});
    });
  }

private:
  std::weak_ptr<framed_socket> socket_;
  std::shared_ptr<gossip_entrance> entrance_;
};

/// Decisions that need only the header.
std::optional<error> judge_header(const accepted_exchange::events& what, std::string_view header) {
  if (what.objection)
    if (auto why = what.objection(header); !why.empty()) return error{why};
  auto size = swim::frame_size(header);
  if (size && *size > what.place->frame_limit())
    return error{"its frame of " + std::to_string(*size) + " bytes is over the limit of " +
                 std::to_string(what.place->frame_limit()) + " for an address that is no member's"};
  return {};
}

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
  auto socket = std::make_shared<framed_socket>(tcp::socket(context), endpoint_text(to.address(), to.port()), nullptr);
  socket->set_deadline(timeout);
  auto shared = std::make_shared<std::string>(std::move(frame));
  socket->connect(from, to, [socket, shared, done = std::move(done)](std::optional<error> failed) {
    if (failed) return socket->close(), done(tl::unexpected(*failed));
    socket->write(std::move(*shared), [socket, done](std::optional<error> failed) {
      if (failed) return socket->close(), done(tl::unexpected(*failed));
      socket->read(nullptr, [socket, done](expected<std::string> answer) {
        socket->close();
        done(std::move(answer));
      });
    });
  });
}

void accepted_exchange::start(tcp::socket socket, std::string from, events what) {
  auto framed = std::make_shared<framed_socket>(std::move(socket), std::move(from), what.place);
  framed->set_deadline(std::min(what.first_bytes, what.whole));
  // The share lives as long as the socket, not as long as the functions that read from it.
  auto open = std::make_shared<open_reply>(framed, what.entrance);
  auto& reads = *framed;
  auto judge = [what, raw = framed.get()](std::string_view header) {
    auto no = judge_header(what, header);
    if (!no) raw->set_deadline(what.whole);
    return no;
  };
  reads.read(std::move(judge), [framed = std::move(framed), open, what](expected<std::string> frame) {
    if (frame)
      return what.request(
          {{framed->peer(), std::move(*frame)}, [open](std::string a) { open_reply::send(open, std::move(a)); }, {}});
    if (framed->arrived() > 0) return what.request({{framed->peer(), {}}, nullptr, frame.error().text});
    if (framed->late()) what.request({{framed->peer(), {}}, nullptr, "it opened a stream and sent nothing"});
  });
}

} // namespace praetor
