#include "actors/rpc_gateway.hpp"

#include "actors/bootstrap.hpp"
#include "actors/command_permissions.hpp"
#include "actors/forwarded_request.hpp"
#include "actors/remote_call.hpp"
#include "protocol/codec/msgpack.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor {

namespace {

constexpr std::size_t most_running = 16384;          // of all agents together
constexpr std::size_t most_bytes = largest_envelope; // of one agent; a larger request is carried out alone

envelope answer_of(rpc_kind kind, std::string bytes) {
  envelope e;
  e.kind = static_cast<std::uint16_t>(kind);
  e.bytes = std::move(bytes);
  return e;
}

envelope refusal(std::string text, std::int64_t status, bool not_carried_out) {
  rpc_refusal r;
  r.text = std::move(text);
  r.status = status;
  r.not_carried_out = not_carried_out;
  return answer_of(rpc_kind::refused, msgpack::pack(r));
}

void hide_unreadable(const acl::authorizer& who, node_records& found) {
  if (found.node && !may_read(who, *found.node)) found = {};
  std::erase_if(found.services, [&](const node_service_ptr& s) { return !may_read(who, *s); });
  std::erase_if(found.checks, [&](const health_check_ptr& c) { return !may_read(who, *c); });
}

envelope not_ready() { return refusal("this server is starting or ending", 503, true); }

} // namespace

bool rpc_gateway_state::admits(rpc_kind kind) const {
  auto& links = options.outside->links;
  if (!links) return true;
  auto peer = links->peer_of(self->current_sender());
  if (!peer) return true; // of this process
  if (peer->datacenter != options.datacenter) return false;
  // Whether the server is of the Raft configuration is the Raft peer's to say.
  return peer->server || kind != rpc_kind::raft;
}

/// Servers see to it themselves that whoever asks them may write; what agents write by themselves is seen to here.
std::optional<error> rpc_gateway_state::refused_proposal(const std::string& command) const {
  auto& links = options.outside->links;
  auto peer = links ? links->peer_of(self->current_sender()) : std::nullopt;
  if (!peer || peer->server) return {};
  return refused_command(options.view, command, {options.outside->wall_clock(), self->clock().now()});
}

/// Whoever is not known to be a server is an agent.
proposer rpc_gateway_state::proposer_of_message() const {
  auto& links = options.outside->links;
  if (!links) return proposer::server;
  auto peer = links->peer_of(self->current_sender());
  return peer && peer->server ? proposer::server : proposer::agent;
}

std::function<void(envelope)> rpc_gateway_state::answer_to(std::uint64_t id) const {
  return
      [me = rpc_gateway_actor{self}, id](envelope answer) { caf::anon_send(me, result_atom_v, id, std::move(answer)); };
}

caf::result<envelope> rpc_gateway_state::ask(const envelope& e) {
  auto kind = static_cast<rpc_kind>(e.kind);
  if (!admits(kind))
    return refusal("only agents of datacenter " + options.datacenter + " may ask this server", 403, false);
  if (requests.size() >= most_running)
    return refusal("too many requests are being carried out, try again later", 503, true);
  auto sender = caf::actor_cast<caf::actor_addr>(self->current_sender());
  auto open = senders.find(sender);
  if (open != senders.end() && open->second > 0 && open->second + e.bytes.size() > most_bytes)
    return refusal("requests of " + std::to_string(open->second) +
                       " bytes of this agent are being carried out already, try again later",
                   503, true);
  rpc_request request;
  if (auto read = msgpack::unpack(e.bytes, request); !read)
    return refusal("a request of another agent could not be read: " + read.error().text, 400, true);
  log_command command;
  if (kind == rpc_kind::propose) {
    // Permissions are judged by what the command says, which may be anything before it is checked.
    auto checked = check_command(std::move(request.body), proposer_of_message());
    if (!checked) return refusal(checked.error().text, checked.error().status, false);
    if (auto no = refused_proposal(checked->bytes())) return refusal(std::move(no->text), no->status, false);
    command = std::move(*checked);
  }
  if (sender && open == senders.end()) self->monitor(sender);
  if (sender) senders[sender] += e.bytes.size();
  auto id = ++next;
  auto promise = self->make_response_promise<envelope>();
  requests[id] = {promise, sender, request.number, nullptr, e.bytes.size()};
  carry_out(kind, std::move(request), std::move(command), id);
  return promise;
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
  default: done(refusal("this release knows no request of kind " + std::to_string(static_cast<int>(kind)), 501, true));
  }
}

void rpc_gateway_state::propose(const rpc_request& request, log_command command, std::function<void(envelope)> done) {
  auto answer = [done = std::move(done)](const state::apply_result& result) {
    done(result.not_appended ? refusal(result.error, result.status, true)
                             : answer_of(rpc_kind::propose, msgpack::pack(result)));
  };
  options.writes.propose(std::move(command), std::move(answer), request.hops, request.hold);
}

