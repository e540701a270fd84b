#include "sim/single_agent.hpp"

#include "sim/clients.hpp"
#include "sim/replay.hpp"
#include "storage/state/queries_health.hpp"
#include "storage/state/queries_kv.hpp"
#include "storage/state/records.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

constexpr duration shortest_down = std::chrono::milliseconds(1), longest_down = std::chrono::seconds(2);
/// A server without peers leads at once; a slow disk may delay it.
constexpr duration leads_within = std::chrono::seconds(10);
/// Anti-entropy compares everything at least this often.
constexpr duration converges_within = std::chrono::seconds(150);
constexpr unsigned keys = 4, outside_nodes = 2, own_services = 2, locks = 2;

class scenario {
public:
  explicit scenario(const single_agent_options& options)
      : options_(options), world_(options.seed), node_(world_, options.node), lab_(world_, node_) {}

  run_report run() {
    node_.script = [](const check_definition&, std::uint64_t attempt) {
      return attempt % 7 == 3 ? probe_result{"critical", "refused", false} : probe_result{"passing", "HTTP 200", false};
    };
    populate();
    world_.when_quiet([this] { look(); });
    if (auto started = start(); !started) lab_.find("agents run", "start: " + started.error().text);
    for (auto& c : clients_) c->start();
    plan_crash();
    world_.run_for(options_.length, [this] { return !lab_.findings.empty(); });
    if (lab_.findings.empty()) finish();
    return report();
  }

private:
  void populate() {
    auto often = std::chrono::milliseconds(60), seldom = std::chrono::milliseconds(400);
    for (int i = 0; i < 3; ++i) clients_.push_back(make_kv_client(lab_, keys, often));
    for (int i = 0; i < 2; ++i) clients_.push_back(make_catalog_client(lab_, outside_nodes, seldom));
    for (unsigned i = 0; i < own_services; ++i) clients_.push_back(make_service_client(lab_, i, seldom));
    for (unsigned i = 0; i < 6; ++i) clients_.push_back(make_watch_client(lab_, i));
    for (int i = 0; i < 3; ++i) clients_.push_back(make_lock_client(lab_, book_, locks));
  }

  expected<void> start() { return node_.start(); }

  void plan_crash() {
    if (options_.crash_interval.count() == 0) return;
    world_.after(world_.between(duration{0}, 2 * options_.crash_interval), [this] {
      if (!lab_.open) return;
      crash();
      world_.after(world_.between(shortest_down, longest_down), [this] {
        restart();
        plan_crash();
      });
    });
  }

  void crash() {
    note_state();
    applied_ = std::max(applied_, node_.state()->last_index());
    node_.crash();
    auto durable = node_.disk().log().last_index();
    if (durable < lab_.acknowledged_index)
      lab_.find("durability", "a write was acknowledged that may rest on entry " +
                                  std::to_string(lab_.acknowledged_index) + ", and after the crash the log ends at " +
                                  std::to_string(durable));
    if (durable < applied_)
      lab_.find("durability", "entry " + std::to_string(applied_) +
                                  " was applied, and after the crash the log ends at " + std::to_string(durable));
  }

  void restart() {
    if (node_.up()) return;
    if (auto started = start(); !started) return lab_.find("agents run", "restart: " + started.error().text);
    down_since_ = world_.now();
    replayed_ = false;
  }

  /// Compares the state with what was seen at the same index before.
  void note_state() {
    auto store = node_.state();
    if (store->last_index() == noted_ || store->last_index() == 0) return;
    noted_ = store->last_index();
    lab_.find("equal states", hashes_.note(noted_, state::content_hash(*store)));
  }

  /// Once in each life, when the agent has caught up with its own log.
  void compare_with_disk() {
    replayed_ = true;
    auto index = node_.state()->last_index();
    if (index < applied_)
      lab_.find("durability",
                "the state went back from index " + std::to_string(applied_) + " to " + std::to_string(index));
    for (auto& wrong : replay(node_.disk(), index, hashes_)) lab_.find("durability", wrong);
  }

