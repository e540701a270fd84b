#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"

#include <random>
#include <string>

namespace praetor {

/// The configuration of the built-in certificate authority.
struct ca_settings {
  std::string datacenter;
  std::string cluster_id; ///< "": generate one
  free_form config;       ///< as configured, CamelCase
};

struct ca_initializer_state {
  static constexpr const char* name = "ca_initializer";
  ca_initializer_state() = default;

  ca_initializer_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  write_path writes;
  ca_settings settings;
  std::mt19937_64 random;

  void initialize();
};

/// Creates the configuration, key and root of the datacenter's CA if the state has no active root.
ca_initializer_actor::behavior_type ca_initializer(ca_initializer_actor::stateful_pointer<ca_initializer_state> self,
                                                   ports_ptr outside, published_state_ptr view, write_path writes,
                                                   ca_settings settings);

} // namespace praetor
