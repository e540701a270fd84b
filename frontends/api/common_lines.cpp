#include "frontends/api/common_lines.hpp"

namespace praetor::api {

std::string common_lines_of(const config::runtime_config& config) {
  std::string lines;
  for (const auto& [name, value] : config.http.response_headers) lines += name + ": " + value + "\r\n";
  if (config.translate_wan_addrs) lines += "X-Consul-Translate-Addresses: true\r\n";
  return lines + "Vary: Accept-Encoding\r\nX-Consul-Default-Acl-Policy: " + config.acl.default_policy + "\r\n";
}

} // namespace praetor::api
