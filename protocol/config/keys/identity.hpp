#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/config/key_row.hpp"
#include "protocol/types/definitions.hpp"

namespace praetor::config {

struct log_settings {
  std::string level = "INFO";
  bool json = false;
  std::string file;
  nanoseconds rotate_duration{0};
  std::int64_t rotate_bytes = 0;
  std::int64_t rotate_max_files = 0;
  bool syslog = false;
  std::string syslog_facility = "LOCAL0";
  bool operator==(const log_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct identity_section {
  bool dev_mode = false; ///< set by the flag -dev
  bool server = false;
  bool bootstrap = false;
  std::int64_t bootstrap_expect = 0;
  std::string datacenter;
  std::string primary_datacenter;
  std::string data_dir;
  std::string node_name;
  std::string node_id; ///< as given; empty means that the agent generates one
  string_map node_meta;
  bool disable_host_node_id = true;
  std::optional<praetor::locality> locality;
  bool translate_wan_addrs = false;
  bool enable_debug = false;
  log_settings log;
  std::string pid_file;
  bool leave_on_terminate = false;
  bool skip_leave_on_interrupt = false;
  bool auto_reload_config = false;
  string_list experiments;
  bool disable_remote_exec = true;
  bool disable_update_check = false;
  bool disable_anonymous_signature = false;
  bool operator==(const identity_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// The agent's identity and its process.
template <class Config>
inline constexpr key_row identity[] = {
    {.path = "datacenter",
     .kind = k::text,
     .initial = "dc1",
     .member = at<&Config::datacenter>,
     .shown = "Datacenter",
     .flag = "datacenter",
     .doc = "Datacenter of this agent."},
    {.path = "primary_datacenter",
     .kind = k::text,
     .computed = "the datacenter",
     .member = at<&Config::primary_datacenter>,
     .shown = "PrimaryDatacenter",
     .doc = "Datacenter whose servers store the records of access control."},
    {.path = "node_name",
     .kind = k::text,
     .computed = "the host's name",
     .member = at<&Config::node_name>,
     .shown = "NodeName",
     .flag = "node",
     .doc = "Name of this node, unique in its datacenter."},
    {.path = "node_id",
     .kind = k::text,
     .computed = "of the machine, or random",
     .member = at<&Config::node_id>,
     .flag = "node-id",
     .doc = "UUID of this node."},
    {.path = "node_meta",
     .kind = k::text_map,
     .traits = reloadable,
     .member = at<&Config::node_meta>,
     .shown = "NodeMeta",
     .flag = "node-meta",
     .doc = "A `key:value` pair of this node's metadata; may be given several times."},
    {.path = "disable_host_node_id",
     .kind = k::boolean,
     .initial = "true",
     .member = at<&Config::disable_host_node_id>,
     .shown = "DisableHostNodeID",
     .flag = "disable-host-node-id",
     .doc = "Choose the node ID at random instead of deriving it from the machine."},
    {.path = "locality.region", .kind = k::text, .doc = "Region of this node and its services."},
    {.path = "locality.zone", .kind = k::text, .doc = "Zone in the region; needs a region."},
    {.path = "translate_wan_addrs",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::translate_wan_addrs>,
     .shown = "TranslateWANAddrs",
     .doc = "Answer with WAN addresses for nodes of other datacenters."},
    {.path = "server",
     .kind = k::boolean,
     .initial = "false",
     .in_dev_mode = "true",
     .member = at<&Config::server>,
     .shown = "ServerMode",
     .flag = "server",
     .doc = "Be a server."},
    {.path = "bootstrap",
     .kind = k::boolean,
     .initial = "false",
     .member = at<&Config::bootstrap>,
     .shown = "Bootstrap",
     .flag = "bootstrap",
     .doc = "Let a single server elect itself."},
    {.path = "bootstrap_expect",
     .kind = k::integer,
     .initial = "0",
     .member = at<&Config::bootstrap_expect>,
     .shown = "BootstrapExpect",
     .flag = "bootstrap-expect",
     .doc = "Number of servers to wait for before the first election."},
    {.path = "data_dir",
     .kind = k::text,
     .member = at<&Config::data_dir>,
     .shown = "DataDir",
     .flag = "data-dir",
     .doc = "Directory of the agent's state."},
    {.path = "experiments",
     .kind = k::text_list,
     .traits = no_effect,
     .member = at<&Config::experiments>,
     .shown = "Experiments",
     .doc = "Names of experiments to take part in."},
    {.path = "pid_file",
     .kind = k::text,
     .member = at<&Config::pid_file>,
     .shown = "PidFile",
     .flag = "pid-file",
     .doc = "File for the process ID."},
    {.path = "leave_on_terminate",
     .kind = k::boolean,
     .computed = "true on client agents",
     .member = at<&Config::leave_on_terminate>,
     .shown = "LeaveOnTerm",
     .doc = "Leave the cluster at SIGTERM."},
    {.path = "skip_leave_on_interrupt",
     .kind = k::boolean,
     .computed = "true on servers",
     .member = at<&Config::skip_leave_on_interrupt>,
     .shown = "SkipLeaveOnInt",
     .doc = "Stay a member at SIGINT."},
    {.path = "auto_reload_config",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::auto_reload_config>,
     .shown = "AutoReloadConfig",
     .flag = "auto-reload-config",
     .doc = "Watch the configuration files and reload when they change."},
    {.path = "enable_debug",
     .kind = k::boolean,
     .traits = reloadable,
     .in_dev_mode = "true",
     .member = at<&Config::enable_debug>,
     .shown = "EnableDebug",
     .doc = "Serve profiles at `/debug/pprof`."},
    {.path = "disable_remote_exec",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::disable_remote_exec>,
     .shown = "DisableRemoteExec",
     .doc = "Do not run commands of `exec`."},
    {.path = "disable_update_check",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::disable_update_check>,
     .shown = "DisableUpdateCheck",
     .satisfied_by = "true",
     .doc = "Do not ask for new releases."},
    {.path = "disable_anonymous_signature",
     .kind = k::boolean,
     .traits = no_effect,
     .in_dev_mode = "true",
     .member = at<&Config::disable_anonymous_signature>,
     .shown = "DisableAnonymousSignature",
     .satisfied_by = "true",
     .doc = "Do not send a signature when asking for new releases."},
    {.path = "log_level",
     .kind = k::text,
     .traits = reloadable,
     .initial = "INFO",
     .in_dev_mode = "DEBUG",
     .member = at<&Config::log, &log_settings::level>,
     .shown = "Logging.LogLevel",
     .flag = "log-level",
     .doc = "Minimum level of log lines: trace, debug, info, warn, error."},
    {.path = "log_json",
     .kind = k::boolean,
     .member = at<&Config::log, &log_settings::json>,
     .shown = "Logging.LogJSON",
     .flag = "log-json",
     .doc = "Write log lines as JSON."},
    {.path = "log_file",
     .kind = k::text,
     .member = at<&Config::log, &log_settings::file>,
     .shown = "Logging.LogFilePath",
     .flag = "log-file",
     .doc = "File for a copy of the log."},
    {.path = "log_rotate_bytes",
     .kind = k::integer,
     .member = at<&Config::log, &log_settings::rotate_bytes>,
     .shown = "Logging.LogRotateBytes",
     .flag = "log-rotate-bytes",
     .doc = "Size at which the log file is rotated."},
    {.path = "log_rotate_max_files",
     .kind = k::integer,
     .member = at<&Config::log, &log_settings::rotate_max_files>,
     .shown = "Logging.LogRotateMaxFiles",
     .flag = "log-rotate-max-files",
     .doc = "Number of rotated log files to keep."},
    {.path = "enable_syslog",
     .kind = k::boolean,
     .member = at<&Config::log, &log_settings::syslog>,
     .shown = "Logging.EnableSyslog",
     .flag = "syslog",
     .doc = "Send the log to syslog too."},
    {.path = "syslog_facility",
     .kind = k::text,
     .initial = "LOCAL0",
     .member = at<&Config::log, &log_settings::syslog_facility>,
     .shown = "Logging.SyslogFacility",
     .doc = "Facility of lines sent to syslog."},
};

} // namespace praetor::config::keys
