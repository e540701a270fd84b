#include "actors/gossip/retry_joiner.hpp"

#include "actors/gossip/retry_waits.hpp"
#include "protocol/config/error_list.hpp"

#include <algorithm>

namespace praetor {

namespace {

const char* pool_name(const retry_join_options& o) { return o.wan ? "WAN" : "LAN"; }

std::string joined(const string_list& all) {
  std::string out;
  for (const auto& each : all) out += (out.empty() ? "" : " ") + each;
  return out;
}

} // namespace

expected<void> check_join_addresses(const std::string& key, const string_list& addresses) {
  for (const auto& a : addresses)
    if (a.find("provider=") != a.npos)
      return fail(key + ": " + praetor::quoted(a) +
                  " asks for discovery through a cloud provider, which is not available in this release; "
                  "give addresses or host names instead");
  return {};
}

void retry_joiner_state::attempt() {
  auto level = last_error.empty() ? log_level::info : log_level::debug;
  options.outside->log_lines->write(level, "agent", "Joining cluster...", {{"cluster", pool_name(options)}});
  options.outside->log_lines->write(level, "agent", std::string("(") + pool_name(options) + ") joining",
                                    {{options.wan ? "wan_addresses" : "lan_addresses", joined(options.addresses)}});
  gossip_command::join c;
  c.addresses = options.addresses;
  c.done = [me = retry_joiner_actor{self}](std::size_t reached, const swim::join_failures& errors) {
    caf::anon_send(me,
                   messages::join_ended{reached, errors.empty() ? "" : config::list_of_errors(swim::texts_of(errors))});
  };
  ask_gossip(options.prober, std::move(c));
}

bool retry_joiner_state::knows_others() const {
  auto pool = (options.wan ? options.view->wan : options.view->lan).load();
  return pool && std::any_of(pool->members.begin(), pool->members.end(), [&](const swim::member& m) {
           return m.status == swim::member_status::alive && m.name != pool->own_name;
         });
}

void retry_joiner_state::finish(std::uint64_t reached) {
  options.outside->log_lines->write(log_level::info, "agent", "Join cluster completed. Synced with initial agents",
                                    {{"cluster", pool_name(options)}, {"num_agents", reached}});
  self->quit();
}

void retry_joiner_state::ended(std::uint64_t reached, const std::string& why) {
  if (reached > 0 && (why.empty() || knows_others())) return finish(reached);
  auto now = self->clock().now();
  bool counts = reached == 0 && (tries == 0 || now >= counted_at + options.interval);
  if (counts) {
    ++tries;
    counted_at = now;
  }
  if (options.most_tries > 0 && tries > options.most_tries) {
    std::string text = "agent: max join ";
    text.append(pool_name(options)).append(" retry exhausted, exiting");
    options.outside->log_lines->write(log_level::error, "agent", "Retry join failed", {{"error", text}});
    return options.outside->fatal(text);
  }
  auto wait = waits.next(random);
  if (reached == 0) wait = std::min(wait, nanoseconds{counted_at + options.interval - now});
  retry_after(wait, counts, why);
}

void retry_joiner_state::retry_after(nanoseconds wait, bool counts, const std::string& why) {
  bool news = counts || why != last_error;
  options.outside->log_lines->write(
      news ? log_level::warn : log_level::debug, "agent", "Join cluster failed, will retry",
      {{"cluster", pool_name(options)},
       {"retry_interval", duration_to_text(options.interval)},
       {"next_attempt", duration_to_text(std::chrono::duration_cast<std::chrono::milliseconds>(wait))},
       {"error", why}});
  last_error = why;
  self->delayed_send(self, wait, wake_atom_v);
}

retry_joiner_actor::behavior_type retry_joiner(retry_joiner_actor::stateful_pointer<retry_joiner_state> self,
                                               retry_join_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  self->state.random.seed(self->state.options.outside->seed());
  self->state.waits = {first_join_wait, self->state.options.interval};
  self->send(self, wake_atom_v);
  return {
      [self](wake_atom) { self->state.attempt(); },
      [self](const messages::join_ended& m) { self->state.ended(m.reached, m.failure); },
  };
}

} // namespace praetor
