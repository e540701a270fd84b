#include "sim/nemesis.hpp"

#include <algorithm>
#include <cmath>

namespace praetor::sim {

namespace {

constexpr duration flap_least = std::chrono::milliseconds(50), flap_most = std::chrono::milliseconds(1500);
constexpr duration reset_interval = std::chrono::milliseconds(700);
constexpr duration catch_up_look = std::chrono::milliseconds(100);
/// How often an operator looks whether a disk may be taken out.
constexpr duration operator_look = std::chrono::milliseconds(500);

const link_trouble cut_off{.cut = true};

duration seconds(double amount) { return duration{static_cast<std::int64_t>(amount * 1e9)}; }

std::set<std::string, std::less<>> machines_of(const std::vector<node*>& who) {
  std::set<std::string, std::less<>> out;
  for (auto* n : who) out.insert(n->options().ip);
  return out;
}

wires::where all_links_of(const std::vector<node*>& who) {
  return [in = machines_of(who)](auto from, auto to) { return from != to && (in.contains(from) || in.contains(to)); };
}

} // namespace

nemesis::nemesis(cluster& victims, laboratory& lab) : victims_(victims), lab_(lab), world_(lab.world) {
  world_.after_each_step([this] {
    if (!armed_.empty()) watch_for_commit();
    if (!coming_.empty()) watch_for_leader();
  });
}

void nemesis::plan(const fault_schedule& faults) {
  plan_ = faults;
  for (const auto& f : plan_) {
    if (f.kind == fault_kind::old_disk)
      world_.after(std::max(f.at - seconds(f.amount) - world_.now(), duration{0}), [this, &f] {
        for (auto* n : victims_.servers()) images_[&f].emplace(n, n->disk().durable());
      });
    world_.after(std::max(f.at - world_.now(), duration{0}), [this, &f] {
      if (open_) begin_fault(f);
    });
  }
}

void nemesis::stop() {
  open_ = false;
  while (!active_.empty()) end_fault(active_.back());
}

void nemesis::later(const active& a, duration wait, std::function<void()> action) {
  world_.after(wait, [a, action = std::move(action)] {
    if (!a->over) action();
  });
}

node* nemesis::pick(const std::string& role, const victims& taken) {
  victims candidates;
  auto* leads = victims_.leader();
  for (auto* n : victims_.nodes()) {
    bool server = n->options().server;
    if (std::find(taken.begin(), taken.end(), n) != taken.end()) continue;
    if (role == n->options().name) return n;
    if (role == "any" || (role == "server" && server) || (role == "agent" && !server) ||
        (role == "leader" && (n == leads || (!leads && server))) || (role == "follower" && server && n != leads))
      candidates.push_back(n);
  }
  return candidates.empty() ? nullptr : candidates[world_.below(candidates.size())];
}

nemesis::victims nemesis::resolve(const fault& f) {
  victims out;
  for (const auto& role : f.nodes)
    if (auto* n = pick(role, out)) out.push_back(n);
  return out;
}

nemesis::victims nemesis::everyone_if_none(const victims& who) const { return who.empty() ? victims_.nodes() : who; }

void nemesis::begin_fault(const fault& f) {
  auto who = resolve(f);
  if (who.empty() && !f.nodes.empty()) return;
  auto a = std::make_shared<active_fault>();
  a->what = f;
  active_.push_back(a);
  lab_.calm_since = duration::max();
  if (lab_.watcher) {
    std::vector<std::string> names;
    for (auto* n : who) names.push_back(n->options().name);
    lab_.watcher->fault_begins(world_.now(), f, names);
  }
  world_.trace().mix(name_of(f.kind));
  // The images are found by the fault of the plan.
  if (auto it = images_.find(&f); it != images_.end()) images_[&a->what] = it->second;
  act(a, who);
  world_.after(f.lasts, [this, a] { end_fault(a); });
}

void nemesis::end_fault(const active& given) {
  auto a = given;
  if (std::exchange(a->over, true)) return;
  std::erase(active_, a);
  std::erase_if(armed_, [&](const armed& w) { return w.a == a; });
  std::erase_if(coming_, [&](const coming_leader& c) { return c.a == a; });
  images_.erase(&a->what);
  note_clocks();
  for (auto& mend : a->mending) mend();
  note_clocks();
  if (active_.empty()) lab_.calm_since = world_.now();
  if (lab_.watcher) lab_.watcher->fault_ends(world_.now(), a->what);
}

void nemesis::act(const active& a, const victims& who) {
  const auto& f = a->what;
  link_trouble trouble;
  switch (f.kind) {
  case fault_kind::crash:
  case fault_kind::power_loss:
    for (auto* n : who) stop(a, *n, f.kind == fault_kind::power_loss);
    return;
  case fault_kind::lost_disk:
    for (auto* n : who) lose_disk(a, *n);
    return;
  case fault_kind::old_disk:
    for (auto* n : who) bring_old_disk(a, *n);
    return;
  case fault_kind::pause:
    for (auto* n : who) pause(a, *n);
    return;
  case fault_kind::rolling_restart: return restart_one_by_one(a, who.empty() ? victims_.servers() : who);
  case fault_kind::kill_leader_before_reply:
    if (auto* n = victims_.leader()) kill_before_reply(a, *n);
    return;
  case fault_kind::kill_leader_before_apply:
    if (auto* n = victims_.leader()) kill_before_apply(a, *n);
    return;
  case fault_kind::kill_new_leader: return kill_new_leader(a);
  case fault_kind::destroy:
    for (auto* n : who) destroy(*n);
    return;
  case fault_kind::clock_jump:
    for (auto* n : who) jump_clock(a, *n);
    return note_clocks();
  case fault_kind::clock_drift:
    for (auto* n : who) drift_clock(a, *n);
    return;
  case fault_kind::isolate: return isolate(a, who);
  case fault_kind::sever:
    isolate(a, who);
    for (auto* n : who) victims_.fabric().lines.reset(n->options().ip);
    return;
  case fault_kind::split:
    return harm(
        a, [in = machines_of(who)](auto from, auto to) { return in.contains(from) != in.contains(to); }, cut_off);
  case fault_kind::one_way:
    return harm(
        a, [in = machines_of(who)](auto from, auto to) { return in.contains(from) && !in.contains(to); }, cut_off);
  case fault_kind::ring: return ring(a, who.empty() ? victims_.servers() : who);
  case fault_kind::bridge: return bridge(a, who);
  case fault_kind::swizzle: return swizzle(a, everyone_if_none(who));
  case fault_kind::flap: return flap(a, everyone_if_none(who));
  case fault_kind::reset: return reset(a, everyone_if_none(who));
  case fault_kind::loss: trouble.loss = f.amount; return harm_links(a, who, trouble);
  case fault_kind::duplicate: trouble.duplicate = f.amount; return harm_links(a, who, trouble);
  case fault_kind::reorder: trouble.reorder = f.amount; return harm_links(a, who, trouble);
  case fault_kind::slow_links: trouble.slower = seconds(f.amount); return harm_links(a, who, trouble);
  case fault_kind::narrow: trouble.bytes_a_second = f.amount; return harm_links(a, who, trouble);
  case fault_kind::slow_disk:
  case fault_kind::stuck_disk:
  case fault_kind::full_disk:
  case fault_kind::read_errors:
    for (auto* n : who) ail(a, *n);
    return;
  case fault_kind::bit_flip:
    for (auto* n : who) flip_bit(a, *n);
    return;
  case fault_kind::add_server: return add_server();
  case fault_kind::remove_server:
    for (auto* n : who) remove_server(a, *n);
    return;
  }
}

// ---- processes and machines

void nemesis::stop(const active& a, node& n, bool silently) {
  victims_.hold(n);
  victims_.stop(n, silently);
  a->mending.push_back([this, &n] { victims_.release(n); });
}

void nemesis::lose_disk(const active& a, node& n) {
  if (!n.options().server || !victims_.can_do_without(n)) return;
  victims_.hold(n);
  victims_.stop(n, false);
  n.replace_disk();
  ++lab_.lost_disks[n.options().name];
  a->mending.push_back([this, &n] { victims_.release(n); });
}

void nemesis::bring_old_disk(const active& a, node& n) {
  auto& images = images_[&a->what];
  auto old = images.find(&n);
  if (old == images.end() || !victims_.can_do_without(n)) return;
  victims_.hold(n);
  victims_.stop(n, false);
  n.disk().put_back(old->second);
  ++lab_.lost_disks[n.options().name];
  a->mending.push_back([this, &n] { victims_.release(n); });
}

void nemesis::pause(const active& a, node& n) {
  if (!n.up() || n.paused()) return;
  n.pause();
  a->mending.push_back([&n, life = n.life()] {
    if (n.up() && n.life() == life) n.go_on();
  });
}

void nemesis::restart_one_by_one(const active& a, victims who) {
  if (who.empty()) return;
  auto& n = *who.back();
  who.pop_back();
  victims_.stop(n, false);
  victims_.bring_up(n);
  // Asks itself again until the node has caught up; a fault that is over ends that.
  auto look = std::make_shared<std::function<void()>>();
  *look = [this, a, who, look_again = std::weak_ptr(look), &n] {
    auto* leads = victims_.leader();
    if (leads && n.up() && n.state()->log_index() >= leads->state()->log_index()) return restart_one_by_one(a, who);
    if (auto again = look_again.lock()) later(a, catch_up_look, [again] { (*again)(); });
  };
  later(a, catch_up_look, [look] { (*look)(); });
}

void nemesis::kill_before_reply(const active& a, node& n) {
  n.disk().when_synced([this, a, &n] {
    if (a->over || !n.ready()) return;
    n.disk().when_synced(nullptr);
    world_.interrupt([this, a, &n] {
      if (!a->over && n.up()) stop(a, n, world_.one_in(2));
    });
  });
  a->mending.push_back([&n] { n.disk().when_synced(nullptr); });
}

void nemesis::kill_before_apply(const active& a, node& n) { armed_.push_back({a, &n}); }

/// An entry is committed once a majority of the voters has it durably; the leader learns of it, and applies it, later.
void nemesis::watch_for_commit() {
  for (std::size_t i = 0; i < armed_.size(); ++i) {
    auto [a, n] = armed_[i];
    if (!n->up() || !n->ready()) continue;
    auto index = n->state()->log_index() + 1;
    if (n->disk().log().last_index() < index) continue;
    auto members = victims_.members(*n);
    std::size_t holding = 0;
    for (auto* other : victims_.servers()) {
      auto& log = other->disk().log();
      if (members.is_voter({other->id(), log.opened().storage_id}) && log.durable_last_index() >= index &&
          log.term(index) == n->disk().log().term(index))
        ++holding;
    }
    if (2 * holding <= members.voter_count()) continue;
    armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(i));
    world_.interrupt([this, a = a, n = n] {
      if (!a->over && n->up()) stop(a, *n, world_.one_in(2));
    });
    return;
  }
}

