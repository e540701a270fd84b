#pragma once

#include "actors/complaint_limit.hpp"
#include "frontends/dns/stream_limits.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace praetor::dns {

/// Counts the connections of all stream listeners of an engine. On its thread only.
class stream_places : public std::enable_shared_from_this<stream_places> {
public:
  explicit stream_places(stream_limits limits);

  /// A connection's slot, released by the destructor.
  class place {
  public:
    place(std::shared_ptr<stream_places> of, std::string address);
    ~place();
    place(const place&) = delete;
    place& operator=(const place&) = delete;

  private:
    std::shared_ptr<stream_places> of_;
    std::string address_;
  };

  /// Null if this address, or all together, have reached their limit.
  std::unique_ptr<place> take(const std::string& address);
  /// The timeout for a connection's next request.
  std::chrono::milliseconds patience(bool first) const;
  std::chrono::milliseconds time_to_take_an_answer() const { return limits_.idle_time; }
  std::size_t taken() const { return taken_; }
  /// Warns the operator, once per hour and address.
  void complain(const std::string& address, const std::string& text);

private:
  stream_limits limits_;
  std::size_t taken_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;
  complaint_limit complaints_;
};

} // namespace praetor::dns
