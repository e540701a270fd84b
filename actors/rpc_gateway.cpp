#include "actors/rpc_gateway.hpp"

#include "actors/bootstrap.hpp"
#include "actors/command_permissions.hpp"
#include "actors/forwarded_request.hpp"
#include "actors/no_leader.hpp"
#include "actors/received_message.hpp"
#include "actors/remote_call.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/mutation.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

#include <algorithm>

namespace praetor {

namespace {

void hide_unreadable(const acl::authorizer& who, node_records& found) {
  if (found.node && !may_read(who, *found.node)) found = {};
  std::erase_if(found.services, [&](const node_service_ptr& s) { return !may_read(who, *s); });
  std::erase_if(found.checks, [&](const health_check_ptr& c) { return !may_read(who, *c); });
}

envelope not_ready() { return rpc_refused("this server is starting or ending", 503, true); }

/// Longer than any name of an origin.
constexpr std::size_t longest_origin = 256;

} // namespace

envelope rpc_answer(rpc_kind kind, std::string bytes) {
  envelope e;
  e.kind = static_cast<std::uint16_t>(kind);
  e.bytes = std::move(bytes);
  return e;
}

envelope rpc_refused(error why, bool not_carried_out) {
  return rpc_answer(rpc_kind::refused, msgpack::pack(rpc_refusal(std::move(why), not_carried_out)));
}

envelope rpc_refused(std::string text, int status, bool not_carried_out) {
  return rpc_refused(error{std::move(text), status}, not_carried_out);
}

peer_standing rpc_gateway_state::standing(const peer_identity& from) const {
  if (from.id == options.own_id) return peer_standing::stranger; // a server does not ask itself over the wire
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
  case asker::any_agent: return {};
  case asker::server:
  case asker::configured_server:
    if (known == peer_standing::server || mutated("raft_from_any_agent")) return {};
    complain(from, known == peer_standing::unproven_server ? doubt_about(from, options.view->servers.load().get())
                                                           : "is no server, and sent what only servers send");
    return rpc_refused("only servers may send this", 403, false);
  case asker::nobody: break;
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
  if (!slots.admits(count, 1, part) && !mutated("one_peer_takes_all"))
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

/// Servers authorize before they propose. Commands that client agents propose are authorized here, by what the command
/// says, which may be anything before it is checked.
tl::expected<log_command, envelope> rpc_gateway_state::proposed_command(std::string bytes, const peer_identity& from) {
  auto known = standing(from);
  bool trusted = known == peer_standing::server || mutated("agent_command_unauthorized");
  auto checked = check_command(std::move(bytes), trusted ? proposer::server : proposer::agent);
  std::optional<error> no;
  if (!checked)
    no = std::move(checked.error());
  else if (!trusted)
    no = refused_command(options.view, checked->bytes(), {options.outside->wall_clock(), self->clock().now()});
  if (!no) return std::move(*checked);
  if (known != peer_standing::unproven_server) return tl::unexpected(rpc_refused(std::move(*no), false));
  // Gossip may be about to tell of it: the sender tries again for as long as it holds the request.
  auto doubt = doubt_about(from, options.view->servers.load().get());
  complain(from, doubt);
  return tl::unexpected(rpc_refused("this server does not know the sender as a server: " + doubt, 503, true));
}

std::function<void(envelope)> rpc_gateway_state::answer_to(std::uint64_t id) const {
  return
      [me = rpc_gateway_actor{self}, id](envelope answer) { caf::anon_send(me, result_atom_v, id, std::move(answer)); };
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
  log_command command;
  if (kind == rpc_kind::propose) {
    auto proposed = proposed_command(std::move(request.body), from);
    if (!proposed) return proposed.error();
    command = std::move(*proposed);
  }
  // Nobody would end the requests of a connection whose end the gateway has heard of already.
  if (!links.is_open(from.connection) && !mutated("ended_connection_served"))
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
  // Whom it is for when it is handed on from here.
  request.origin = r.origin.empty() ? "agent " + from.id : r.origin;
  carry_out(kind, std::move(request), std::move(command), id);
  return promise;
}

void rpc_gateway_state::charge(running& r, std::size_t bytes) {
  r.bytes += bytes;
  peers[r.connection].bytes += bytes;
  if (!r.origin.empty()) origins[r.origin].bytes += bytes;
  memory.take(bytes);
}

void rpc_gateway_state::carry_out(rpc_kind kind, rpc_request request, log_command command, std::uint64_t id) {
  auto done = answer_to(id);
  switch (kind) {
  case rpc_kind::propose: return propose(request, std::move(command), std::move(done));
  case rpc_kind::request: return serve(std::move(request), id, std::move(done));
  case rpc_kind::node_records: return find_node(std::move(request), std::move(done));
  case rpc_kind::log_state: return describe_log(std::move(done));
  case rpc_kind::token: return describe_token(std::move(request), std::move(done));
  case rpc_kind::dns: return look_up(std::move(request), std::move(done));
  default:
    done(rpc_refused("this release knows no request of kind " + std::to_string(static_cast<int>(kind)), 501, true));
  }
}

void rpc_gateway_state::propose(const rpc_request& request, log_command command, std::function<void(envelope)> done) {
  auto answer = [done = std::move(done)](const state::apply_result& result) {
    done(result.not_appended ? rpc_refused(result.why(), true) : rpc_answer(rpc_kind::propose, msgpack::pack(result)));
  };
  options.writes.propose(std::move(command), std::move(answer), request.hops, request.hold, request.origin);
}

void rpc_gateway_state::serve(rpc_request request, std::uint64_t id, std::function<void(envelope)> done) {
  auto server = options.view->requests.load();
  if (!server) return done(not_ready());
  remote_request asked;
  if (auto read = msgpack::unpack(request.body, asked); !read)
    return done(rpc_refused("a client's request could not be read: " + read.error().text, 400, true));
  auto& r = requests[id];
  asked.rest = r.streams ? r.streams->body : nullptr;
  asked.origin = std::move(request.origin);
  auto answered = [me = rpc_gateway_actor{self}, id, done = std::move(done)](remote_answer answer) {
    auto rest = std::move(answer.rest);
    if (!rest)
      return done(answer.not_carried_out ? rpc_refused(std::move(answer.body), static_cast<int>(answer.status), true)
                                         : rpc_answer(rpc_kind::request, msgpack::pack(answer)));
    caf::anon_send(me, stream_atom_v, id, rpc_answer(rpc_kind::streamed, msgpack::pack(answer)),
                   local<std::shared_ptr<byte_pipe>>{std::move(rest)});
  };
  r.cancel = server->serve(std::move(asked), request.hops, request.hold, std::move(answered));
}

void rpc_gateway_state::look_up(rpc_request request, std::function<void(envelope)> done) {
  auto server = options.view->requests.load();
  if (!server) return done(not_ready());
  server->look_up(std::move(request.body), request.hops, request.hold, std::move(request.origin),
                  [done = std::move(done)](expected<std::string> answer) {
                    done(answer ? rpc_answer(rpc_kind::dns, std::move(*answer)) : rpc_refused(answer.error(), true));
                  });
}

void rpc_gateway_state::find_node(rpc_request request, std::function<void(envelope)> done) {
  node_records_request asked;
  if (auto read = msgpack::unpack(request.body, asked); !read)
    return done(rpc_refused("a request for a node could not be read: " + read.error().text, 400, true));
  if (!options.view->leader.is_recent(asked.max_stale, self->clock().now()))
    return done(rpc_refused(no_leader(), true));
  auto who =
      options.view->resolver.at_hand(options.view, asked.token, {options.outside->wall_clock(), self->clock().now()});
  if (!who || !*who)
    return done(who ? rpc_refused({who->error().code, who->error().text, 403}, false)
                    : rpc_refused("this is no server", 403, false));
  auto store = options.view->state.load();
  node_records found;
  auto services = state::node_services(*store, asked.node, nullptr).value;
  found.node = services.node;
  found.services = std::move(services.services);
  found.checks = state::node_checks(*store, asked.node, nullptr).value;
  if (!mutated("records_shown_to_anybody")) hide_unreadable(***who, found);
  done(rpc_answer(rpc_kind::node_records, msgpack::pack(found)));
}

void rpc_gateway_state::describe_token(rpc_request request, std::function<void(envelope)> done) {
  if (!options.view->leader.is_recent(any_age, self->clock().now())) return done(rpc_refused(no_leader(), true));
  auto holder = options.view->resolver.describe(*options.view, request.body, options.outside->wall_clock());
  done(rpc_answer(rpc_kind::token, msgpack::pack(holder)));
}

void rpc_gateway_state::describe_log(std::function<void(envelope)> done) {
  if (!options.peer) return done(not_ready());
  self->send(options.peer, status_atom_v,
             local<std::function<void(const raft_status&)>>{
                 [done = std::move(done), view = options.view](const raft_status& status) {
                   done(rpc_answer(rpc_kind::log_state, msgpack::pack(log_state_of(status, *view))));
                 }});
}

void rpc_gateway_state::ended(std::uint64_t id, const envelope& answer) {
  auto over = requests.extract(id);
  if (!over) return;
  auto& r = over.mapped();
  if (!mutated("share_not_given_back")) slots.give_back(1);
  memory.give_back(r.bytes);
  if (auto origin = origins.find(r.origin); origin != origins.end()) {
    origin->second.bytes -= r.bytes;
    if (--origin->second.requests == 0) origins.erase(origin);
  }
  if (auto load = peers.find(r.connection); load != peers.end()) {
    load->second.requests.erase(id);
    if (r.number != 0) load->second.numbers.erase(r.number);
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
    if (mutated("cancel_of_another_peer"))
      for (const auto& [connection, load] : peers)
        if (auto it = load.numbers.find(gone.number); it != load.numbers.end()) return cancel(it->second);
    auto load = peers.find(from.connection);
    if (load == peers.end()) return;
    if (auto it = load->second.numbers.find(gone.number); it != load->second.numbers.end()) cancel(it->second);
  }
}

void rpc_gateway_state::connection_ended(std::uint64_t connection) {
  auto load = peers.find(connection);
  if (load == peers.end() || mutated("ended_requests_kept")) return;
  std::vector<std::uint64_t> gone(load->second.requests.begin(), load->second.requests.end());
  std::sort(gone.begin(), gone.end());
  for (auto id : gone) cancel(id);
}

rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  // Answers to what it never asked, which CAF would print one by one.
  self->set_default_handler(caf::drop);
  return {
      [self](rpc_atom, const envelope& request, const peer_identity& from) { return self->state.ask(request, from); },
      [self](send_atom, const envelope& message, const peer_identity& from) { self->state.tell(message, from); },
      [self](leave_atom, std::uint64_t connection) { self->state.connection_ended(connection); },
      [self](result_atom, std::uint64_t id, const envelope& answer) { self->state.ended(id, answer); },
      [self](stream_atom, std::uint64_t id, const envelope& head, local<std::shared_ptr<byte_pipe>>& rest) {
        self->state.begin_stream(id, head, std::move(rest.value));
      },
      [self](stream_atom, std::uint64_t id) { self->state.stream_news(id); },
      [self](wake_atom) { self->state.look_after_streams(); },
  };
}

} // namespace praetor
