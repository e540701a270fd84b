#pragma once

#include "frontends/api/dns/dns_answer.hpp"
#include "protocol/config/runtime_config.hpp"

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

namespace praetor::dns {

class recursor_channel;

/// Queries the configured recursors one after the other until one gives an acceptable answer. Runs on the context's
/// thread.
class recursors {
public:
  /// The reply with the request's ID; empty if no recursor answered.
  using callback = std::function<void(std::string_view reply)>;

  recursors(boost::asio::io_context& context, std::uint64_t seed);
  ~recursors();

  void configure(const config::runtime_config& c);
  /// @param message a whole request
  void ask(std::string message, transport how, callback done);
  /// Abandons all requests; no callback runs once the context has stopped.
  void cancel();

private:
  struct upstream {
    std::shared_ptr<recursor_channel> udp, tcp;
  };
  struct attempt;
  void next(std::shared_ptr<attempt> a);

  boost::asio::io_context& context_;
  std::mt19937_64 random_;
  bool shuffle_ = false;
  std::vector<upstream> upstreams_;
};

} // namespace praetor::dns
