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
  nanoseconds least_interval{0}; ///< between two coordinates of one agent
  double rate = 64;              ///< coordinates a second that the members together may send
};

struct coordinate_sender_state {
  static constexpr const char* name = "coordinate_sender";
  coordinate_sender_state() = default;

  coordinate_sender_actor::pointer self = nullptr;
  coordinate_sender_options options;
  std::mt19937_64 random;

  void look();
  void send(const std::shared_ptr<const node_coordinate>& place);
  /// The time between two coordinates, so that a large group's stay within the rate, and as much again by chance.
  nanoseconds wait();
};

coordinate_sender_actor::behavior_type
coordinate_sender(coordinate_sender_actor::stateful_pointer<coordinate_sender_state> self,
                  coordinate_sender_options options);

} // namespace praetor
