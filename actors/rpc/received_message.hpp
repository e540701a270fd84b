#pragma once

#include "protocol/actors.hpp"

#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// Returns received bytes to their connection's window when the last owner releases it.
class window_share {
public:
  explicit window_share(std::function<void()> give_back) : give_back_(std::move(give_back)) {}
  ~window_share() {
    if (give_back_) give_back_();
  }
  window_share(const window_share&) = delete;
  window_share& operator=(const window_share&) = delete;

private:
  std::function<void()> give_back_;
};

/// A message of another server, and its sender.
struct received_message {
  peer_identity from;
  std::string bytes;
  std::shared_ptr<const window_share> window; ///< may be null
};

} // namespace praetor
