#pragma once

#include "protocol/base/url.hpp"
#include "protocol/types/error.hpp"

#include <string>

namespace praetor {

/// Where the Docker daemon listens.
struct docker_host {
  std::string socket;    ///< of a unix socket; empty: TCP
  host_and_port address; ///< of TCP
  std::string base_path; ///< before the paths of the API
};

/// @param text the value of DOCKER_HOST: "unix:///run/docker.sock", "tcp://10.0.0.1:2375/base"; empty: the built-in one
expected<docker_host> parse_docker_host(const std::string& text);
/// The daemon that the environment names.
expected<docker_host> configured_docker_host();

} // namespace praetor
