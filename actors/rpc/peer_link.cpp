#include "actors/rpc/peer_link.hpp"

#include "protocol/base/randomness.hpp"
#include "protocol/mutation.hpp"

#include <algorithm>

namespace praetor {

namespace {

/// The number of timed-out requests that are remembered.
constexpr std::size_t most_late = 256;
/// The overhead of a message beyond its envelope's bytes.
constexpr std::size_t frame_overhead = 256;

/// Receives answers on any thread and forwards them to the link as messages with the request's number.
std::shared_ptr<caf::actor_companion> make_mailbox(const peer_link_actor& link) {
  auto& system = link->home_system();
  auto made = system.spawn<caf::actor_companion, caf::hidden>();
  auto* companion = dynamic_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(made));
  companion->on_enqueue([to = caf::actor_cast<caf::actor_addr>(link)](caf::mailbox_element_ptr element) {
    auto link = caf::actor_cast<caf::strong_actor_ptr>(to);
    if (!link || !element->mid.is_response()) return;
    auto content = element->move_content_to_message();
    auto out = std::make_shared<link_answer>();
    if (content.match_elements<envelope>())
      out->answer = std::move(content.get_mutable_as<envelope>(0));
    else if (content.match_elements<caf::error>())
      out->answer = fail("the other side failed: " + caf::to_string(content.get_as<caf::error>(0)));
    else
      out->answer = fail("the other side answered what is no envelope");
    caf::anon_send(caf::actor_cast<peer_link_actor>(link),
                   messages::link_answered{element->mid.request_id().integer_value(), std::move(out)});
  });
  auto keep = caf::actor_cast<caf::strong_actor_ptr>(made);
  return {companion, [keep](caf::actor_companion* c) {
            c->on_enqueue(nullptr);
            c->cleanup(caf::exit_reason::normal,
                       nullptr); // removes it from CAF's registry and notifies its monitors
          }};
}

} // namespace

peer_link_state::~peer_link_state() {
  for (auto& [deadline, number] : deadlines)
    calls[number].call->done(
        fail(error_code::disconnected, "the link to server " + target.name + " was ended before its answer came"),
        true);
  if (gateway && outside->links) outside->links->disconnect(gateway);
}

void peer_link_state::connect() {
  retry_at = steady_time::max();
  if (connecting || gateway || !outside->links) return;
  connecting = true;
  outside->links->connect(
      target, mailbox->id(),
      [to = caf::actor_cast<caf::actor_addr>(peer_link_actor{self}), links = std::weak_ptr(outside->links),
       number = ++attempt](expected<remote_gateway_actor> result) {
        auto outcome = std::make_shared<link_outcome>(links.lock(), std::move(result));
        if (auto link = caf::actor_cast<caf::strong_actor_ptr>(to))
          caf::anon_send(caf::actor_cast<peer_link_actor>(link), messages::connect_ended{number, std::move(outcome)});
      });
}

void peer_link_state::connected(link_outcome& outcome) {
  connecting = false;
  auto& log = *outside->log_lines;
  if (!outcome.gateway) {
    const auto& why = outcome.gateway.error().text;
    if (why != last_error)
      log.write(log_level::warn, "agent.rpc", "could not connect to server",
                {{"server", target.name}, {"address", target.address}, {"error", why}});
    last_error = why;
    return retry_later();
  }
  gateway = *outcome.gateway;
  outcome.links = nullptr;
  retry_waits.reset();
  last_error.clear();
  self->monitor(gateway);
  log.write(log_level::debug, "agent.rpc", "connected to server",
            {{"server", target.name}, {"address", target.address}});
  announce(true);
}

void peer_link_state::announce(bool up) {
  if (peer && !up && mutated(mutation::reconnect_reorders))
    self->delayed_send(peer, std::chrono::seconds(1), messages::link_changed{target.id, up});
  else if (peer)
    self->send(peer, messages::link_changed{target.id, up});
  if (router) self->send(router, messages::link_changed{target.id, up});
}

void peer_link_state::retry_later() {
  retry_at = self->clock().now() + upper_half(random, retry_waits.next());
  set_timer();
}

void peer_link_state::moved(const std::string& address) {
  if (address == target.address) return;
  target.address = address;
  retry_waits.reset();
  ++attempt; // invalidates a running attempt, which uses the old address
  connecting = false;
  if (gateway) {
    auto old = gateway;
    self->demonitor(old->address());
    drop_connection(target.name + " is reached elsewhere now");
    outside->links->disconnect(old);
  }
  connect();
}

std::string peer_link_state::objection(std::size_t bytes) const {
  if (!gateway)
    return "no connection to server " + target.name + " at " + target.address +
           (last_error.empty() ? "" : ": " + last_error);
  if (bytes > largest_envelope)
    return "a message of " + std::to_string(bytes) + " bytes is larger than what servers exchange (" +
           std::to_string(largest_envelope) + ")";
  auto unsent = outside->links->unsent(gateway);
  if (unsent > 0 && unsent + bytes > limits.window)
    return "server " + target.name + " takes messages too slowly: " + std::to_string(unsent) + " bytes wait for it";
  if (calls.size() >= limits.most_requests)
    return "server " + target.name + " has " + std::to_string(calls.size()) + " requests to answer already";
  return {};
}

