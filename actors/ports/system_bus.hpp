#pragma once

#include "actors/ports/as_tuple.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>

struct sd_bus;
struct sd_bus_message;

namespace praetor {

/// The address of D-Bus's system bus: of the environment (DBUS_SYSTEM_BUS_ADDRESS), or the built-in one.
std::string system_bus_address();
/// Whether something may listen there; the error says what is missing.
expected<void> find_system_bus(const std::string& address);

/// A connection to a D-Bus message bus, which waits for it on the I/O context and never blocks the thread.
class system_bus {
public:
  explicit system_bus(boost::asio::io_context& context) : socket_(context) {}
  ~system_bus();
  system_bus(const system_bus&) = delete;
  system_bus& operator=(const system_bus&) = delete;

  expected<void> open(const std::string& address);

  struct message_deleter {
    void operator()(sd_bus_message* message) const;
  };
  using message = std::unique_ptr<sd_bus_message, message_deleter>;

  /// The method of an object.
  struct method {
    std::string destination, path, interface, member;
  };
  /// Calls a method whose arguments are texts. @returns its reply
  boost::asio::awaitable<expected<message>> call(method what, string_list arguments);

private:
  struct pending;
  boost::asio::awaitable<expected<void>> turn(const pending& until);

  struct bus_deleter {
    void operator()(sd_bus* bus) const;
  };
  std::unique_ptr<sd_bus, bus_deleter> bus_;
  boost::asio::posix::stream_descriptor socket_; ///< the descriptor of `bus_`, which owns it
};

} // namespace praetor
