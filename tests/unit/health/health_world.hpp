#pragma once

#include "actors/health/start_check.hpp"
#include "tests/unit/support/virtual_system.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace praetor {

/// A result that the test's registry received.
struct heard {
  nanoseconds at; ///< since the world began
  std::string check, status, output;
};

/// Attempts that the test completes, or a rule at once.
class scripted_probes final : public probe_port {
public:
  struct attempt final : running_probe {
    probe_request request;
    std::function<void(probe_result)> done;
    nanoseconds at{0};
    bool cancelled = false;
    void cancel() override { cancelled = true; }
  };

  std::function<nanoseconds()> now;
  std::function<probe_result(std::size_t number)> rule; ///< completes attempts at once
  std::vector<std::shared_ptr<attempt>> attempts;

  std::shared_ptr<running_probe> start(const probe_request& request, std::function<void(probe_result)> done) override {
    auto a = std::make_shared<attempt>();
    a->request = request;
    a->done = std::move(done);
    a->at = now();
    attempts.push_back(a);
    if (rule) a->done(rule(attempts.size() - 1));
    return a;
  }
};

/// An actor system in virtual time with a registry that only records.
class health_world : public virtual_system {
public:
  health_world();
  ~health_world();

  /// Starts a check's runner through the registry.
  check_runner_actor start(check_definition definition, nanoseconds ttl_left = nanoseconds{0});
  nanoseconds now() const { return elapsed(); }
  void renew(const check_runner_actor& runner) {
    caf::anon_send(runner, renew_atom_v);
    run();
  }
  void end(const check_runner_actor& runner) {
    caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
    run();
  }
  /// Publishes the registry's content.
  void publish(const std::vector<std::string>& services, const std::vector<health_check>& checks);

  std::shared_ptr<scripted_probes> probes = std::make_shared<scripted_probes>();
  std::shared_ptr<agent_view> view = std::make_shared<agent_view>();
  std::vector<heard> results;
  std::uint64_t seed = 1;
  std::string token; ///< registration token of checks

private:
  ports_ptr outside_;
  registry_actor registry_;
  registry_actor::pointer registry_self_ = nullptr;
};

} // namespace praetor
