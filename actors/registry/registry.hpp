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

/// Changes on their way into the agent's own store, and their number.
struct store_job {
  std::uint64_t number = 0;
  storage::agent_batch batch;
  registry_actor owner; ///< hears of it
};

/// How a check that is being started knows its agent.
struct check_start {
  ports_ptr outside;
  agent_view_ptr view;
  registry_actor registry;
  check_definition definition; ///< id filled in
  std::string token;           ///< that it was registered with; "" = what is configured for all
  bool from_file = false;
  std::string node_name;
  nanoseconds ttl_left{0}; ///< for a TTL check that was restored: until it expires; 0 = the whole TTL

  /// How many bytes of the output are kept, as the configuration says now: a reload may change it.
  std::size_t output_limit() const;
};
/// Starts the worker of a check; null for kinds without one.
using check_starter = std::function<check_runner_actor(registry_actor::pointer, check_start)>;

struct registry_options {
  ports_ptr outside;
  agent_view_ptr view;
  registry_settings settings;
  check_starter start_check;
  registry_writer_actor writer;
  /// Called once, when the stored and the configured definitions are there, or with the reason why the latter are not
  /// taken. Then nothing of them was, and nothing stored has changed. May be null.
  done_callback loaded;
};

struct registry_state {
  static constexpr const char* name = "registry";
  registry_state() = default;
  /// The checks end with their registry.
  ~registry_state();

  registry_actor::pointer self = nullptr;
  registry_options options;
  anti_entropy_actor sync; ///< hears of every change; may be null
  std::shared_ptr<const local_state> current = std::make_shared<const local_state>();
  std::map<std::string, check_runner_actor> runners; ///< by check id
  /// Checks whose runner starts with the next publication, and what is left of their TTL: a runner that starts before
  /// would not see the services and checks that come with its own, and an alias would call its target missing.
  std::map<std::string, nanoseconds> due_runners;
  std::map<std::string, steady_time> deferred; ///< outputs to be synced later, by check id
  int open_steps = 0; ///< joint changes under way: nothing is shown before the last of them is done
  state::retired_parts retired;
  std::set<std::string> changed_services, changed_checks; ///< to be told to `sync` with the next publication
  std::mt19937_64 random;
  storage::agent_batch unwritten;
  std::vector<done_callback> unwritten_waiting; ///< for `unwritten` to be durable
  std::deque<std::pair<std::uint64_t, std::vector<done_callback>>> writing;
  std::uint64_t written = 0;

  // Changes (registry_changes.cpp).
  expected<void> add_service(const service_registration& r);
  expected<void> remove_service(const std::string& id);
  expected<void> add_check(const check_registration& r);
  expected<void> remove_check(const std::string& id);
  void update_check(const std::string& id, std::string status, std::string output);
  expected<void> update_ttl(const std::string& id, const std::string& status, std::string output);
  expected<void> maintain(const std::string& service_id, bool on, const std::string& reason, const std::string& token);
  void reap();
  /// Syncs the outputs that wait for a moment up to this one.
  void sync_outputs(steady_time due);
  void settle_tags(const tag_settlement& settled);

  // The configuration's definitions (registry_definitions.cpp).
  /// What the store and the configuration hold. Definitions of the configuration win over stored ones of the same id.
  expected<void> load(const config::runtime_config& config);
  /// Takes over what has changed of the configuration's definitions, all of it or nothing. The rest is not touched:
  /// neither its status nor its worker, nor what was registered over the API beside it.
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
  /// Runs `done` when everything so far is durable.
  void when_durable(done_callback done);
  void flush();
  void stored(std::uint64_t number);

private:
  friend class local_change;
  friend class joint_change;
  /// Shows the current state to all, wakes who watches, and tells what is to be synced.
  void publish();
  void stop_runner(const std::string& check_id);
  void start_runner(const local_check& c, nanoseconds ttl_left);
  /// Deregisters the scripts of the API that the settings do not allow any more.
  void drop_refused_scripts();
  /// Tags of a service that is added or replaced: its definition's, or what others have made of them.
  void choose_tags(local_service& next, const local_service_ptr& existing) const;
  /// Its checks name the service and its tags.
  void rename_checks(const node_service& service);

  /// Results and tags of the last life, for what is being loaded.
  struct last_life {
    std::map<std::string, storage::persisted_check_state> checks;
    std::map<std::string, storage::persisted_tags> tags;
  };
  std::optional<last_life> last; ///< null once everything is loaded
};

/// Maintenance checks, as clients know them.
inline constexpr std::string_view node_maintenance_id = "_node_maintenance";
std::string service_maintenance_id(const std::string& service_id);

/// @param found its services and checks are loaded before anything else is heard
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
