#include "sim/cluster.hpp"

#include "sim/clients.hpp"
#include "sim/replay.hpp"
#include "storage/state/queries_kv.hpp"
#include "storage/state/records.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

constexpr duration shortest_fault = std::chrono::milliseconds(5), longest_fault = std::chrono::seconds(3);
/// Without faults a leader is found, and everyone has caught up, within this.
constexpr duration agrees_within = std::chrono::seconds(60);
constexpr unsigned keys = 4;

class cluster_scenario {
public:
  explicit cluster_scenario(const cluster_options& options)
      : options_(options), world_(options.seed), net_(world_, options.lines), nodes_(make_nodes()),
        lab_(world_, pointers()) {}

  cluster_report run() {
    for (int i = 0; i < 4; ++i) clients_.push_back(make_kv_client(lab_, keys, std::chrono::milliseconds(60)));
    for (int i = 0; i < 2; ++i) clients_.push_back(make_catalog_client(lab_, 2, std::chrono::milliseconds(400)));
    world_.when_quiet([this] { look(); });
    for (auto& n : nodes_) start(*n);
    for (auto& c : clients_) c->start();
    plan_fault();
    world_.run_for(options_.length, [this] { return !lab_.findings.empty(); });
    if (lab_.findings.empty()) finish();
    return report();
  }

private:
  std::vector<std::unique_ptr<node>> make_nodes() {
    std::vector<std::unique_ptr<node>> out;
    auto all = std::make_shared<known_servers>();
    for (unsigned i = 0; i < options_.servers; ++i) {
      auto o = options_.node;
      o.name = "node" + std::to_string(i + 1);
      o.ip = "10.0.0." + std::to_string(i + 1);
      o.expected_servers = options_.servers;
      out.push_back(std::make_unique<node>(world_, o, &net_));
      all->servers.push_back(out.back()->described());
    }
    std::sort(all->servers.begin(), all->servers.end(), [](auto& a, auto& b) { return a.id < b.id; });
    for (auto& n : out) n->know(all);
    return out;
  }
  std::vector<node*> pointers() const {
    std::vector<node*> out;
    for (const auto& n : nodes_) out.push_back(n.get());
    return out;
  }

  void start(node& n) {
    if (n.up()) return;
    if (auto started = n.start(); !started) lab_.find(n.options().name + " can't start: " + started.error().text);
  }

  // ---- faults

  void plan_fault() {
    if (options_.fault_interval.count() == 0) return;
    world_.after(world_.between(duration{0}, 2 * options_.fault_interval), [this] {
      if (!lab_.open) return;
      cause_fault();
      plan_fault();
    });
  }

  node& any() { return *nodes_[world_.below(nodes_.size())]; }
  node& leader_or_any() {
    for (auto& n : nodes_)
      if (n->ready()) return *n;
    return any();
  }

