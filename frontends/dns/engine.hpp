#pragma once

#include "frontends/api/dns/dns_questions.hpp"
#include "frontends/dns/recursors.hpp"
#include "frontends/dns/stream_limits.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <memory>
#include <thread>

namespace praetor::dns {

class datagram_listener;
class stream_listener;
class stream_places;

/// Serves DNS on sockets, in a thread of its own.
class engine {
public:
  engine(question_sources sources, const config::runtime_config& c, stream_limits streams = {});
  ~engine();

  expected<void> start(const std::vector<config::endpoint>& addresses);
  /// Thread-safe.
  void reload(const config::runtime_config& c);
  /// Closes all sockets and stops the thread.
  void stop();

  /// Handles a listener's request: returns the answer at once, or later through `later`, or never. Only on the engine's
  /// thread.
  /// @returns the answer, valid until the next call; empty if there is none yet
  std::string_view handle(std::string_view packet, transport how, const std::function<recursors::callback()>& later);
  boost::asio::io_context& context() { return context_; }
  /// For listeners, on the engine's thread.
  stream_places& places() { return *places_; }
  /// The listening ports, in the order of the addresses (for those given as 0).
  const std::vector<std::uint16_t>& ports() const { return ports_; }

private:
  /// Executes an outcome; `done` receives the message.
  void carry_on(outcome what, std::string packet, transport how, recursors::callback done);
  void ask(std::string question, std::string packet, transport how, recursors::callback done, bool resolved);
  void forward(std::string packet, transport how, recursors::callback done);
  void resolve(std::string packet, transport how, std::vector<std::string> hosts, recursors::callback done);

  boost::asio::io_context context_;
  std::function<void(std::string, std::function<void(expected<std::string>)>)> ask_;
  questions questions_;
  recursors recursors_;
  std::shared_ptr<stream_places> places_;
  std::vector<std::shared_ptr<datagram_listener>> datagrams_;
  std::vector<std::shared_ptr<stream_listener>> streams_;
  std::vector<std::uint16_t> ports_;
  std::thread thread_;
};

} // namespace praetor::dns
