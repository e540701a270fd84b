#pragma once

#include "actors/ports/probes.hpp"
#include "protocol/config/runtime_config.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>

namespace praetor {

/// The production port, and waiting for its results.
struct probing {
  explicit probing(const config::runtime_config& config = {}) : port(make_production_probes(config)) {}

  std::shared_ptr<outward_port> port;

  probe_result run(const check_definition& d, std::size_t output_limit = 4096) const {
    auto answer = std::make_shared<std::promise<probe_result>>();
    probe_request request{d, d.timeout.count() > 0 ? d.timeout : nanoseconds(std::chrono::seconds(20)), output_limit};
    auto running = port->start(request, [answer](probe_result r) { answer->set_value(std::move(r)); });
    auto result = answer->get_future();
    REQUIRE(result.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    return result.get();
  }
};

inline void expect(const probe_result& r, const std::string& status, const std::string& output) {
  CHECK(r.status == status);
  CHECK(r.output == output);
}

} // namespace praetor
