#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include "protocol/codec/base64.hpp"
#include "storage/state/queries_health.hpp"
#include "storage/state/queries_kv.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace praetor::sim {

namespace {

/// The time limit for waking a waiter in a healthy cluster, including a request that is held for a leader.
constexpr duration patience = std::chrono::seconds(5);

/// A watched query, and how to find its changes in the state.
struct question {
  const char* path;
  /// The index of the answer's newest change, and whether the object exists.
  std::pair<std::uint64_t, bool> (*look)(const state::store&);
  /// The registers that it shows; null: none.
  const char* registers = nullptr;
};

constexpr std::array questions{
    question{"/v1/kv/kv/0",
             [](const state::store& s) {
               auto found = state::kv_get(s, "kv/0", nullptr);
               return std::pair{found.index, found.value != nullptr};
             },
             "kv/0"},
    question{"/v1/kv/kv/?recurse",
             [](const state::store& s) {
               auto found = state::kv_list(s, "kv/", nullptr);
               return std::pair{found.index, !found.value.empty()};
             },
             "kv/"},
    question{"/v1/health/service/web",
             [](const state::store& s) {
               state::service_query q;
               q.name = "web";
               auto found = state::service_entries(s, q, nullptr);
               return std::pair{found.index, !found.value.empty()};
             }},
    question{"/v1/catalog/node/outside0",
             [](const state::store& s) {
               auto found = state::node_services(s, "outside0", nullptr);
               return std::pair{found.index, found.value.node != nullptr};
             }},
    question{"/v1/session/list",
             [](const state::store& s) {
               auto found = state::list_sessions(s, nullptr);
               return std::pair{found.index, true};
             }},
    question{"/v1/health/state/any",
             [](const state::store& s) {
               auto found = state::checks_in_state(s, "any", {}, nullptr);
               // The table's index also changes when a service without checks is removed, which does not change this
               // answer. Removed checks are not considered here.
               std::uint64_t newest = 0;
               for (const auto& check : found.value) newest = std::max(newest, check->modify_index);
               return std::pair{newest, true};
             }},
};

class watch_client final : public paced_client {
public:
  watch_client(laboratory& lab, const question& what)
      : paced_client(lab, "watch", std::chrono::milliseconds(25)), what_(what) {}

  void look() override {
    auto* leads = asked_ && waiting_ ? lab.leader() : nullptr;
    if (!leads || !asked_->up() || lab.calm_since == duration::max()) {
      overdue_since_ = duration::max();
      return;
    }
    auto [index, exists] = what_.look(*leads->state());
    // An object that still does not exist is no change.
    bool overdue = index > index_ && (exists || existed_);
    if (!overdue) {
      overdue_since_ = duration::max();
      return;
    }
    if (overdue_since_ == duration::max()) overdue_since_ = lab.world.now();
    if (lab.world.now() - std::max({overdue_since_, lab.calm_since, lab.leader_since}) <= patience) return;
    lab.find("no lost wake-up", "nobody woke who waits at " + asked_->options().name + " on " + what_.path +
                                    " at index " + std::to_string(index_) + ", which is at " + std::to_string(index));
    overdue_since_ = duration::max();
  }

private:
  void act() override {
    std::string path = what_.path;
    wait_ = duration{0};
    if (index_ > 0) {
      wait_ = std::chrono::seconds(1 + lab.world.below(8));
      path.append(path.find('?') == path.npos ? "?" : "&").append("index=").append(std::to_string(index_));
      path.append("&wait=").append(std::to_string(wait_.count() / 1'000'000'000)).append("s");
    }
    waiting_ = index_ > 0;
    overdue_since_ = duration::max();
    asked_ = &lab.any_node();
    auto asked = lab.world.now();
    lab.ask_at(
        *asked_, "GET", path, "", [this, asked](const reply& r) { answered(r, asked); }, client_patience + 2 * wait_);
  }

  void answered(const reply& r, duration asked) {
    waiting_ = false;
    asked_ = nullptr;
    bool good = r.ok() || r.status == 404;
    if (good) {
      // A restored older state lets the index decrease, and wakes everyone.
      if (!lab.restored_between(last_asked_, lab.world.now())) compare(r, asked);
      if (r.ok() && what_.registers) note(r);
      index_ = r.index;
      existed_ = r.ok() && r.body != "[]" && r.body != "null";
      body_ = r.body;
      last_asked_ = asked;
    }
    next(!good);
  }

  void compare(const reply& r, duration asked) {
    auto where = std::string(" on ") + what_.path + " at index " + std::to_string(index_);
    if (r.index < index_)
      lab.find("watch indexes", "an answer to who waits" + where + " is for index " + std::to_string(r.index));
    if (wait_.count() == 0) return;
    // Fast clocks shorten the wait.
    auto least = static_cast<double>(wait_.count()) / (1 + lab.clock_drift);
    bool early = static_cast<double>((lab.world.now() - asked).count()) < least;
    if (early && r.index == index_)
      lab.find("no needless wake-up", "who waits" + where + " was answered the same before its time");
    if (early && r.index > index_ && what_.registers && existed_ && r.body == body_ && !may_have_changed())
      lab.find("no needless wake-up", "who waits" + where + " was woken for index " + std::to_string(r.index) +
                                          " though nothing that it sees was changed");
  }

  /// Whether any change of its data was pending since the last answered query.
  bool may_have_changed() const {
    const auto& all = lab.history.all();
    return std::any_of(all.begin(), all.end(), [&](const operation& op) {
      return op.changes() && op.end >= last_asked_ && std::any_of(op.steps.begin(), op.steps.end(), [&](auto& s) {
               return s.name.starts_with(what_.registers);
             });
    });
  }

  void note(const reply& r) {
    for (const auto& entry : nlohmann::json::parse(r.body)) {
      if (!entry["Value"].is_string()) continue;
      auto value = base64_decode(entry["Value"].get<std::string>()).value_or("");
      lab.find("one index a value", lab.values.saw(entry["Key"].get<std::string>(), value,
                                                   entry["ModifyIndex"].get<std::uint64_t>(), r.index));
    }
  }

  const question& what_;
  sim::node* asked_ = nullptr;
  std::uint64_t index_ = 0;
  duration wait_{0};
  duration last_asked_{0}; ///< when the last answered query was sent
  std::string body_;
  bool existed_ = false;
  bool waiting_ = false;
  duration overdue_since_ = duration::max();
};

} // namespace

std::unique_ptr<client> make_watch_client(laboratory& lab, unsigned which) {
  return std::make_unique<watch_client>(lab, questions[which % questions.size()]);
}

} // namespace praetor::sim
