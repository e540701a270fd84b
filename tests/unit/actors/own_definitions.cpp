#include "own_definitions.hpp"

#include "actors/health/start_check.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor {

namespace {

constexpr auto node_name = "here";

} // namespace

own_definitions::own_definitions() {
  config->node_name = node_name;
  config->datacenter = "dc1";
  config->advertise_addr_lan = "10.0.0.1";
  config->ae_interval = std::chrono::minutes(1);
  config->check_reap_interval = std::chrono::seconds(30);
  config->check_deregister_interval_min = std::chrono::minutes(1);
  config->check_output_max_size = 4096;
  world.outside->store = store_;
  world.outside->probes = probes;
  world.outside->wall_clock = [this] { return nanoseconds{world.now().time_since_epoch()}; };
}

std::string own_definitions::start() {
  auto end = [](auto& a) {
    if (a) caf::anon_send_exit(a, caf::exit_reason::kill);
    a = nullptr;
  };
  end(registry_), end(sync_), end(writer_);
  world.view->registry.publish(std::make_shared<const local_state>());
  world.view->handles.store(nullptr);
  world.run();
  auto started = std::make_shared<const config::runtime_config>(*config);
  world.view->settings.store(started);
  writer_ = world.keep(world.system.spawn(registry_writer, world.outside));
  std::string outcome = "nothing was said";
  registry_options o;
  o.outside = world.outside;
  o.view = world.view;
  o.settings = registry_settings_of(*started);
  o.start_check = [this](registry_actor::pointer parent, check_start s) {
    ++starts[s.definition.id];
    return start_check(parent, std::move(s));
  };
  o.writer = writer_;
  o.loaded = [&](const error* refused) { outcome = refused ? refused->text : ""; };
  registry_ = world.keep(world.system.spawn(registry, std::move(o), started));
  if (!outcome.empty()) return outcome;
  sync_ = world.keep(world.system.spawn(anti_entropy, world.outside, world.view, world.writes(),
                                        node_identity_of(*started, "id-of-here"), started->ae_interval, true));
  auto handles = std::make_shared<agent_handles>();
  handles->registry = registry_;
  handles->sync = sync_;
  world.view->handles.store(handles);
  caf::anon_send(registry_, sync_atom_v, sync_);
  caf::anon_send(sync_, start_atom_v);
  world.run();
  return outcome;
}

std::string own_definitions::hear(const std::function<void(done_callback)>& send) {
  auto outcome = std::make_shared<std::string>("nothing was said");
  send([outcome](const error* failed) { *outcome = failed ? failed->text : ""; });
  world.run();
  return *outcome;
}

template <class... Message>
std::string own_definitions::ask(Message&&... message) {
  return hear([&](done_callback done) {
    caf::anon_send(registry_, std::forward<Message>(message)..., local<done_callback>{std::move(done)});
  });
}

std::string own_definitions::reload() {
  auto next = std::make_shared<const config::runtime_config>(*config);
  world.view->settings.store(next);
  return ask(reload_atom_v, local<std::shared_ptr<const config::runtime_config>>{next});
}
std::string own_definitions::add(const service_registration& r) {
  return ask(service_atom_v, local<std::shared_ptr<service_registration>>{std::make_shared<service_registration>(r)});
}
std::string own_definitions::add(const check_registration& r) {
  return ask(check_atom_v, local<std::shared_ptr<check_registration>>{std::make_shared<check_registration>(r)});
}
std::string own_definitions::report(const std::string& check, std::string_view status, const std::string& output) {
  return hear([&](done_callback done) {
    caf::anon_send(registry_, messages::update_ttl{check, std::string(status), output, std::move(done)});
  });
}
std::string own_definitions::maintain(const std::string& service, const std::string& token) {
  return hear([&](done_callback done) {
    caf::anon_send(registry_, messages::set_maintenance{service, true, "repair", token, std::move(done)});
  });
}

void own_definitions::ends(const std::string& check, const std::string& status, const std::string& output) {
  auto& waiting = probes->attempts[check];
  REQUIRE_FALSE(waiting.empty());
  auto done = std::move(waiting.front());
  waiting.erase(waiting.begin());
  done({status, output, false});
  world.run();
}

node_service_ptr own_definitions::in_catalog(const std::string& id) const {
  return state::find_service(*world.view->state.load(), node_name, id, nullptr).value;
}
health_check_ptr own_definitions::check_in_catalog(const std::string& id) const {
  return state::find_check(*world.view->state.load(), node_name, id, nullptr).value;
}

void own_definitions::set_tags(const std::string& id, string_list tags) {
  auto service = std::make_shared<node_service>(*in_catalog(id));
  service->tags = std::move(tags);
  register_request r;
  r.datacenter = "dc1";
  r.node = node_name;
  r.address = "10.0.0.1";
  r.skip_node_update = true;
  r.service = std::move(service);
  world.writes().propose(encode_command(command_type::register_node, r), [](const state::apply_result&) {});
  world.run();
}

service_definition own_definitions::web() {
  service_definition d;
  d.id = d.name = "web";
  d.tags = {"v1"};
  d.port = 80;
  return d;
}

check_definition own_definitions::ttl(const std::string& id, const std::string& service_id) {
  check_definition d;
  d.id = d.name = id;
  d.service_id = service_id;
  d.ttl = std::chrono::hours(1);
  return d;
}

} // namespace praetor
