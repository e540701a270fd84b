#pragma once

#include "sim/workloads/paced_client.hpp"

namespace praetor::sim {

/// Has a session with a time to live, which it renews through any server while it needs it.
class session_client : public paced_client {
public:
  using paced_client::paced_client;
  void look() override;

protected:
  static constexpr duration ttl = std::chrono::seconds(10);
  static constexpr duration lock_delay = std::chrono::seconds(2);
  /// Sessions belong to this node, which no agent stands for: nothing but their own end ends them.
  static constexpr const char* host = "sessions";

  void act() final { open_session(); }
  /// The session is there.
  virtual void work() = 0;
  /// Gives the session up, without a word to the servers, and opens another one after a while.
  void walk_away();
  void renew(std::function<void()> then);
  /// Ends the session with a word, and opens another one.
  void destroy();
  /// Until when the session lives for sure.
  duration alive_until() const { return alive_until_; }
  /// Notes an answer that says that the session does not exist.
  void missing(duration asked);
  /// The session has ended, or may do so at any time from `earliest` on: then it holds nothing any more.
  virtual void ended(duration earliest, outcome how) = 0;

  std::string session;

private:
  struct abandoned {
    std::string session;
    duration since;
  };
  void open_session();
  void create();
  /// @param earliest the session has not ended before
  void give_up(duration earliest);

  duration alive_until_{0}, opened_{0};
  std::vector<abandoned> abandoned_;
};

} // namespace praetor::sim