  void look() {
    if (!node_.fatal().empty()) lab_.find("agents run", "the agent gave up: " + node_.fatal().front());
    if (!node_.up()) return;
    if (world_.one_in(8)) note_state();
    if (!node_.ready()) {
      if (world_.now() - down_since_ > leads_within)
        lab_.find("a leader is found", "no leader for a long time"), down_since_ = world_.now();
      return;
    }
    down_since_ = world_.now();
    if (!replayed_) compare_with_disk();
    for (auto& c : clients_) c->look();
  }

  /// No more faults: what is under way ends, a last life begins, and everything is looked at.
  void finish() {
    lab_.open = false;
    if (!node_.up()) restart();
    if (!world_.run_for(std::chrono::seconds(60), [this] { return node_.under_way() == 0; }))
      lab_.find("answers", std::to_string(node_.under_way()) + " requests were never answered");
    crash();
    restart();
    if (!world_.run_for(leads_within, [this] { return node_.ready() && replayed_; }))
      lab_.find("a leader is found", "no leader at the end");
    if (!lab_.findings.empty()) return;
    read_all();
    world_.run_for(converges_within, [this] { return catalog_agrees(); });
    if (!catalog_agrees()) lab_.find("catalog agrees", "the catalog does not agree with the agent's own services");
    for (auto& wrong : lab_.history.check()) lab_.find("linearizable", wrong);
    for (auto& wrong : replay(node_.disk(), node_.state()->last_index(), hashes_)) lab_.find("durability", wrong);
  }

  void read_all() {
    for (unsigned i = 0; i < keys; ++i) {
      auto name = "kv/" + std::to_string(i);
      auto found = state::kv_get(*node_.state(), std::to_string(i), nullptr).value;
      operation op;
      op.begin = world_.now();
      auto number = lab_.history.begin(name, op);
      lab_.history.finish(name, number, outcome::ok, world_.now(), found ? found->value.bytes : std::string());
      if (found) lab_.find("one index a value", lab_.history.saw_index(name, found->value.bytes, found->modify_index));
    }
  }

  bool catalog_agrees() const {
    auto local = node_.view().registry.get();
    auto store = node_.state();
    auto known = state::node_services(*store, options_.node.name, nullptr).value;
    bool agrees = known.node != nullptr;
    std::size_t own = 0;
    local->services.for_each([&](std::string_view, const local_service_ptr&) { ++own; });
    for (const auto& s : known.services) {
      if (s->id == "consul") continue;
      auto kept = local->service(s->id);
      agrees = agrees && kept && kept->service->port == s->port && own-- > 0;
    }
    for (const auto& c : state::node_checks(*store, options_.node.name, nullptr).value) {
      if (c->check_id == "serfHealth") continue;
      auto kept = local->check(c->check_id);
      agrees = agrees && kept && kept->check->status == c->status;
    }
    return agrees && own == 0;
  }

  run_report report() {
    run_report out;
    out.lives = node_.life();
    out.entries = node_.up() ? node_.state()->last_index() : 0;
    if (auto list = node_.disk().snapshots().list()) out.snapshots = list->size();
    lab_.open = false;
    if (node_.up()) node_.crash();
    world_.settle();
    world_.forget_timers();
    world_.settle();
    if (world_.actors() > 0) lab_.find("clean end", std::to_string(world_.actors()) + " actors outlived their agent");
    out.seed = options_.seed;
    out.trace = world_.trace().hash();
    out.steps = world_.steps();
    out.requests = lab_.requests;
    out.answers = lab_.answers;
    out.unknown = lab_.unknown;
    out.operations = lab_.history.size();
    out.findings = lab_.told();
    return out;
  }

  single_agent_options options_;
  sim::world world_;
  sim::node node_;
  laboratory lab_;
  lock_book book_;
  clients clients_;
  state_hashes hashes_;
  std::uint64_t noted_ = 0, applied_ = 0;
  duration down_since_{0};
  bool replayed_ = false;
};

} // namespace

run_report run_single_agent(const single_agent_options& options) { return scenario(options).run(); }

} // namespace praetor::sim
