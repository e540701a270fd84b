#pragma once

#include "actors/telemetry/group.hpp"

#include <array>

namespace praetor::api {

/// The metrics of an agent's endpoints.
struct endpoint_metrics : metrics::group {
  explicit endpoint_metrics(metrics::telemetry* into);

  metrics::sample requests{*this, "api.http", "Milliseconds that HTTP requests took, by method and route."};
  metrics::counter proposals{*this, "raft.apply", "Changes proposed to Raft through this agent while it leads."};

  /// The time in milliseconds until a command of this kind is applied; null if its row in `record_kinds` names no
  /// metric.
  metrics::series* applied(std::string_view command) const {
    return command.empty() ? nullptr : applied_[static_cast<unsigned char>(command[0])];
  }

private:
  std::array<metrics::series*, 256> applied_{}; ///< by command type
};

} // namespace praetor::api