void nemesis::kill_new_leader(const active& a) {
  coming_leader next{a};
  for (auto* n : victims_.servers())
    if (n->up()) next.term = std::max(next.term, n->view().leader.get()->term);
  coming_.push_back(next);
}

/// It is cut off before anything that it sends as a leader is on its way.
void nemesis::watch_for_leader() {
  for (std::size_t i = 0; i < coming_.size(); ++i) {
    auto& next = coming_[i];
    for (auto* n : victims_.servers()) {
      if (next.n || !n->up()) continue;
      auto seen = n->view().leader.get();
      if (!seen->is_leader || seen->term <= next.term) continue;
      next.n = n;
      next.term = seen->term;
      next.links = victims_.fabric().wires.harm(all_links_of({n}), cut_off);
      next.a->mending.push_back([this, links = next.links] { victims_.fabric().wires.mend(links); });
    }
    if (!next.n) continue;
    auto& log = next.n->disk().log();
    if (next.n->up() && log.term(log.durable_last_index()) != next.term) continue;
    auto done = next;
    coming_.erase(coming_.begin() + static_cast<std::ptrdiff_t>(i));
    world_.interrupt([this, done] {
      if (done.a->over) return;
      stop(done.a, *done.n, world_.one_in(2));
      victims_.fabric().wires.mend(done.links);
    });
    return;
  }
}

