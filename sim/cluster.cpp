#include "sim/cluster.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// The supervisor's delay before it restarts an agent that gave up.
constexpr duration supervisor_pause = std::chrono::seconds(1);

std::string address_of(unsigned datacenter, unsigned number) {
  return "10." + std::to_string(datacenter - 1) + "." + std::to_string(number / 250) + "." +
         std::to_string(number % 250 + 1);
}

} // namespace

cluster::cluster(sim::world& world, sim::fabric& between, const topology& who, unsigned datacenter)
    : world_(world), fabric_(between), who_(who), datacenter_(datacenter) {
  for (unsigned i = 0; i < who_.servers; ++i) make(true, i + 1);
  for (unsigned i = 0; i < who_.agents; ++i) make(false, i + 1);
}

cluster::~cluster() {
  for (auto* n : all_)
    if (n->up()) n->crash();
  world_.forget_timers();
}

node& cluster::make(bool server, unsigned number) {
  auto o = who_.node;
  o.server = server;
  o.datacenter = "dc" + std::to_string(datacenter_);
  o.name = (server ? "server" : "agent") + std::to_string(number);
  if (datacenter_ > 1) o.name = o.datacenter + "-" + o.name;
  o.ip = address_of(datacenter_, static_cast<unsigned>(owned_.size()));
  o.expected_servers = who_.servers;
  for (unsigned i = 0; i < who_.servers; ++i) {
    if (auto address = address_of(datacenter_, i); address != o.ip) o.join.push_back(address);
    if (server && datacenter_ > 1) o.join_wan.push_back(address_of(1, i));
  }
  owned_.push_back(std::make_unique<node>(world_, std::move(o), &fabric_.lines, &fabric_.packets));
  auto& made = *owned_.back();
  all_.push_back(&made);
  if (server) servers_.push_back(&made);
  made.changed = [this](node& n) {
    if (!n.up() || n.fatal().empty()) return;
    // The process has ended; its supervisor restarts it.
    if (!n.disk().has_failed()) complain(n.options().name + " gave up: " + n.fatal().front());
    stop(n, false);
    world_.after(supervisor_pause, [this, &n] { bring_up(n); });
  };
  return made;
}

node& cluster::add_server() {
  unsigned number = 1;
  while (std::any_of(owned_.begin(), owned_.end(),
                     [&](auto& n) { return n->options().name == "server" + std::to_string(number); }))
    ++number;
  return make(true, number);
}

std::vector<node*> cluster::agents() const {
  std::vector<node*> out;
  std::copy_if(all_.begin(), all_.end(), std::back_inserter(out), [](node* n) { return !n->options().server; });
  return out;
}

node* cluster::named(const std::string& name) const {
  auto it = std::find_if(all_.begin(), all_.end(), [&](node* n) { return n->options().name == name; });
  return it == all_.end() ? nullptr : *it;
}

node* cluster::leader() const {
  for (auto* n : servers_)
    if (!n->paused() && n->ready()) return n;
  return nullptr;
}

void cluster::bring_up(node& n) {
  if (n.up() || held_[&n] > 0 || retrying_.contains(&n)) return;
  auto started = n.start();
  if (started) {
    if (after_start) after_start(n);
    return;
  }
  if (!n.disk().has_failed()) return complain(n.options().name + " can't start: " + started.error().text);
  retrying_.insert(&n);
  world_.after(supervisor_pause, [this, &n] {
    retrying_.erase(&n);
    bring_up(n);
  });
}

void cluster::release(node& n) {
  if (--held_[&n] == 0) bring_up(n);
}

void cluster::stop(node& n, bool silently) {
  if (!n.up()) return;
  if (before_stop) before_stop(n);
  n.crash(silently);
  if (after_stop) after_stop(n);
}

void cluster::remove(node& n) {
  hold(n); // even if another fault ends meanwhile
  stop(n, false);
  std::erase(all_, &n);
  std::erase(servers_, &n);
}

raft::configuration cluster::members(node& n) const {
  auto& log = n.disk().log();
  auto first = log.first_index();
  for (auto i = log.last_index(); i >= first && i > 0; --i) {
    auto entries = log.entries(i, i, SIZE_MAX);
    if (entries.empty() || entries[0]->kind != raft::entry_kind::configuration) continue;
    if (auto found = raft::decode_configuration(entries[0]->data)) return *found;
  }
  raft::configuration out;
  if (auto list = n.disk().snapshots().list(); list && !list->empty())
    for (const auto& s : list->front().configuration.servers)
      out.servers.push_back({{s.id, s.storage_id}, s.address, s.suffrage == 0});
  return out;
}

bool cluster::can_do_without(const node& n) const {
  auto* leads = leader();
  if (!leads) return false;
  auto members_now = members(*leads);
  std::size_t good = 0;
  for (auto* other : servers()) {
    if (other == &n) continue;
    if (!other->up() || other->paused()) return false;
    auto& log = other->disk().log();
    bool voter = members_now.is_voter({other->id(), log.opened().storage_id});
    if (voter && log.last_index() >= leads->state()->log_index()) ++good;
  }
  return 2 * good > members_now.voter_count() && good + 1 >= members_now.voter_count();
}

bool cluster::agree() const {
  auto* first = leader();
  if (!first) return false;
  return std::all_of(all_.begin(), all_.end(), [&](node* n) {
    if (!n->up() || n->paused()) return false;
    if (!n->options().server) return true;
    auto index = n->state()->log_index();
    // Entries that a majority holds may be applied before the local disk has them.
    return index == first->state()->log_index() && n->disk().log().last_index() >= index;
  });
}

std::size_t cluster::under_way() const {
  std::size_t out = 0;
  for (auto* n : all_) out += n->under_way();
  return out;
}

} // namespace praetor::sim
