#include "actors/rpc/remote_execution.hpp"

#include "actors/agent.hpp"
#include "protocol/codec/json_read.hpp"

#include <cstdio>

namespace praetor {

namespace {

constexpr std::size_t piece_size = 4096;
constexpr std::size_t most_unsent = 16; ///< unsent pieces beyond which the command is paused
constexpr auto piece_patience = std::chrono::milliseconds(500);
constexpr nanoseconds default_wait = std::chrono::seconds(2);
constexpr std::string_view log_name = "agent";

} // namespace

void remote_execution_state::give_up(const std::string& why) {
  options.outside->log_lines->write(log_level::error, log_name, "a remote execution is given up",
                                    {{"event_id", options.event}, {"error", why}});
  command = nullptr;
  self->quit();
}

void remote_execution_state::ask(std::string method, std::string key, std::vector<named_text> query, std::string body) {
  auto requests_here = options.view->requests.load();
  if (!requests_here) return give_up("this agent answers no requests");
  auto config = options.view->settings.load();
  remote_request r;
  r.method = std::move(method);
  r.path = "/v1/kv/" + options.place.prefix + "/" + options.place.session + "/" + key;
  r.query = std::move(query);
  auto tokens = options.view->tokens.get();
  if (!tokens->for_agent().empty()) r.headers.push_back({"x-consul-token", tokens->for_agent()});
  r.body = std::move(body);
  r.requester.node = config->node_name;
  asking = true;
  auto done = [me = caf::actor_cast<caf::actor_addr>(self), number = ++requests](remote_answer a) {
    auto execution = caf::actor_cast<remote_execution_actor>(me);
    if (!execution) return;
    auto reply = std::make_shared<const execution_reply>(execution_reply{std::move(a)});
    caf::anon_send(execution, messages::execution_answered{number, std::move(reply)});
  };
  requests_here->serve_own(std::move(r), config->rpc_hold_timeout, std::move(done));
}

void remote_execution_state::read_job(bool consistently) {
  now = consistently ? phase::reading_consistently : phase::reading;
  ask("GET", "job", {{"raw", ""}, {consistently ? "consistent" : "stale", ""}}, {});
}

/// The session holds the keys: they are deleted with it, and writes fail once it is gone.
void remote_execution_state::write(const std::string& key, std::string value) {
  ask("PUT", options.view->settings.load()->node_name + "/" + key, {{"acquire", options.place.session}},
      std::move(value));
}

void remote_execution_state::acknowledge(const remote_answer& a) {
  if (auto read = json::read(a.body, job); !read) return give_up("its job could not be read: " + read.error().text);
  now = phase::acknowledging;
  write("ack", {});
}

void remote_execution_state::start() {
  now = phase::running;
  subprocess_request request;
  request.line = job.command;
  request.script = job.script.bytes;
  if (job.args) request.arguments = *job.args;
  options.outside->log_lines->write(log_level::info, log_name, "remote execution",
                                    {{"event_id", options.event}, {"command", job.command}});
  auto me = caf::actor_cast<caf::actor_addr>(self);
  auto output = [me](std::string piece) {
    if (auto execution = caf::actor_cast<remote_execution_actor>(me))
      caf::anon_send(execution, messages::command_output{std::move(piece)});
  };
  auto end = [me](std::int32_t code) {
    if (auto execution = caf::actor_cast<remote_execution_actor>(me))
      caf::anon_send(execution, messages::command_ended{code});
  };
  command = options.outside->commands->start(std::move(request), std::move(output), std::move(end));
  timer.start(self, job.wait > 0 ? nanoseconds{job.wait} : default_wait);
}

void remote_execution_state::answered(const remote_answer& a) {
  asking = false;
  auto refused = "the key-value store answered " + std::to_string(a.status) + ": " + a.body;
  switch (now) {
  case phase::reading:
    // The state of an arbitrary server may be older than the event.
    return a.status == 200 ? acknowledge(a) : read_job(true);
  case phase::reading_consistently: return a.status == 200 ? acknowledge(a) : give_up("no job: " + refused);
  case phase::acknowledging: return a.body == "true" ? start() : give_up("no acknowledgement: " + refused);
  case phase::running: return a.body == "true" ? send_next() : give_up("no output can be written: " + refused);
  case phase::over: return a.body == "true" ? self->quit() : give_up("no exit code: " + refused);
  }
}

void remote_execution_state::cut_piece() {
  unsent.push_back(std::exchange(gathered, {}));
  send_next();
}

void remote_execution_state::heard(std::string output) {
  if (!command) return;
  gathered += output;
  while (gathered.size() >= piece_size) {
    auto rest = gathered.substr(piece_size);
    gathered.resize(piece_size);
    cut_piece();
    gathered = std::move(rest);
  }
  if (unsent.size() < most_unsent)
    command->read_on();
  else
    held_back = true;
  timer.start(self, gathered.empty() && job.wait > 0 ? nanoseconds{job.wait} : nanoseconds{piece_patience});
}

void remote_execution_state::time_is_up() {
  if (exit_code) return;
  if (!gathered.empty() || unsent.empty()) cut_piece(); // an empty piece is a heartbeat
  timer.start(self, job.wait > 0 ? nanoseconds{job.wait} : default_wait);
}

void remote_execution_state::ended(std::int32_t code) {
  exit_code = code;
  command = nullptr;
  if (!gathered.empty()) unsent.push_back(std::exchange(gathered, {}));
  send_next();
}

void remote_execution_state::send_next() {
  if (asking) return;
  if (!unsent.empty()) {
    char number[24];
    std::snprintf(number, sizeof number, "out/%05llx", static_cast<unsigned long long>(pieces++));
    auto piece = std::move(unsent.front());
    unsent.pop_front();
    if (command && std::exchange(held_back, false)) command->read_on();
    return write(number, std::move(piece));
  }
  if (!exit_code) return;
  now = phase::over;
  write("exit", std::to_string(*exit_code));
}

remote_execution_actor::behavior_type
remote_execution(remote_execution_actor::stateful_pointer<remote_execution_state> self,
                 remote_execution_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.timer.wake_now(self);
  return {
      [self](const messages::execution_answered& m) {
        if (m.request == self->state.requests) self->state.answered(m.reply->answer);
      },
      [self](messages::command_output& m) { self->state.heard(std::move(m.bytes)); },
      [self](messages::command_ended m) { self->state.ended(m.exit_code); },
      [self](wake_up<> message) {
        auto& s = self->state;
        if (!s.timer.has_ended(message)) return;
        if (s.now == remote_execution_state::phase::reading) return s.read_job(false);
        s.time_is_up();
      },
  };
}

} // namespace praetor