/// As the loss of a disk: not if the others need what is on it.
void nemesis::destroy(node& n) {
  if (!n.options().server || !victims_.can_do_without(n)) return;
  victims_.remove(n);
  std::erase(lab_.nodes, &n);
}

// ---- clocks

void nemesis::note_clocks() {
  auto least = duration::max(), most = duration::min();
  for (auto* n : victims_.nodes()) {
    least = std::min(least, n->clock_error());
    most = std::max(most, n->clock_error());
  }
  lab_.clock_error = std::max(lab_.clock_error, most - least);
}

void nemesis::jump_clock(const active& a, node& n) {
  auto by = seconds(a->what.amount);
  n.jump_clock(by);
  a->mending.push_back([&n, by] { n.jump_clock(-by); });
}

void nemesis::drift_clock(const active& a, node& n) {
  n.drift_clock(a->what.amount);
  lab_.clock_drift = std::max(lab_.clock_drift, std::abs(a->what.amount));
  a->mending.push_back([&n] { n.drift_clock(0); });
}

// ---- links

void nemesis::isolate(const active& a, const victims& who) { harm(a, all_links_of(who), cut_off); }

void nemesis::harm(const active& a, wires::where links, link_trouble how) {
  auto number = victims_.fabric().wires.harm(std::move(links), how);
  a->mending.push_back([this, number] { victims_.fabric().wires.mend(number); });
}

