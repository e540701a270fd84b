#include "sim/workloads/session_client.hpp"
#include "sim/workloads/workloads.hpp"

#include "protocol/codec/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace praetor::sim {

namespace {

constexpr unsigned places = 2;

/// Semaphores as client libraries implement them: each contender locks a key of its own with its session, and a common
/// key, updated by compare-and-set, lists the holders. Others remove holders whose session has ended.
class semaphore_client final : public session_client {
public:
  semaphore_client(laboratory& lab, unsigned semaphores, duration pause)
      : session_client(lab, "semaphore", pause), semaphores_(semaphores) {}

private:
  void soon(std::function<void()> action) {
    later(lab.world.between(duration{0}, std::chrono::milliseconds(500)), std::move(action));
  }
  std::string list() const { return name_ + "/.lock"; }

  void work() override {
    name_ = "semaphore/" + std::to_string(lab.world.below(semaphores_));
    lab.ask("PUT", "/v1/kv/" + name_ + "/" + session + "?acquire=" + session, "here", [this](const reply& r) {
      if (lab.judge(r) != outcome::ok || !r.body.starts_with("true")) return walk_away();
      try_to_enter(20);
    });
  }

  /// The holders with live sessions, and the index of the list.
  struct seen {
    std::vector<std::string> holders;
    std::uint64_t index = 0;
  };
  static seen read(const std::string& body) {
    seen out;
    std::vector<std::string> alive, listed;
    for (const auto& entry : nlohmann::json::parse(body)) {
      auto key = entry["Key"].get<std::string>();
      auto last = key.substr(key.rfind('/') + 1);
      if (last == ".lock") {
        out.index = entry["ModifyIndex"].get<std::uint64_t>();
        listed = nlohmann::json::parse(base64_decode(entry["Value"].get<std::string>()).value_or("[]"))
                     .get<std::vector<std::string>>();
      } else if (entry.value("Session", "") == last) {
        alive.push_back(last);
      }
    }
    for (auto& h : listed)
      if (std::find(alive.begin(), alive.end(), h) != alive.end()) out.holders.push_back(std::move(h));
    return out;
  }

  void try_to_enter(unsigned tries) {
    lab.ask("GET", "/v1/kv/" + name_ + "/?recurse", "", [this, tries](const reply& r) {
      if (!r.ok()) return walk_away();
      auto now = read(r.body);
      if (now.holders.size() >= places || tries == 0) {
        if (tries == 0) return destroy();
        return soon([this, tries] { renew([this, tries] { try_to_enter(tries - 1); }); });
      }
      now.holders.push_back(session);
      enter(now, tries);
    });
  }

  void enter(const seen& now, unsigned tries) {
    auto asked = lab.world.now();
    lab.ask("PUT", "/v1/kv/" + list() + "?cas=" + std::to_string(now.index), nlohmann::json(now.holders).dump(),
            [this, asked, tries](const reply& r) {
              auto how = lab.judge(r);
              if (how != outcome::ok) return walk_away();
              if (r.body.starts_with("false")) {
                if (tries == 0) return destroy();
                return soon([this, tries] { try_to_enter(tries - 1); });
              }
              lab.acquired("semaphore exclusion",
                           {name_, session, asked, lab.world.now(), alive_until(), duration{0}, places});
              decide();
            });
  }

  void decide() {
    switch (lab.world.below(4)) {
    case 0: return later(std::chrono::milliseconds(500), [this] { destroy(); });
    case 1: return later(std::chrono::milliseconds(500), [this] { walk_away(); });
    default: return soon([this] { renew([this] { soon([this] { leave(); }); }); });
    }
  }

  void leave() {
    lab.holds.may_end(session, lab.world.now());
    lab.ask("GET", "/v1/kv/" + name_ + "/?recurse", "", [this](const reply& r) {
      if (!r.ok()) return walk_away();
      auto now = read(r.body);
      std::erase(now.holders, session);
      lab.ask("PUT", "/v1/kv/" + list() + "?cas=" + std::to_string(now.index), nlohmann::json(now.holders).dump(),
              [this](const reply& r) {
                if (lab.judge(r) != outcome::ok || r.body.starts_with("false")) return destroy();
                lab.ask("DELETE", "/v1/kv/" + name_ + "/" + session, "", [this](const reply& r) {
                  if (!r.ok()) return walk_away();
                  soon([this] { renew([this] { work(); }); });
                });
              });
    });
  }

  void ended(duration, outcome) override {}

  unsigned semaphores_;
  std::string name_;
};

} // namespace

std::unique_ptr<client> make_semaphore_client(laboratory& lab, unsigned semaphores, duration pause) {
  return std::make_unique<semaphore_client>(lab, semaphores, pause);
}

} // namespace praetor::sim
