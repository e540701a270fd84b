#include "frontends/cli/child_process.hpp"
#include "frontends/cli/commands.hpp"
#include "frontends/cli/log_line.hpp"
#include "frontends/cli/signal_watch.hpp"
#include "frontends/cli/watch_plan.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace praetor::cli {

namespace {

using std::chrono::seconds;

constexpr seconds first_retry{5}, longest_retry{180};

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
    flags.add_string("type", parameters_.type,
                     "What to watch: key, keyprefix, services, nodes, service, checks or event.");
    flags.add_string("key", parameters_.key, "Key of a key watch.");
    flags.add_string("prefix", parameters_.prefix, "Prefix of a keyprefix watch.");
    flags.add_string("service", parameters_.service, "Service of a service or checks watch.");
    flags.add_list("tag", parameters_.tags, "Tag that instances of a service watch have to have. May be given often.");
    flags.add_string("passingonly", passing_only_,
                     "Whether a service watch looks at healthy instances only. "
                     "`[true|false]`");
    flags.add_string("state", parameters_.state, "State of a checks watch.");
    flags.add_string("name", parameters_.name, "Name of the events of an event watch.");
    flags.add_string("filter", parameters_.filter, "Filter expression for the data.");
    flags.add_bool("shell", shell_, "Run the child by the shell.");
  }

  int run() override {
    if (parameters_.type.empty()) return misused("Watch type must be specified");
    if (!passing_only_.empty()) {
      parameters_.passing_only = parse_bool(passing_only_);
      if (!parameters_.passing_only)
        return failed("Failed to parse passingonly flag: strconv.ParseBool: parsing " + praetor::quoted(passing_only_) +
                      ": invalid syntax");
    }
    auto plan = make_watch_plan(parameters_);
    if (!plan) return failed(plan.error().text);
    signal_watch signals({SIGINT, SIGTERM}, [&](int) { stop(); });
    auto client = connect();
    if (!client) return 1;
    if (auto leader = client->json(get("/v1/status/leader"), &interrupted_); !leader)
      return failed("Error querying Consul agent: " + leader.error().text);
    return follow(*client, *plan);
  }

  void stop() {
    interrupted_.cancel();
    std::lock_guard lock(mutex_); // a waiter is either before its check or asleep
    changed_.notify_all();
  }

  /// Queries until the end. A failed query is repeated ever more slowly.
  int follow(agent_client& client, const watch_plan& plan) {
    std::uint64_t index = 0;
    int failures = 0;
    std::optional<std::string> last;
    while (!interrupted_.cancelled()) {
      auto answer = query(client, plan, index);
      if (interrupted_.cancelled()) break;
      if (!answer) {
        ++failures;
        index = 0;
        auto retry = std::min(first_retry * failures * failures, longest_retry);
        err() << log_line(
            "ERROR", "watch.watch", "Watch errored",
            {{"type", parameters_.type}, {"error", answer.error().text}, {"retry", duration_to_text(retry)}});
        pause(retry);
        continue;
      }
      failures = 0;
      bool moved = answer->index != index;
      index = answer->index < index ? 0 : answer->index;
      auto result = watch_result(plan, answer->body);
      auto text = dump_json(result);
      if (!moved || last == text) continue;
      last = text;
      if (arguments().empty()) {
        out() << dump_json(result, "    ") << '\n';
        return 0;
      }
      if (auto failure = run_child(text, answer->index); !failure.empty()) return failed(failure);
    }
    return 0;
  }

  expected<api_answer> query(agent_client& client, const watch_plan& plan, std::uint64_t index) {
    auto request = plan.request;
    if (index != 0) request.query["index"] = std::to_string(index);
    if (client.settings().stale) request.query["stale"] = "";
    auto response = client.raw(std::move(request), &interrupted_);
    if (!response) return tl::make_unexpected(response.error());
    api_answer answer;
    answer.index = std::strtoull(response->headers["x-consul-index"].c_str(), nullptr, 10);
    if (plan.missing_is_null && response->status == 404) return answer;
    if (response->status != 200) return tl::make_unexpected(unexpected_status(*response));
    auto body = parse_json(response->body);
    if (!body) return tl::make_unexpected(body.error());
    answer.body = std::move(*body);
    return answer;
  }

  /// Answers what the command has to say about a child that failed.
  std::string run_child(const std::string& json, std::uint64_t index) {
    child_request request;
    request.arguments = arguments();
    if (shell_) {
      std::string script;
      for (auto& word : arguments()) script += (script.empty() ? "" : " ") + word;
      request.arguments = shell_command(script);
    }
    request.environment = {"CONSUL_INDEX=" + std::to_string(index)};
    request.input = json + "\n";
    out().flush();
    auto child = child_process::start(request);
    if (!child) return "Error starting handler: " + child.error().text;
    auto failure = child->wait();
    return failure.empty() ? failure : "Error executing handler: " + failure;
  }

  void pause(seconds length) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, length, [&] { return interrupted_.cancelled(); });
  }

  watch_parameters parameters_;
  std::string passing_only_;
  bool shell_ = true;
  cancellation interrupted_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

} // namespace

std::unique_ptr<command> make_watch() { return std::make_unique<watch>(); }

} // namespace praetor::cli
