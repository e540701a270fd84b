#pragma once

#include "protocol/types/values.hpp"

#include <ares.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace praetor::dns {

/// One recursor over one transport: c-ares with its sockets in the context's loop.
class recursor_channel : public std::enable_shared_from_this<recursor_channel> {
public:
  using callback = std::function<void(std::string_view reply)>;

  /// @param address "ip:port"; null if it is unusable
  static std::shared_ptr<recursor_channel> open(boost::asio::io_context& context, const std::string& address, bool tcp,
                                                nanoseconds timeout);
  ~recursor_channel();

  /// @param done receives an empty reply after a timeout
  void send(const std::string& message, callback done);
  void cancel() { ares_cancel(channel_); }

private:
  struct watched_socket {
    explicit watched_socket(boost::asio::io_context& c) : descriptor(c) {}
    boost::asio::posix::stream_descriptor descriptor;
    bool wants_read = false, wants_write = false;
    bool reading = false, writing = false;
  };
  struct pending {
    std::shared_ptr<recursor_channel> self;
    callback done;
  };

  explicit recursor_channel(boost::asio::io_context& context) : context_(context), timer_(context) {}
  static void on_socket(void* self, ares_socket_t fd, int readable, int writable);
  static void on_reply(void* arg, int status, int timeouts, unsigned char* data, int length);
  void watch(ares_socket_t fd, bool readable, bool writable);
  void arm(ares_socket_t fd, const std::shared_ptr<watched_socket>& s);
  void process(ares_socket_t readable, ares_socket_t writable);
  void set_timer();

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<watched_socket>> sockets_;
};

} // namespace praetor::dns
