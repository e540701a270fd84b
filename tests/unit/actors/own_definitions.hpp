#pragma once

#include "stage.hpp"

#include "actors/agent.hpp"
#include "actors/registry/anti_entropy.hpp"
#include "actors/registry/registry.hpp"
#include "protocol/config/runtime_config.hpp"
#include "storage/agent_store/memory_agent_store.hpp"

#include <map>

namespace praetor {

/// Check attempts that the test completes.
class waiting_probes final : public probe_port {
public:
  expected<void> possible(const check_definition&) const override {
    return missing.empty() ? expected<void>() : fail(missing);
  }
  std::shared_ptr<running_probe> start(const probe_request& request, std::function<void(probe_result)> done) override {
    struct ignored final : running_probe {
      void cancel() override {}
    };
    attempts[request.definition.id].push_back(std::move(done));
    limits[request.definition.id] = request.output_limit;
    return std::make_shared<ignored>();
  }
  std::map<std::string, std::vector<std::function<void(probe_result)>>> attempts; ///< by check id
  std::string missing;                       ///< what every check needs and the machine does not have
  std::map<std::string, std::size_t> limits; ///< of the output in the latest attempt, by check id
};

/// An agent's registry and anti-entropy, with a store that survives `restart` and a catalog that they write to.
class own_definitions {
public:
  own_definitions();

  /// Starts the agent again. @returns why the configured definitions are rejected, or ""
  std::string start();
  std::string restart() { return start(); }
  /// @returns why the configuration is rejected, or ""
  std::string reload();

  std::string add(const service_registration& r);
  std::string add(const check_registration& r);
  std::string report(const std::string& check, std::string_view status, const std::string& output);
  std::string maintain(const std::string& service, const std::string& token = {});
  /// Completes the check's oldest pending attempt.
  void ends(const std::string& check, const std::string& status, const std::string& output = "");

  local_service_ptr service(const std::string& id) const { return world.view->registry.get()->service(id); }
  local_check_ptr check(const std::string& id) const { return world.view->registry.get()->check(id); }
  node_service_ptr in_catalog(const std::string& id) const;
  health_check_ptr check_in_catalog(const std::string& id) const;
  /// Simulates another client that writes the service to the catalog, with these tags.
  void set_tags(const std::string& id, string_list tags);
  /// Long enough for two full syncs.
  void compare() { world.advance(std::chrono::minutes(5)); }

  static service_definition web();
  static check_definition ttl(const std::string& id, const std::string& service_id = "");

  stage world;
  std::shared_ptr<waiting_probes> probes = std::make_shared<waiting_probes>();
  std::shared_ptr<config::runtime_config> config = std::make_shared<config::runtime_config>();
  std::map<std::string, int> starts; ///< of runners, by check id

private:
  /// @returns what the callback that `send` passes on hears
  std::string hear(const std::function<void(done_callback)>& send);
  template <class... Message>
  std::string ask(Message&&... message);

  std::shared_ptr<storage::memory_agent_store> store_ = std::make_shared<storage::memory_agent_store>();
  registry_actor registry_;
  anti_entropy_actor sync_;
  registry_writer_actor writer_;
};

} // namespace praetor
