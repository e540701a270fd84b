#include "actors/rpc/rpc_gateway.hpp"

#include "actors/access/proposal_permissions.hpp"
#include "actors/queries/catalog.hpp"
#include "actors/queries/health.hpp"
#include "actors/raft/bootstrap.hpp"
#include "actors/raft/no_leader.hpp"
#include "actors/rpc/forwarded_request.hpp"
#include "actors/rpc/received_message.hpp"
#include "actors/rpc/remote_call.hpp"
#include "actors/rpc/rpc_bodies.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/mutation.hpp"

#include <algorithm>

namespace praetor {

namespace {

/// Why a handler gives no reply.
tl::unexpected<rpc_refusal> refusal(error why, bool not_carried_out) {
  return tl::unexpected(rpc_refusal(std::move(why), not_carried_out));
}

tl::unexpected<rpc_refusal> not_ready() { return refusal({"this server is starting or ending", 503}, true); }

/// Whether envelopes of a kind are requests of their own. A pull or a push belongs to an open request.
template <rpc_kind Kind>
constexpr bool is_request =
    declared<Kind>.who != requester::nobody&& declared<Kind>.answered&& Kind != rpc_kind::pull&& Kind != rpc_kind::push;

/// Longer than any name of an origin.
constexpr std::size_t longest_origin = 256;

} // namespace

envelope rpc_refused(error why, bool not_carried_out) {
  return envelope_of(rpc_kind::refused, msgpack::pack(rpc_refusal(std::move(why), not_carried_out)));
}

envelope rpc_refused(std::string text, int status, bool not_carried_out) {
  return rpc_refused(error{std::move(text), status}, not_carried_out);
}

peer_standing rpc_gateway_state::standing(const peer_identity& from) const {
  if (from.id == options.own_id)
    return peer_standing::stranger; // a server does not send requests to itself over the
                                    // wire
  return standing_of(from, options.datacenter, options.view->servers.load().get());
}

void rpc_gateway_state::complain(const peer_identity& from, const std::string& why) {
  if (complaints.admits(from.address.substr(0, from.address.rfind(':')), why, self->clock().now()))
    options.outside->log_lines->write(log_level::warn, "agent.rpc", "refused what a peer asked",
                                      {{"peer", from.name}, {"from", from.address}, {"error", why}});
}

std::optional<envelope> rpc_gateway_state::refused_kind(const rpc_kind_row* row, std::uint16_t kind,
                                                        const peer_identity& from) {
  auto known = standing(from);
  if (known == peer_standing::stranger) {
    complain(from, from.id == options.own_id ? "says that it is this server itself" : "is no agent of this datacenter");
    return rpc_refused("only agents of datacenter " + options.datacenter + " may ask this server", 403, false);
  }
  if (!row) return rpc_refused("this release knows no request of kind " + std::to_string(kind), 501, true);
  switch (row->who) {
  case requester::any_agent: return {};
  case requester::server:
  case requester::configured_server:
    if (known == peer_standing::server || mutated(mutation::raft_from_any_agent)) return {};
    complain(from, known == peer_standing::unproven_server ? doubt_about(from, options.view->servers.load().get())
                                                           : "is no server, and sent what only servers send");
    return rpc_refused("only servers may send this", 403, false);
  case requester::nobody: break;
  }
  complain(from, "sent what is no request: " + std::string(row->name));
  return rpc_refused("an envelope of kind " + std::string(row->name) + " is no request", 403, false);
}

std::string rpc_gateway_state::origin_of(const rpc_request& request, const peer_identity& from) const {
  bool believed = standing(from) == peer_standing::server;
  return believed ? request.origin.substr(0, longest_origin) : std::string();
}

std::optional<envelope> rpc_gateway_state::refused_load(const peer_identity& from, std::uint64_t number,
                                                        const std::string& origin, std::size_t bytes) const {
  if (auto behind = origins.find(origin); behind != origins.end()) {
    const auto& load = behind->second;
    if (!slots.admits(load.requests, 1, part_of_agent) || !memory.admits(load.bytes, bytes, part_of_agent))
      return rpc_refused("too many requests are being carried out for " + origin + " (" +
                             std::to_string(load.requests) + "), try again later",
                         503, true);
  }
  auto it = peers.find(from.connection);
  std::size_t count = it == peers.end() ? 0 : it->second.requests.size();
  std::size_t held = it == peers.end() ? 0 : it->second.bytes;
  auto part = standing(from) == peer_standing::server ? 1 : part_of_agent;
  if (!slots.admits(count, 1, part) && !mutated(mutation::one_peer_takes_all))
    return rpc_refused("too many requests are being carried out (" + std::to_string(count) +
                           " of this agent), try again later",
                       503, true);
  if (!memory.admits(held, bytes))
    return rpc_refused("requests of " + std::to_string(held) +
                           " bytes of this agent are being carried out already, try again later",
                       503, true);
  if (count > 0 && it->second.numbers.contains(number))
    return rpc_refused("a request of the number " + std::to_string(number) + " is being carried out already", 400,
                       true);
  return {};
}

/// Servers authorize before proposing. Commands proposed by client agents are authorized here, by the command's
/// content, which is untrusted until it has been checked.
tl::expected<log_command, rpc_refusal> rpc_gateway_state::proposed_command(std::string bytes,
                                                                           const peer_identity& from) {
  auto known = standing(from);
  bool trusted = known == peer_standing::server || mutated(mutation::agent_command_unauthorized);
  auto checked = check_command(std::move(bytes), trusted ? proposer::server : proposer::agent);
  std::optional<error> no;
  if (!checked)
    no = std::move(checked.error());
  else if (!trusted)
    no = refused_command(options.view, checked->bytes(), {options.outside->wall_clock(), self->clock().now()});
  if (!no) return std::move(*checked);
  if (known != peer_standing::unproven_server) return refusal(std::move(*no), false);
  // Gossip may learn of the server soon: the sender retries as long as it holds the request.
  auto doubt = doubt_about(from, options.view->servers.load().get());
  complain(from, doubt);
  return refusal({"this server does not know the sender as a server: " + doubt, 503}, true);
}

caf::result<envelope> rpc_gateway_state::ask(const envelope& e, const peer_identity& from) {
  auto& links = *options.outside->links;
  links.handled(from.connection, e.bytes.size());
  const auto* row = find_rpc_kind(e.kind);
  if (auto no = refused_kind(row, e.kind, from)) return *no;
  auto kind = static_cast<rpc_kind>(e.kind);
  if (kind == rpc_kind::pull) return pull(e, from);
  if (kind == rpc_kind::push) return push(e, from);
  rpc_request request;
  if (auto read = msgpack::unpack(e.bytes, request); !read)
    return rpc_refused("a request of another agent could not be read: " + read.error().text, 400, true);
  if (request.streams && (!row->streams || request.number == 0))
    return rpc_refused("nothing can follow this request as a stream", 400, true);
  auto origin = origin_of(request, from);
  auto bytes = e.bytes.size() + (request.streams ? byte_pipe::default_window : 0);
  if (auto no = refused_load(from, request.number, origin, bytes)) return *no;
  // The gateway already knows that this connection has ended, so nothing would cancel its requests.
  if (!links.is_open(from.connection) && !mutated(mutation::ended_connection_served))
    return rpc_refused("the connection has ended", 499, true);
  auto id = ++next;
  auto promise = self->make_response_promise<envelope>();
  auto& r = requests[id];
  r.answer = promise;
  r.connection = from.connection;
  r.number = request.number;
  r.origin = std::move(origin);
  auto& load = peers[from.connection];
  load.requests.insert(id);
  if (request.number != 0) load.numbers.emplace(request.number, id);
  if (!r.origin.empty()) ++origins[r.origin].requests;
  slots.take(1);
  charge(r, bytes);
  if (request.streams) open_streams(id).body = std::make_shared<byte_pipe>();
  // The client that a further hop counts the request for.
  request.origin = r.origin.empty() ? "agent " + from.id : r.origin;
  dispatch(kind, std::move(request), from, id);
  return promise;
}

void rpc_gateway_state::charge(running& r, std::size_t bytes) {
  r.bytes += bytes;
  peers[r.connection].bytes += bytes;
  if (!r.origin.empty()) origins[r.origin].bytes += bytes;
  memory.take(bytes);
}

template <>
void rpc_gateway_state::carry_out(received<rpc_kind::propose> asked) {
  auto command = proposed_command(std::move(asked.what), asked.from);
  if (!command) return asked.done(tl::unexpected(std::move(command.error())));
  auto answer = [done = std::move(asked.done)](const state::apply_result& result) {
    if (result.not_appended) return done(refusal(result.why(), true));
    done(result);
  };
  options.writes.propose(std::move(*command), std::move(answer), asked.head.hops, asked.head.hold, asked.head.origin);
}

template <>
void rpc_gateway_state::carry_out(received<rpc_kind::request> asked) {
  auto server = options.view->requests.load();
  if (!server) return asked.done(not_ready());
  auto& r = requests[asked.id];
  asked.what.rest = r.streams ? r.streams->body : nullptr;
  asked.what.origin = std::move(asked.head.origin);
  auto answered = [me = rpc_gateway_actor{self}, id = asked.id, done = std::move(asked.done)](remote_answer answer) {
    if (auto rest = std::move(answer.rest)) {
      auto head = envelope_of(rpc_kind::streamed, packed_body(answer));
      return caf::anon_send(me, messages::request_answered{id, std::move(head), std::move(rest)});
    }
    if (answer.not_carried_out) return done(refusal({std::move(answer.body), static_cast<int>(answer.status)}, true));
    done(std::move(answer));
  };
  r.cancel = server->serve(std::move(asked.what), asked.head.hops, asked.head.hold, std::move(answered));
}

template <>
void rpc_gateway_state::carry_out(received<rpc_kind::dns> asked) {
  auto server = options.view->requests.load();
  if (!server) return asked.done(not_ready());
  auto answered = [done = std::move(asked.done)](expected<std::string> answer) {
    if (!answer) return done(refusal(std::move(answer.error()), true));
    done(std::move(*answer));
  };
  server->look_up(std::move(asked.what), asked.head.hops, asked.head.hold, std::move(asked.head.origin),
                  std::move(answered));
}

template <>
void rpc_gateway_state::carry_out(received<rpc_kind::node_records> asked) {
  const auto& what = asked.what;
  auto now = self->clock().now();
  if (!options.view->leader.is_recent(what.max_stale, now)) return asked.done(refusal(no_leader(), true));
  auto who = options.view->resolver.cached(options.view, what.token, {options.outside->wall_clock(), now});
  if (!who) return asked.done(refusal({"this is no server", 403}, false));
  if (!*who) return asked.done(refusal({who->error().code, who->error().text, 403}, false));
  auto store = options.view->state.load();
  auto eyes = mutated(mutation::records_shown_to_anybody) ? acl::allow_all() : **who;
  auto node = run(queries::node_services{what.node, {}}, *store, *eyes, nullptr).value;
  node_records found;
  found.node = std::move(node.node);
  if (node.services) found.services = std::move(*node.services);
  found.checks = run(queries::node_checks{{}, what.node, {}}, *store, *eyes, nullptr).value;
  asked.done(std::move(found));
}

template <>
void rpc_gateway_state::carry_out(received<rpc_kind::token> asked) {
  if (!options.view->leader.is_recent(any_age, self->clock().now())) return asked.done(refusal(no_leader(), true));
  asked.done(options.view->resolver.describe(*options.view, asked.what, options.outside->wall_clock()));
}

template <>
void rpc_gateway_state::carry_out(received<rpc_kind::log_state> asked) {
  if (!options.peer) return asked.done(not_ready());
  auto described = [done = std::move(asked.done), view = options.view](const raft_status& status) {
    done(log_state_of(status, *view));
  };
  self->send(options.peer, status_atom_v, local<std::function<void(const raft_status&)>>{std::move(described)});
}

template <rpc_kind Kind>
void rpc_gateway_state::read_and_carry_out(rpc_request request, const peer_identity& from, std::uint64_t id) {
  reply_callback<Kind> done = [me = rpc_gateway_actor{self},
                               id](const tl::expected<reply_of<Kind>, rpc_refusal>& reply) {
    auto answer =
        reply ? envelope_of(Kind, packed_body(*reply)) : envelope_of(rpc_kind::refused, msgpack::pack(reply.error()));
    caf::anon_send(me, messages::request_answered{id, std::move(answer), nullptr});
  };
  auto what = read_body<question_of<Kind>>(std::exchange(request.body, {}));
  if (!what)
    return done(refusal(
        {"a request of kind " + std::string(declared<Kind>.name) + " could not be read: " + what.error().text, 400},
        true));
  carry_out<Kind>({std::move(*what), std::move(request), from, id, std::move(done)});
}

void rpc_gateway_state::dispatch(rpc_kind kind, rpc_request request, const peer_identity& from, std::uint64_t id) {
  auto carried_out_as = [&]<rpc_kind Kind>() {
    if constexpr (is_request<Kind>)
      if (kind == Kind) return read_and_carry_out<Kind>(std::move(request), from, id), true;
    return false;
  };
  auto carried_out = [&]<std::size_t... Places>(std::index_sequence<Places...>) {
    return (carried_out_as.template operator()<rpc_kinds[Places].kind>() || ...);
  }
  (std::make_index_sequence<rpc_kinds.size()>());
  if (!carried_out)
    ended(id,
          rpc_refused("this release knows no request of kind " + std::to_string(static_cast<int>(kind)), 501, true));
}

void rpc_gateway_state::ended(std::uint64_t id, const envelope& answer) {
  auto over = requests.extract(id);
  if (!over) return;
  auto& r = over.mapped();
  if (!mutated(mutation::share_not_given_back)) slots.give_back(1);
  memory.give_back(r.bytes);
  if (auto origin = origins.find(r.origin); origin != origins.end()) {
    PRAETOR_ASSERT(origin->second.requests > 0 && origin->second.bytes >= r.bytes);
    origin->second.bytes -= r.bytes;
    if (--origin->second.requests == 0) origins.erase(origin);
  }
  if (auto load = peers.find(r.connection); load != peers.end()) {
    load->second.requests.erase(id);
    if (r.number != 0) load->second.numbers.erase(r.number);
    PRAETOR_ASSERT(load->second.bytes >= r.bytes);
    load->second.bytes -= r.bytes;
    if (load->second.requests.empty()) peers.erase(load);
  }
  if (r.streams) {
    streaming.erase(id);
    close_streams(*r.streams, "the request has ended");
  }
  if (r.answer.pending()) r.answer.deliver(answer);
}

void rpc_gateway_state::end_early(std::uint64_t id, const envelope& answer) {
  auto it = requests.find(id);
  if (it == requests.end()) return;
  auto end = std::move(it->second.cancel);
  ended(id, answer);
  if (end) end();
}

void rpc_gateway_state::cancel(std::uint64_t id) {
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.cancel) return;
  end_early(id, rpc_refused("the client has gone away", 499, false));
}

