#include "sim/run.hpp"

#include "sim/attackers/siege.hpp"
#include "sim/checkers/answer_index.hpp"
#include "sim/checkers/consensus.hpp"
#include "sim/checkers/convergence.hpp"
#include "sim/checkers/harm.hpp"
#include "sim/nemesis.hpp"

#include <algorithm>
#include <deque>
#include <memory>

namespace praetor::sim {

namespace {

/// Faults have a generator of their own, so that leaving some out does not change the others.
constexpr std::uint64_t seed_of_faults = 0x9e3779b97f4a7c15ull;
/// The interval of expensive checks.
constexpr duration seldom = std::chrono::seconds(3);
/// While the cluster converges, checks at one in this many moments.
constexpr unsigned looked_at_while_waiting = 16;
/// The limit on messages waiting for one actor.
constexpr std::size_t longest_mailbox = 20'000;

class one_run {
public:
  one_run(const scenario& what, const run_options& options)
      : what_(what), options_(options), world_(options.seed), fabric_(world_, what.who),
        cluster_(world_, fabric_, what.who), lab_(world_, cluster_.nodes()), nemesis_(cluster_, lab_),
        siege_(what, cluster_, lab_) {
    lab_.watcher = options.watcher;
    datacenters_.push_back(&cluster_);
    for (unsigned i = 2; i <= what.who.datacenters; ++i) {
      elsewhere_.push_back(std::make_unique<cluster>(world_, fabric_, what.who, i));
      datacenters_.push_back(elsewhere_.back().get());
    }
    for (auto* c : datacenters_) consensus_.emplace_back(*c, lab_);
    result_.seed = options.seed;
    result_.faults = options.faults ? *options.faults : faults_of(what, options.seed);
    harm_.emplace(siege_, what, result_.faults.empty());
    connect_observers();
    make_clients();
  }

  run_result run() {
    auto stop = [this] { return !lab_.findings.empty(); };
    world_.when_quiet([this] { look(); });
    bring_all_up();
    for (auto& c : clients_) c->start();
    nemesis_.plan(result_.faults);
    auto length = std::min(what_.length, options_.until.value_or(duration::max()));
    world_.run_for(length, stop);
    if (lab_.findings.empty() && length >= what_.length && rest()) judge();
    report();
    return std::move(result_);
  }

private:
  void bring_all_up() {
    for (auto* c : datacenters_)
      for (auto* n : c->nodes()) c->bring_up(*n);
  }
  template <class Visit>
  void for_each_node(Visit&& visit) const {
    for (auto* c : datacenters_)
      for (auto* n : c->nodes()) visit(*n);
  }

  void make_clients() {
    sim::clients all;
    for (const auto& w : what_.work) add_clients(all, lab_, w);
    for (const auto& a : what_.attackers) add_attackers(all, siege_, a);
    for (unsigned i = 0; i < all.size(); ++i) {
      const auto& left_out = options_.without_clients;
      if (std::find(left_out.begin(), left_out.end(), i) == left_out.end()) clients_.push_back(std::move(all[i]));
    }
  }

  void connect_observers() {
    lab_.reaches = [this](const node& from, const node& to) {
      return from.up() && to.up() && !from.paused() && !to.paused() &&
             !fabric_.wires.is_cut(from.options().ip, to.options().ip);
    };
    auto* watcher = options_.watcher;
    for (std::size_t i = 0; i < datacenters_.size(); ++i) {
      auto& c = *datacenters_[i];
      c.complain = [this](const std::string& text) { lab_.find("agents run", text); };
      c.before_stop = [&consensus = consensus_[i]](node& n) {
        if (n.options().server) consensus.note(n);
      };
      c.after_start = [this, watcher](node& n) {
        if (watcher) watcher->node_starts(world_.now(), n.options().name);
      };
      c.after_stop = [this, watcher](node& n) {
        if (watcher) watcher->node_stops(world_.now(), n.options().name);
      };
    }
    if (watcher) watch(*watcher);
  }

  void watch(observer& watcher) {
    for_each_node([&](node& n) {
      n.logged = [this, &watcher, &name = n.options().name](std::string_view line) {
        watcher.logs(world_.now(), name, line);
      };
    });
    fabric_.lines.watch([this, &watcher](duration sent, const std::string& from, const std::string& to,
                                         std::uint16_t kind, std::size_t bytes) {
      watcher.message(sent, world_.now(), from, to, name_of_message(kind), bytes);
    });
    fabric_.packets.watch(
        [this, &watcher](duration sent, const std::string& from, const std::string& to, std::size_t bytes) {
          watcher.message(sent, world_.now(), name_at(from), name_at(to), "gossip", bytes);
        });
  }
  std::string name_at(const std::string& address) const {
    auto name = address;
    for_each_node([&](node& n) {
      if (n.options().ip == host_of(address)) name = n.options().name;
    });
    return name;
  }

