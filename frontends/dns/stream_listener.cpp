#include "frontends/dns/stream_listener.hpp"

#include "frontends/dns/engine.hpp"
#include "frontends/dns/stream_places.hpp"
#include "protocol/base/big_endian.hpp"

#include <array>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace praetor::dns {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto accept_pause = std::chrono::milliseconds(100); // when out of descriptors

} // namespace

/// A connection: answers its requests one after the other.
class stream_session : public std::enable_shared_from_this<stream_session> {
public:
  stream_session(engine& owner, std::weak_ptr<stream_listener> listener, tcp::socket socket,
                 std::unique_ptr<stream_places::place> place)
      : owner_(owner), listener_(std::move(listener)), socket_(std::move(socket)), place_(std::move(place)),
        idle_(owner.context()) {}

  void read() {
    end_in(owner_.places().patience(std::exchange(first_, false)));
    asio::async_read(socket_, asio::buffer(length_), [self = shared_from_this()](const auto& failed, std::size_t) {
      if (failed) return self->close();
      std::size_t length =
          static_cast<unsigned char>(self->length_[0]) << 8 | static_cast<unsigned char>(self->length_[1]);
      self->message_.resize(length);
      asio::async_read(self->socket_, asio::buffer(self->message_), [self](const auto& broken, std::size_t) {
        if (broken) return self->close();
        self->answer();
      });
    });
  }

  void close() {
    boost::system::error_code ignored;
    idle_.cancel();
    socket_.close(ignored);
    place_.reset();
    if (auto l = listener_.lock()) l->forget(shared_from_this());
  }

private:
  /// Closes the connection unless it makes progress within this time.
  void end_in(std::chrono::milliseconds time) {
    idle_.expires_after(time);
    idle_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
      if (auto self = weak.lock(); self && !failed) self->close();
    });
  }

  void answer() {
    bool waits = false;
    auto reply = owner_.handle(message_, transport::tcp, [&]() -> recursors::callback {
      waits = true;
      idle_.cancel(); // recursors have timeouts of their own
      return [self = shared_from_this()](std::string_view late) { self->write(late); };
    });
    if (waits) return;
    if (reply.empty()) return read();
    write(reply);
  }

  void write(std::string_view reply) {
    if (!socket_.is_open()) return;
    if (reply.empty() || reply.size() > 0xffff) return close();
    message_.clear();
    append_big_endian(message_, static_cast<std::uint16_t>(reply.size()));
    message_.append(reply);
    end_in(owner_.places().time_to_take_an_answer());
    asio::async_write(socket_, asio::buffer(message_), [self = shared_from_this()](const auto& failed, std::size_t) {
      if (failed) return self->close();
      self->read();
    });
  }

  engine& owner_;
  std::weak_ptr<stream_listener> listener_;
  tcp::socket socket_;
  std::unique_ptr<stream_places::place> place_; ///< null: closed
  asio::steady_timer idle_;
  bool first_ = true; ///< before the first request
  std::array<char, 2> length_{};
  std::string message_;
};

stream_listener::stream_listener(engine& owner) : owner_(owner), acceptor_(owner.context()), pause_(owner.context()) {}

expected<std::shared_ptr<stream_listener>> stream_listener::open(engine& owner, tcp::endpoint at) {
  std::shared_ptr<stream_listener> out(new stream_listener(owner));
  auto& a = out->acceptor_;
  boost::system::error_code failed;
  a.open(at.protocol(), failed);
  if (!failed) a.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed && at.address().is_v6()) a.set_option(asio::ip::v6_only(true), failed);
  if (!failed) a.bind(at, failed);
  if (!failed) a.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return fail(failed.message());
  return out;
}

std::uint16_t stream_listener::port() const {
  boost::system::error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void stream_listener::start() { accept(); }

void stream_listener::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& s : std::unordered_set<std::shared_ptr<stream_session>>(sessions_)) s->close();
}

void stream_listener::accept() {
  acceptor_.async_accept([self = shared_from_this()](const boost::system::error_code& failed, tcp::socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (failed) {
      // Out of descriptors: the connection stays in the queue, so accepting again at once would spin.
      self->owner_.places().complain({}, "accepting a TCP connection failed: " + failed.message());
      self->pause_.expires_after(accept_pause);
      self->pause_.async_wait([self](const boost::system::error_code& stopped) {
        if (!stopped) self->accept();
      });
      return;
    }
    self->admit(std::move(socket));
    self->accept();
  });
}

void stream_listener::admit(tcp::socket socket) {
  boost::system::error_code gone;
  auto peer = socket.remote_endpoint(gone);
  if (gone) return;
  auto place = owner_.places().take(peer.address().to_string());
  if (!place) return;
  auto session = std::make_shared<stream_session>(owner_, weak_from_this(), std::move(socket), std::move(place));
  sessions_.insert(session);
  session->read();
}

} // namespace praetor::dns
