#include "frontends/cli/kv_client.hpp"

namespace praetor::cli {

std::string key_path(const std::string& key) { return "/v1/kv/" + key; }

std::string without_slash(const std::string& key) { return !key.empty() && key[0] == '/' ? key.substr(1) : key; }

expected<kv_pairs> read_pairs(agent_client& client, const std::string& key, std::map<std::string, std::string> query) {
  auto request = get(key_path(key));
  request.query = std::move(query);
  if (client.settings().stale) request.query["stale"] = "";
  auto response = client.raw(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  if (response->status == 404) return kv_pairs{};
  if (response->status != 200) return tl::make_unexpected(unexpected_status(*response));
  auto body = parse_json(response->body);
  if (!body) return tl::make_unexpected(body.error());
  return kv_pairs{true, std::move(*body)};
}

expected<bool> send_write(agent_client& client, http_request request) {
  auto response = client.ok(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  return response->body.find("true") != std::string::npos;
}

expected<bool> write_key(agent_client& client, const std::string& key, const std::string& value,
                         std::map<std::string, std::string> query) {
  if (!key.empty() && key[0] == '/') return fail("Invalid key. Key must not begin with a '/': " + key);
  auto request = put(key_path(key), value);
  request.query = std::move(query);
  return send_write(client, std::move(request));
}

} // namespace praetor::cli
