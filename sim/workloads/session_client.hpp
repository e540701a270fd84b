#pragma once

#include "sim/workloads/paced_client.hpp"

namespace praetor::sim {

/// Has a session with a TTL, which it renews through any server as long as needed.
class session_client : public paced_client {
public:
  using paced_client::paced_client;
  void look() override;

protected:
  static constexpr duration ttl = std::chrono::seconds(10);
  static constexpr duration lock_delay = std::chrono::seconds(2);
  /// Sessions belong to this node, which has no agent: nothing but their own end invalidates them.
  static constexpr const char* host = "sessions";

  void act() final { open_session(); }
  /// The session exists.
  virtual void work() = 0;
  /// Abandons the session without destroying it, and creates another one after a while.
  void walk_away();
  void renew(std::function<void()> then);
  /// Destroys the session, and creates another one.
  void destroy();
  /// The session certainly lives until then.
  duration alive_until() const { return alive_until_; }
  /// Records an answer that the session does not exist.
  void missing(duration asked);
  /// The session has ended, or may end at any time from `earliest` on: then it holds nothing any more.
  virtual void ended(duration earliest, outcome how) = 0;

  std::string session;

private:
  struct abandoned {
    std::string session;
    duration since;
  };
  void open_session();
  void create();
  /// @param earliest the session did not end before this
  void give_up(duration earliest);

  duration alive_until_{0}, opened_{0};
  std::vector<abandoned> abandoned_;
};

} // namespace praetor::sim
