#pragma once

#include "actors/registry/registry.hpp"

namespace praetor {

/// One step from a published local state to the next.
class local_change {
public:
  explicit local_change(registry_state& r) : registry_(r), next_(std::make_shared<local_state>(*r.current)) {}
  ~local_change() {
    registry_.current = std::move(next_);
    if (registry_.open_steps == 0) registry_.publish();
  }
  local_change(const local_change&) = delete;
  local_change& operator=(const local_change&) = delete;

  void put(const local_service_ptr& s) { next_->services.set(s->service->id, s, registry_.retired); }
  void put(const local_check_ptr& c) {
    next_->checks.set(c->check->check_id, c, registry_.retired);
    next_->by_service.set(instance_key(*c->check), c, registry_.retired);
  }
  void drop_service(const std::string& id) { next_->services.erase(id, registry_.retired); }
  void drop_check(const health_check& c) {
    next_->by_service.erase(instance_key(c), registry_.retired);
    next_->checks.erase(std::string(c.check_id), registry_.retired);
  }

private:
  static std::string instance_key(const health_check& c) { return c.service_id + '\0' + c.check_id; }

  registry_state& registry_;
  std::shared_ptr<local_state> next_;
};

/// Several changes that are published together: a service is never visible without its checks.
class joint_change {
public:
  explicit joint_change(registry_state& r) : registry_(r) { ++registry_.open_steps; }
  ~joint_change() {
    if (--registry_.open_steps == 0) registry_.publish();
  }
  joint_change(const joint_change&) = delete;
  joint_change& operator=(const joint_change&) = delete;

private:
  registry_state& registry_;
};

} // namespace praetor
