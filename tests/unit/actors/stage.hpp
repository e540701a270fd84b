#pragma once

#include "actors/agent_view.hpp"
#include "actors/gossip/gossip_command.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/rpc_router.hpp"
#include "actors/rpc/write_path.hpp"
#include "tests/unit/support/kept_lines.hpp"
#include "tests/unit/support/virtual_system.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace praetor {

using namespace std::chrono_literals;

/// One actor in virtual time, with a log that is written and applied at once, and a gossip pool that the test plays.
class stage : public virtual_system {
public:
  stage();
  ~stage();

  /// Receives writes. Holds them for `apply` while `hold` is set; fails them if `refused` has a text.
  write_path writes();
  void apply();
  bool hold = false;
  error refused;
  std::vector<std::string> proposed; ///< commands in order

  /// A prober that records the addresses it is asked to join.
  gossip_prober_actor prober();
  std::vector<gossip_command::join> joins;
  swim::join_failures join_errors; ///< reported as those of its latest join

  /// Publishes the members of a pool.
  void members(const std::vector<swim::member>& all, bool wan = false);
  static swim::member client(const std::string& name, const std::string& address,
                             swim::member_status status = swim::member_status::alive);
  static swim::member server(const std::string& name, const std::string& address,
                             swim::member_status status = swim::member_status::alive);

  /// Stopped together with the stage.
  template <class Actor>
  Actor keep(Actor a) {
    kept_.push_back(caf::actor_cast<caf::strong_actor_ptr>(a));
    run();
    return a;
  }

  std::shared_ptr<ports> outside = std::make_shared<ports>();
  std::shared_ptr<kept_lines> log = std::make_shared<kept_lines>();
  std::vector<std::string> fatal;
  agent_view_ptr view = std::make_shared<agent_view>();

private:
  std::vector<caf::strong_actor_ptr> kept_;
  std::vector<std::shared_ptr<proposal>> held_;
  std::uint64_t index_ = 0;
};

} // namespace praetor
