#include "actors/watches/watch_runner.hpp"

#include "actors/rpc/forwarded_request.hpp"
#include "protocol/config/runtime_config.hpp"

#include <nlohmann/json.hpp>

namespace praetor {

namespace {

constexpr nanoseconds frontends_pause = std::chrono::milliseconds(100);
constexpr std::string_view log_name = "agent", watch_log_name = "agent.watch.watch";

/// The program as the log names it: a command line, or a list in JSON.
log_field named_program(const watch_handler& handler) {
  if (handler.arguments.empty()) return {"watch_handler", handler.line};
  std::string list;
  for (const auto& argument : handler.arguments) {
    list += list.empty() ? "[" : ", ";
    list += nlohmann::json(argument).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  log_field out{"watch_handler", list + "]"};
  out.is_text = false;
  return out;
}

} // namespace

watch_runner_state::~watch_runner_state() {
  if (cancel) cancel();
}

void watch_runner_state::pause(nanoseconds time) {
  awaited = nullptr;
  self->delayed_send(self, time, wake_up<>{++number});
}

void watch_runner_state::ask() {
  auto requests = options.view->requests.load();
  if (!requests) return pause(frontends_pause);
  const auto& plan = options.watch.plan;
  remote_request r;
  r.method = "GET";
  r.path = plan.path;
  for (auto& [name, value] : follower->next_query()) r.query.push_back({std::move(name), std::move(value)});
  if (!plan.datacenter.empty()) r.query.push_back({"dc", plan.datacenter});
  if (!plan.token.empty()) r.headers.push_back({"x-consul-token", plan.token});
  auto settings = options.view->settings.load();
  r.requester.node = settings->node_name;
  awaited = std::make_shared<slot>();
  auto done = [me = caf::actor_cast<caf::actor_addr>(self), into = awaited, mine = ++number](remote_answer a) {
    into->answer.store(std::make_shared<const remote_answer>(std::move(a)));
    if (auto watch = caf::actor_cast<watch_runner_actor>(me)) caf::anon_send(watch, wake_up<>{mine});
  };
  cancel = requests->serve_own(std::move(r), settings->rpc_hold_timeout, std::move(done));
}

void watch_runner_state::wake() {
  if (!awaited) return ask();
  auto answer = awaited->answer.load();
  if (!answer) return;
  awaited = nullptr;
  cancel = nullptr;
  answered(*answer);
}

void watch_runner_state::answered(const remote_answer& a) {
  auto news = follower->answered({a.status, a.meta.index, a.meta.content_hash, a.body});
  if (!news) return failed(news.error().text);
  if (!*news) return ask();
  run_handler(**news);
}

void watch_runner_state::failed(const std::string& why) {
  auto retry = follower->failed();
  options.log->write(log_level::error, watch_log_name, "Watch errored",
                     {{"type", follower->plan().type}, {"error", why}, {"retry", duration_to_text(retry)}});
  pause(retry);
}

void watch_runner_state::run_handler(const watch_event& news) {
  auto done = [me = caf::actor_cast<caf::actor_addr>(self), mine = ++number](handler_result result) {
    auto watch = caf::actor_cast<watch_runner_actor>(me);
    if (!watch) return;
    auto shared = std::make_shared<const handler_result>(std::move(result));
    caf::anon_send(watch, messages::handler_ended{mine, std::move(shared)});
  };
  running = options.handlers->run({options.watch.handler, news.index, news.result + "\n"}, std::move(done));
}

void watch_runner_state::ended(const handler_result& result) {
  running = nullptr;
  if (options.watch.handler.http)
    tell_of_answer(result);
  else
    tell_of_program(result);
  ask();
}

void watch_runner_state::tell_of_program(const handler_result& result) {
  auto program = named_program(options.watch.handler);
  if (!result.failure.empty())
    options.log->write(log_level::error, log_name, "Failed to run watch handler", {program, {"error", result.failure}});
  options.log->write(log_level::debug, log_name, "watch handler output", {program, {"output", result.output}});
}

void watch_runner_state::tell_of_answer(const handler_result& result) {
  const auto& url = options.watch.handler.http->path;
  if (!result.failure.empty())
    options.log->write(log_level::error, log_name, "Failed to invoke http watch handler",
                       {{"watch", url}, {"error", result.failure}});
  else if (result.code >= 200 && result.code < 300)
    options.log->write(log_level::trace, log_name, "http watch handler output",
                       {{"watch", url}, {"output", result.output}});
  else
    options.log->write(log_level::error, log_name, "http watch handler failed with output",
                       {{"watch", url}, {"status", result.status}, {"output", result.output}});
}

watch_runner_actor::behavior_type watch_runner(watch_runner_actor::stateful_pointer<watch_runner_state> self,
                                               watch_runner_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.follower = std::make_unique<watch_follower>(s.options.watch.plan);
  self->send(self, wake_up<>{s.number});
  return {
      [self](wake_up<> message) {
        if (message.number == self->state.number) self->state.wake();
      },
      [self](const messages::handler_ended& m) {
        if (m.run == self->state.number) self->state.ended(*m.result);
      },
  };
}

} // namespace praetor