void rpc_gateway_state::serve(rpc_request request, std::uint64_t id, std::function<void(envelope)> done) {
  auto server = options.view->requests.load();
  if (!server) return done(not_ready());
  remote_request asked;
  if (auto read = msgpack::unpack(request.body, asked); !read)
    return done(refusal("a client's request could not be read: " + read.error().text, 400, true));
  requests[id].cancel =
      server->serve(std::move(asked), request.hops, request.hold, [done = std::move(done)](remote_answer answer) {
        done(answer.not_carried_out ? refusal(std::move(answer.body), answer.status, true)
                                    : answer_of(rpc_kind::request, msgpack::pack(answer)));
      });
}

void rpc_gateway_state::look_up(rpc_request request, std::function<void(envelope)> done) {
  auto server = options.view->requests.load();
  if (!server) return done(not_ready());
  server->look_up(std::move(request.body), request.hops, request.hold,
                  [done = std::move(done)](expected<std::string> answer) {
                    done(answer ? answer_of(rpc_kind::dns, std::move(*answer))
                                : refusal(answer.error().text, answer.error().status, true));
                  });
}

void rpc_gateway_state::find_node(rpc_request request, std::function<void(envelope)> done) {
  node_records_request asked;
  if (auto read = msgpack::unpack(request.body, asked); !read)
    return done(refusal("a request for a node could not be read: " + read.error().text, 400, true));
  auto& leader = options.view->leader;
  auto age = self->clock().now() - leader.last_contact();
  if (!leader.get()->is_leader && age > asked.max_stale)
    return done(refusal("No cluster leader", 500, true)); // what is here may be too old
  auto who =
      options.view->resolver.at_hand(options.view, asked.token, {options.outside->wall_clock(), self->clock().now()});
  if (!who || !*who) return done(refusal(who ? who->error().text : "this is no server", 403, false));
  auto store = options.view->state.load();
  node_records found;
  auto services = state::node_services(*store, asked.node, nullptr).value;
  found.node = services.node;
  found.services = std::move(services.services);
  found.checks = state::node_checks(*store, asked.node, nullptr).value;
  hide_unreadable(***who, found);
  done(answer_of(rpc_kind::node_records, msgpack::pack(found)));
}

void rpc_gateway_state::describe_token(rpc_request request, std::function<void(envelope)> done) {
  const auto& leader = options.view->leader;
  if (!leader.get()->is_leader && leader.last_contact() == steady_time{})
    return done(refusal("No cluster leader", 500, true)); // nothing is known here yet
  auto holder = options.view->resolver.describe(*options.view, request.body, options.outside->wall_clock());
  done(answer_of(rpc_kind::token, msgpack::pack(holder)));
}

void rpc_gateway_state::describe_log(std::function<void(envelope)> done) {
  if (!options.peer) return done(not_ready());
  self->send(options.peer, status_atom_v,
             local<std::function<void(const raft_status&)>>{
                 [done = std::move(done), view = options.view](const raft_status& status) {
                   done(answer_of(rpc_kind::log_state, msgpack::pack(log_state_of(status, *view))));
                 }});
}

void rpc_gateway_state::ended(std::uint64_t id, const envelope& answer) {
  auto it = requests.find(id);
  if (it == requests.end()) return;
  auto promise = std::move(it->second.answer);
  if (auto open = senders.find(it->second.sender); open != senders.end()) open->second -= it->second.bytes;
  requests.erase(it);
  promise.deliver(answer);
}

void rpc_gateway_state::cancel(std::uint64_t id) {
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.cancel) return;
  auto end = std::move(it->second.cancel);
  ended(id, refusal("the client has gone away", 499, false));
  end();
}

void rpc_gateway_state::tell(const envelope& message) {
  auto kind = static_cast<rpc_kind>(message.kind);
  if (!admits(kind)) return;
  if (kind == rpc_kind::raft) {
    if (options.peer) self->send(options.peer, send_atom_v, message.bytes);
  } else if (kind == rpc_kind::cancel) {
    cancelled_request gone;
    if (!msgpack::unpack(message.bytes, gone)) return;
    auto sender = caf::actor_cast<caf::actor_addr>(self->current_sender());
    for (const auto& [id, r] : requests)
      if (r.sender == sender && r.number == gone.number) return cancel(id);
  }
}

void rpc_gateway_state::sender_down(const caf::actor_addr& sender) {
  senders.erase(sender);
  std::vector<std::uint64_t> gone;
  for (const auto& [id, r] : requests)
    if (r.sender == sender) gone.push_back(id);
  for (auto id : gone) cancel(id);
}

rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  self->set_down_handler([self](const caf::down_msg& down) { self->state.sender_down(down.source); });
  return {
      [self](rpc_atom, const envelope& request) { return self->state.ask(request); },
      [self](send_atom, const envelope& message) { self->state.tell(message); },
      [self](result_atom, std::uint64_t id, const envelope& answer) { self->state.ended(id, answer); },
  };
}

} // namespace praetor
