#pragma once

#include "actors/gossip_command.hpp"
#include "actors/ports.hpp"
#include "protocol/actors.hpp"

#include <cstdint>
#include <string>

namespace praetor {

/// Whom to join at the start, and how stubbornly.
struct retry_join_options {
  ports_ptr outside;
  gossip_prober_actor prober;
  bool wan = false;
  string_list addresses;
  nanoseconds interval{0};
  std::int64_t most_tries = 0; ///< 0: for ever; else the process ends after as many failures
};

/// What is wrong with the addresses, if anything: entries that would need a discovery plug-in.
expected<void> check_join_addresses(const std::string& key, const string_list& addresses);

struct retry_joiner_state {
  static constexpr const char* name = "retry_joiner";
  retry_joiner_state() = default;

  retry_joiner_actor::pointer self = nullptr;
  retry_join_options options;
  std::int64_t tries = 0;

  void attempt();
  void ended(std::uint64_t reached, const std::string& why);
};

/// It ends by itself when it has joined.
retry_joiner_actor::behavior_type retry_joiner(retry_joiner_actor::stateful_pointer<retry_joiner_state> self,
                                               retry_join_options options);

} // namespace praetor
