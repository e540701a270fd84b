#pragma once

#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <string>

namespace praetor {

struct access_keeper_state {
  static constexpr const char* name = "access_keeper";
  access_keeper_state() = default;

  access_keeper_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  write_path writes;
  std::string initial_management; ///< secret of the initial management token; empty: operators bootstrap it
  std::shared_ptr<state::trigger> armed;
  deadline_timer<> timer; ///< of the next expiry
  bool failed = false;    ///< a write failed since the last start

  /// Writes the built-in policies, the initial management token and the anonymous token where missing.
  void write_missing();
  void wait_for_expiry();
  void delete_expired();

private:
  void propose(expected<log_command> command);
  void write_built_in_policies(const state::store& s);
  void write_management_token(const state::store& s);
};

access_keeper_actor::behavior_type access_keeper(access_keeper_actor::stateful_pointer<access_keeper_state> self,
                                                 ports_ptr outside, published_state_ptr view, write_path writes,
                                                 std::string initial_management);

} // namespace praetor
