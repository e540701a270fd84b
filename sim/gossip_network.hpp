#pragma once

#include "actors/gossip_port.hpp"
#include "sim/wires.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace praetor::sim {

/// The behaviour of undisturbed packets.
struct gossip_behaviour {
  duration fastest = std::chrono::microseconds(50), slowest = std::chrono::milliseconds(5);
  unsigned lose_one_in = 50;    ///< packets; 0 = never
  unsigned double_one_in = 200; ///< packets; 0 = never
};

/// The network of gossip: delayed, lost or duplicated packets, and exchanges over streams.
class gossip_network {
public:
  /// @param cables the links between hosts; null: never disturbed
  explicit gossip_network(sim::world& world, gossip_behaviour behaviour = {}, const wires* cables = nullptr);

  /// The sockets of one life of a member. Nothing passes once `plugged` is false.
  /// @param address "ip:port"
  std::shared_ptr<const gossip_port> plug_in(const std::string& address, std::shared_ptr<const bool> plugged);

  /// Observes each arriving packet: send time, source and destination address, size.
  void watch(std::function<void(duration sent, const std::string& from, const std::string& to, std::size_t)> observer) {
    observer_ = std::move(observer);
  }
  std::uint64_t packets_sent() const { return sent_; }
  std::uint64_t bytes() const { return bytes_; }

private:
  class packets;
  class streams;
  struct place {
    std::weak_ptr<packets> datagrams;
    std::weak_ptr<streams> exchanges;
    std::shared_ptr<const bool> plugged;
    bool reachable() const { return plugged && *plugged; }
  };

  bool passes(const std::string& from, const std::string& to) const;
  link_trouble trouble(const std::string& from, const std::string& to) const;
  /// The transfer time of a frame over a stream.
  duration stream_delay(const std::string& from, const std::string& to);
  duration delay() { return world_.between(behaviour_.fastest, behaviour_.slowest); }

  sim::world& world_;
  gossip_behaviour behaviour_;
  const wires* wires_;
  std::map<std::string, place> places_; ///< by address
  std::function<void(duration, const std::string&, const std::string&, std::size_t)> observer_;
  std::uint64_t sent_ = 0, bytes_ = 0;
};

} // namespace praetor::sim
