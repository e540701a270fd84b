#include "sim/clients.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace praetor::sim {

namespace {

constexpr duration ttl = std::chrono::seconds(10);
constexpr duration lock_delay = std::chrono::seconds(2);
constexpr duration after_a_fall = std::chrono::milliseconds(300);

/// One contender: a session, one lock at a time.
class lock_client final : public client {
public:
  lock_client(laboratory& lab, lock_book& book, unsigned locks) : lab_(lab), book_(book), locks_(locks) {}
  void start() override {
    later(duration{0}, [this] { open_session(); });
  }

private:
  void later(duration wait, std::function<void()> action) {
    lab_.world.after(wait + lab_.world.between(duration{0}, std::chrono::milliseconds(800)),
                     [this, action = std::move(action)] {
                       if (lab_.open) action();
                     });
  }
  void lose_session() {
    session_.clear();
    later(after_a_fall, [this] { open_session(); });
  }

  void open_session() {
    auto asked = lab_.world.now();
    lab_.ask("PUT", "/v1/session/create", R"({"TTL":"10s","LockDelay":"2s","NodeChecks":[]})",
             [this, asked](const reply& r) {
               if (lab_.judge(r) != outcome::ok) return lose_session();
               session_ = nlohmann::json::parse(r.body)["ID"].get<std::string>();
               alive_until_ = asked + ttl;
               later(duration{0}, [this] { acquire(); });
             });
  }

  void acquire() {
    lock_ = "lock/" + std::to_string(lab_.world.below(locks_));
    auto asked = lab_.world.now();
    lab_.ask("PUT", "/v1/kv/" + lock_ + "?acquire=" + session_, "held", [this, asked](const reply& r) {
      auto how = lab_.judge(r);
      if (how == outcome::ok && r.body.starts_with("true")) {
        lab_.find("lock exclusion", book_.acquired(lock_, session_, asked, lab_.world.now(), alive_until_));
        return later(std::chrono::milliseconds(200), [this] { decide(); });
      }
      // The session may have ended with the last life, or run out.
      if (r.status == 500) return lose_session();
      if (!r.answered()) return later(after_a_fall, [this] { release(); });
      later(std::chrono::milliseconds(300), [this] { renew([this] { acquire(); }); });
    });
  }

  void decide() {
    switch (lab_.world.below(5)) {
    case 0: return destroy();
    case 1: return lose_session(); // walks away: its TTL ends it
    case 2: return renew([this] { later(std::chrono::seconds(2), [this] { release(); }); });
    default: return release();
    }
  }

  void renew(std::function<void()> then) {
    auto asked = lab_.world.now();
    lab_.ask("PUT", "/v1/session/renew/" + session_, "", [this, asked, then = std::move(then)](const reply& r) {
      if (!r.ok()) return lose_session();
      alive_until_ = asked + ttl;
      book_.renewed(session_, alive_until_);
      then();
    });
  }

  void release() {
    book_.may_end(session_, lab_.world.now());
    lab_.ask("PUT", "/v1/kv/" + lock_ + "?release=" + session_, "free", [this](const reply& r) {
      if (lab_.judge(r) != outcome::ok) return lose_session();
      later(duration{0}, [this] { renew([this] { acquire(); }); });
    });
  }

  void destroy() {
    auto asked = lab_.world.now();
    book_.may_end(session_, asked);
    lab_.ask("PUT", "/v1/session/destroy/" + session_, "", [this, asked](const reply& r) {
      if (lab_.judge(r) == outcome::ok) book_.destroyed(session_, asked, lab_.world.now(), lock_delay);
      lose_session();
    });
  }

  laboratory& lab_;
  lock_book& book_;
  unsigned locks_;
  std::string session_, lock_;
  duration alive_until_{0};
};

} // namespace

std::string lock_book::acquired(const std::string& key, const std::string& session, duration asked, duration answered,
                                duration until) {
  std::string wrong;
  for (const auto& h : holds_[key]) {
    if (h.session == session) continue;
    // The lock was taken at some moment between `asked` and `answered`.
    if (asked >= h.since && answered < h.until)
      wrong = key + " was given to session " + session + " while " + h.session + " held it";
    if (asked >= h.destroyed_by && answered < h.free_again)
      wrong = key + " was given to session " + session + " within the lock delay of " + h.session;
  }
  std::erase_if(holds_[key], [&](const hold& h) { return std::max(h.until, h.free_again) < asked; });
  holds_[key].push_back({session, answered, until});
  return wrong;
}

void lock_book::renewed(const std::string& session, duration until) {
  for (auto& [key, holds] : holds_)
    for (auto& h : holds)
      if (h.session == session && !h.asked_to_end) h.until = std::max(h.until, until);
}

void lock_book::may_end(const std::string& session, duration now) {
  for (auto& [key, holds] : holds_)
    for (auto& h : holds)
      if (h.session == session && !std::exchange(h.asked_to_end, true)) h.until = std::min(h.until, now);
}

void lock_book::destroyed(const std::string& session, duration asked, duration answered, duration lock_delay) {
  for (auto& [key, holds] : holds_)
    for (auto& h : holds)
      // `until` is the moment of the request if the session surely held the lock up to it.
      if (h.session == session && h.until == asked && h.destroyed_by == duration::max()) {
        h.destroyed_by = answered;
        h.free_again = asked + lock_delay;
      }
}

std::unique_ptr<client> make_lock_client(laboratory& lab, lock_book& book, unsigned locks) {
  return std::make_unique<lock_client>(lab, book, locks);
}

} // namespace praetor::sim
