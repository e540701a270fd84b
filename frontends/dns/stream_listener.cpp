#include "frontends/dns/stream_listener.hpp"

#include "frontends/dns/engine.hpp"

#include <array>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace praetor::dns {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto idle_limit = std::chrono::seconds(8);
constexpr auto accept_pause = std::chrono::milliseconds(100); // when there are no more descriptors

} // namespace

/// A connection: requests are answered one after the other.
class stream_session : public std::enable_shared_from_this<stream_session> {
public:
  stream_session(engine& owner, std::weak_ptr<stream_listener> listener, tcp::socket socket)
      : owner_(owner), listener_(std::move(listener)), socket_(std::move(socket)), idle_(owner.context()) {}

  void read() {
    idle_.expires_after(idle_limit);
    idle_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
      if (auto self = weak.lock(); self && !failed) self->close();
    });
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
    if (auto l = listener_.lock()) l->forget(shared_from_this());
  }

private:
  void answer() {
    bool waits = false;
    auto reply = owner_.handle(message_, transport::tcp, [&]() -> recursors::callback {
      waits = true;
      idle_.cancel(); // recursors have limits of their own
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
    message_.push_back(static_cast<char>(reply.size() >> 8));
    message_.push_back(static_cast<char>(reply.size() & 0xff));
    message_.append(reply);
    asio::async_write(socket_, asio::buffer(message_), [self = shared_from_this()](const auto& failed, std::size_t) {
      if (failed) return self->close();
      self->read();
    });
  }

  engine& owner_;
  std::weak_ptr<stream_listener> listener_;
  tcp::socket socket_;
  asio::steady_timer idle_;
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
      self->pause_.expires_after(accept_pause);
      self->pause_.async_wait([self](const boost::system::error_code& stopped) {
        if (!stopped) self->accept();
      });
      return;
    }
    auto session = std::make_shared<stream_session>(self->owner_, self, std::move(socket));
    self->sessions_.insert(session);
    session->read();
    self->accept();
  });
}

} // namespace praetor::dns
