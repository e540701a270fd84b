#pragma once

#include "frontends/cli/agent_client.hpp"

#include <map>
#include <string>

namespace praetor::cli {

std::string key_path(const std::string& key);
/// Keys do not start with a slash, but users write them like paths.
std::string without_slash(const std::string& key);

struct kv_pairs {
  bool found = false;
  go_json list = go_json::array();
};
/// Reads a key or all keys below a prefix; a 404 is an empty result.
expected<kv_pairs> read_pairs(agent_client& client, const std::string& key, std::map<std::string, std::string> query);

/// Sends a write that returns true or false.
expected<bool> send_write(agent_client& client, http_request request);
expected<bool> write_key(agent_client& client, const std::string& key, const std::string& value,
                         std::map<std::string, std::string> query);

} // namespace praetor::cli