void nemesis::harm_links(const active& a, const victims& who, link_trouble how) {
  harm(
      a, [in = machines_of(who)](auto from, auto to) { return in.empty() || in.contains(from) || in.contains(to); },
      how);
}

void nemesis::ring(const active& a, victims who) {
  for (std::size_t i = who.size(); i > 1; --i) std::swap(who[i - 1], who[world_.below(i)]);
  std::map<std::string, std::size_t, std::less<>> place;
  for (std::size_t i = 0; i < who.size(); ++i) place[who[i]->options().ip] = i;
  harm(
      a,
      [place, size = who.size()](auto from, auto to) {
        auto x = place.find(from), y = place.find(to);
        if (x == place.end() || y == place.end()) return false;
        auto apart = x->second > y->second ? x->second - y->second : y->second - x->second;
        return apart > 1 && apart + 1 < size;
      },
      cut_off);
}

void nemesis::bridge(const active& a, const victims& who) {
  auto servers = victims_.servers();
  auto* middle = who.empty() ? servers[world_.below(servers.size())] : who.front();
  std::erase(servers, middle);
  for (std::size_t i = servers.size(); i > 1; --i) std::swap(servers[i - 1], servers[world_.below(i)]);
  auto half = servers.begin() + static_cast<std::ptrdiff_t>(servers.size() / 2);
  auto left = machines_of({servers.begin(), half}), right = machines_of({half, servers.end()});
  harm(
      a,
      [left, right](auto from, auto to) {
        return (left.contains(from) && right.contains(to)) || (right.contains(from) && left.contains(to));
      },
      cut_off);
}

void nemesis::swizzle(const active& a, const victims& who) {
  auto order = who, back = who;
  for (std::size_t i = who.size(); i > 1; --i) {
    std::swap(order[i - 1], order[world_.below(i)]);
    std::swap(back[i - 1], back[world_.below(i)]);
  }
  auto half = a->what.lasts / 2;
  auto step = half / static_cast<int>(who.size() + 1);
  auto numbers = std::make_shared<std::map<node*, std::uint64_t>>();
  auto mend = [this, numbers](node* n) {
    if (auto it = numbers->find(n); it != numbers->end()) victims_.fabric().wires.mend(it->second);
  };
  for (std::size_t i = 0; i < who.size(); ++i) {
    later(a, step * static_cast<int>(i),
          [this, numbers, n = order[i]] { (*numbers)[n] = victims_.fabric().wires.harm(all_links_of({n}), cut_off); });
    later(a, half + step * static_cast<int>(i + 1), [mend, n = back[i]] { mend(n); });
    a->mending.push_back([mend, n = order[i]] { mend(n); });
  }
}

