#include "sim/faults/fault_row.hpp"

#include <algorithm>
#include <utility>

namespace praetor::sim {

namespace {

constexpr duration flap_least = std::chrono::milliseconds(50), flap_most = std::chrono::milliseconds(1500);
constexpr duration reset_interval = std::chrono::milliseconds(700);

const victims& all_if_none(fault_context& c, const victims& who) { return who.empty() ? c.cluster.nodes() : who; }

void shuffle(sim::world& world, victims& who) {
  for (std::size_t i = who.size(); i > 1; --i) std::swap(who[i - 1], who[world.below(i)]);
}

void cut_from_all(fault_context& c, const active& a, const victims& who) { c.harm(a, all_links_of(who), cut_off); }

void break_connections(fault_context& c, const victims& who) {
  for (auto* n : who) c.cluster.fabric().lines.reset(n->options().ip);
}

void turn_away(fault_context& c, const active& a, const victims& who) {
  cut_from_all(c, a, who);
  break_connections(c, who);
}

void cut_in_two(fault_context& c, const active& a, const victims& who) {
  auto between = [in = machines_of(who)](auto from, auto to) { return in.contains(from) != in.contains(to); };
  c.harm(a, between, cut_off);
}

void cut_outward(fault_context& c, const active& a, const victims& who) {
  auto outward = [in = machines_of(who)](auto from, auto to) { return in.contains(from) && !in.contains(to); };
  c.harm(a, outward, cut_off);
}

void cut_to_ring(fault_context& c, const active& a, const victims& given) {
  auto who = given.empty() ? c.cluster.servers() : given;
  shuffle(c.world, who);
  std::map<std::string, std::size_t, std::less<>> place;
  for (std::size_t i = 0; i < who.size(); ++i) place[who[i]->options().ip] = i;
  auto across = [place, size = who.size()](auto from, auto to) {
    auto x = place.find(from), y = place.find(to);
    if (x == place.end() || y == place.end()) return false;
    auto apart = x->second > y->second ? x->second - y->second : y->second - x->second;
    return apart > 1 && apart + 1 < size;
  };
  c.harm(a, across, cut_off);
}

void cut_to_bridge(fault_context& c, const active& a, const victims& who) {
  auto servers = c.cluster.servers();
  auto* middle = who.empty() ? servers[c.world.below(servers.size())] : who.front();
  std::erase(servers, middle);
  shuffle(c.world, servers);
  auto half = servers.begin() + static_cast<std::ptrdiff_t>(servers.size() / 2);
  auto left = machines_of({servers.begin(), half}), right = machines_of({half, servers.end()});
  auto across = [left, right](auto from, auto to) {
    return (left.contains(from) && right.contains(to)) || (right.contains(from) && left.contains(to));
  };
  c.harm(a, across, cut_off);
}

void cut_and_restore(fault_context& c, const active& a, const victims& given) {
  const auto& who = all_if_none(c, given);
  auto order = who, back = who;
  for (std::size_t i = who.size(); i > 1; --i) {
    std::swap(order[i - 1], order[c.world.below(i)]);
    std::swap(back[i - 1], back[c.world.below(i)]);
  }
  auto half = a->what.lasts / 2;
  auto step = half / static_cast<int>(who.size() + 1);
  auto numbers = std::make_shared<std::map<node*, std::uint64_t>>();
  auto mend = [&c, numbers](node* n) {
    if (auto it = numbers->find(n); it != numbers->end()) c.cluster.fabric().wires.mend(it->second);
  };
  for (std::size_t i = 0; i < who.size(); ++i) {
    c.later(a, step * static_cast<int>(i),
            [&c, numbers, n = order[i]] { (*numbers)[n] = c.cluster.fabric().wires.harm(all_links_of({n}), cut_off); });
    c.later(a, half + step * static_cast<int>(i + 1), [mend, n = back[i]] { mend(n); });
    a->mending.push_back([mend, n = order[i]] { mend(n); });
  }
}

void cut_again_and_again(fault_context& c, const active& a, const victims& given) {
  auto number = std::make_shared<std::uint64_t>(0);
  auto turn = std::make_shared<std::function<void()>>();
  *turn = [&c, a, number, who = all_if_none(c, given), next = std::weak_ptr(turn)] {
    auto& wires = c.cluster.fabric().wires;
    if (*number != 0) {
      wires.mend(std::exchange(*number, 0));
    } else {
      *number = wires.harm(all_links_of(who), cut_off);
    }
    if (auto again = next.lock()) c.later(a, c.world.between(flap_least, flap_most), [again] { (*again)(); });
  };
  c.later(a, duration{0}, [turn] { (*turn)(); });
  a->mending.push_back([&c, number] { c.cluster.fabric().wires.mend(*number); });
}

void break_again_and_again(fault_context& c, const active& a, const victims& given) {
  auto who = all_if_none(c, given);
  break_connections(c, who);
  c.later(a, c.world.between(duration{0}, reset_interval), [&c, a, who] { break_again_and_again(c, a, who); });
}

/// All links of the nodes, or of all nodes if none is named, including those within a host.
void harm_links(fault_context& c, const active& a, const victims& who, link_trouble how) {
  auto theirs = [in = machines_of(who)](auto from, auto to) {
    return in.empty() || in.contains(from) || in.contains(to);
  };
  c.harm(a, theirs, how);
}

template <double link_trouble::*Amount>
void trouble(fault_context& c, const active& a, const victims& who) {
  link_trouble how;
  how.*Amount = a->what.amount;
  harm_links(c, a, who, how);
}

void slow_down(fault_context& c, const active& a, const victims& who) {
  link_trouble how;
  how.slower = seconds(a->what.amount);
  harm_links(c, a, who, how);
}

using enum fault_kind;
using enum aim;

constexpr fault_row link_rows[] = {
    {.kind = isolate, .name = "isolate", .begin = cut_from_all, .a_minute = frequent},
    {.kind = sever, .name = "sever", .begin = turn_away, .a_minute = occasional},
    {.kind = split, .name = "split", .begin = cut_in_two, .whom = one_side, .a_minute = frequent},
    {.kind = one_way, .name = "one_way", .begin = cut_outward, .a_minute = frequent},
    {.kind = ring, .name = "ring", .begin = cut_to_ring, .whom = unnamed, .a_minute = occasional},
    {.kind = bridge, .name = "bridge", .begin = cut_to_bridge, .whom = unnamed, .a_minute = occasional},
    {.kind = swizzle, .name = "swizzle", .begin = cut_and_restore, .whom = unnamed, .a_minute = occasional},
    {.kind = flap, .name = "flap", .begin = cut_again_and_again, .a_minute = occasional},
    {.kind = reset, .name = "reset", .begin = break_again_and_again, .a_minute = frequent},
    {.kind = loss,
     .name = "loss",
     .begin = trouble<&link_trouble::loss>,
     .whom = one_node_or_all,
     .amount = {0.02, 0.5},
     .a_minute = occasional},
    {.kind = duplicate,
     .name = "duplicate",
     .begin = trouble<&link_trouble::duplicate>,
     .whom = one_node_or_all,
     .amount = {0.05, 0.9},
     .a_minute = occasional},
    {.kind = reorder,
     .name = "reorder",
     .begin = trouble<&link_trouble::reorder>,
     .whom = one_node_or_all,
     .amount = {0.05, 0.9},
     .a_minute = occasional},
    {.kind = slow_links,
     .name = "slow_links",
     .begin = slow_down,
     .whom = one_node_or_all,
     .amount = {0.002, 0.4},
     .a_minute = occasional},
    {.kind = narrow,
     .name = "narrow",
     .begin = trouble<&link_trouble::bytes_a_second>,
     .whom = one_node_or_all,
     .amount = {20'000, 2'000'000},
     .a_minute = occasional},
};

} // namespace

std::span<const fault_row> link_faults() { return link_rows; }

} // namespace praetor::sim
