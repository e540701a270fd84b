#include "protocol/swim/core.hpp"

/// Dissemination: piggybacked on every packet with room (SWIM 4.1), and sent to a few members every gossip interval.
namespace praetor::swim {

bool machine::core::has_gossip() const {
  bool any = !node_queue_.empty() || !intent_queue_.empty() || !query_queue_.empty() || !event_queue_.empty();
  return any && nodes_.size() > 1;
}

/// The first message after an idle period is sent at once; the next one waits for the interval.
void machine::core::gossip() {
  gossip_at_ = now_ + limits_.gossip_interval;
  auto targets = some_nodes(limits_.gossip_nodes, [&](const node& n) {
    return !n.gone() || (n.condition == node_condition::dead && now_ - n.changed <= limits_.gossip_to_the_dead);
  });
  for (const auto* n : targets) {
    std::vector<std::string> messages;
    auto budget = payload_budget();
    auto to = n->is.address;
    fill(messages, budget);
    if (messages.empty()) return;
    send(to, std::move(messages));
  }
}

std::size_t machine::core::payload_budget() const {
  auto taken = limits_.packet_overhead + packet_header_size;
  return limits_.packet_budget > taken ? limits_.packet_budget - taken : 0;
}

void machine::core::fill(std::vector<std::string>& messages, std::size_t& budget) {
  std::vector<std::uint64_t> finished;
  auto of_nodes = retransmit_limit(limits_.retransmit_multiplier, nodes_.size());
  auto of_members = retransmit_limit(limits_.retransmit_multiplier, members_.size());
  node_queue_.take(messages, budget, message_header_size, of_nodes, finished);
  for (auto* queue : {&intent_queue_, &query_queue_, &event_queue_})
    queue->take(messages, budget, message_header_size, of_members, finished);
  sent(finished);
}

void machine::core::send(const std::string& to, std::vector<std::string> messages) {
  out_.packets.push_back({to, compose_packet(messages)});
}

void machine::core::send_with_gossip(const std::string& to, const message& m) {
  std::vector<std::string> messages{encode(m)};
  auto budget = payload_budget();
  budget -= std::min(budget, messages.front().size() + message_header_size);
  fill(messages, budget);
  send(to, std::move(messages));
}

void machine::core::send_answer(const std::string& to, const std::string& name, const message& m) {
  const auto* known = find_node(name);
  if (known != nullptr && known->is.address == to) return send_with_gossip(to, m);
  send(to, {encode(m)});
}

void machine::core::announce(broadcast_queue& queue, const message& m, std::uint64_t ticket) {
  queue.add(encode(m), {}, ticket);
  std::vector<std::uint64_t> dropped;
  auto most = std::max(limits_.queue_minimum, 2 * members_.size());
  if (queue.trim(most, dropped) == 0) {
    if (queue.size() < most / 2) queue_full_ = false;
    return;
  }
  if (!std::exchange(queue_full_, true))
    note(notice::kind_t::queue_trimmed, own_name_,
         "more than " + std::to_string(most) + " messages wait to be passed on; those sent most often are dropped");
  sent(dropped);
}

} // namespace praetor::swim
