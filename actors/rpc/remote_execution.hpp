#pragma once

#include "actors/agent_view.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/field.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace praetor {

/// The name of events that trigger a remote execution (Consul: agent/remote_exec.go).
inline constexpr std::string_view execution_event_name = "_rexec";

/// Where the job and its results are stored: keys below PREFIX/SESSION.
struct execution_place {
  std::string prefix, session;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Prefix"}, x.prefix);
    f(field{"Session"}, x.session);
  }
};

/// The job as stored in the key `job`.
struct execution_job {
  std::string command; ///< for the shell
  std::optional<string_list> args;
  blob script;
  std::int64_t wait = 0; ///< nanoseconds between heartbeats

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Command"}, x.command);
    f(field{"Args"}, x.args);
    f(field{"Script"}, x.script);
    f(field{"Wait"}, x.wait);
  }
};

/// An answer of the key-value store.
struct execution_reply {
  remote_answer answer;
};

struct remote_execution_options {
  ports_ptr outside;
  agent_view_ptr view;
  std::string event; ///< its id
  execution_place place;
};

struct remote_execution_state {
  static constexpr const char* name = "remote_execution";
  remote_execution_state() = default;

  enum class phase : std::uint8_t { reading, reading_consistently, acknowledging, running, over };

  remote_execution_actor::pointer self = nullptr;
  remote_execution_options options;
  phase now = phase::reading;
  execution_job job;
  std::shared_ptr<running_subprocess> command;
  std::string gathered;           ///< output of the next piece
  std::deque<std::string> unsent; ///< pieces of output; an empty one is a heartbeat
  std::optional<std::int32_t> exit_code;
  std::uint64_t requests = 0, pieces = 0;
  deadline_timer<> timer;
  bool asking = false;
  bool held_back = false; ///< the command is paused until a piece is sent

  void read_job(bool consistently);
  void answered(const remote_answer& a);
  void heard(std::string output);
  void ended(std::int32_t code);
  void time_is_up();

private:
  void ask(std::string method, std::string key, std::vector<named_text> query, std::string body);
  void write(const std::string& name, std::string value);
  void acknowledge(const remote_answer& a);
  void start();
  void send_next();
  void cut_piece();
  void give_up(const std::string& why);
};

/// Stops once the exit code is written, or no more output can be.
remote_execution_actor::behavior_type
remote_execution(remote_execution_actor::stateful_pointer<remote_execution_state> self,
                 remote_execution_options options);

} // namespace praetor
