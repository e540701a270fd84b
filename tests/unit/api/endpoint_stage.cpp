#include "endpoint_stage.hpp"

#include "actors/gossip/user_events.hpp"
#include "actors/raft/proposal.hpp"
#include "actors/watches/watch_subscriber.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/acl.hpp"

namespace praetor::api {

namespace {

constexpr std::string_view index_line = "X-Consul-Index: ";

class kept_exchange final : public exchange {
public:
  kept_exchange(request req, asked_ptr into) : req_(std::move(req)), into_(std::move(into)) {}

  const request& get_request() const override { return req_; }
  void respond(answer a) override {
    ++into_->answers;
    into_->status = a.status;
    if (a.body) into_->body = *a.body;
    for (const auto& [name, value] : a.headers) into_->lines += name + ": " + value + "\r\n";
    into_->lines += a.lines;
    if (a.common_lines) into_->lines += *a.common_lines;
    if (!a.content_type.empty()) into_->lines.append("Content-Type: ").append(a.content_type).append("\r\n");
  }
  std::shared_ptr<body_stream> respond_stream(answer) override { return nullptr; }
  void on_cancel(std::function<void()>) override {}

private:
  request req_;
  asked_ptr into_;
};

raft_peer_actor::behavior_type played_peer(raft_peer_actor::pointer,
                                           std::function<void(const std::shared_ptr<proposal>&)> take) {
  return {
      [take](propose_atom, local<std::shared_ptr<proposal>>& p) { take(p.value); },
      [](flush_atom) {},
      [](written_atom, local<std::shared_ptr<log_written_report>>&) {},
      [](wake_up<>) {},
      [](read_atom, local<done_callback>& done) { done.value(nullptr); },
      [](messages::entries_applied) {},
      [](const messages::snapshot_written&) {},
      [](messages::log_compacted) {},
      [](status_atom, local<std::function<void(const raft_status&)>>&) {},
      [](stop_atom, local<done_callback>&) {},
      [](send_atom, local<std::shared_ptr<const received_message>>&) {},
      [](const messages::link_changed&) {},
      [](members_atom, local<std::shared_ptr<membership_change>>&) {},
      [](const messages::transfer_leadership&) {},
      [](chunk_atom, local<std::shared_ptr<chunk_outcome>>&) {},
      [](start_atom, local<std::shared_ptr<const raft::configuration>>&, local<done_callback>&) {},
  };
}

registry_actor::behavior_type played_registry(registry_actor::pointer, endpoint_stage* stage) {
  return {
      [stage](service_atom, local<std::shared_ptr<service_registration>>& r, local<done_callback>& done) {
        stage->services.push_back(*r.value);
        done.value(nullptr);
      },
      [stage](const messages::remove_service& m) {
        stage->changes.push_back("remove service " + m.service);
        m.done(nullptr);
      },
      [stage](check_atom, local<std::shared_ptr<check_registration>>& r, local<done_callback>& done) {
        stage->checks.push_back(*r.value);
        done.value(nullptr);
      },
      [stage](const messages::remove_check& m) {
        stage->changes.push_back("remove check " + m.check);
        m.done(nullptr);
      },
      [](const messages::check_result&) {},
      [stage](const messages::update_ttl& m) {
        stage->changes.push_back("set " + m.check + " " + m.status);
        m.done(nullptr);
      },
      [stage](const messages::set_maintenance& m) {
        stage->changes.push_back("maintain " + m.service + (m.token.empty() ? "" : " with " + m.token));
        m.done(nullptr);
      },
      [](reload_atom, local<std::shared_ptr<const config::runtime_config>>&, local<done_callback>&) {},
      [](changed_atom, local<std::shared_ptr<const tag_settlement>>&) {},
      [](messages::changes_stored) {},
      [](sync_atom, anti_entropy_actor&) {},
      [](sync_atom) {},
      [](wake_atom) {},
  };
}

leader_duties_actor::behavior_type played_duties(leader_duties_actor::pointer) {
  return {
      [](messages::leadership_gained) {},
      [](stop_atom) {},
      [](members_atom) {},
      [](const messages::renew_session&) {},
      [](locate_atom, local<std::shared_ptr<const node_coordinate>>&) {},
  };
}

} // namespace

std::uint64_t asked::index() const {
  auto at = lines.find(index_line);
  return at == lines.npos ? 0 : std::stoull(lines.substr(at + index_line.size()));
}

endpoint_stage::endpoint_stage(access who) {
  outside_->wall_clock = [] { return nanoseconds{std::chrono::hours(100)}; };
  outside_->new_uuid = [n = 0]() mutable {
    auto digits = std::to_string(++n);
    return "00000000-0000-0000-0000-" + std::string(12 - digits.size(), '0') + digits;
  };
  outside_->seed = [n = std::uint64_t{0}]() mutable { return ++n; };
  outside_->detach = false;
  set_up_view(who == access::guarded);

  auto keep = [this](auto a) {
    actors_.push_back(caf::actor_cast<caf::strong_actor_ptr>(a));
    return a;
  };
  auto handles = std::make_shared<agent_handles>();
  handles->peer = keep(system.spawn(played_peer, [this](const std::shared_ptr<proposal>& p) {
    proposed.push_back(p->command.bytes());
    applying = true;
    auto result = apply(p->command.bytes());
    if (p->done) p->done(result);
    applying = false;
  }));
  handles->registry = keep(system.spawn(played_registry, this));
  handles->duties = keep(system.spawn(played_duties));
  handles->watches = keep(system.spawn(watch_directory));
  handles->events = keep(system.spawn(user_events, ports_ptr(outside_), view));
  handles->writes = write_path(view, handles->peer, {});
  view->handles.store(std::move(handles));
  env_ = std::make_unique<api::environment>(system, view, outside_, "00000000-0000-0000-0000-0000000000ff",
                                            process_hooks{});
  routes_ = std::make_unique<dispatcher>(*env_);
  run();
}

endpoint_stage::~endpoint_stage() {
  view->handles.store(nullptr);
  for (const auto& a : std::exchange(actors_, {}))
    caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
  run();
  routes_.reset();
  env_.reset();
  finish();
}

void endpoint_stage::set_up_view(bool guarded) {
  auto c = std::make_shared<config::runtime_config>();
  c->server = true;
  c->datacenter = c->primary_datacenter = "dc1";
  c->node_name = "here";
  c->acl.enabled = guarded;
  c->acl.default_policy = "deny";
  c->max_query_time = std::chrono::minutes(10);
  c->default_query_time = std::chrono::minutes(5);
  view->settings.store(c);
  view->telemetry.store(std::make_shared<metrics::telemetry>(metrics::settings{}, outside_->wall_clock()));
  auto leads = std::make_shared<leadership>();
  leads->is_leader = leads->ready = true;
  leads->leader_id = "own";
  view->leader.publish(leads);
  view->leader.extend_lease(steady_time::max());
  if (!guarded) return;
  acl_policy_set_request built_in;
  for (const auto& p : acl::built_in_policies()) built_in.policies.push_back(std::make_shared<const acl_policy>(p));
  write(command_type::acl_policy_set, built_in);
  acl_bootstrap_request first;
  first.token.accessor_id = "accessor of root";
  first.token.secret_id = root();
  first.token.policies = {{std::string(acl::global_management_id), ""}};
  write(command_type::acl_bootstrap, first);
}

state::apply_result endpoint_stage::apply(const std::string& command) {
  state::transaction t(view->state.load());
  auto type = static_cast<command_type>(static_cast<std::uint8_t>(command.at(0)));
  ++index_;
  auto result = state::apply(t, index_, nanoseconds{index_}, type, std::string_view(command).substr(1));
  view->state.publish(std::move(t));
  return result;
}

std::string endpoint_stage::token(const std::string& rules) {
  auto number = std::to_string(++tokens_);
  auto policy = std::make_shared<acl_policy>();
  policy->id = policy->name = "policy" + number;
  policy->rules = rules;
  write(command_type::acl_policy_set, acl_policy_set_request{{policy}});
  auto made = std::make_shared<acl_token>();
  made->accessor_id = "accessor" + number;
  made->secret_id = "secret" + number;
  made->policies = {{policy->id, ""}};
  acl_token_set_request r;
  r.tokens = {made};
  write(command_type::acl_token_set, r);
  return made->secret_id;
}

void endpoint_stage::write_anonymous_token() {
  auto made = std::make_shared<acl_token>();
  made->accessor_id = acl::anonymous_accessor;
  made->secret_id = "anonymous";
  write(command_type::acl_token_set, acl_token_set_request{{made}});
}

request endpoint_stage::request_of(const std::string& method, const std::string& target, const std::string& token,
                                   const std::string& body) {
  request req;
  req.method = method;
  auto mark = std::min(target.find('?'), target.size());
  req.path = target.substr(0, mark);
  if (mark < target.size()) req.raw_query = target.substr(mark + 1);
  std::vector<std::pair<std::string, std::string>> items;
  for (std::size_t start = 0; start < req.raw_query.size();) {
    auto end = std::min(req.raw_query.find('&', start), req.raw_query.size());
    auto one = req.raw_query.substr(start, end - start);
    auto equals = std::min(one.find('='), one.size());
    items.emplace_back(one.substr(0, equals), equals < one.size() ? one.substr(equals + 1) : "");
    start = end + 1;
  }
  req.query = query_parameters(std::move(items));
  if (!token.empty()) req.headers.emplace_back("x-consul-token", token);
  req.body = body;
  req.content_length = body.size();
  req.remote_address = "127.0.0.1";
  return req;
}

asked_ptr endpoint_stage::send(const std::string& method, const std::string& target, const std::string& token,
                               const std::string& body) {
  return handle(request_of(method, target, token, body));
}

asked_ptr endpoint_stage::handle(request req) {
  auto into = std::make_shared<asked>();
  routes_->handle(std::make_shared<kept_exchange>(std::move(req), into));
  run();
  CHECK(into->answers <= 1);
  return into;
}

void endpoint_stage::own_service(const std::string& id, const std::string& name) {
  auto service = std::make_shared<node_service>();
  service->id = id;
  service->name = name;
  auto kept = std::make_shared<local_service>();
  kept->service = service;
  auto next = std::make_shared<local_state>(*view->registry.get());
  next->services.set(id, kept, retired_);
  view->registry.publish(next);
}

void endpoint_stage::own_check(const std::string& id, const std::string& service_id) {
  auto next = std::make_shared<local_state>(*view->registry.get());
  auto check = std::make_shared<health_check>();
  check->node = "here";
  check->check_id = check->name = id;
  check->service_id = service_id;
  if (auto owner = next->service(service_id); owner && !service_id.empty()) check->service_name = owner->service->name;
  auto kept = std::make_shared<local_check>();
  kept->check = check;
  next->checks.set(id, kept, retired_);
  next->by_service.set(service_id + '\0' + id, kept, retired_);
  view->registry.publish(next);
}

} // namespace praetor::api
