#include "sim/attackers/siege.hpp"

#include "protocol/codec/msgpack.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// The number of envelopes per kind, and of request numbers, that attackers remember.
constexpr std::size_t most_overheard = 32;
constexpr duration look_interval = std::chrono::milliseconds(100);
/// Starts after the servers have first agreed, so that agents find their links and the leader registers the members.
constexpr duration head_start = std::chrono::seconds(1);

template <class Value>
void remember(std::deque<Value>& in, Value value) {
  in.push_back(std::move(value));
  if (in.size() > most_overheard) in.pop_front();
}

} // namespace

std::string guarded_configuration() {
  std::string secret(management_secret);
  return "acl { enabled = true default_policy = \"deny\" tokens { initial_management = \"" + secret +
         "\" default = \"" + secret + "\" agent = \"" + secret + "\" } }\n";
}

std::string sealed_configuration() { return "encrypt = \"" + std::string(gossip_key) + "\"\n"; }

siege::siege(const scenario& what, cluster& victims, laboratory& lab)
    : victims(victims), lab(lab), world(lab.world),
      has_acl_(what.who.node.configuration.find("default_policy = \"deny\"") != std::string::npos) {
  if (what.attackers.empty()) return;
  forbidden_.emplace(agent_routes_mark);
  victims.fabric().lines.tap([this](const envelope& e) { overhear(e); });
  wait_for_cluster();
}

void siege::wait_for_cluster() {
  world.after(look_interval, [this] {
    if (!victims.agree()) return wait_for_cluster();
    world.after(head_start, [this] {
      begun_ = true;
      for (auto& action : std::exchange(beginning_, {})) action();
    });
  });
}

void siege::when_begun(std::function<void()> action) {
  if (begun_) return action();
  beginning_.push_back(std::move(action));
}

std::string siege::new_mark(std::string_view kind, bool harmless) {
  auto mark = "mark-of-" + lab.new_process(kind);
  if (!harmless) forbidden_.insert(mark);
  return mark;
}

std::string siege::new_machine() { return "10.66.0." + std::to_string(++hosts_); }

node& siege::any_server() {
  const auto& all = victims.servers();
  return *all[world.below(all.size())];
}

raft::identity siege::identity_of(node& n) { return {n.id(), n.disk().log().opened().storage_id}; }

void siege::overhear(const envelope& e) {
  auto kind = static_cast<rpc_kind>(e.kind);
  rpc_request asked;
  switch (kind) {
  case rpc_kind::raft:
  case rpc_kind::cancel: return remember(heard_[kind], e.bytes);
  case rpc_kind::request:
    if (msgpack::unpack(e.bytes, asked)) remember(numbers_, asked.number);
    return;
  case rpc_kind::propose: {
    // Agents' catalog writes reveal a token, which then authorizes attackers.
    if (!msgpack::unpack(e.bytes, asked) || asked.body.empty()) return;
    auto type = static_cast<command_type>(static_cast<std::uint8_t>(asked.body.front()));
    if (type != command_type::register_node && type != command_type::deregister) remember(heard_[kind], e.bytes);
    return;
  }
  default: return;
  }
}

std::optional<std::string> siege::overheard(rpc_kind kind) {
  const auto& all = heard_[kind];
  if (all.empty()) return {};
  return all[world.below(all.size())];
}

std::uint64_t siege::overheard_number() { return numbers_.empty() ? 0 : numbers_[world.below(numbers_.size())]; }

void siege::told(const std::string& who, std::string_view bytes) {
  if (has_acl_ && bytes.find(management_secret) != bytes.npos)
    find("secrets are kept", who + " was told the management token");
}

} // namespace praetor::sim
