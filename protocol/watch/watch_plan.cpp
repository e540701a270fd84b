#include "protocol/watch/watch_plan.hpp"

#include "protocol/watch/parameter_reader.hpp"
#include "protocol/watch/watch_shapes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace praetor {

namespace {

std::string required(parameter_reader& in, const char* name) {
  std::string value;
  in.take(name, value);
  if (value.empty()) in.refuse(std::string("Must specify a single ") + name + " to watch");
  return value;
}

void take_staleness(parameter_reader& in, watch_plan& plan) {
  bool stale = false;
  in.take("stale", stale);
  if (stale) plan.query.emplace_back("stale", "");
}

void take_filter(parameter_reader& in, watch_plan& plan) {
  std::string filter;
  in.take("filter", filter);
  if (!filter.empty()) plan.query.emplace_back("filter", filter);
}

void plan_key(parameter_reader& in, watch_plan& plan) {
  take_staleness(in, plan);
  plan.path = "/v1/kv/" + required(in, "key");
  plan.missing_is_null = plan.first_of_list = true;
  plan.shape = &kv_pair_shape;
}

void plan_keyprefix(parameter_reader& in, watch_plan& plan) {
  take_staleness(in, plan);
  plan.path = "/v1/kv/" + required(in, "prefix");
  plan.query.emplace_back("recurse", "");
  plan.missing_is_null = true;
  plan.shape = &kv_pair_shape;
}

void plan_services(parameter_reader& in, watch_plan& plan) {
  take_staleness(in, plan);
  take_filter(in, plan);
  plan.path = "/v1/catalog/services";
}

void plan_nodes(parameter_reader& in, watch_plan& plan) {
  take_staleness(in, plan);
  take_filter(in, plan);
  plan.path = "/v1/catalog/nodes";
  plan.shape = &node_shape;
}

void plan_service(parameter_reader& in, watch_plan& plan) {
  take_staleness(in, plan);
  take_filter(in, plan);
  string_list tags;
  bool passing_only = false;
  std::string service;
  in.take("service", service);
  in.take("tag", tags);
  if (service.empty()) in.refuse("Must specify a single service to watch");
  in.take("passingonly", passing_only);
  plan.path = "/v1/health/service/" + service;
  for (auto& tag : tags) plan.query.emplace_back("tag", std::move(tag));
  if (passing_only) plan.query.emplace_back("passing", "1");
  plan.shape = &service_entry_shape;
}

void plan_checks(parameter_reader& in, watch_plan& plan) {
  take_staleness(in, plan);
  std::string service, state;
  in.take("service", service);
  in.take("state", state);
  take_filter(in, plan);
  if (!service.empty() && !state.empty()) in.refuse("Cannot specify service and state");
  plan.path = service.empty() ? "/v1/health/state/" + (state.empty() ? "any" : state) : "/v1/health/checks/" + service;
  plan.shape = &check_shape;
}

void plan_event(parameter_reader& in, watch_plan& plan) {
  std::string name;
  in.take("name", name);
  plan.path = "/v1/event/list";
  if (!name.empty()) plan.query.emplace_back("name", name);
  plan.new_events_only = true;
  plan.shape = &event_shape;
}

void plan_agent_service(parameter_reader& in, watch_plan& plan) {
  std::string id;
  in.take("service_id", id);
  plan.path = "/v1/agent/service/" + id;
  plan.waits_by_hash = true;
  plan.shape = &service_shape;
}

struct watch_type {
  std::string_view name;
  void (*plan)(parameter_reader&, watch_plan&);
};
constexpr std::array<watch_type, 8> types{{{"key", plan_key},
                                           {"keyprefix", plan_keyprefix},
                                           {"services", plan_services},
                                           {"nodes", plan_nodes},
                                           {"service", plan_service},
                                           {"checks", plan_checks},
                                           {"event", plan_event},
                                           {"agent_service", plan_agent_service}}};

} // namespace

expected<watch_plan> take_watch_heading(free_form& parameters) {
  watch_plan plan;
  parameter_reader in(parameters.json());
  in.take("datacenter", plan.datacenter);
  in.take("token", plan.token);
  in.take("type", plan.type);
  if (plan.type.empty()) in.refuse("Watch type must be specified");
  if (in.fault()) return tl::make_unexpected(*in.fault());
  return plan;
}

expected<void> take_watch_question(free_form& parameters, watch_plan& plan) {
  auto known = std::find_if(types.begin(), types.end(), [&](const watch_type& t) { return t.name == plan.type; });
  if (known == types.end()) return fail("Unsupported watch type: " + plan.type);
  parameter_reader in(parameters.json());
  known->plan(in, plan);
  if (in.fault()) return tl::make_unexpected(*in.fault());
  return {};
}

expected<watch_plan> take_watch_plan(free_form& parameters) {
  auto plan = take_watch_heading(parameters);
  if (!plan) return plan;
  if (auto good = take_watch_question(parameters, *plan); !good) return tl::make_unexpected(good.error());
  return plan;
}

expected<void> refuse_unknown_parameters(const free_form& rest) {
  if (rest.empty()) return {};
  std::string names;
  for (const auto& [name, value] : rest.json().items()) names += (names.empty() ? "" : " ") + name;
  return fail("Invalid parameters: [" + names + "]");
}

} // namespace praetor