  /// Checks the invariants.
  void look() {
    bool now_and_then = world_.now() >= next_look_;
    if (now_and_then) next_look_ = world_.now() + seldom;
    for (auto& c : consensus_) c.look(now_and_then);
    harm_->look(now_and_then);
    if (!cluster_.leader())
      lab_.leader_since = duration::max();
    else if (lab_.leader_since == duration::max())
      lab_.leader_since = world_.now();
    lab_.look();
    for (auto& c : clients_) c->look();
    answer_index_.look();
    if (now_and_then) look_at_mailboxes();
  }

  void look_at_mailboxes() {
    for_each_node([this](node& n) {
      if (auto longest = n.host().longest_mailbox(); longest > longest_mailbox)
        lab_.find("bounded mailboxes", std::to_string(longest) + " messages wait for one actor of " + n.options().name);
    });
  }
  bool agree() const {
    return std::all_of(datacenters_.begin(), datacenters_.end(), [](auto* c) { return c->agree(); });
  }

  /// Nothing is broken and no client starts anything new: the cluster must recover within a time limit.
  /// @returns whether it does
  bool rest() {
    lab_.open = false;
    nemesis_.stop();
    world_.run_for(what_.settles_within, [this] { return cluster_.under_way() == 0 && agree(); });
    if (cluster_.under_way() > 0)
      lab_.find("answers", std::to_string(cluster_.under_way()) + " requests were never answered");
    if (!agree()) complain_of_disagreement();
    if (!lab_.findings.empty()) return false;
    world_.run_for(what_.settles_within,
                   [this] { return world_.one_in(looked_at_while_waiting) && disagreement().empty(); });
    lab_.find("convergence", disagreement());
    return lab_.findings.empty();
  }

  std::string disagreement() const {
    for (auto* c : datacenters_)
      for (auto* disagree : {members_disagree, voters_disagree, catalog_disagrees})
        if (auto what = disagree(*c); !what.empty()) return what;
    return wan_members_disagree({datacenters_.begin(), datacenters_.end()});
  }

  void complain_of_disagreement() {
    std::string text = "the servers don't agree though nothing is broken any more";
    for_each_node([&](node& n) {
      if (!n.options().server) return;
      text.append("; ").append(n.options().name);
      if (!n.up())
        text += " is down";
      else
        text.append(" is at ").append(std::to_string(n.state()->log_index())).append(n.ready() ? " and leads" : "");
    });
    lab_.find("agreement", text);
  }

  /// Replays the disks, then checks everything that was recorded.
  void judge() {
    harm_->judge();
    for (auto* c : datacenters_)
      for (auto* n : c->nodes()) c->stop(*n, false);
    bring_all_up();
    if (!world_.run_for(what_.settles_within, [this] { return agree(); })) return complain_of_disagreement();
    judge_at_the_end(lab_);
    for (auto& c : consensus_) c.judge();
  }

  void report() {
    auto& r = result_;
    for_each_node([&](node& n) {
      r.lives += n.life();
      if (n.up()) r.entries = std::max<std::uint64_t>(r.entries, n.state()->log_index());
      for (const auto& line : n.log_lines())
        if (line.find("the leader's snapshot was installed") != line.npos) ++r.snapshots_installed;
    });
    lab_.open = false;
    for_each_node([](node& n) {
      if (n.up()) n.crash();
    });
    r.simulated = world_.now();
    r.trace = world_.trace().hash();
    r.steps = world_.steps();
    r.requests = lab_.requests;
    r.answers = lab_.answers;
    r.unknown = lab_.unknown;
    r.operations = lab_.history.size();
    for (auto& c : consensus_) r.terms += c.terms();
    r.messages = fabric_.lines.messages();
    r.connections = fabric_.lines.connections();
    r.packets = fabric_.packets.packets_sent();
    r.bytes = fabric_.lines.bytes() + fabric_.packets.bytes();
    r.findings = lab_.findings;
    r.undecided = lab_.undecided;
  }

  const scenario& what_;
  const run_options& options_;
  sim::world world_;
  sim::fabric fabric_;
  cluster cluster_; ///< the target of clients and faults
  std::vector<std::unique_ptr<cluster>> elsewhere_;
  std::vector<cluster*> datacenters_; ///< all of them
  laboratory lab_;
  std::deque<consensus_checker> consensus_; ///< one per datacenter
  nemesis nemesis_;
  siege siege_;
  std::optional<harm_checker> harm_;
  answer_index_checker answer_index_{lab_};
  clients clients_;
  run_result result_;
  duration next_look_{0};
};

} // namespace

fault_schedule faults_of(const scenario& what, std::uint64_t seed) {
  std::mt19937_64 random(seed ^ seed_of_faults);
  return what.faults ? what.faults(what, random) : fault_schedule{};
}

run_result run(const scenario& what, const run_options& options) { return one_run(what, options).run(); }

} // namespace praetor::sim
