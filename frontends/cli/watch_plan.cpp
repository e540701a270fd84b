#include "frontends/cli/watch_plan.hpp"

#include "frontends/cli/watch_shapes.hpp"

#include <algorithm>
#include <map>

namespace praetor::cli {

namespace {

/// Which parameters a type takes.
const std::map<std::string, std::vector<std::string>> known_types{
    {"key", {"key"}},
    {"keyprefix", {"prefix"}},
    {"services", {"filter"}},
    {"nodes", {"filter"}},
    {"service", {"service", "tag", "passingonly", "filter"}},
    {"checks", {"service", "state", "filter"}},
    {"event", {"name"}},
};

expected<void> check_parameters(const watch_parameters& given) {
  for (auto type : {"connect_roots", "connect_leaf", "agent_service"})
    if (given.type == type) return fail("Type " + given.type + " is not supported in the CLI tool");
  auto type = known_types.find(given.type);
  if (type == known_types.end()) return fail("Unsupported watch type: " + given.type);
  for (auto& [name, of_type, value] : {std::tuple{"key", "key", given.key},
                                       {"prefix", "keyprefix", given.prefix},
                                       {"service", "service", given.service}})
    if (given.type == of_type && value.empty()) return fail(std::string("Must specify a single ") + name + " to watch");
  if (given.type == "checks" && !given.service.empty() && !given.state.empty())
    return fail("Cannot specify service and state");
  std::string unknown;
  auto refuse = [&](const char* name, bool set) {
    if (set && std::find(type->second.begin(), type->second.end(), name) == type->second.end())
      unknown += (unknown.empty() ? "" : " ") + std::string(name);
  };
  refuse("filter", !given.filter.empty());
  refuse("key", !given.key.empty());
  refuse("name", !given.name.empty());
  refuse("passingonly", given.passing_only.has_value());
  refuse("prefix", !given.prefix.empty());
  refuse("service", !given.service.empty());
  refuse("state", !given.state.empty());
  refuse("tag", !given.tags.empty());
  if (!unknown.empty()) return fail("Invalid parameters: [" + unknown + "]");
  return {};
}

} // namespace

expected<watch_plan> make_watch_plan(const watch_parameters& given) {
  if (auto good = check_parameters(given); !good) return tl::make_unexpected(good.error());
  watch_plan plan;
  if (given.type == "key") {
    plan = {get("/v1/kv/" + given.key), true, true, &kv_pair_shape};
  } else if (given.type == "keyprefix") {
    plan = {get("/v1/kv/" + given.prefix), true, false, &kv_pair_shape};
    plan.request.query["recurse"] = "";
  } else if (given.type == "services") {
    plan = {get("/v1/catalog/services"), false, false, nullptr};
  } else if (given.type == "nodes") {
    plan = {get("/v1/catalog/nodes"), false, false, &node_shape};
  } else if (given.type == "service") {
    plan = {get("/v1/health/service/" + given.service), false, false, &service_entry_shape};
    if (given.passing_only.value_or(false)) plan.request.query["passing"] = "1";
    for (auto& tag : given.tags) plan.request.repeated_query.emplace_back("tag", tag);
  } else if (given.type == "checks") {
    auto state = given.state.empty() ? "any" : given.state;
    plan = {get(given.service.empty() ? "/v1/health/state/" + state : "/v1/health/checks/" + given.service), false,
            false, &check_shape};
  } else {
    plan = {get("/v1/event/list"), false, false, &event_shape};
    if (!given.name.empty()) plan.request.query["name"] = given.name;
  }
  if (!given.filter.empty()) plan.request.query["filter"] = given.filter;
  return plan;
}

go_json watch_result(const watch_plan& plan, const go_json& body) {
  if (plan.shape == nullptr || !body.is_array()) {
    if (!body.is_object()) return body;
    // The names of services come as a map, which Go writes sorted.
    std::map<std::string, go_json> sorted;
    for (auto& [name, value] : body.items()) sorted[name] = value;
    auto result = go_json::object();
    for (auto& [name, value] : sorted) result[name] = value;
    return result;
  }
  auto list = go_json::array();
  for (auto& item : body) list.push_back(reshape(item, *plan.shape));
  if (!plan.first_of_list) return list;
  return list.empty() ? go_json(nullptr) : list.front();
}

} // namespace praetor::cli
