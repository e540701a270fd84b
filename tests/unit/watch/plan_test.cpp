#include "protocol/watch/watch_plan.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;

namespace {

std::string plan_fault_of(nlohmann::json definition) {
  free_form parameters(std::move(definition));
  auto plan = take_watch_plan(parameters);
  if (!plan) return plan.error().text;
  auto good = refuse_unknown_parameters(parameters);
  return good ? "" : good.error().text;
}

std::string query_of(const watch_plan& plan) {
  std::string text;
  for (const auto& [name, value] : plan.query) text += "&" + name + "=" + value;
  return text;
}

} // namespace

TEST_CASE("each type of watch asks its own question") {
  struct row {
    nlohmann::json definition;
    std::string path, query;
  };
  for (const auto& r : std::vector<row>{
           {{{"type", "key"}, {"key", "a/b"}}, "/v1/kv/a/b", ""},
           {{{"type", "key"}, {"key", "a"}, {"stale", true}}, "/v1/kv/a", "&stale="},
           {{{"type", "keyprefix"}, {"prefix", "a/"}}, "/v1/kv/a/", "&recurse="},
           {{{"type", "services"}, {"filter", "x"}}, "/v1/catalog/services", "&filter=x"},
           {{{"type", "nodes"}}, "/v1/catalog/nodes", ""},
           {{{"type", "service"}, {"service", "web"}, {"tag", "v1"}}, "/v1/health/service/web", "&tag=v1"},
           {{{"type", "service"}, {"service", "web"}, {"tag", {"v1", "v2"}}, {"passingonly", true}},
            "/v1/health/service/web",
            "&tag=v1&tag=v2&passing=1"},
           {{{"type", "checks"}}, "/v1/health/state/any", ""},
           {{{"type", "checks"}, {"state", "critical"}}, "/v1/health/state/critical", ""},
           {{{"type", "checks"}, {"service", "web"}}, "/v1/health/checks/web", ""},
           {{{"type", "event"}, {"name", "deploy"}}, "/v1/event/list", "&name=deploy"},
           {{{"type", "agent_service"}, {"service_id", "w1"}}, "/v1/agent/service/w1", ""},
       }) {
    INFO(r.definition.dump());
    free_form parameters(r.definition);
    auto plan = take_watch_plan(parameters);
    REQUIRE(plan);
    CHECK(plan->path == r.path);
    CHECK(query_of(*plan) == r.query);
    CHECK(parameters.empty());
  }
}

TEST_CASE("a plan carries the watch's token and datacenter") {
  free_form parameters(nlohmann::json{{"type", "nodes"}, {"token", "t"}, {"datacenter", "dc2"}});
  auto plan = take_watch_plan(parameters);
  REQUIRE(plan);
  CHECK(plan->token == "t");
  CHECK(plan->datacenter == "dc2");
}

TEST_CASE("a watch whose parameters are wrong is refused in the reference's words") {
  CHECK(plan_fault_of(nlohmann::json::object()) == "Watch type must be specified");
  CHECK(plan_fault_of({{"type", "bogus"}}) == "Unsupported watch type: bogus");
  CHECK(plan_fault_of({{"type", 7}}) == "Expecting type to be a string");
  CHECK(plan_fault_of({{"type", "key"}}) == "Must specify a single key to watch");
  CHECK(plan_fault_of({{"type", "key"}, {"key", 7}}) == "Expecting key to be a string");
  CHECK(plan_fault_of({{"type", "keyprefix"}}) == "Must specify a single prefix to watch");
  CHECK(plan_fault_of({{"type", "service"}}) == "Must specify a single service to watch");
  CHECK(plan_fault_of({{"type", "checks"}, {"service", "a"}, {"state", "b"}}) == "Cannot specify service and state");
  CHECK(plan_fault_of({{"type", "nodes"}, {"b", 1}, {"a", 1}}) == "Invalid parameters: [a b]");
  CHECK(plan_fault_of({{"type", "event"}, {"stale", true}}) == "Invalid parameters: [stale]");
}
