#pragma once

#include <string_view>

namespace praetor {

/// The deliberate bugs. Each is at exactly one place, beside the code that it breaks; tests/sim/mutations/list.txt
/// names the test that must find it.
// clang-format off
#define PRAETOR_EACH_MUTATION(row) \
  row(vote_before_fsync) \
  row(older_term_by_counting) \
  row(commit_without_majority) \
  row(append_acknowledged_before_fsync) \
  row(log_matching_unchecked) \
  row(read_without_majority) \
  row(read_before_first_commit) \
  row(lease_outlives_promise) \
  row(promise_broken_by_reset) \
  row(restarted_voter_votes_at_once) \
  row(apply_twice_after_restart) \
  row(suspicion_never_refuted) \
  row(lock_delay_ignored) \
  row(lock_delay_forgotten_by_snapshot) \
  row(compare_and_set_without_compare) \
  row(snapshot_forgets_indexes) \
  row(lost_wake_up) \
  row(rendered_answer_survives_restore) \
  row(cached_answer_outlives_its_index) \
  row(stale_answer_marked_consistent) \
  row(resent_compare_and_set) \
  row(anti_entropy_drops_retry) \
  row(session_renewal_ignored) \
  row(session_timer_not_restarted) \
  row(restart_forgets_checks_of_files) \
  row(reload_starts_afresh) \
  row(tags_of_the_catalog_always) \
  row(critical_before_first_result) \
  row(tombstone_reaped_early) \
  row(dead_server_kept_as_voter) \
  row(reconnect_reorders) \
  row(server_claim_believed) \
  row(raft_from_any_agent) \
  row(raft_sender_unchecked) \
  row(foreign_datacenter_admitted) \
  row(nameless_peer_admitted) \
  row(agent_command_unauthorized) \
  row(handed_on_request_trusted) \
  row(cancel_of_another_peer) \
  row(records_shown_to_anybody) \
  row(one_peer_takes_all) \
  row(ended_requests_kept) \
  row(ended_connection_served) \
  row(share_not_given_back) \
  row(plain_gossip_taken) \
  row(any_kind_from_anybody) \
  row(gossip_limits_off) \
  row(clock_follows_anything) \
  row(raft_stranger_taken) \
  row(raft_term_jump_taken) \
  row(raft_two_leaders_taken) \
  row(raft_committed_replaced) \
  row(proposal_unchecked) \
  row(malformed_entry_applied) \
  row(unreadable_entry_ends_server) \
  row(check_label_trusted) \
  row(proxy_destination_unchecked) \
  row(agent_check_taken_over) \
  row(service_check_shown_without_its_node) \
  row(hidden_event_wakes) \
  row(alias_always_passes) \
  row(key_query_without_proof) \
  row(gossip_proof_unchecked)
// clang-format on

enum class mutation {
#define PRAETOR_ENUMERATOR(name) name,
  PRAETOR_EACH_MUTATION(PRAETOR_ENUMERATOR)
#undef PRAETOR_ENUMERATOR
};

/// The names, in the order of the enumerators.
constexpr std::string_view mutation_names[] = {
#define PRAETOR_NAME(name) #name,
    PRAETOR_EACH_MUTATION(PRAETOR_NAME)
#undef PRAETOR_NAME
};

/// Whether a deliberate bug is active. Only builds with PRAETOR_MUTATIONS contain them, and the environment variable
/// PRAETOR_MUTATION selects one; in all other builds the call is a constant.
#ifdef PRAETOR_MUTATIONS
bool mutated(mutation bug);
#else
constexpr bool mutated(mutation) { return false; }
#endif

} // namespace praetor
