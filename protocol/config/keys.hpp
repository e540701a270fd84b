#pragma once

#include <span>

#include "protocol/config/keys/acl.hpp"
#include "protocol/config/keys/addresses.hpp"
#include "protocol/config/keys/automatic.hpp"
#include "protocol/config/keys/autopilot.hpp"
#include "protocol/config/keys/blocks.hpp"
#include "protocol/config/keys/checks.hpp"
#include "protocol/config/keys/cluster.hpp"
#include "protocol/config/keys/deprecated.hpp"
#include "protocol/config/keys/dns.hpp"
#include "protocol/config/keys/enterprise.hpp"
#include "protocol/config/keys/fixed.hpp"
#include "protocol/config/keys/gossip.hpp"
#include "protocol/config/keys/http.hpp"
#include "protocol/config/keys/identity.hpp"
#include "protocol/config/keys/limits.hpp"
#include "protocol/config/keys/mesh.hpp"
#include "protocol/config/keys/telemetry.hpp"
#include "protocol/config/keys/tls.hpp"
#include "protocol/config/runtime_config.hpp"

namespace praetor::config {

/// The keys of one subject.
struct key_section {
  std::string_view title; ///< on the reference page
  std::span<const key_row> rows;
};

/// Every key of a configuration file, except those inside service and check definitions.
inline constexpr key_section key_sections[] = {
    {"Blocks", keys::blocks},
    {"The agent and its process", keys::identity<runtime_config>},
    {"Addresses and ports", keys::addresses<runtime_config>},
    {"Cluster", keys::cluster<runtime_config>},
    {"Gossip", keys::gossip<runtime_config>},
    {"Autopilot", keys::autopilot<runtime_config>},
    {"Access control", keys::acl<runtime_config>},
    {"TLS", keys::tls<runtime_config>},
    {"DNS", keys::dns<runtime_config>},
    {"HTTP", keys::http<runtime_config>},
    {"Services and checks", keys::checks<runtime_config>},
    {"Limits and times", keys::limits<runtime_config>},
    {"Telemetry", keys::telemetry<runtime_config>},
    {"Mesh and interface", keys::mesh<runtime_config>},
    {"Automatic configuration", keys::automatic<runtime_config>},
    {"Keys of the other edition", keys::enterprise_only},
    {"Keys that cannot be changed", keys::unchangeable<runtime_config>},
    {"Former names", keys::former},
};

/// The row with this path, or null.
constexpr const key_row* row_of(std::string_view path) {
  for (const auto& section : key_sections)
    for (const auto& row : section.rows)
      if (row.path == path) return &row;
  return nullptr;
}

/// The path of a key with a row: a literal without a row does not compile.
class key_path {
public:
  consteval key_path(const char* path) : row_(row_of(path)) {
    if (row_ == nullptr) throw "no row has this path";
  }

  constexpr std::string_view text() const { return row_->path; }

private:
  const key_row* row_ = nullptr;
};

} // namespace praetor::config
