#pragma once

#include "actors/ports/gossip_admission.hpp"
#include "actors/ports/gossip_sockets.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

namespace praetor {

// Exchanges of one frame per direction over TCP, in the format of protocol/swim/sealing.hpp.

struct ip_endpoint {
  boost::asio::ip::address address;
  std::uint16_t port = 0;
};
/// "10.0.0.1:8301", "[::1]:8301".
std::optional<ip_endpoint> parse_endpoint(const std::string& text);
std::string endpoint_text(const boost::asio::ip::address& ip, std::uint16_t port);

/// Dials and exchanges frames. Call on the loop's thread.
/// @param from local address; unspecified: chosen by the system
void start_exchange(boost::asio::io_context& context, const boost::asio::ip::address& from,
                    const boost::asio::ip::tcp::endpoint& to, std::string frame, std::chrono::nanoseconds timeout,
                    std::function<void(expected<std::string>)> done);

/// An exchange that a peer started.
class accepted_exchange {
public:
  struct events {
    std::function<void(gossip_request)> request;
    std::function<std::string(std::string_view header)> objection; ///< may be null
    std::shared_ptr<gossip_entrance> entrance;
    std::shared_ptr<gossip_admission::place> place;  ///< the peer's share
    std::chrono::nanoseconds first_bytes{}, whole{}; ///< timeouts for the header and for the whole exchange
  };
  /// Reads the frame and passes it on; ends by itself.
  static void start(boost::asio::ip::tcp::socket socket, std::string from, events what);
};

} // namespace praetor
