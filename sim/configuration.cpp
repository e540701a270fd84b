#include "sim/configuration.hpp"

#include "protocol/config/load.hpp"

namespace praetor::sim {

namespace {

/// A host without files and environment variables: the text is the whole configuration.
class bare_machine final : public config::environment {
public:
  path_kind kind_of(const std::string& path) override {
    return path == "/data" ? path_kind::directory : path_kind::missing;
  }
  expected<std::string> read_file(const std::string& path) override {
    return fail("open " + path + ": no such file or directory");
  }
  expected<std::vector<entry>> list_directory(const std::string&) override { return std::vector<entry>{}; }
  expected<std::vector<config::interface_address>> interfaces() override {
    using namespace config::interface_flags;
    return std::vector<config::interface_address>{{"lo", "127.0.0.1", 8, up | loopback, false},
                                                  {"eth0", "10.0.0.1", 24, up, true}};
  }
  expected<std::string> hostname() override { return std::string("host"); }
  std::optional<std::string> getenv(const std::string&) override { return std::nullopt; }
  std::uint64_t max_file_descriptors() override { return 65536; }
};

} // namespace

expected<std::shared_ptr<const config::runtime_config>> read_configuration(const std::string& hcl,
                                                                           const std::string& more) {
  bare_machine host;
  config::sources from;
  from.fragments.push_back(hcl);
  if (!more.empty()) from.fragments.push_back(more);
  auto loaded = config::load(from, host);
  if (!loaded) return tl::unexpected(loaded.error());
  return std::make_shared<const config::runtime_config>(std::move(loaded->config));
}

config::runtime_config with_times_of(config::runtime_config base, const config::runtime_config& from) {
  base.raft = from.raft;
  base.rpc_hold_timeout = from.rpc_hold_timeout;
  base.session_ttl_min = from.session_ttl_min;
  base.gossip_lan = from.gossip_lan;
  base.autopilot = from.autopilot;
  base.retry_interval_lan = from.retry_interval_lan;
  base.check_update_interval = from.check_update_interval;
  return base;
}

} // namespace praetor::sim
