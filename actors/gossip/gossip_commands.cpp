#include "actors/gossip/gossip_addresses.hpp"
#include "actors/gossip/gossip_prober.hpp"

namespace praetor {

namespace {

constexpr unsigned keyring_mode = 0600;

void finish(const done_callback& done, const expected<void>& result) {
  if (done) done(result ? nullptr : &result.error());
}

/// Collects the answers to a key query until it is complete or times out.
struct key_round {
  explicit key_round(std::size_t nodes) : tally(nodes) {}
  swim::key_tally tally;
  std::function<void(const swim::key_tally*, const error*)> done;

  void end() {
    if (auto call = std::exchange(done, nullptr)) call(&tally, nullptr);
  }
};

} // namespace

void gossip_prober_state::command(gossip_command& c) {
  std::visit([this](auto& each) { run(each); }, c.what);
  carry_out();
}

void gossip_prober_state::run(gossip_command::join& c) {
  if (all_resolved(c.addresses)) {
    if (c.addresses.empty()) {
      if (c.done) c.done(0, {});
      return;
    }
    auto token = machine->join(c.addresses, {}, now());
    joins.emplace(token, std::move(c));
    return;
  }
  auto me = gossip_prober_actor{self};
  resolve_addresses(options.outside->names, c.addresses, options.default_port,
                    [me, this, done = std::move(c.done)](string_list found, swim::join_failures errors) {
                      gossip_command::join next;
                      next.addresses = std::move(found);
                      // Runs in this actor, like every callback of a join.
                      next.done = [this, done, errors = std::move(errors)](std::size_t reached,
                                                                           const swim::join_failures& more) {
                        auto all = errors;
                        all.insert(all.end(), more.begin(), more.end());
                        join_errors = all;
                        if (done) done(reached, all);
                      };
                      ask_gossip(me, std::move(next));
                    });
}

void gossip_prober_state::run(gossip_command::rejoin&) {
  auto before = remembered.previous(options.own.name, random);
  bool alone = machine->count(swim::member_status::alive) <= 1;
  if (before.empty() || !alone || !leaving.empty() || machine->has_left()) return;
  string_list addresses;
  for (const auto& node : before) addresses.push_back(node.address);
  log(rejoin_failed ? log_level::debug : log_level::info, "Attempting re-join to previously known nodes",
      {{"nodes", before.size()}});
  swim::join_options first;
  first.first_only = true;
  gossip_command::join c;
  c.done = [this](std::size_t reached, const swim::join_failures&) { rejoin_ended(reached); };
  joins.emplace(machine->join(std::move(addresses), first, now()), std::move(c));
}

void gossip_prober_state::rejoin_ended(std::size_t reached) {
  if (reached > 0) return log(log_level::info, "Re-joined to a previously known node");
  auto wait = rejoin_waits.next(random);
  log(std::exchange(rejoin_failed, true) ? log_level::debug : log_level::warn,
      "Failed to re-join any previously known node",
      {{"next_attempt", duration_to_text(std::chrono::duration_cast<std::chrono::milliseconds>(wait))}});
  auto again = std::make_shared<gossip_command>();
  again->what = gossip_command::rejoin{};
  self->delayed_send(self, wait, gossip_atom_v, local<std::shared_ptr<gossip_command>>{std::move(again)});
}

void gossip_prober_state::run(gossip_command::leave& c) {
  if (c.done) leaving.push_back(std::move(c.done));
  machine->leave(now());
}

void gossip_prober_state::run(gossip_command::force_leave& c) {
  if (!machine->find(c.name)) return finish(c.done, fail("agent: No node found with name '" + c.name + "'"));
  machine->force_leave(c.name, c.prune, now());
  carry_out();
  finish(c.done, {});
}

void gossip_prober_state::run(gossip_command::fire& c) {
  finish(c.done, machine->send_user_event(c.name, c.payload, false, now()));
}

void gossip_prober_state::run(gossip_command::ask& c) {
  auto token = machine->send_query(c.name, c.payload, c.options, now());
  if (!token) return finish(c.done, tl::unexpected(token.error()));
  queries[*token] = {std::move(c.reply), [done = std::move(c.done)] { finish(done, {}); }};
}

void gossip_prober_state::run(gossip_command::keys& c) {
  if (c.local_only) {
    bool changed = false;
    swim::key_tally own(1);
    own.add(options.own.name,
            swim::answer_key_query(options.keys, c.operation, swim::key_query_payload(c.key), changed));
    if (changed) write_keys();
    if (c.done) c.done(&own, nullptr);
    return;
  }
  swim::query_options how;
  how.relay_factor = c.relay_factor;
  auto payload = c.operation == swim::key_operation::list ? std::string() : swim::key_query_payload(c.key);
  auto token = machine->send_query(std::string(swim::query_name(c.operation)), payload, how, now());
  if (!token) {
    if (c.done) c.done(nullptr, &token.error());
    return;
  }
  auto round = std::make_shared<key_round>(machine->count(swim::member_status::alive));
  round->done = std::move(c.done);
  auto reply = [this, round, token = *token](const swim::query_reply& r) {
    if (r.is_ack) return;
    round->tally.add(r.from, r.payload);
    if (!round->tally.complete()) return;
    machine->close_query(token);
    round->end();
  };
  queries[*token] = {std::move(reply), [round] { round->end(); }};
}

void gossip_prober_state::run(gossip_command::look& c) {
  publish();
  if (c.done) c.done({published, machine->coordinate(), machine->coordinate_resets(), machine->count(), join_errors});
}

void gossip_prober_state::run(gossip_command::tags& c) {
  finish(c.done, machine->update_tags(std::move(c.tags), now()));
  members_changed = true;
}

void gossip_prober_state::answer(const swim::query_received& q) {
  auto operation = swim::key_operation_of(q.name);
  if (!operation) return;
  bool changed = false;
  auto payload = swim::answer_key_query(options.keys, *operation, q.payload, changed);
  if (changed) write_keys();
  if (auto sent = machine->respond(q.handle, payload, now()); !sent)
    log(log_level::warn, "a query about keys could not be answered",
        {{"from", q.source}, {"error", sent.error().text}});
}

void gossip_prober_state::write_keys() {
  publish_secret();
  if (options.keyring_file.empty()) return;
  auto failed = [lines = options.outside->log_lines, module = options.module](const error* e) {
    if (e) lines->write(log_level::error, module, "the key ring can't be written", {{"error", e->text}});
  };
  options.outside->gossip_files->replace(options.keyring_file, options.keys.to_json(), keyring_mode, failed);
}

} // namespace praetor
