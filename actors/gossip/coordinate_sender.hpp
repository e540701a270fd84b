#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "protocol/actors.hpp"

#include <random>
#include <string>

namespace praetor {

struct coordinate_sender_options {
  ports_ptr outside;
  agent_view_ptr view;
  std::string node;
  nanoseconds least_interval{0}; ///< minimal time between two coordinates of one agent
  double rate = 64;              ///< total coordinates per second of all members
};

struct coordinate_sender_state {
  static constexpr const char* name = "coordinate_sender";
  coordinate_sender_state() = default;

  coordinate_sender_actor::pointer self = nullptr;
  coordinate_sender_options options;
  std::mt19937_64 random;

  void look();
  void send(const std::shared_ptr<const node_coordinate>& place);
  /// The delay before the next coordinate: keeps the total within the rate, plus up to the same again at random
  /// (Consul: lib/cluster.go).
  nanoseconds wait();
};

coordinate_sender_actor::behavior_type
coordinate_sender(coordinate_sender_actor::stateful_pointer<coordinate_sender_state> self,
                  coordinate_sender_options options);

} // namespace praetor
