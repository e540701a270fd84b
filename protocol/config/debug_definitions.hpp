#pragma once

#include <nlohmann/json_fwd.hpp>

#include "protocol/config/runtime_config.hpp"

namespace praetor::config {

/// The value, or {} if there is none.
nlohmann::json or_empty(const free_form& v);
nlohmann::json locality_view(const std::optional<praetor::locality>& l);

/// Adds the services, checks and watches to the debug view.
void add_definitions(nlohmann::json& view, const runtime_config& c);

} // namespace praetor::config
