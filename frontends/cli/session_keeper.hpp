#pragma once

#include "frontends/cli/agent_client.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace praetor::cli {

/// A session that is renewed in the background during this object's lifetime, and destroyed at its end.
class session_keeper {
public:
  /// @param behavior what happens to the session's keys when it ends: "release" or "delete"
  /// @param cancel ends the attempt to create it; may be null
  static expected<std::unique_ptr<session_keeper>> create(const agent_client& client, const std::string& name,
                                                          const std::string& behavior, cancellation* cancel = nullptr);
  ~session_keeper();
  session_keeper(const session_keeper&) = delete;
  session_keeper& operator=(const session_keeper&) = delete;
  const std::string& id() const { return id_; }

private:
  session_keeper(std::unique_ptr<agent_client> client, std::string id);
  void renew_until_closed();
  std::unique_ptr<agent_client> client_;
  std::string id_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  cancellation interrupted_;
  std::thread thread_;
};

} // namespace praetor::cli
