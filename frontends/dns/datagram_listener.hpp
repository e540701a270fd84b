#pragma once

#include "protocol/types/error.hpp"

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace praetor::dns {

class engine;

/// A UDP socket, read and written in batches.
class datagram_listener : public std::enable_shared_from_this<datagram_listener> {
public:
  static expected<std::shared_ptr<datagram_listener>> open(engine& owner, boost::asio::ip::udp::endpoint at);
  void start();
  void stop();

private:
  static constexpr std::size_t batch = 32;
  static constexpr std::size_t largest_request = 4096;
  static constexpr std::size_t control_size = 64; // room for the packet's destination address

  explicit datagram_listener(engine& owner);
  void wait();
  /// @returns false when no more packets are pending
  bool serve_batch();
  void send_batch(std::size_t count);
  void send_later(const msghdr& request, std::string_view reply);

  engine& owner_;
  boost::asio::ip::udp::socket socket_;
  std::vector<std::array<char, largest_request>> buffers_{batch};
  std::array<sockaddr_storage, batch> peers_{};
  struct alignas(cmsghdr) control_buffer {
    std::array<char, control_size> bytes;
  };
  std::array<control_buffer, batch> controls_{};
  std::array<iovec, batch> in_parts_{}, out_parts_{};
  std::array<mmsghdr, batch> in_{}, out_{};
  std::array<std::string, batch> replies_;
};

} // namespace praetor::dns
