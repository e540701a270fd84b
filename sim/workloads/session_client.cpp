#include "sim/workloads/session_client.hpp"

#include "storage/state/queries_kv.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

constexpr duration after_an_end = std::chrono::milliseconds(300);
/// The servers wait for twice the TTL, and retry a failed invalidation.
constexpr duration longest_life = std::chrono::seconds(45);

} // namespace

void session_client::open_session() {
  nlohmann::json body = {{"Node", host}, {"Address", "10.2.0.9"}};
  lab.ask("PUT", "/v1/catalog/register", body.dump(), [this](const reply& r) {
    if (r.ok()) return create();
    next(true);
  });
}

void session_client::create() {
  opened_ = lab.world.now();
  nlohmann::json body = {{"Node", host}, {"TTL", "10s"}, {"LockDelay", "2s"}, {"NodeChecks", nlohmann::json::array()}};
  lab.ask("PUT", "/v1/session/create", body.dump(), [this](const reply& r) {
    if (lab.judge(r) != outcome::ok) return next(true);
    session = nlohmann::json::parse(r.body)["ID"].get<std::string>();
    alive_until_ = opened_ + ttl;
    later(lab.world.between(duration{0}, std::chrono::milliseconds(800)), [this] { work(); });
  });
}

void session_client::walk_away() { give_up(alive_until_); }

void session_client::give_up(duration earliest) {
  ended(earliest, outcome::unknown);
  abandoned_.push_back({std::exchange(session, {}), lab.world.now()});
  later(after_an_end, [this] { next(false); });
}

void session_client::renew(std::function<void()> then) {
  auto asked = lab.world.now();
  lab.ask("PUT", "/v1/session/renew/" + session, "", [this, asked, then = std::move(then)](const reply& r) {
    if (r.status == 404) missing(asked);
    if (!r.ok()) return walk_away();
    alive_until_ = asked + ttl;
    lab.holds.renewed(session, alive_until_);
    then();
  });
}

void session_client::missing(duration asked) {
  if (lab.world.now() < alive_until_ && !lab.restored_between(opened_, lab.world.now()))
    lab.find("sessions live", "session " + session + " did not exist at " + std::to_string(asked.count() / 1000000) +
                                  " ms, though it was to live until " + std::to_string(alive_until_.count() / 1000000) +
                                  " ms at least");
}

void session_client::destroy() {
  auto asked = lab.world.now();
  lab.holds.may_end(session, asked);
  lab.ask("PUT", "/v1/session/destroy/" + session, "", [this, asked](const reply& r) {
    auto how = lab.judge(r);
    if (how == outcome::ok) lab.holds.destroyed(session, asked, lab.world.now());
    if (how != outcome::ok) return give_up(asked);
    ended(asked, outcome::ok);
    session.clear();
    next(false);
  });
}

void session_client::look() {
  if (abandoned_.empty()) return;
  auto* leads = lab.leader();
  // A new leader restarts all timers; so does a restored older state.
  auto since = std::max(lab.leader_since, lab.calm_since);
  if (!leads || lab.calm_since == duration::max() || lab.world.now() - since < longest_life) return;
  std::erase_if(abandoned_, [&](const abandoned& a) {
    if (lab.world.now() - a.since < longest_life) return false;
    if (!lab.restores.empty()) return true;
    if (state::find_session(*leads->state(), a.session, nullptr).value)
      lab.find("sessions end", "session " + a.session + " is still there " +
                                   std::to_string((lab.world.now() - a.since).count() / 1000000) +
                                   " ms after anybody last renewed it");
    return true;
  });
}

} // namespace praetor::sim
