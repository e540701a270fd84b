#pragma once

#include "actors/gossip_port.hpp"
#include "sim/wires.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace praetor::sim {

/// How packets fare when nothing is cut.
struct gossip_behaviour {
  duration fastest = std::chrono::microseconds(50), slowest = std::chrono::milliseconds(5);
  unsigned lose_one_in = 50;    ///< packets; 0 = never
  unsigned double_one_in = 200; ///< packets; 0 = never
};

/// What gossip travels over in a world: packets that are late, lost or doubled, and exchanges over streams.
class gossip_network {
public:
  /// @param cables what they go through; null: nothing ever ails
  explicit gossip_network(sim::world& world, gossip_behaviour behaviour = {}, const wires* cables = nullptr);

  /// The sockets of one life of a member. Nothing gets in or out once `plugged` is false.
  /// @param address "ip:port"
  std::shared_ptr<const gossip_port> plug_in(const std::string& address, std::shared_ptr<const bool> plugged);

  /// Told of each packet that arrives: when it was sent, from and to which address, its size.
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
  /// How long a frame takes over a stream.
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
