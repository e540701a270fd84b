#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/definitions.hpp"
#include "storage/state/radix_tree.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace praetor {

/// A service of this agent.
struct local_service {
  node_service_ptr service;
  std::string token;
  bool from_file = false; ///< defined by the configuration: never persisted
  bool sidecar = false;   ///< was made with its parent and goes with it
};
using local_service_ptr = std::shared_ptr<const local_service>;

/// A check of this agent.
struct local_check {
  health_check_ptr check;
  check_definition definition;
  std::string token;
  bool from_file = false;
  /// Since when it has been critical without a break.
  std::optional<std::chrono::steady_clock::time_point> critical_since;
};
using local_check_ptr = std::shared_ptr<const local_check>;

/// The agent's own services and checks at one moment; immutable.
class local_state {
public:
  state::radix_tree<local_service_ptr> services; ///< by id
  state::radix_tree<local_check_ptr> checks;     ///< by id
  state::radix_tree<local_check_ptr> by_service; ///< by service id, zero byte, check id; node checks under ""

  local_service_ptr service(const std::string& id, state::watch_set* watch = nullptr) const {
    auto* found = services.find(id, watch);
    return found ? *found : nullptr;
  }
  local_check_ptr check(const std::string& id, state::watch_set* watch = nullptr) const {
    auto* found = checks.find(id, watch);
    return found ? *found : nullptr;
  }
  /// The checks of one service, or of the node itself for "".
  template <class Visit>
  void for_checks_of(const std::string& service_id, state::watch_set* watch, Visit&& visit) const {
    by_service.for_each(service_id + '\0', watch,
                        [&](std::string_view, const local_check_ptr& check) { visit(check); });
  }
};

/// Where the registry publishes its state; any thread reads without asking it.
class local_state_publication {
public:
  local_state_publication() : current_(std::make_shared<const local_state>()) {}
  std::shared_ptr<const local_state> get() const { return current_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const local_state> next) { current_.store(std::move(next), std::memory_order_release); }

private:
  std::atomic<std::shared_ptr<const local_state>> current_;
};

} // namespace praetor
