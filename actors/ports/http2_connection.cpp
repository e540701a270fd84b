#include "actors/ports/http2_connection.hpp"

#include "actors/ports/as_tuple.hpp"
#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

namespace praetor {

namespace asio = boost::asio;

asio::awaitable<std::string> http2_connection::open(const http2_target& target) {
  auto failed = co_await dial(world_, tcp_, target.address, target.timeout);
  if (!failed.empty()) co_return failed;
  if (target.tls) {
    phase_ = phase::handshake;
    auto context = world_.tls.context();
    if (!context) co_return context.error().text;
    tls_.emplace(tcp_, *context);
    auto name = target.tls_server_name.empty() ? target.address.host : target.tls_server_name;
    failed = co_await shake_hands(tls_->stream(), name, target.tls_skip_verify, "h2");
    if (!failed.empty()) co_return failed;
  }
  phase_ = phase::open;
  co_return std::string();
}

asio::awaitable<std::string> http2_connection::run(std::function<bool()> done) {
  if (tls_) co_return co_await converse(tls_->stream(), std::move(done));
  co_return co_await converse(tcp_, std::move(done));
}

template <class Stream>
asio::awaitable<std::string> http2_connection::converse(Stream& stream, std::function<bool()> done) {
  std::array<char, 4096> chunk;
  for (;;) {
    auto out = session_.output();
    if (done()) co_return std::string();
    if (auto wrong = session_.failure(); !wrong.empty()) co_return wrong;
    // A peer that has responded and closed may refuse the rest of what is sent: its response counts.
    if (!out.empty()) co_await asio::async_write(stream, asio::buffer(out), as_tuple);
    auto [lost, size] = co_await stream.async_read_some(asio::buffer(chunk), as_tuple);
    if (auto good = session_.receive({chunk.data(), size}); !good) co_return good.error().text;
    if (!lost || done()) continue;
    bool ended = lost == asio::error::eof || lost == asio::ssl::error::stream_truncated;
    co_return ended ? session_.lost() : connection_error_text(tcp_, lost);
  }
}

} // namespace praetor
