#pragma once

#include "actors/complaint_limit.hpp"
#include "frontends/dns/stream_limits.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace praetor::dns {

/// Counts the connections of all stream listeners of an engine. In its thread alone.
class stream_places : public std::enable_shared_from_this<stream_places> {
public:
  explicit stream_places(stream_limits limits);

  /// A connection's place, given back when it is destroyed.
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

  /// Null if that address, or all together, have enough.
  std::unique_ptr<place> take(const std::string& address);
  /// How long a connection may take for its next request.
  std::chrono::milliseconds patience(bool first) const;
  std::chrono::milliseconds time_to_take_an_answer() const { return limits_.idle_time; }
  std::size_t taken() const { return taken_; }
  /// Tells the operator, once an hour and address.
  void complain(const std::string& address, const std::string& text);

private:
  stream_limits limits_;
  std::size_t taken_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;
  complaint_limit complaints_;
};

} // namespace praetor::dns
