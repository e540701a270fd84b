#include "actors/gossip/gossip_prober.hpp"

#include "actors/gossip/gossip_pools.hpp"
#include "actors/gossip/retry_waits.hpp"
#include "protocol/config/runtime_config.hpp"

#include <algorithm>
#include <unordered_set>

namespace praetor {

namespace {

/// Limits on packets, streams and stream errors between the sockets and the actor; anything beyond is dropped, as a
/// network would. The sockets admit no more streams than this, so members' streams are never dropped.
constexpr std::size_t most_packets = 4096, most_requests = 128, most_failures = 32;
constexpr auto snapshot_interval = std::chrono::milliseconds(500);
constexpr unsigned snapshot_mode = 0600;

std::string ip_of(const std::string& address) {
  auto parts = swim::parse_address(address);
  return parts ? parts->ip : address;
}

std::string_view event_name(swim::member_change change) {
  switch (change) {
  case swim::member_change::join: return "serf: EventMemberJoin";
  case swim::member_change::leave: return "serf: EventMemberLeave";
  case swim::member_change::fail: return "serf: EventMemberFailed";
  case swim::member_change::update: return "serf: EventMemberUpdate";
  case swim::member_change::reap: return "serf: EventMemberReap";
  }
  return {};
}

} // namespace

gossip_prober_state::~gossip_prober_state() {
  if (options.sockets.packets) options.sockets.packets->receive(nullptr);
  if (!options.sockets.streams) return;
  options.sockets.streams->accept(nullptr);
  options.sockets.streams->consult({});
}

void gossip_prober_state::log(log_level level, const std::string& text, std::initializer_list<log_field> fields) const {
  options.outside->log_lines->write(level, options.module, text, fields);
}

void gossip_prober_state::start() {
  random.seed(options.outside->seed());
  options.limits.packet_overhead = options.keys.empty() ? 0 : swim::sealed_packet_overhead;
  auto check = [this](const std::vector<swim::member>& members) {
    auto why = options.check ? options.check(members) : std::nullopt;
    return why || options.wan || !published ? why : taken_id(*published, members);
  };
  machine = std::make_unique<swim::machine>(options.own, options.limits, random, check);
  if (!options.snapshot_file.empty()) {
    auto file = options.outside->gossip_files->read(options.snapshot_file);
    if (!file) log(log_level::warn, "the rejoin snapshot can't be read", {{"error", file.error().text}});
    // Without a file, parse an empty one, so that the first run keeps as much after a leave as later runs.
    remembered = swim::rejoin_snapshot::parse(file && *file ? std::string_view(**file) : std::string_view(),
                                              options.rejoin_after_leave);
    machine->restore(remembered.clocks());
  }
  measured = gossip_metrics(options.view->telemetry.load().get(), options.wan);
  publish_secret();
  open_sockets();
  machine->start(now());
  rejoin_waits = {first_join_wait, options.rejoin_interval};
  gossip_command::rejoin rejoin;
  run(rejoin);
  carry_out();
  publish();
}

void gossip_prober_state::open_sockets() {
  auto me = gossip_prober_actor{self};
  options.sockets.packets->receive([me, inbox = inbox](gossip_packet p) {
    if (inbox->packets.fetch_add(1) >= most_packets) {
      --inbox->packets;
      return;
    }
    caf::anon_send(me, packet_atom_v,
                   local<std::shared_ptr<gossip_packet>>{std::make_shared<gossip_packet>(std::move(p))});
  });
  tell_policy();
  options.sockets.streams->consult(make_guard());
  options.sockets.streams->accept([me, inbox = inbox](gossip_request r) {
    auto& waiting = r.failure.empty() ? inbox->requests : inbox->failures;
    if (waiting.fetch_add(1) >= (r.failure.empty() ? most_requests : most_failures)) {
      --waiting;
      return;
    }
    caf::anon_send(me, packet_atom_v,
                   local<std::shared_ptr<gossip_request>>{std::make_shared<gossip_request>(std::move(r))});
  });
}

void gossip_prober_state::tell_policy() {
  inbox->has_keys = !options.keys.empty();
  inbox->verify_incoming = options.sealing.verify_incoming;
}

/// Only the sockets' thread calls these, so their cache needs no lock.
stream_guard gossip_prober_state::make_guard() const {
  struct addresses {
    std::shared_ptr<const membership> of;
    std::unordered_set<std::string> ips;
  };
  stream_guard guard;
  guard.is_member = [view = options.view, wan = options.wan,
                     known = std::make_shared<addresses>()](const std::string& ip) {
    auto now = view ? (wan ? view->wan : view->lan).load() : nullptr;
    if (now != known->of) {
      known->of = now;
      known->ips.clear();
      if (now)
        for (const auto& m : now->members) known->ips.insert(m.address);
    }
    return known->ips.contains(ip);
  };
  guard.objection = [inbox = inbox](std::string_view header) {
    auto good = swim::judge_header(inbox->has_keys, {inbox->verify_incoming, true}, header);
    return good ? std::string() : good.error().text;
  };
  return guard;
}

void gossip_prober_state::packet_received(const gossip_packet& p) {
  --inbox->packets;
  auto plain = swim::unwrap_packet(options.keys, options.sealing, p.bytes);
  if (!plain) return refuse(p.from, plain.error().text);
  measured.bytes_received.add(static_cast<double>(p.bytes.size()));
  bool proven = options.keys.empty() || swim::is_sealed(p.bytes);
  machine->packet_received(p.from, *plain, now(), proven);
  carry_out();
}

void gossip_prober_state::request_received(const gossip_request& r) {
  if (!r.failure.empty()) {
    --inbox->failures;
    return refuse(r.frame.from, r.failure);
  }
  --inbox->requests;
  auto plain = swim::unwrap_frame(options.keys, options.sealing, r.frame.bytes);
  if (!plain) return refuse(r.frame.from, plain.error().text);
  measured.streams_accepted.add();
  auto answer = machine->stream_received(r.frame.from, *plain, now());
  carry_out();
  // The caller of a join may read the members next, on either side.
  if (members_changed) publish();
  if (!answer.empty() && r.reply)
    r.reply(swim::wrap_frame(options.keys, options.sealing, answer, options.sockets.nonce()));
}

void gossip_prober_state::stream_ended(std::uint64_t token, const std::string& frame, const std::string& failure) {
  if (!failure.empty()) {
    machine->stream_failed(token, failure, now());
  } else if (auto plain = swim::unwrap_frame(options.keys, options.sealing, frame)) {
    machine->stream_answered(token, *plain, now());
  } else {
    machine->stream_failed(token, plain.error().text, now());
  }
  carry_out();
}

void gossip_prober_state::wake() {
  auto began = now();
  packets_sent = false;
  machine->tick(began);
  carry_out();
  if (packets_sent) measured.rounds.add(now() - began);
}

void gossip_prober_state::arm() {
  auto next = machine->next_deadline();
  if (snapshot_changed) next = std::min(next, snapshot_due);
  timer.start_by(self, next);
}

void gossip_prober_state::carry_out() {
  while (machine->has_output()) {
    auto out = machine->take_output();
    for (const auto& line : out.snapshot_lines) {
      remembered.add(line);
      if (!std::exchange(snapshot_changed, true)) snapshot_due = now() + snapshot_interval;
    }
    for (const auto& p : out.packets) send(p);
    for (const auto& r : out.streams) send(r);
    members_changed = members_changed || out.status_changed;
    for (const auto& e : out.member_events) tell(e);
    for (const auto& n : out.notices) tell(n);
    for (const auto& c : out.conflicts)
      complain(log_level::error, c.claimed,
               "Node name conflict: another process uses the name of a member that is alive",
               {{"node", c.name}, {"known_address", c.known}, {"claimed_address", c.claimed}});
    for (const auto& e : out.user_events) tell(e);
    for (const auto& q : out.queries) {
      measured.query(q.name);
      answer(q);
    }
    for (const auto& r : out.replies)
      if (auto it = queries.find(r.token); it != queries.end() && it->second.reply) it->second.reply(r);
    for (auto token : out.closed_queries)
      if (auto open = queries.extract(token); open && open.mapped().closed) open.mapped().closed();
    // Callers that wait for a join or a leave may read the members next.
    if (members_changed && (!out.joins.empty() || out.left)) publish();
    for (const auto& r : out.joins) end(r);
    if (out.left) end_leave();
  }
  if (snapshot_changed && now() >= snapshot_due) write_snapshot();
  if (members_changed && !std::exchange(flush_sent, true)) self->send(self, flush_atom_v);
  measured.counted(machine->count());
  arm();
}

void gossip_prober_state::send(const swim::packet& p) {
  auto packet = swim::wrap_packet(options.keys, options.sealing, p.bytes,
                                  options.keys.empty() ? swim::nonce_bytes{} : options.sockets.nonce());
  packets_sent = true;
  measured.bytes_sent.add(static_cast<double>(packet.size()));
  options.sockets.packets->send(p.to, std::move(packet));
}

void gossip_prober_state::send(const swim::stream_request& r) {
  auto frame = swim::wrap_frame(options.keys, options.sealing, r.bytes, options.sockets.nonce());
  measured.stream_opened(frame.size());
  options.sockets.streams->exchange(
      r.to, std::move(frame), r.timeout,
      [me = caf::actor_cast<gossip_prober_actor>(self), token = r.token](expected<std::string> answer) {
        auto failure = answer ? std::string() : answer.error().text;
        caf::anon_send(
            me, messages::exchange_ended{token, answer ? std::move(*answer) : std::string(), std::move(failure)});
      });
}

void gossip_prober_state::tell(const swim::member_event& e) {
  members_changed = true;
  log(log_level::info, std::string(event_name(e.change)) + ": " + e.who.name + " " + e.who.address);
}

void gossip_prober_state::tell(const swim::user_event& e) {
  measured.event(e.name);
  if (options.events)
    self->send(options.events, gossip_atom_v,
               local<std::shared_ptr<const swim::user_event>>{std::make_shared<const swim::user_event>(e)});
}

void gossip_prober_state::tell(const swim::notice& n) {
  using kind = swim::notice::kind_t;
  switch (n.kind) {
  case kind::packet_refused:
  case kind::stream_refused:
  case kind::merge_refused: return complain_of(n.subject, n.text);
  case kind::member_refused:
  case kind::refuted:
  case kind::late_response:
    return complain(log_level::warn, n.subject, n.text, {}); // other hosts can trigger it at
                                                             // will
  default: log(swim::is_warning(n.kind) ? log_level::warn : log_level::debug, n.text);
  }
}

void gossip_prober_state::refuse(const std::string& from, const std::string& why) {
  measured.refused.add();
  complain_of(from, why);
}

void gossip_prober_state::complain_of(const std::string& from, const std::string& why) {
  complain(log_level::warn, from, "gossip refused: " + why, {{"from", from}});
}

void gossip_prober_state::complain(log_level level, const std::string& from, const std::string& why,
                                   std::initializer_list<log_field> fields) {
  if (complaints.admits(ip_of(from), why, now())) log(level, why, fields);
}

void gossip_prober_state::end(const swim::join_result& r) {
  auto ended = joins.extract(r.token);
  join_errors = r.errors;
  if (ended && ended.mapped().done) ended.mapped().done(r.reached, r.errors);
}

void gossip_prober_state::end_leave() {
  write_snapshot();
  for (auto& done : std::exchange(leaving, {})) done();
}

void gossip_prober_state::publish() {
  members_changed = false;
  auto m = std::make_shared<membership>();
  m->own_name = options.own.name;
  m->members = machine->members();
  auto clocks = machine->clocks();
  m->member_time = clocks.member;
  m->event_time = clocks.event;
  m->query_time = clocks.query;
  m->health_score = machine->health_score();
  auto queued = machine->queued();
  m->intent_queue = queued.intents;
  m->event_queue = queued.events;
  m->query_queue = queued.queries;
  m->failed = machine->count(swim::member_status::failed);
  m->left = machine->count(swim::member_status::left);
  m->encrypted = !options.keys.empty();
  bool same = published && published->members == m->members;
  published = m;
  (options.wan ? options.view->wan : options.view->lan).store(published);
  if (!same && options.changed) options.changed();
}

void gossip_prober_state::publish_secret() {
  if (options.wan) return;
  options.view->gossip_secret.store(
      std::make_shared<const gossip_secret>(gossip_secret{options.keys, options.sealing.verify_incoming}));
}

void gossip_prober_state::flush() {
  flush_sent = false;
  if (members_changed) publish();
}

void gossip_prober_state::write_snapshot() {
  snapshot_changed = false;
  if (options.snapshot_file.empty()) return;
  auto failed = [lines = options.outside->log_lines, module = options.module](const error* e) {
    if (e) lines->write(log_level::error, module, "the rejoin snapshot can't be written", {{"error", e->text}});
  };
  options.outside->gossip_files->replace(options.snapshot_file, remembered.compacted(), snapshot_mode, failed);
}

gossip_prober_actor::behavior_type gossip_prober(gossip_prober_actor::stateful_pointer<gossip_prober_state> self,
                                                 gossip_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.start();
  return {
      [self](packet_atom, local<std::shared_ptr<gossip_packet>>& p) { self->state.packet_received(*p.value); },
      [self](packet_atom, local<std::shared_ptr<gossip_request>>& r) { self->state.request_received(*r.value); },
      [self](const messages::exchange_ended& m) { self->state.stream_ended(m.token, m.frame, m.failure); },
      [self](wake_up<> message) {
        if (self->state.timer.has_ended(message)) self->state.wake();
      },
      [self](flush_atom) { self->state.flush(); },
      [self](gossip_atom, local<std::shared_ptr<gossip_command>>& c) { self->state.command(*c.value); },
      [self](reload_atom, local<std::shared_ptr<const config::runtime_config>>& config) {
        self->state.options.sealing = {config.value->encrypt_verify_incoming, config.value->encrypt_verify_outgoing};
        self->state.publish_secret();
        self->state.tell_policy();
      },
  };
}

} // namespace praetor
