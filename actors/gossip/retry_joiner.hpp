#pragma once

#include "actors/gossip/gossip_command.hpp"
#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace praetor {

/// The addresses to join at start, and the retry policy.
struct retry_join_options {
  ports_ptr outside;
  published_state_ptr view;
  gossip_prober_actor prober;
  bool wan = false;
  string_list addresses;
  nanoseconds interval{0};
  std::int64_t most_tries = 0; ///< 0: no limit; otherwise the process exits after this many counted failures
};

/// Rejects addresses that would need a discovery plug-in.
expected<void> check_join_addresses(const std::string& key, const string_list& addresses);

struct retry_joiner_state {
  static constexpr const char* name = "retry_joiner";
  retry_joiner_state() = default;

  retry_joiner_actor::pointer self = nullptr;
  retry_join_options options;
  std::mt19937_64 random;
  backoff waits;
  std::int64_t tries = 0;   ///< counted failures
  steady_time counted_at{}; ///< time of the latest counted failure; meaningful once there is one
  std::string last_error;   ///< as last logged

  void attempt();
  void ended(std::uint64_t reached, const std::string& why);

private:
  bool knows_others() const;
  void finish(std::uint64_t reached);
  void retry_after(nanoseconds wait, bool counts, const std::string& why);
};

/// Joins the pool and stops once it has. The delay between attempts starts short and doubles up to the interval.
/// Failures count towards `most_tries` once per interval, as if there were no attempts in between: the configured
/// number of attempts expresses how long to wait for the others. An answer from this agent itself, whose address may be
/// in the list, is neither success nor failure unless another address of the list answers.
retry_joiner_actor::behavior_type retry_joiner(retry_joiner_actor::stateful_pointer<retry_joiner_state> self,
                                               retry_join_options options);

} // namespace praetor
