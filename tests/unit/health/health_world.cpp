#include "health_world.hpp"

namespace praetor {

namespace {

registry_actor::behavior_type listening_registry(registry_actor::pointer self, registry_actor::pointer* where,
                                                 std::function<void(heard)> hear) {
  *where = self;
  return {
      [](service_atom, local<std::shared_ptr<service_registration>>&, local<done_callback>&) {},
      [](remove_atom, service_atom, const std::string&, local<done_callback>&) {},
      // An actor's children must be spawned while it runs.
      [](check_atom, local<std::shared_ptr<check_registration>>&, local<done_callback>& task) { task.value(nullptr); },
      [](remove_atom, check_atom, const std::string&, local<done_callback>&) {},
      [hear](result_atom, const std::string& check, const std::string& status, const std::string& output) {
        hear({nanoseconds{0}, check, status, output});
      },
      [](ttl_atom, const std::string&, const std::string&, const std::string&, local<done_callback>&) {},
      [](maintain_atom, const std::string&, bool, const std::string&, const std::string&, local<done_callback>&) {},
      [](reload_atom, local<std::shared_ptr<const config::runtime_config>>&, local<done_callback>&) {},
      [](changed_atom, local<std::shared_ptr<const tag_settlement>>&) {},
      [](stored_atom, std::uint64_t) {},
      [](sync_atom, anti_entropy_actor&) {},
      [](sync_atom) {},
      [](wake_atom) {},
  };
}

} // namespace

health_world::health_world() {
  auto outside = std::make_shared<ports>();
  outside->probes = probes;
  outside->seed = [this] { return seed++; };
  outside->detach = false;
  outside_ = outside;
  probes->now = [this] { return now(); };
  registry_ = system.spawn(listening_registry, &registry_self_, [this](heard h) {
    h.at = now();
    results.push_back(std::move(h));
  });
  run();
}

health_world::~health_world() {
  probes->attempts.clear();
  caf::anon_send_exit(registry_, caf::exit_reason::kill);
  registry_ = registry_actor{};
  finish();
}

check_runner_actor health_world::start(check_definition definition, nanoseconds ttl_left) {
  check_start s;
  s.outside = outside_;
  s.view = view;
  s.registry = registry_;
  s.definition = std::move(definition);
  s.token = token;
  s.node_name = "here";
  s.ttl_left = ttl_left;
  check_runner_actor runner;
  caf::anon_send(registry_, check_atom_v, local<std::shared_ptr<check_registration>>{},
                 local<done_callback>{[&](const error*) { runner = start_check(registry_self_, std::move(s)); }});
  run();
  return runner;
}

void health_world::publish(const std::vector<std::string>& services, const std::vector<health_check>& checks) {
  auto next = std::make_shared<local_state>(*view->registry.get());
  state::retired_parts retired;
  for (const auto& id : services) {
    auto service = std::make_shared<node_service>();
    service->id = service->name = id;
    auto kept = std::make_shared<local_service>();
    kept->service = service;
    next->services.set(id, kept, retired);
  }
  for (const auto& check : checks) {
    auto kept = std::make_shared<local_check>();
    kept->check = std::make_shared<health_check>(check);
    next->checks.set(check.check_id, kept, retired);
    next->by_service.set(check.service_id + '\0' + check.check_id, kept, retired);
  }
  view->registry.publish(next);
  retired.wake();
  run();
}

} // namespace praetor
