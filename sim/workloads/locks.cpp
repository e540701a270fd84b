#include "sim/workloads/session_client.hpp"
#include "sim/workloads/workloads.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace praetor::sim {

namespace {

/// The register's value after the holding session was invalidated: no holder, but a lock delay may apply.
constexpr const char* delayed = "(delayed)";

/// One contender: a session, one lock at a time.
class lock_client final : public session_client {
public:
  lock_client(laboratory& lab, unsigned locks, duration pause) : session_client(lab, "lock", pause), locks_(locks) {}

private:
  void soon(std::function<void()> action) {
    later(lab.world.between(duration{0}, std::chrono::milliseconds(800)), std::move(action));
  }

  void work() override {
    lock_ = "lock/" + std::to_string(lab.world.below(locks_));
    if (lab.world.one_in(4)) return read();
    acquire();
  }

  void read() {
    auto number = lab.begin(make("read", lock_, "", {}));
    lab.ask("GET", "/v1/kv/" + lock_ + (lab.world.one_in(2) ? "?consistent" : ""), "", [this, number](const reply& r) {
      bool seen = r.ok() || r.status == 404;
      if (seen) {
        auto& op = lab.history.at(number);
        if (r.ok()) op.value = nlohmann::json::parse(r.body)[0].value("Session", "");
        op.steps = {{step::kind::one_of, lock_, {op.value}}};
        if (op.value.empty()) op.steps[0].values.push_back(delayed);
      }
      lab.finish(number, seen ? outcome::ok : outcome::fail);
      soon([this] { renew([this] { work(); }); });
    });
  }

  void acquire() {
    auto asked = lab.world.now();
    touched_.insert(lock_);
    auto number = lab.begin(
        make("acquire", lock_, session, {{step::kind::one_of, lock_, {"", session, delayed}}, sets(lock_, session)}));
    lab.ask("PUT", "/v1/kv/" + lock_ + "?acquire=" + session, "held", [this, asked, number](const reply& r) {
      if (r.ok() && r.body.starts_with("false")) {
        auto& op = lab.history.at(number);
        op.refused = true;
        // During the last holder's lock delay the acquisition fails although no one holds the lock.
        op.steps[0].values = {"", session};
      }
      auto how = lab.judge(r);
      lab.finish(number, how);
      if (how == outcome::ok && r.body.starts_with("true")) {
        lab.acquired("lock exclusion", {lock_, session, asked, lab.world.now(), alive_until(), lock_delay});
        return later(std::chrono::milliseconds(200), [this] { decide(); });
      }
      if (r.status == 500) {
        if (how == outcome::fail && r.body.find("invalid session") != r.body.npos) missing(asked);
        return walk_away();
      }
      if (!r.answered()) return soon([this] { release(); });
      soon([this] { renew([this] { work(); }); });
    });
  }

  void decide() {
    switch (lab.world.below(5)) {
    case 0: return destroy();
    case 1: return walk_away(); // the TTL ends the session
    case 2: return renew([this] { later(std::chrono::seconds(2), [this] { release(); }); });
    default: return release();
    }
  }

  void release() {
    lab.holds.may_end(session, lab.world.now());
    auto number = lab.begin(make("release", lock_, session, {holds(lock_, session), sets(lock_, "")}));
    lab.ask("PUT", "/v1/kv/" + lock_ + "?release=" + session, "free", [this, number](const reply& r) {
      if (r.ok() && r.body.starts_with("false")) lab.history.at(number).refused = true;
      auto how = lab.judge(r);
      lab.finish(number, how);
      if (how != outcome::ok) return walk_away();
      soon([this] { renew([this] { work(); }); });
    });
  }

  void ended(duration earliest, outcome how) override {
    for (const auto& name : std::exchange(touched_, {})) {
      auto op = make("session-end", name, session, {{step::kind::replace, name, {session, delayed}}});
      op.ended = how;
      op.begin = earliest;
      if (how == outcome::ok) op.end = lab.world.now();
      lab.history.begin(std::move(op));
    }
  }

  unsigned locks_;
  std::string lock_;              ///< the current lock
  std::set<std::string> touched_; ///< locks that the session has, had, or may still get
};

} // namespace

std::unique_ptr<client> make_lock_client(laboratory& lab, unsigned locks, duration pause) {
  return std::make_unique<lock_client>(lab, locks, pause);
}

} // namespace praetor::sim
