#include "actors/ports/docker_host.hpp"

#include "actors/ports/http_proxy.hpp"

namespace praetor {

expected<docker_host> parse_docker_host(const std::string& text) {
  if (text.empty()) return docker_host{"/var/run/docker.sock", {}, {}};
  auto colon = text.find("://");
  if (colon == std::string::npos) return fail("unable to parse docker host `" + text + "`");
  auto scheme = text.substr(0, colon), rest = text.substr(colon + 3);
  if (scheme == "unix") return docker_host{rest, {}, {}};
  if (scheme != "tcp" && scheme != "http")
    return fail("docker host `" + text + "` is none of unix:///path, tcp://host:port, http://host:port");
  auto slash = rest.find('/');
  auto address = split_host_port(rest.substr(0, slash));
  if (!address) return fail("unable to parse docker host `" + text + "`: " + address.error());
  return docker_host{{}, *address, slash == std::string::npos ? "" : rest.substr(slash)};
}

expected<docker_host> configured_docker_host() { return parse_docker_host(environment_variable("DOCKER_HOST")); }

} // namespace praetor
