#include "sim/clients.hpp"
#include "storage/state/queries_health.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>
#include <array>

namespace praetor::sim {

namespace {

/// A change may take this long to reach who waits for it: a request that is held for a leader is on its way, too.
constexpr duration patience = std::chrono::seconds(1);
constexpr duration after_a_fall = std::chrono::milliseconds(300);

/// What is waited for, and how to see in the state itself whether there is something to wake for.
struct question {
  const char* path;
  /// The index of the newest change of the answer, and whether there is anything at all.
  std::pair<std::uint64_t, bool> (*look)(const state::store&);
};

constexpr std::array questions{
    question{"/v1/kv/0",
             [](const state::store& s) {
               auto found = state::kv_get(s, "0", nullptr);
               return std::pair{found.index, found.value != nullptr};
             }},
    question{"/v1/kv/?recurse",
             [](const state::store& s) {
               auto found = state::kv_list(s, "", nullptr);
               return std::pair{found.index, !found.value.empty()};
             }},
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
               // The table's index also moves when a service without checks goes: that is no change of the answer. A
               // check that goes is not looked for here.
               std::uint64_t newest = 0;
               for (const auto& check : found.value) newest = std::max(newest, check->modify_index);
               return std::pair{newest, true};
             }},
};

class watch_client final : public client {
public:
  watch_client(laboratory& lab, const question& what) : lab_(lab), what_(what) {}

  void start() override { ask(); }

  void look() override {
    if (!waiting_ || !lab_.target.ready()) {
      overdue_since_ = duration::max();
      return;
    }
    auto [index, exists] = what_.look(*lab_.target.state());
    // What is still not there is no news.
    bool overdue = index > index_ && (exists || existed_);
    if (!overdue)
      overdue_since_ = duration::max();
    else if (overdue_since_ == duration::max())
      overdue_since_ = lab_.world.now();
    else if (lab_.world.now() - overdue_since_ > patience) {
      lab_.find("no lost wake-up", std::string("nobody woke who waits on ") + what_.path + " at index " +
                                       std::to_string(index_) + ", which is at " + std::to_string(index));
      overdue_since_ = duration::max();
    }
  }

private:
  void ask() {
    if (!lab_.open) return;
    auto mark = std::string(what_.path).find('?') == std::string::npos ? "?" : "&";
    std::string path = what_.path;
    if (index_ > 0)
      path += mark + ("index=" + std::to_string(index_) + "&wait=" + std::to_string(1 + lab_.world.below(8)) + "s");
    waiting_ = index_ > 0;
    overdue_since_ = duration::max();
    lab_.ask("GET", path, "", [this](const reply& r) { answered(r); });
  }

  void answered(const reply& r) {
    waiting_ = false;
    bool good = r.ok() || r.status == 404;
    if (good) {
      if (r.index < index_)
        lab_.find("watch indexes", std::string("the index of ") + what_.path + " went back from " +
                                       std::to_string(index_) + " to " + std::to_string(r.index));
      index_ = r.index;
      existed_ = r.ok() && r.body != "[]" && r.body != "null";
    }
    auto pause = lab_.world.between(duration{0}, std::chrono::milliseconds(50));
    lab_.world.after(good ? pause : pause + after_a_fall, [this] { ask(); });
  }

  laboratory& lab_;
  const question& what_;
  std::uint64_t index_ = 0;
  bool existed_ = false;
  bool waiting_ = false;
  duration overdue_since_ = duration::max();
};

} // namespace

std::unique_ptr<client> make_watch_client(laboratory& lab, unsigned which) {
  return std::make_unique<watch_client>(lab, questions[which % questions.size()]);
}

} // namespace praetor::sim
