#pragma once

#include "protocol/types/error.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_set>

namespace praetor::dns {

class engine;
class stream_session;

/// Accepts DNS connections.
class stream_listener : public std::enable_shared_from_this<stream_listener> {
public:
  static expected<std::shared_ptr<stream_listener>> open(engine& owner, boost::asio::ip::tcp::endpoint at);
  std::uint16_t port() const;
  void start();
  void stop();
  void forget(const std::shared_ptr<stream_session>& one) { sessions_.erase(one); }

private:
  explicit stream_listener(engine& owner);
  void accept();
  void admit(boost::asio::ip::tcp::socket socket);

  engine& owner_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::unordered_set<std::shared_ptr<stream_session>> sessions_;
};

} // namespace praetor::dns
