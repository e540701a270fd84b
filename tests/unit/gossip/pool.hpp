#pragma once

#include "actors/gossip/gossip_pools.hpp"
#include "actors/gossip/gossip_prober.hpp"
#include "sim/configuration.hpp"
#include "sim/gossip_network.hpp"
#include "sim/world.hpp"
#include "tests/unit/support/kept_lines.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praetor::gossip_test {

using namespace std::chrono_literals;

/// Files in memory that outlive the members.
class kept_files final : public gossip_files {
public:
  expected<std::optional<std::string>> read(const std::string& name) override {
    auto it = content.find(name);
    return it == content.end() ? std::optional<std::string>{} : std::optional(it->second);
  }
  void replace(const std::string& name, std::string bytes, unsigned, std::function<void(const error*)> done) override {
    content[name] = std::move(bytes);
    if (done) done(nullptr);
  }
  expected<void> remove(const std::string& name) override {
    content.erase(name);
    return {};
  }
  std::map<std::string, std::string> content;
};

/// Several gossip_probers in one world; each can be killed and restarted with its files.
class pool {
public:
  explicit pool(std::uint64_t seed = 1, sim::gossip_behaviour how = {}) : world(seed), network(world, how) {}
  ~pool() {
    for (auto& [name, m] : members) kill(name);
    world.settle();
    world.forget_timers();
    world.settle();
  }

  struct member {
    std::shared_ptr<bool> plugged;
    std::shared_ptr<kept_files> files = std::make_shared<kept_files>();
    std::shared_ptr<kept_lines> log = std::make_shared<kept_lines>();
    agent_view_ptr view;
    gossip_prober_actor prober;
    std::string address;
  };

  /// @param more configuration in HCL
  void start(const std::string& name, const std::string& more = "") {
    auto& m = members[name];
    if (m.address.empty()) m.address = "10.0.0." + std::to_string(members.size()) + ":8301";
    auto ip = m.address.substr(0, m.address.find(':'));
    auto config =
        sim::read_configuration("data_dir = \"/data\" node_name = \"" + name + "\" bind_addr = \"" + ip + "\" " + more);
    REQUIRE(config);
    m.plugged = std::make_shared<bool>(true);
    m.view = std::make_shared<agent_view>();
    auto outside = std::make_shared<ports>();
    outside->gossip_files = m.files;
    outside->log_lines = m.log;
    outside->seed = [this] { return world.random()(); };
    outside->new_uuid = [this] { return world.uuid(); };
    outside->detach = false;
    auto options = configured_gossip(**config, false, world.uuid(), "", *outside);
    REQUIRE(options);
    options->outside = outside;
    options->sockets = *network.plug_in(m.address, m.plugged);
    options->view = m.view;
    m.prober = world.system().spawn(gossip_prober, std::move(*options));
    world.settle();
  }

  /// Simulates a power loss.
  void kill(const std::string& name) {
    auto& m = members[name];
    if (!m.prober) return;
    *m.plugged = false;
    caf::anon_send_exit(m.prober, caf::exit_reason::kill);
    m.prober = nullptr;
    world.settle();
  }

  /// Runs the world until the condition holds.
  bool within(std::chrono::nanoseconds limit, const std::function<bool()>& condition) {
    world.run_for(limit, condition);
    return condition();
  }

  /// @returns how many members answered, and the errors
  std::pair<std::size_t, string_list> join(const std::string& who, const string_list& addresses) {
    std::optional<std::pair<std::size_t, string_list>> ended;
    gossip_command::join c;
    c.addresses = addresses;
    c.done = [&](std::size_t reached, const swim::join_failures& errors) { ended = {reached, swim::texts_of(errors)}; };
    ask_gossip(members[who].prober, std::move(c));
    REQUIRE(within(60s, [&] { return ended.has_value(); }));
    return *ended;
  }

  /// Runs a key operation on all members. @returns the tally, or the error's text
  expected<swim::key_tally> keys(const std::string& who, swim::key_operation operation, const std::string& key = "") {
    std::optional<expected<swim::key_tally>> ended;
    gossip_command::keys c;
    c.operation = operation;
    c.key = key;
    c.done = [&](const swim::key_tally* tally, const error* failed) {
      ended = failed ? expected<swim::key_tally>(tl::unexpected(*failed)) : expected<swim::key_tally>(*tally);
    };
    ask_gossip(members[who].prober, std::move(c));
    REQUIRE(within(60s, [&] { return ended.has_value(); }));
    return *ended;
  }

  swim::member_status status(const std::string& seen_by, const std::string& of) {
    auto pool = members[seen_by].view->lan.load();
    if (!pool) return swim::member_status::none;
    for (const auto& m : pool->members)
      if (m.name == of) return m.status;
    return swim::member_status::none;
  }

  /// All live members see each other as alive.
  bool agree() {
    for (auto& [a, one] : members)
      for (auto& [b, other] : members)
        if (one.prober && other.prober && status(a, b) != swim::member_status::alive) return false;
    return true;
  }

  sim::world world;
  sim::gossip_network network;
  std::map<std::string, member> members;
};

} // namespace praetor::gossip_test
