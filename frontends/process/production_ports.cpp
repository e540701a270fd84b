#include "frontends/process/production_ports.hpp"

#include "actors/ports/probes.hpp"
#include "actors/ports/root_certificate.hpp"
#include "actors/ports/subprocesses.hpp"
#include "frontends/process/gossip_ports.hpp"
#include "frontends/process/host_identity.hpp"
#include "storage/agent_store/import.hpp"
#include "storage/agent_store/memory_agent_store.hpp"
#include "storage/agent_store/rocksdb_agent_store.hpp"
#include "storage/files/private_tree.hpp"
#include "storage/raft_log/memory_log.hpp"
#include "storage/raft_log/rocksdb_log.hpp"
#include "storage/snapshot/file_snapshot_store.hpp"
#include "storage/snapshot/memory_snapshot_store.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <openssl/rand.h>

namespace praetor {

namespace fs = std::filesystem;

std::string random_uuid() {
  std::array<unsigned char, 16> b{};
  PRAETOR_ASSERT(RAND_bytes(b.data(), static_cast<int>(b.size())) == 1);
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
  return text.data();
}

namespace {

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  PRAETOR_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed) == 1);
  return seed;
}

expected<void> open_disks(ports& p, const config::runtime_config& config) {
  auto log = p.log_lines;
  auto warn = [log](const std::string& text) { log->write(log_level::warn, "agent.server.raft", text); };
  fs::path data = config.data_dir;
  storage::rocksdb_log_settings settings;
  settings.directory = data / "raft";
  settings.new_storage_id = random_uuid();
  settings.warn = warn;
  auto opened = storage::rocksdb_log::open(settings);
  if (!opened) return tl::unexpected(opened.error());
  p.log = std::move(*opened);
  auto snapshots = storage::file_snapshot_store::open_directory(data / "raft" / "snapshots");
  if (!snapshots) return tl::unexpected(snapshots.error());
  p.snapshots = std::move(*snapshots);
  return {};
}

/// The id of a node that has none yet.
std::string first_node_id(const config::runtime_config& config, logger& log) {
  if (!config.node_id.empty()) return config.node_id;
  if (!config.disable_host_node_id) {
    if (auto id = node_id_of_host()) return *id;
    log.write(log_level::warn, "agent", "this machine names no UUID to make the node id of: it is chosen at random");
  }
  return random_uuid();
}

expected<void> open_agent_store(ports& p, const config::runtime_config& config) {
  auto log = p.log_lines;
  auto warn = [log](const std::string& text) { log->write(log_level::warn, "agent", text); };
  auto store = storage::rocksdb_agent_store::open(fs::path(config.data_dir) / "agent", warn);
  if (!store) return tl::unexpected(store.error());
  p.store = std::move(*store);
  auto imported = storage::import_consul_files(*p.store, config.data_dir, warn);
  if (!imported) return tl::unexpected(imported.error());
  return {};
}

/// The agent's data includes secrets: only its user may read it, whatever the umask was when it was created.
expected<void> open_data_directory(const std::string& directory, logger& log) {
  if (auto made = storage::make_private_directory(directory); !made)
    return fail("data_dir: could not make " + directory + ": " + made.error().text);
  auto mended = storage::make_private(directory);
  if (!mended) return fail("data_dir: " + mended.error().text);
  if (mended->directories + mended->files > 0)
    log.write(log_level::warn, "agent", "others had permissions on what is in data_dir; they are taken away",
              {{"data_dir", directory},
               {"directories", mended->directories},
               {"files", mended->files},
               {"first", mended->first}});
  if (!mended->refused.empty())
    log.write(log_level::warn, "agent",
              "others may have permissions on what is in data_dir, which could not be checked",
              {{"data_dir", directory}, {"count", mended->refused.size()}, {"error", mended->refused.front()}});
  return {};
}

} // namespace

expected<production_ports> open_production_ports(const config::runtime_config& config, logger_ptr log,
                                                 std::function<void(const std::string&)> fatal) {
  auto p = std::make_shared<ports>();
  p->log_lines = std::move(log);
  p->fatal = std::move(fatal);
  p->wall_clock = [] { return nanoseconds{std::chrono::system_clock::now().time_since_epoch()}; };
  p->new_uuid = random_uuid;
  p->seed = random_seed;
  p->make_root = make_root_certificate;
  auto outward = make_production_probes(config);
  p->probes = outward;
  p->http = outward;
  p->commands = make_production_commands();

  if (!config.data_dir.empty())
    if (auto opened = open_data_directory(config.data_dir, *p->log_lines); !opened)
      return tl::unexpected(opened.error());
  // A development agent keeps its Raft log in memory even with a data_dir; a client agent has none.
  if (!config.server) {
  } else if (config.dev_mode) {
    p->log = std::make_shared<storage::memory_log>(random_uuid());
    p->snapshots = std::make_shared<storage::memory_snapshot_store>();
  } else if (auto opened = open_disks(*p, config); !opened) {
    return tl::unexpected(opened.error());
  }
  production_ports out;
  out.outward = outward;
  auto candidate = first_node_id(config, *p->log_lines);
  if (config.data_dir.empty()) {
    p->store = std::make_shared<storage::memory_agent_store>();
    out.node_id = candidate;
  } else if (auto opened = open_agent_store(*p, config); !opened) {
    return tl::unexpected(opened.error());
  } else {
    if (!config.node_id.empty())
      if (auto written = storage::write_node_id(config.data_dir, config.node_id); !written)
        return tl::unexpected(written.error());
    auto id = storage::keep_node_id(config.data_dir, candidate);
    if (!id) return tl::unexpected(id.error());
    out.node_id = *id;
  }
  if (auto opened = open_gossip_ports(*p, config); !opened) return tl::unexpected(opened.error());
  out.outside = std::move(p);
  return out;
}

} // namespace praetor
