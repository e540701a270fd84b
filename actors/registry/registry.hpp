#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/registry/definitions.hpp"
#include "actors/registry/registration.hpp"
#include "protocol/actors.hpp"
#include "storage/agent_store/agent_store.hpp"
#include "storage/agent_store/persisted.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>

namespace praetor {

/// A numbered batch of changes for the agent's own store.
struct store_job {
  std::uint64_t number = 0;
  storage::agent_batch batch;
  registry_actor owner; ///< gets the number when it is durable
};

/// The parameters of a check's runner.
struct check_start {
  ports_ptr outside;
  agent_view_ptr view;
  registry_actor registry;
  check_definition definition; ///< with the id filled in
  std::string token;           ///< the registration token; "": the configured default
  bool from_file = false;
  std::string node_name;
  nanoseconds ttl_left{0}; ///< a restored TTL check: the remaining time; 0: the whole TTL

  /// The current limit on the kept output, which a reload may change.
  std::size_t output_limit() const;
};
/// Starts the runner of a check; null for kinds without one.
using check_starter = std::function<check_runner_actor(registry_actor::pointer, check_start)>;

struct registry_options {
  ports_ptr outside;
  agent_view_ptr view;
  registry_settings settings;
  check_starter start_check;
  registry_writer_actor writer;
  /// Called once, when the stored and configured definitions are loaded, or with the reason why the configured ones
  /// were rejected. In that case nothing was loaded, and the store is unchanged. May be null.
  done_callback loaded;
};

struct registry_state {
  static constexpr const char* name = "registry";
  registry_state() = default;
  /// Stops the checks.
  ~registry_state();

  registry_actor::pointer self = nullptr;
  registry_options options;
  anti_entropy_actor sync; ///< notified of every change; may be null
  std::shared_ptr<const local_state> current = std::make_shared<const local_state>();
  std::map<std::string, check_runner_actor> runners; ///< by check id
  /// Checks whose runner starts with the next publication, and the rest of their TTL: a runner started earlier would
  /// not see the services and checks registered together with it, and an alias would report its target as missing.
  std::map<std::string, nanoseconds> due_runners;
  std::map<std::string, steady_time> deferred; ///< outputs to sync later, by check id
  int open_steps = 0; ///< nested joint changes: nothing is published before the outermost one ends
  state::retired_parts retired;
  std::set<std::string> changed_services, changed_checks; ///< to report to `sync` with the next publication
  std::mt19937_64 random;
  storage::agent_batch unwritten;
  std::vector<done_callback> unwritten_waiting; ///< callers that wait until `unwritten` is durable
  std::deque<std::pair<std::uint64_t, std::vector<done_callback>>> writing;
  std::uint64_t written = 0;

  // Changes (registry_changes.cpp).
  expected<void> add_service(const service_registration& r);
  expected<void> remove_service(const std::string& id);
  expected<void> add_check(const check_registration& r);
  expected<void> remove_check(const std::string& id);
  /// Who is asked whether a new check can be run here; null for those of the store, which were accepted before.
  const probe_port* probes_to_ask() const { return last ? nullptr : options.outside->probes.get(); }
  void update_check(const std::string& id, std::string status, std::string output);
  expected<void> update_ttl(const std::string& id, const std::string& status, std::string output);
  expected<void> maintain(const std::string& service_id, bool on, const std::string& reason, const std::string& token);
  void reap();
  /// Syncs the deferred outputs that are due.
  void sync_outputs(steady_time due);
  void settle_tags(const tag_settlement& settled);

  // The configuration's definitions (registry_definitions.cpp).
  /// Loads the store and the configuration. A configured definition takes precedence over a stored one with the same
  /// id.
  expected<void> load(const config::runtime_config& config);
  /// Applies the changes of the configuration's definitions, all or none. Leaves the rest alone: status and runners of
  /// unchanged definitions, and API registrations.
  expected<void> take_definitions(const config::runtime_config& config);

  // Keeping (registry_store.cpp).
  void load_results();
  void load_services(const file_definitions& files);
  void load_checks(const file_definitions& files);
  void persist_service(const local_service& s);
  void persist_check(const local_check& c);
  void persist_ttl(const local_check& c);
  void persist_tags(const local_service& s);
  void forget(storage::agent_table table, const std::string& id);
  /// Calls `done` when all changes so far are durable.
  void when_durable(done_callback done);
  void flush();
  void stored(std::uint64_t number);

private:
  friend class local_change;
  friend class joint_change;
  /// Publishes the current state, wakes watchers, and reports the changes to sync.
  void publish();
  void stop_runner(const std::string& check_id);
  void start_runner(const local_check& c, nanoseconds ttl_left);
  /// Deregisters API-registered scripts that the settings no longer allow.
  void drop_refused_scripts();
  /// Chooses the tags of a service that is added or replaced: its definition's, or overridden ones.
  void choose_tags(local_service& next, const local_service_ptr& existing) const;
  /// Updates the service name and tags in its checks.
  void rename_checks(const node_service& service);

  /// Results and tags from before the restart, for definitions that are being loaded.
  struct last_life {
    std::map<std::string, storage::persisted_check_state> checks;
    std::map<std::string, storage::persisted_tags> tags;
  };
  std::optional<last_life> last; ///< null once loading has finished
};

/// The ids of maintenance checks, as clients know them.
inline constexpr std::string_view node_maintenance_id = "_node_maintenance";
std::string service_maintenance_id(const std::string& service_id);

/// @param found its services and checks are loaded before any message is handled
registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self, registry_options options,
                                       std::shared_ptr<const config::runtime_config> found);

struct registry_writer_state {
  static constexpr const char* name = "registry_writer";
  registry_writer_state() = default;
  ports_ptr outside;
};
registry_writer_actor::behavior_type
registry_writer(registry_writer_actor::stateful_pointer<registry_writer_state> self, ports_ptr outside);

} // namespace praetor
