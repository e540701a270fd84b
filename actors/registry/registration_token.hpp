#pragma once

#include "actors/agent_local.hpp"

#include <string>

namespace praetor {

/// The token for a service or check of the agent: its registration token, or the configured default.
/// @param own its registration token; "" if none
inline std::string registration_token(const agent_local& local, const std::string& own, bool from_file) {
  if (!own.empty()) return own;
  auto tokens = local.tokens.get();
  const auto& of_files = tokens->of(token_use::file_registration);
  return from_file && !of_files.empty() ? of_files : tokens->of(token_use::request);
}

} // namespace praetor
