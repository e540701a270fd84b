#include "actors/ports/spawn.hpp"
#include "frontends/cli/child_process.hpp"
#include "frontends/cli/commands.hpp"
#include "frontends/cli/log_line.hpp"
#include "frontends/cli/signal_watch.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/types/values.hpp"
#include "protocol/watch/watch_follower.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

namespace praetor::cli {

namespace {

class watch final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul watch [options] [child...]

  Watches a part of the data. With a child command it is run at every change
  and gets the new data as JSON on its standard input; without one the present
  data is printed and the watch ends.

      $ consul watch -type=key -key=web/limits /usr/local/bin/reload-limits
      $ consul watch -type=service -service=web
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  void declare(flag_set& flags) override {
    flags.add_string("type", type_, "What to watch: key, keyprefix, services, nodes, service, checks or event.");
    flags.add_string("key", key_, "Key of a key watch.");
    flags.add_string("prefix", prefix_, "Prefix of a keyprefix watch.");
    flags.add_string("service", service_, "Service of a service or checks watch.");
    flags.add_list("tag", tags_, "Tag that instances of a service watch have to have. May be given often.");
    flags.add_string("passingonly", passing_only_,
                     "Whether a service watch looks at healthy instances only. "
                     "`[true|false]`");
    flags.add_string("state", state_, "State of a checks watch.");
    flags.add_string("name", name_, "Name of the events of an event watch.");
    flags.add_string("filter", filter_, "Filter expression for the data.");
    flags.add_bool("shell", shell_, "Run the child by the shell.");
  }

  int run() override {
    if (type_.empty()) return misused("Watch type must be specified");
    auto parameters = watch_parameters();
    if (!parameters) return failed(parameters.error().text);
    // Mesh watches return secrets, and agent watches need that agent.
    if (type_.starts_with("connect_") || type_ == "agent_service")
      return failed("Type " + type_ + " is not supported in the CLI tool");
    auto plan = take_watch_plan(*parameters);
    if (!plan) return failed(plan.error().text);
    if (auto good = refuse_unknown_parameters(*parameters); !good) return failed(good.error().text);
    signal_watch signals({SIGINT, SIGTERM, SIGHUP}, [&](int number) { stop(number); });
    auto client = connect();
    if (!client) return 1;
    auto leader = client->json(get("/v1/status/leader"), &interrupted_);
    if (interrupted_.cancelled()) return 0;
    if (!leader) return failed("Error querying Consul agent: " + leader.error().text);
    watch_follower follower(std::move(*plan));
    return follow(*client, follower);
  }

  /// The flags in the form of a configuration file.
  expected<free_form> watch_parameters() {
    nlohmann::json parameters;
    for (auto& [name, value] : {std::pair{"type", type_},
                                {"key", key_},
                                {"prefix", prefix_},
                                {"service", service_},
                                {"state", state_},
                                {"name", name_},
                                {"filter", filter_},
                                {"datacenter", options_.datacenter.value_or("")}})
      if (!value.empty()) parameters[name] = value;
    if (!tags_.empty()) parameters["tag"] = tags_;
    if (options_.stale.value_or(false)) parameters["stale"] = true;
    if (passing_only_.empty()) return free_form(std::move(parameters));
    auto passing_only = parse_bool(passing_only_);
    if (!passing_only)
      return fail("Failed to parse passingonly flag: strconv.ParseBool: parsing " + praetor::quoted(passing_only_) +
                  ": invalid syntax");
    parameters["passingonly"] = *passing_only;
    return free_form(std::move(parameters));
  }

  void stop(int signal) {
    interrupted_.cancel();
    child_.end(signal);
    std::lock_guard lock(mutex_); // a waiter is either before its check or asleep
    changed_.notify_all();
  }

  /// Queries until the end.
  int follow(agent_client& client, watch_follower& follower) {
    while (!interrupted_.cancelled()) {
      auto news = ask(client, follower);
      if (interrupted_.cancelled()) break;
      if (!news) {
        auto retry = follower.failed();
        err() << log_line("ERROR", "watch.watch", "Watch errored",
                          {{"type", type_}, {"error", news.error().text}, {"retry", duration_to_text(retry)}});
        err().flush();
        pause(retry);
        continue;
      }
      if (!*news) continue;
      if (arguments().empty()) {
        out() << json::indent((*news)->result, "    ") << '\n';
        return 0;
      }
      auto failure = run_child(**news);
      if (interrupted_.cancelled()) break;
      if (!failure.empty()) return failed(failure);
    }
    return 0;
  }

  expected<std::optional<watch_event>> ask(agent_client& client, watch_follower& follower) {
    auto request = get(follower.plan().path);
    request.repeated_query = follower.next_query();
    auto response = client.raw(std::move(request), &interrupted_);
    if (!response) return tl::make_unexpected(response.error());
    watch_answer answer;
    answer.status = response->status;
    answer.index = std::strtoull(response->headers["x-consul-index"].c_str(), nullptr, 10);
    answer.body = response->body;
    return follower.answered(answer);
  }

  /// Returns the error message for a failed child.
  std::string run_child(const watch_event& news) {
    child_request request;
    request.arguments = arguments();
    if (shell_) {
      std::string script;
      for (auto& word : arguments()) script += (script.empty() ? "" : " ") + word;
      request.arguments = shell_command(script);
    }
    request.environment = {"CONSUL_INDEX=" + std::to_string(news.index)};
    request.input = news.result + "\n";
    out().flush();
    auto child = child_process::start(std::move(request));
    if (!child) return "Error starting handler: " + child.error().text;
    auto failure = child_.run(**child);
    return failure.empty() ? failure : "Error executing handler: " + failure;
  }

  void pause(std::chrono::seconds length) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, length, [&] { return interrupted_.cancelled(); });
  }

  std::string type_, key_, prefix_, service_, state_, name_, filter_, passing_only_;
  std::vector<std::string> tags_;
  bool shell_ = true;
  cancellation interrupted_;
  foreground_child child_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

} // namespace

std::unique_ptr<command> make_watch() { return std::make_unique<watch>(); }

} // namespace praetor::cli
