#include "actors/gossip/wan_flooder.hpp"

#include "actors/gossip/gossip_command.hpp"
#include "actors/gossip/retry_waits.hpp"
#include "protocol/config/error_list.hpp"
#include "protocol/swim/address.hpp"

#include <charconv>
#include <set>

namespace praetor {

namespace {

constexpr auto interval = std::chrono::seconds(60);
constexpr nanoseconds longest_retry_wait = std::chrono::seconds(10);

std::uint16_t wan_port(const swim::member& m, std::uint16_t otherwise) {
  auto tag = m.tags.find("wan_join_port");
  if (tag == m.tags.end()) return otherwise;
  std::uint16_t out = 0;
  const auto& text = tag->second;
  auto [rest, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  return wrong == std::errc{} && rest == text.data() + text.size() && out > 0 ? out : otherwise;
}

} // namespace

string_list missing_in_wan(const membership& lan, const membership& wan, std::uint16_t default_port) {
  std::set<std::string> known;
  for (const auto& m : wan.members) known.insert(m.name);
  string_list out;
  for (const auto& m : lan.members) {
    auto server = server_of(m);
    if (!server || m.status != swim::member_status::alive) continue;
    auto name = m.name + "." + server->datacenter;
    if (known.contains(name)) continue;
    out.push_back(name + "/" + swim::join_address(m.address, wan_port(m, default_port)));
  }
  return out;
}

void wan_flooder_state::look_after(nanoseconds wait) {
  next = self->clock().now() + wait;
  self->delayed_send(self, wait, wake_atom_v);
}

void wan_flooder_state::look() {
  if (self->clock().now() >= next) look_after(interval);
  auto lan = options.view->lan.load();
  auto wan = options.view->wan.load();
  if (joining || !lan || !wan) return;
  gossip_command::join c;
  c.addresses = missing_in_wan(*lan, *wan, options.default_port);
  if (c.addresses.empty()) return;
  joining = true;
  c.done = [me = wan_flooder_actor{self}](std::size_t reached, const swim::join_failures& errors) {
    caf::anon_send(me,
                   messages::join_ended{reached, errors.empty() ? "" : config::list_of_errors(swim::texts_of(errors))});
  };
  ask_gossip(options.prober, std::move(c));
}

void wan_flooder_state::ended(std::uint64_t reached, const std::string& why) {
  joining = false;
  if (why.empty()) waits.reset();
  auto& log = *options.outside->log_lines;
  if (reached > 0)
    log.write(log_level::debug, "agent.server", "servers of this datacenter joined the WAN pool",
              {{"servers", reached}});
  if (why.empty()) return look(); // more servers may have appeared meanwhile
  log.write(log_level::debug, "agent.server", "not all servers of this datacenter could be joined in the WAN pool",
            {{"error", why}});
  look_after(waits.next(random));
}

wan_flooder_actor::behavior_type wan_flooder(wan_flooder_actor::stateful_pointer<wan_flooder_state> self,
                                             wan_flooder_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  self->state.random.seed(self->state.options.outside->seed());
  self->state.waits = {first_join_wait, longest_retry_wait};
  self->send(self, wake_atom_v);
  return {
      [self](wake_atom) { self->state.look(); },
      [self](const messages::join_ended& m) { self->state.ended(m.reached, m.failure); },
  };
}

} // namespace praetor