  void cause_fault() {
    auto& victim = world_.one_in(2) ? leader_or_any() : any();
    auto lasts = world_.between(shortest_fault, longest_fault);
    switch (world_.below(5)) {
    case 0:
    case 1: return crash(victim, lasts);
    case 2: // one direction alone
      cut(victim, any(), false);
      break;
    case 3: // one server is cut off
      for (auto& n : nodes_)
        if (n.get() != &victim) cut(victim, *n, true);
      break;
    default: // two groups
      for (std::size_t i = 0; i < nodes_.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (world_.one_in(2)) cut(*nodes_[i], *nodes_[j], true);
    }
    world_.after(lasts, [this] { net_.heal(); });
  }
  void cut(node& a, node& b, bool both) {
    if (&a == &b) return;
    net_.cut(a.id(), b.id());
    if (both) net_.cut(b.id(), a.id());
  }
  void crash(node& n, duration lasts) {
    if (!n.up()) return;
    note(n);
    n.crash(world_.one_in(2));
    world_.after(lasts, [this, &n] { start(n); });
  }

  // ---- what must hold at every moment

  void note(node& n) {
    auto store = n.state();
    if (store->log_index() == 0) return;
    auto odd = hashes_.note(store->log_index(), state::content_hash(*store));
    if (!odd.empty()) lab_.find(n.options().name + ": " + odd);
  }

  void look() {
    for (auto& n : nodes_) {
      if (!n->fatal().empty()) lab_.find(n->options().name + " gave up: " + n->fatal().front());
      if (!n->up()) continue;
      if (world_.one_in(16)) note(*n);
      auto seen = n->view().leader.get();
      if (!seen->is_leader) continue;
      auto [it, fresh] = leaders_.emplace(seen->term, n->id());
      if (!fresh && it->second != n->id()) lab_.find("two leaders in term " + std::to_string(seen->term));
    }
  }

  /// Where two logs have the same term at an index, they are equal up to there.
  void compare_logs(node& a, node& b) {
    auto &left = a.disk().log(), &right = b.disk().log();
    auto first = std::max(left.first_index(), right.first_index());
    bool same = false;
    for (auto i = std::min(left.last_index(), right.last_index()); i >= first && i > 0; --i) {
      auto x = left.entries(i, i, SIZE_MAX), y = right.entries(i, i, SIZE_MAX);
      if (x.empty() || y.empty()) return lab_.find("entry " + std::to_string(i) + " can't be read");
      same = same || x[0]->term == y[0]->term;
      if (same && !(*x[0] == *y[0]))
        return lab_.find("the logs of " + a.options().name + " and " + b.options().name + " differ at entry " +
                         std::to_string(i) + " although a later one is the same");
    }
  }

  // ---- the end

  node* leader() {
    for (auto& n : nodes_)
      if (n->ready()) return n.get();
    return nullptr;
  }
  bool agree() {
    auto* first = leader();
    return first && std::all_of(nodes_.begin(), nodes_.end(), [&](auto& n) {
             if (!n->up()) return false;
             auto index = n->state()->log_index();
             // What a majority holds may be applied before the own disk has it.
             return index == first->state()->log_index() && n->disk().log().last_index() >= index;
           });
  }
  std::size_t under_way() const {
    std::size_t out = 0;
    for (auto& n : nodes_) out += n->under_way();
    return out;
  }

  void finish() {
    lab_.open = false;
    net_.heal();
    for (auto& n : nodes_) start(*n);
    if (!world_.run_for(agrees_within, [this] { return under_way() == 0; }))
      lab_.find(std::to_string(under_way()) + " requests were never answered");
    // Once more from the disks alone.
    for (auto& n : nodes_) n->crash();
    for (auto& n : nodes_) start(*n);
    if (!world_.run_for(agrees_within, [this] { return agree(); })) {
      for (auto& n : nodes_)
        lab_.find(n->options().name + " is at " + std::to_string(n->state()->log_index()) +
                  (n->ready() ? ", leads" : ""));
      return lab_.find("the servers don't agree though nothing is broken any more");
    }
    for (auto& n : nodes_) note(*n);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) compare_logs(*nodes_[i], *nodes_[j]);
    read_all(*leader());
    for (auto& wrong : lab_.history.check()) lab_.find(wrong);
    for (auto& n : nodes_)
      for (auto& wrong : replay(n->disk(), n->state()->log_index(), hashes_)) lab_.find(wrong);
  }

  void read_all(node& from) {
    for (unsigned i = 0; i < keys; ++i) {
      auto name = "kv/" + std::to_string(i);
      auto found = state::kv_get(*from.state(), std::to_string(i), nullptr).value;
      operation op;
      op.begin = world_.now();
      auto number = lab_.history.begin(name, op);
      lab_.history.finish(name, number, outcome::ok, world_.now(), found ? found->value.bytes : std::string());
      if (found) lab_.find(lab_.history.saw_index(name, found->value.bytes, found->modify_index));
    }
  }

  cluster_report report() {
    cluster_report out;
    for (auto& n : nodes_) {
      out.lives += n->life();
      if (n->up()) out.entries = std::max(out.entries, n->state()->log_index());
      if (auto list = n->disk().snapshots().list()) out.snapshots += list->size();
      for (const auto& line : n->log_lines())
        if (line.find("the leader's snapshot was installed") != line.npos) ++out.installed;
    }
    lab_.open = false;
    for (auto& n : nodes_)
      if (n->up()) n->crash();
    world_.settle();
    world_.forget_timers();
    world_.settle();
    if (world_.actors() > 0) lab_.find(std::to_string(world_.actors()) + " actors outlived their agents");
    out.seed = options_.seed;
    out.trace = world_.trace().hash();
    out.steps = world_.steps();
    out.requests = lab_.requests;
    out.answers = lab_.answers;
    out.unknown = lab_.unknown;
    out.operations = lab_.history.size();
    out.terms = leaders_.size();
    out.messages = net_.messages();
    out.connections = net_.connections();
    out.findings = lab_.findings;
    return out;
  }

  cluster_options options_;
  sim::world world_;
  network net_;
  std::vector<std::unique_ptr<node>> nodes_;
  laboratory lab_;
  clients clients_;
  state_hashes hashes_;
  std::map<std::uint64_t, std::string> leaders_; ///< by term
};

} // namespace

cluster_report run_cluster(const cluster_options& options) { return cluster_scenario(options).run(); }

} // namespace praetor::sim
