#include "frontends/process/agent_process.hpp"

#include "actors/agent.hpp"
#include "actors/health/start_check.hpp"
#include "actors/ports/log_lines.hpp"
#include "actors/ports/remoting.hpp"
#include "actors/raft/peers_file.hpp"
#include "actors/watches/watch_supervisor.hpp"
#include "frontends/api/forwarded_requests.hpp"
#include "frontends/cli/flag_set.hpp"
#include "frontends/cli/process_environment.hpp"
#include "frontends/dns/server.hpp"
#include "frontends/http/server.hpp"
#include "frontends/process/banner.hpp"
#include "frontends/process/listeners.hpp"
#include "frontends/process/process_profiles.hpp"
#include "frontends/process/production_ports.hpp"
#include "frontends/process/startup_memory.hpp"
#include "frontends/process/supervision.hpp"
#include "frontends/process/work_lane.hpp"
#include "protocol/watch/configured_watch.hpp"
#include "storage/files/scratch_file.hpp"

#include <algorithm>
#include <future>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

namespace praetor {

namespace {

using config::runtime_config;
using config_ptr = std::shared_ptr<const runtime_config>;

constexpr auto leave_limit = std::chrono::seconds(15);
constexpr auto http_grace = std::chrono::seconds(1);

/// Parses the flags, in the given order.
std::optional<config::sources> parse_flags(const std::vector<std::string>& args) {
  cli::flag_set flags;
  config::sources out;
  for (const auto& f : config::agent_flags()) {
    cli::flag_spec spec;
    spec.name = f.name;
    spec.usage = f.help;
    spec.is_boolean = f.kind == config::flag_kind::boolean;
    spec.type_name = spec.is_boolean                         ? ""
                     : f.kind == config::flag_kind::integer  ? "int"
                     : f.kind == config::flag_kind::duration ? "duration"
                                                             : "value";
    spec.set = [&out, name = f.name, kind = f.kind](const std::string& value) -> std::optional<std::string> {
      if (auto fault = config::fault_in_flag(kind, value)) return fault;
      out.flags.emplace_back(name, value);
      return {};
    };
    flags.add(std::move(spec));
  }
  if (auto problem = flags.parse(args, std::cerr)) {
    std::cerr << "==> error parsing flags: " << *problem << "\n";
    return {};
  }
  if (!flags.arguments().empty()) {
    std::cerr << "==> Unexpected extra arguments: [";
    for (std::size_t i = 0; i < flags.arguments().size(); ++i) std::cerr << (i ? " " : "") << flags.arguments()[i];
    std::cerr << "]\n";
    return {};
  }
  return out;
}

log_options log_options_of(const runtime_config& c) {
  log_options out;
  out.level = log_level_from_text(c.log.level).value_or(log_level::info);
  out.json = c.log.json;
  out.file = c.log.file;
  if (c.log.rotate_duration.count() > 0) out.rotate_after = c.log.rotate_duration;
  out.rotate_bytes = c.log.rotate_bytes;
  out.rotate_max_files = c.log.rotate_max_files;
  out.syslog = c.log.syslog;
  out.syslog_facility = c.log.syslog_facility;
  return out;
}

/// The gossip protocol versions that a configuration may name.
constexpr std::int64_t oldest_protocol = 2, newest_protocol = 3;

/// Rejects a well-formed configuration that this release can't run.
std::optional<std::string> unsupported(const runtime_config& c) {
  const auto& a = c.acl;
  // A cluster that was created with a wrong id would have to be created again.
  const auto& authority = c.connect.ca_config.json();
  if (auto id = authority.find("cluster_id");
      id != authority.end() && !(id->is_string() && is_uuid(id->get<std::string>())))
    return "cluster_id was supplied but was not a valid UUID";
  auto one_of = [](const std::string& value, std::initializer_list<const char*> known) {
    return std::find(known.begin(), known.end(), value) != known.end();
  };
  std::string text = c.server ? "Failed to start Consul server: " : "Failed to start Consul client: ";
  if (c.rpc_protocol < oldest_protocol || c.rpc_protocol > newest_protocol)
    return text + "Protocol version '" + std::to_string(c.rpc_protocol) + "' too " +
           (c.rpc_protocol < oldest_protocol ? "low" : "high") + ". Must be in range: [" +
           std::to_string(oldest_protocol) + ", " + std::to_string(newest_protocol) + "]";
  if (!one_of(a.default_policy, {"allow", "deny"})) return text + "Unsupported default ACL policy: " + a.default_policy;
  if (!one_of(a.down_policy, {"allow", "deny", "extend-cache", "async-cache"}))
    return text + "Unsupported down ACL policy: " + a.down_policy;
  return {};
}

/// Bytes that a temporary archive leaves free on its disk: log and snapshots take precedence.
constexpr std::uint64_t least_free_space = 512 << 20;

/// Creates a temporary archive. An agent without a data directory uses the system's temporary directory.
expected<std::shared_ptr<storage::scratch_file>> open_scratch(const runtime_config& c) {
  return storage::make_scratch_in(c.data_dir.empty() ? std::filesystem::temp_directory_path().string() : c.data_dir,
                                  least_free_space);
}

/// An agent of this process with its listeners.
class running_agent {
public:
  /// @param started_with the values of the keys that only a start applies
  running_agent(config::sources from, config::start_values started_with, std::shared_ptr<log_lines> log,
                stop_wait& wait)
      : from_(std::move(from)), started_with_(std::move(started_with)), log_(std::move(log)), wait_(wait) {}