void nemesis::flap(const active& a, const victims& who) {
  auto number = std::make_shared<std::uint64_t>(0);
  auto turn = std::make_shared<std::function<void()>>();
  *turn = [this, a, number, who, next = std::weak_ptr(turn)] {
    if (*number != 0) {
      victims_.fabric().wires.mend(std::exchange(*number, 0));
    } else {
      *number = victims_.fabric().wires.harm(all_links_of(who), cut_off);
    }
    if (auto again = next.lock()) later(a, world_.between(flap_least, flap_most), [again] { (*again)(); });
  };
  later(a, duration{0}, [turn] { (*turn)(); });
  a->mending.push_back([this, number] { victims_.fabric().wires.mend(*number); });
}

void nemesis::reset(const active& a, const victims& who) {
  for (auto* n : who) victims_.fabric().lines.reset(n->options().ip);
  later(a, world_.between(duration{0}, reset_interval), [this, a, who] { reset(a, who); });
}

// ---- disks

void nemesis::ail(const active& a, node& n) {
  auto& trouble = n.disk().trouble();
  auto kind = a->what.kind;
  if (kind == fault_kind::slow_disk) trouble.slower = seconds(a->what.amount);
  trouble.stuck = trouble.stuck || kind == fault_kind::stuck_disk;
  trouble.full = trouble.full || kind == fault_kind::full_disk;
  trouble.read_errors = trouble.read_errors || kind == fault_kind::read_errors;
  a->mending.push_back([&n, kind] {
    auto& trouble = n.disk().trouble();
    if (kind == fault_kind::slow_disk) trouble.slower = duration{0};
    if (kind == fault_kind::stuck_disk) trouble.stuck = false;
    if (kind == fault_kind::full_disk) trouble.full = false;
    if (kind == fault_kind::read_errors) trouble.read_errors = false;
  });
}

/// What is damaged is found when it is read, at the latest after a restart. The operator then puts in a new disk.
void nemesis::flip_bit(const active& a, node& n) {
  if (!n.options().server || !victims_.can_do_without(n)) return;
  if (n.disk().damage().empty()) return;
  a->mending.push_back([this, &n] {
    victims_.hold(n);
    put_in_new_disk(n);
  });
}

/// As a careful operator does: not before the others can do without what is on the old one.
void nemesis::put_in_new_disk(node& n) {
  if (!victims_.can_do_without(n)) {
    // What is still of use runs on meanwhile.
    victims_.release(n);
    world_.after(operator_look, [this, &n] {
      victims_.hold(n);
      put_in_new_disk(n);
    });
    return;
  }
  victims_.stop(n, false);
  n.replace_disk();
  ++lab_.lost_disks[n.options().name];
  victims_.release(n);
}

// ---- membership

void nemesis::add_server() {
  auto& n = victims_.add_server();
  lab_.nodes.push_back(&n);
  victims_.bring_up(n);
}

void nemesis::remove_server(const active& a, node& n) {
  if (!n.options().server || !victims_.can_do_without(n)) return;
  victims_.hold(n);
  auto handles = n.view().handles.load();
  if (handles)
    caf::anon_send(handles->agent, leave_atom_v, local<done_callback>{[this, &n, life = n.life()](const error*) {
                     world_.interrupt([this, &n, life] {
                       if (n.up() && n.life() == life) victims_.stop(n, false);
                     });
                   }});
  a->mending.push_back([this, &n] { put_in_new_disk(n); });
}

} // namespace praetor::sim
