#include "actors/leader/access_keeper.hpp"

#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/acl/decisions.hpp"
#include "protocol/types/acl.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_acl.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr auto retry_interval = std::chrono::seconds(1);
constexpr std::size_t most_at_once = 4096; ///< deletions per command
constexpr nanoseconds longest_wait = std::chrono::hours(1);
constexpr auto pause = std::chrono::seconds(1); ///< pause between two deletions

acl_token new_token(const ports& outside, std::string_view description) {
  acl_token t;
  t.description = description;
  t.create_time = timestamp::from_unix(outside.wall_clock());
  return t;
}

expected<log_command> set_command(acl_token t) {
  t.hash = acl::content_hash(t);
  acl_token_set_request r;
  r.tokens = {std::make_shared<const acl_token>(std::move(t))};
  return encode_command(command_type::acl_token_set, r);
}

} // namespace

void access_keeper_state::propose(expected<log_command> command) {
  auto me = access_keeper_actor{self};
  writes.propose(std::move(command),
                 [me](const state::apply_result& r) { caf::anon_send(me, messages::write_ended{r.ok()}); });
}

void access_keeper_state::write_built_in_policies(const state::store& s) {
  acl_policy_set_request r;
  for (const auto& wanted : acl::built_in_policies()) {
    auto known = state::find_policy(s, wanted.id, nullptr).value;
    if (known && known->rules == wanted.rules) continue;
    auto p = wanted;
    if (known) {
      p.name = known->name;
      p.description = known->description;
    }
    p.hash = acl::content_hash(p);
    r.policies.push_back(std::make_shared<const acl_policy>(std::move(p)));
  }
  if (!r.policies.empty()) propose(encode_command(command_type::acl_policy_set, r));
}

void access_keeper_state::write_management_token(const state::store& s) {
  if (initial_management.empty() || state::find_token_by_secret(s, initial_management, nullptr).value) return;
  auto t = new_token(*outside, "Initial Management Token");
  t.accessor_id = outside->new_uuid();
  t.secret_id = initial_management;
  t.policies = {{std::string(acl::global_management_id), ""}};
  t.hash = acl::content_hash(t);
  if (state::bootstrap_index(s, nullptr) > 0) return propose(set_command(std::move(t)));
  // Counts as the bootstrap, so that no one can create another initial token.
  acl_bootstrap_request r;
  r.token = std::move(t);
  propose(encode_command(command_type::acl_bootstrap, r));
}

void access_keeper_state::write_missing() {
  failed = false;
  auto store = view->state.load();
  write_built_in_policies(*store);
  write_management_token(*store);
  if (!state::find_token(*store, acl::anonymous_accessor, nullptr).value) {
    auto t = new_token(*outside, "Anonymous Token");
    t.accessor_id = acl::anonymous_accessor;
    t.secret_id = acl::anonymous_secret;
    propose(set_command(std::move(t)));
  }
}

void access_keeper_state::wait_for_expiry() {
  std::optional<nanoseconds> next;
  for (bool stale = true; stale;) {
    state::watch_set touched;
    next = state::next_expiry(*view->state.load(), &touched);
    auto me = access_keeper_actor{self};
    armed = std::make_shared<state::trigger>([me] { caf::anon_send(me, changed_atom_v); });
    stale = touched.subscribe(armed);
  }
  if (!next) return timer.stop();
  auto left = std::clamp<nanoseconds>(*next - outside->wall_clock(), nanoseconds{0}, longest_wait);
  timer.start(self, left + pause);
}

void access_keeper_state::delete_expired() {
  acl_token_delete_request r;
  for (const auto& t : state::expired_tokens(*view->state.load(), outside->wall_clock(), most_at_once))
    r.token_ids.push_back(t->accessor_id);
  if (r.token_ids.empty()) return wait_for_expiry();
  outside->log_lines->write(log_level::info, "agent.server", "deleting expired ACL tokens",
                            {{"amount", std::to_string(r.token_ids.size())}});
  writes.propose(encode_command(command_type::acl_token_delete, r), nullptr);
  // Retries what is left or could not be deleted.
  timer.start(self, pause);
}

access_keeper_actor::behavior_type access_keeper(access_keeper_actor::stateful_pointer<access_keeper_state> self,
                                                 ports_ptr outside, published_state_ptr view, write_path writes,
                                                 std::string initial_management) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.initial_management = std::move(initial_management);
  s.write_missing();
  s.wait_for_expiry();
  return {
      [self](start_atom) { self->state.write_missing(); },
      [self](messages::write_ended m) {
        auto& s = self->state;
        if (m.worked || std::exchange(s.failed, true)) return;
        self->delayed_send(self, retry_interval, start_atom_v);
      },
      [self](changed_atom) { self->state.wait_for_expiry(); },
      [self](wake_up<> message) {
        if (self->state.timer.has_ended(message)) self->state.delete_expired();
      },
  };
}

} // namespace praetor