  ~running_agent() { stop(); }
  running_agent(const running_agent&) = delete;
  running_agent& operator=(const running_agent&) = delete;

  expected<void> start(config_ptr config);
  void reload(done_callback done);
  void stop();
  /// Leaves the cluster gracefully, and reports when that is done.
  void leave();
  /// Answers the clients that requested the leave.
  void tell_that_it_left();
  const std::string& node_id() const { return ports_.node_id; }

private:
  /// Sets the active watches.
  void watch(std::vector<configured_watch> watches);
  expected<void> start_actors(const config_ptr& config);
  expected<void> start_frontends(const config_ptr& config);
  api::process_hooks hooks();

  config::sources from_;
  const config::start_values started_with_;
  std::shared_ptr<log_lines> log_;
  stop_wait& wait_;
  cli::process_environment machine_;
  production_ports ports_;
  agent_view_ptr view_ = std::make_shared<agent_view>();
  caf::actor_system_config system_config_;
  std::unique_ptr<caf::actor_system> system_;
  std::shared_ptr<remoting> links_;
  agent_actor agent_;
  watch_supervisor_actor watches_;
  std::unique_ptr<api::environment> environment_;
  std::unique_ptr<api::dispatcher> dispatcher_;
  std::shared_ptr<api::forwarded_requests> requests_;
  http::server http_;
  std::unique_ptr<dns::server> dns_;
  work_lane lane_; ///< for the endpoints
  std::mutex leaving_guard_;
  std::vector<done_callback> leaving_; ///< clients to notify when the agent has left
};

api::process_hooks running_agent::hooks() {
  api::process_hooks h;
  h.reload = [this](done_callback done) { reload(std::move(done)); };
  h.leave = [this](done_callback done) {
    std::lock_guard lock(leaving_guard_);
    leaving_.push_back(std::move(done));
    wait_.request_leave();
  };
  h.profile = [this](const std::string& kind, nanoseconds duration, std::function<void(expected<std::string>)> done) {
    take_profile(*system_, kind, duration, std::move(done));
  };
  h.follow_log = [this](const std::string& level, bool json,
                        std::function<void(const std::string&)> on_line) -> expected<std::function<void()>> {
    auto parsed = log_level_from_text(level);
    if (!parsed) return fail("Unknown log level: " + level, 400);
    auto number = log_->listen(*parsed, json, std::move(on_line));
    return std::function<void()>([log = log_, number] { log->forget(number); });
  };
  h.work_lane = [this](const std::string& who, std::function<void()> work) { return lane_.run(who, std::move(work)); };
  h.make_scratch = [view = view_] { return open_scratch(*view->settings.load()); };
  return h;
}

/// The settings of the server port, within this process's descriptors.
expected<remoting_settings> rpc_settings_of(const runtime_config& config, const std::string& node_id) {
  auto out = remoting_settings_of(config, node_id);
  if (!out) return out;
  auto share = descriptors_of(config).rpc;
  out->most_per_address = share.of_one_address;
  out->most_in_total = share.in_total;
  return out;
}

expected<void> running_agent::start_actors(const config_ptr& config) {
  auto opened = open_production_ports(*config, log_, [log = log_](const std::string& why) {
    log->write(log_level::error, "agent", "the process has to stop", {{"error", why}});
    log->release();
    std::fprintf(stderr, "==> %s\n", why.c_str());
    std::_Exit(1);
  });
  if (!opened) return tl::unexpected(opened.error());
  ports_ = std::move(*opened);
  expected<raft::initial_state> found;
  std::filesystem::path peers_file;
  if (!config->data_dir.empty()) peers_file = std::filesystem::path(config->data_dir) / "raft" / "peers.json";
  if (config->server) found = restore_server(*ports_.outside, *view_, peers_file, ports_.node_id);
  if (!found) return tl::unexpected(found.error());

  system_config_.set("scheduler.policy", caf::atom("sharing"));
  system_config_.set("scheduler.max-threads", 2u);
  system_config_.add_message_types<caf::id_block::praetor>();
  prepare_remoting(system_config_);
  system_ = std::make_unique<caf::actor_system>(system_config_);
  auto rpc = rpc_settings_of(*config, ports_.node_id);
  if (!rpc) return tl::unexpected(rpc.error());
  rpc->secret = [view = view_] { return view->gossip_secret.load(); };
  auto links = remoting::start(*system_, std::move(*rpc), log_);
  if (!links) return tl::unexpected(links.error());
  links_ = *links;
  ports_.outside->links = links_;
  std::promise<expected<void>> ready;
  agent_options o;
  o.config = config;
  o.node_id = ports_.node_id;
  o.outside = ports_.outside;
  o.view = view_;
  o.start_check = start_check;
  o.snapshot_index = found->snapshot ? found->snapshot->index : 0;
  o.found = std::move(*found);
  o.ready = [&](const expected<agent_handles_ptr>& up) {
    ready.set_value(up ? expected<void>{} : tl::unexpected(up.error()));
  };
  agent_ = system_->spawn(agent, std::move(o));
  return ready.get_future().get();
}

expected<void> running_agent::start_frontends(const config_ptr& config) {
  environment_ = std::make_unique<api::environment>(*system_, view_, ports_.outside, ports_.node_id, hooks());
  dispatcher_ = std::make_unique<api::dispatcher>(*environment_);
  requests_ = api::make_request_server(*environment_, *dispatcher_);
  view_->requests.store(requests_);
  auto options = http_options_of(*config, log_);
  options.judge_head = [this](const api::request& head) { return dispatcher_->judge(head); };
  options.judge_later = [this](const api::request& head, std::function<void(api::head_verdict)> done) {
    dispatcher_->judge_later(head, std::move(done));
  };
  options.needs_slash = [this](std::string_view path) { return dispatcher_->needs_slash(path); };
  if (auto started =
          http_.start(std::move(options), [this](api::exchange_ptr ex) { dispatcher_->handle(std::move(ex)); });
      !started)
    return tl::unexpected(started.error());
  for (const auto& l : config->http_addrs)
    log_->write(log_level::info, "agent", "Starting server",
                {{"address", l.text()}, {"network", l.is_unix() ? "unix" : "tcp"}, {"protocol", "http"}});
  if (!config->tls_https.cert_file.empty())
    for (const auto& l : config->https_addrs)
      log_->write(log_level::info, "agent", "Starting server",
                  {{"address", l.text()}, {"network", l.is_unix() ? "unix" : "tcp"}, {"protocol", "https"}});
  dns_ = std::make_unique<dns::server>(*environment_);
  auto dns_limits = dns_limits_of(*config);
  dns_limits.warn = [log = log_](const std::string& text) { log->write(log_level::warn, "agent.dns", text); };
  if (auto started = dns_->start(*config, std::move(dns_limits)); !started) return started;
  for (const auto& l : config->dns_addrs)
    for (auto network : {"udp", "tcp"})
      log_->write(log_level::info, "agent", "Started DNS server", {{"address", l.text()}, {"network", network}});
  return {};
}

expected<void> running_agent::start(config_ptr config) {
  auto watches = configured_watches(*config);
  if (!watches) return tl::unexpected(watches.error());
  if (auto started = start_actors(config); !started) return started;
  watches_ = system_->spawn(watch_supervisor, watch_supervisor_options{view_, ports_.outward, log_});
  watch(std::move(*watches)); // they wait for the frontends; a reload may update them earlier
  return start_frontends(config);
}

void running_agent::watch(std::vector<configured_watch> watches) {
  caf::anon_send(watches_, reload_atom_v, local<std::vector<configured_watch>>{std::move(watches)});
}

void running_agent::reload(done_callback done) {
  auto refuse = [&](const std::string& why) {
    log_->write(log_level::error, "agent", "Reload config failed", {{"error", why}});
    error e{why, 500};
    if (done) done(&e);
  };
  auto loaded = config::load(from_, machine_, &started_with_);
  if (!loaded) return refuse(loaded.error().text);
  for (const auto& warning : loaded->warnings) log_->write(log_level::warn, "agent", warning);
  for (const auto& key : config::changed_keys(started_with_, loaded->until_restart))
    log_->write(log_level::warn, "agent",
                "config key " + praetor::quoted(key) + " has changed, which takes effect at the next start");
  auto next = std::make_shared<runtime_config>(std::move(loaded->config));
  next->node_id = view_->settings.load()->node_id;
  // Everything that may be rejected comes before anything is applied.
  auto watches = configured_watches(*next);
  if (!watches) return refuse("Failed reloading watches: " + watches.error().text);
  auto rpc = rpc_settings_of(*next, ports_.node_id);
  if (!rpc) return refuse(rpc.error().text);
  if (auto no = refused_definitions(*next, *view_->registry.get(), ports_.outward.get())) return refuse(no->text);
  auto options = http_options_of(*next, log_);
  if (!next->https_addrs.empty() && !next->tls_https.cert_file.empty())
    if (auto tls = http_.reload_tls(options.tls); !tls) return refuse(tls.error().text);
  if (auto level = log_level_from_text(next->log.level))
    log_->set_level(*level);
  else
    log_->write(log_level::warn, "agent", "Invalid log level in new configuration");
  http_.reload_limits(options.limits);
  links_->reload(*rpc);
  ports_.outward->reload(*next);
  if (dns_) dns_->reload(*next);
  watch(std::move(*watches));
  auto finished = [log = log_, done = std::move(done)](const error* failed) {
    if (failed)
      log->write(log_level::error, "agent", "Reload config failed", {{"error", failed->text}});
    else
      log->write(log_level::info, "agent", "Configuration reload complete");
    if (done) done(failed);
  };
  caf::anon_send(agent_, reload_atom_v, local<config_ptr>{next}, local<done_callback>{std::move(finished)});
}

void running_agent::stop() {
  if (!system_) return;
  auto& log = *log_;
  if (dns_) dns_->stop();
  http_.stop(http_grace);
  lane_.stop();
  log.write(log_level::info, "agent", "Waiting for endpoints to shut down");
  log.write(log_level::info, "agent", "Endpoints down");
  if (!agent_) return;
  std::promise<void> ended;
  if (watches_) caf::anon_send_exit(watches_, caf::exit_reason::user_shutdown);
  watches_ = nullptr;
  caf::anon_send(agent_, stop_atom_v, local<done_callback>{[&](const error*) { ended.set_value(); }});
  ended.get_future().wait_for(leave_limit);
  agent_ = nullptr;
  // The frontends' handles must be released before the actor system.
  view_->requests.store(nullptr);
  if (requests_) requests_->close();
  environment_.reset();
  view_->handles.store(nullptr);
  links_->stop();
  system_.reset();
}

void running_agent::leave() {
  caf::anon_send(agent_, leave_atom_v, local<done_callback>{[&wait = wait_](const error*) { wait.report_left(); }});
}

void running_agent::tell_that_it_left() {
  std::lock_guard lock(leaving_guard_);
  for (auto& tell : std::exchange(leaving_, {})) tell(nullptr);
}

void log_descriptors(log_lines& log, const descriptor_limit& limit, const descriptor_budget& budget) {
  log.write(log_level::info, "agent", "File descriptors",
            {{"limit", limit.now},
             {"soft_limit_before", limit.before},
             {"reserve", budget.reserve},
             {"http", budget.http.in_total},
             {"rpc", budget.rpc.in_total},
             {"dns_tcp", budget.dns.in_total},
             {"gossip_streams", budget.gossip.in_total}});
  if (budget.limit <= 2 * budget.reserve)
    log.write(log_level::warn, "agent",
              "the limit of open files is low: clients may be refused connections. Raise it "
              "(ulimit -n, LimitNOFILE) to 4096 or more");
}

/// The Go name of the signal behind an event; null if it is none.
const char* signal_name(stop_wait::event event) {
  switch (event) {
  case stop_wait::event::hangup: return "hangup";
  case stop_wait::event::interrupt: return "interrupt";
  case stop_wait::event::terminate: return "terminated";
  case stop_wait::event::usr1: return "user defined signal 1";
  default: return nullptr;
  }
}

/// Leaves gracefully, unless a second signal demands an immediate stop. @returns the exit code
int leave_gracefully(stop_wait& wait, running_agent& agent, log_lines& log, nanoseconds limit) {
  using std::chrono::milliseconds, std::chrono::steady_clock;
  log.write(log_level::info, "agent", "Gracefully shutting down agent...");
  agent.leave();
  for (auto deadline = steady_clock::now() + limit;;) {
    auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    auto event = stop_wait::event::left;
    if (!wait.next_within(static_cast<int>(std::max<std::int64_t>(left.count(), 0)), event)) {
      if (left.count() > 0) continue;
      log.write(log_level::error, "agent", "Timeout on graceful leave. Exiting");
      return 1;
    }
    if (auto name = signal_name(event); name && event != stop_wait::event::usr1) {
      log.write(log_level::info, "agent", "Caught second signal, Exiting", {{"signal", name}});
      return 1;
    }
    if (event != stop_wait::event::left) continue;
    agent.tell_that_it_left();
    log.write(log_level::info, "agent", "Graceful exit completed");
    return 0;
  }
}

/// The usual time for an agent to join its cluster.
constexpr int settling_milliseconds = 2500;

/// Waits until the agent must stop. @returns the exit code
int wait_for_end(stop_wait& wait, running_agent& agent, const config_ptr& config, log_lines& log) {
  bool settled = false;
  for (;;) {
    auto event = stop_wait::event::terminate;
    if (settled) {
      event = wait.next();
    } else if (!wait.next_within(settling_milliseconds, event)) {
      // Joining and the election are over by now.
      settled = true;
      release_startup_code();
      continue;
    }
    // A client that requested the leave waits as long as configured; a service manager may not.
    if (event == stop_wait::event::leave)
      return leave_gracefully(wait, agent, log, leave_limit + config->leave_drain_time);
    log.write(log_level::info, "agent", "Caught", {{"signal", signal_name(event)}});
    if (event == stop_wait::event::usr1) continue;
    if (event == stop_wait::event::hangup) {
      agent.reload(nullptr);
      continue;
    }
    bool graceful =
        event == stop_wait::event::interrupt ? !config->skip_leave_on_interrupt : config->leave_on_terminate;
    if (!graceful) {
      log.write(log_level::info, "agent", "Graceful shutdown disabled. Exiting");
      return 1;
    }
    return leave_gracefully(wait, agent, log, leave_limit);
  }
}

} // namespace

int run_agent_process(const std::vector<std::string>& args) {
  auto from = parse_flags(args);
  if (!from) return 1;
  cli::process_environment machine;
  auto complain = [](const std::string& text) {
    std::cerr << "==> " << text << std::endl;
    return 1;
  };
  auto descriptors = raise_descriptor_limit();
  auto loaded = config::load(*from, machine);
  if (!loaded) return complain(loaded.error().text);
  auto config = std::make_shared<const runtime_config>(std::move(loaded->config));
  if (!log_level_from_text(config->log.level))
    return complain("Invalid log level: " + config->log.level +
                    ". Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]");
  if (auto no = unsupported(*config)) return complain(*no);
  auto log = log_lines::open(log_options_of(*config));
  if (!log) return complain(log.error().text);
  for (const auto& warning : loaded->warnings) (*log)->write(log_level::warn, "agent", warning);

  log_descriptors(**log, descriptors, descriptors_of(*config));

  stop_wait wait; // before any thread
  pid_file pid;
  if (auto written = pid.write(config->pid_file); !written) return complain(written.error().text);
  running_agent agent(*from, std::move(loaded->until_restart), *log, wait);
  auto started = agent.start(config);
  if (!started) {
    (*log)->write(log_level::error, "agent", "Error starting agent", {{"error", started.error().text}});
    (*log)->release();
    std::cerr << "==> " << started.error().text << std::endl;
    agent.stop();
    return 1;
  }
  if (!config->log.json) print_banner(std::cout, *config, agent.node_id());
  (*log)->release();
  (*log)->write(log_level::info, "agent", "Consul agent running!");
  notify_ready();
  release_startup_code();
  auto code = wait_for_end(wait, agent, config, **log);
  agent.stop();
  (*log)->write(log_level::info, "agent", "Exit code", {{"code", code}});
  return code;
}

std::string agent_process_help() {
  std::string out = "Usage: consul agent [options]\n\n  Starts the agent and runs until an interrupt is received. The\n"
                    "  agent represents a single node in a cluster.\n\n";
  for (const auto& f : config::agent_flags()) {
    out += "  -" + f.name + (f.kind == config::flag_kind::boolean ? "" : "=<value>") + "\n";
    out += cli::wrap(f.help, 72, 5) + "\n\n";
  }
  return out;
}

} // namespace praetor