void peer_link_state::ask(std::shared_ptr<remote_call> call) {
  if (auto why = objection(call->request.bytes.size() + frame_overhead); !why.empty())
    return call->done(fail(why), false);
  if (unanswered > 0 && unanswered + call->request.bytes.size() > limits.unanswered)
    return call->done(
        fail("server " + target.name + " has requests of " + std::to_string(unanswered) + " bytes to answer already"),
        false);
  if (call->deadline <= self->clock().now())
    return call->done(
        fail(error_code::timed_out, "the time for the request to " + target.name + " was up before it was sent"),
        false);
  auto number = fresh_number();
  auto request = std::move(call->request);
  outside->links->sending(gateway, request.bytes.size());
  auto deadline = deadlines.emplace(call->deadline, number);
  unanswered += request.bytes.size();
  calls.emplace(number, waiting_call{std::move(call), deadline, request.bytes.size()});
  caf::actor_cast<caf::abstract_actor*>(gateway)->enqueue(mailbox->ctrl(),
                                                          caf::message_id{number}.with_normal_priority(),
                                                          caf::make_message(rpc_atom_v, std::move(request)), nullptr);
  set_timer();
}

std::uint64_t peer_link_state::fresh_number() {
  for (;;) {
    auto number = random() & caf::message_id::request_id_mask;
    if (number != 0 && !calls.contains(number)) return number;
  }
}

void peer_link_state::answered(std::uint64_t number, link_answer& answer) {
  if (auto call = end_call(number)) return call->done(std::move(answer.answer), true);
  if (std::find(late.begin(), late.end(), number) != late.end()) return;
  const auto* why = "sent an answer to a request that was not made, or a second one: dropped";
  if (complaints.admits(target.id, why, self->clock().now()))
    outside->log_lines->write(log_level::warn, "agent.rpc", why,
                              {{"server", target.name}, {"address", target.address}});
}

std::shared_ptr<remote_call> peer_link_state::end_call(std::uint64_t number) {
  auto ended = calls.extract(number);
  if (!ended) return nullptr;
  deadlines.erase(ended.mapped().deadline);
  PRAETOR_ASSERT(unanswered >= ended.mapped().bytes && calls.size() == deadlines.size());
  unanswered -= ended.mapped().bytes;
  return std::move(ended.mapped().call);
}

void peer_link_state::tell(remote_envelope& message) {
  if (!objection(message.message.bytes.size() + frame_overhead).empty()) return;
  outside->links->sending(gateway, message.message.bytes.size());
  caf::actor_cast<caf::abstract_actor*>(gateway)->enqueue(
      mailbox->ctrl(), caf::make_message_id(), caf::make_message(send_atom_v, std::move(message.message)), nullptr);
}

void peer_link_state::drop_connection(const std::string& why) {
  gateway = nullptr;
  last_error = why;
  auto lost = std::exchange(calls, {});
  unanswered = 0;
  for (auto& [deadline, number] : std::exchange(deadlines, {}))
    lost[number].call->done(
        fail(error_code::disconnected, "the connection to server " + target.name + " broke before its answer came"),
        true);
  announce(false);
}

void peer_link_state::gateway_down(const caf::down_msg& down) {
  if (!gateway || gateway->address() != down.source) return;
  outside->log_lines->write(log_level::debug, "agent.rpc", "lost the connection to a server",
                            {{"server", target.name}, {"address", target.address}});
  auto old = gateway;
  drop_connection("the connection broke");
  outside->links->disconnect(old); // the gateway may have ended although its process runs
  retry_later();
}

void peer_link_state::wake() {
  auto now = self->clock().now();
  while (!deadlines.empty() && deadlines.begin()->first <= now) {
    late.push_back(deadlines.begin()->second);
    if (late.size() > most_late) late.pop_front();
    auto call = end_call(late.back());
    call->done(fail(error_code::timed_out, "server " + target.name + " did not answer in time"), true);
  }
  if (retry_at <= now) connect();
  set_timer();
}

void peer_link_state::set_timer() {
  auto next = retry_at;
  if (!deadlines.empty()) next = std::min(next, deadlines.begin()->first);
  timer.start_by(self, next);
}

peer_link_actor::behavior_type peer_link(peer_link_actor::stateful_pointer<peer_link_state> self, ports_ptr outside,
                                         known_server target, raft_peer_actor peer, rpc_router_actor router) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.target = std::move(target);
  s.peer = std::move(peer);
  s.router = std::move(router);
  s.random.seed(s.outside->seed());
  s.mailbox = make_mailbox(peer_link_actor{self});
  self->set_down_handler([self](const caf::down_msg& down) { self->state.gateway_down(down); });
  s.connect();
  return {
      [self](rpc_atom, local<std::shared_ptr<remote_call>>& call) { self->state.ask(std::move(call.value)); },
      [self](send_atom, local<std::shared_ptr<remote_envelope>>& message) { self->state.tell(*message.value); },
      [self](const messages::server_moved& m) { self->state.moved(m.address); },
      [self](const messages::connect_ended& m) {
        if (m.attempt == self->state.attempt) self->state.connected(*m.outcome);
      },
      [self](const messages::link_answered& m) { self->state.answered(m.request, *m.answer); },
      [self](wake_up<> message) {
        if (self->state.timer.has_ended(message)) self->state.wake();
      },
  };
}

} // namespace praetor