void rpc_gateway_state::tell(const envelope& message, const peer_identity& from) {
  auto window = std::make_shared<const window_share>(
      [links = std::weak_ptr(options.outside->links), connection = from.connection, bytes = message.bytes.size()] {
        if (auto open = links.lock()) open->handled(connection, bytes);
      });
  if (refused_kind(find_rpc_kind(message.kind), message.kind, from)) return;
  auto kind = static_cast<rpc_kind>(message.kind);
  if (kind == rpc_kind::raft) {
    if (options.peer)
      self->send(options.peer, send_atom_v,
                 local<std::shared_ptr<const received_message>>{
                     std::make_shared<const received_message>(received_message{from, message.bytes, window})});
  } else if (kind == rpc_kind::cancel) {
    cancelled_request gone;
    if (!msgpack::unpack(message.bytes, gone)) return;
    if (mutated(mutation::cancel_of_another_peer))
      for (const auto& [connection, load] : peers)
        if (auto it = load.numbers.find(gone.number); it != load.numbers.end()) return cancel(it->second);
    auto load = peers.find(from.connection);
    if (load == peers.end()) return;
    if (auto it = load->second.numbers.find(gone.number); it != load->second.numbers.end()) cancel(it->second);
  }
}

void rpc_gateway_state::connection_ended(std::uint64_t connection) {
  auto load = peers.find(connection);
  if (load == peers.end() || mutated(mutation::ended_requests_kept)) return;
  std::vector<std::uint64_t> gone(load->second.requests.begin(), load->second.requests.end());
  std::sort(gone.begin(), gone.end());
  for (auto id : gone) cancel(id);
}

rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  // Answers to requests it never sent, which CAF would print one by one.
  self->set_default_handler(caf::drop);
  return {
      [self](rpc_atom, const envelope& request, const peer_identity& from) { return self->state.ask(request, from); },
      [self](send_atom, const envelope& message, const peer_identity& from) { self->state.tell(message, from); },
      [self](messages::connection_ended m) { self->state.connection_ended(m.connection); },
      [self](messages::request_answered& m) {
        if (m.rest) return self->state.begin_stream(m.request, m.answer, std::move(m.rest));
        self->state.ended(m.request, m.answer);
      },
      [self](messages::stream_ready m) { self->state.stream_ready(m.request); },
      [self](wake_atom) { self->state.look_after_streams(); },
  };
}

} // namespace praetor
