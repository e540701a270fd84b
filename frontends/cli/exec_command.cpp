#include "frontends/cli/commands.hpp"
#include "frontends/cli/path.hpp"
#include "frontends/cli/session_keeper.hpp"
#include "frontends/cli/signal_watch.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/filter/regexp.hpp"

#include <condition_variable>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <set>

namespace praetor::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int exit_node_failed = 2;
constexpr std::string_view event_name = "_rexec";

/// Prefixes each line of a text with its node's name.
std::string marked(std::string_view mark, std::string_view node, std::string_view text) {
  std::string out;
  for (std::size_t start = 0; start <= text.size();) {
    auto end = std::min(text.find('\n', start), text.size());
    auto line = text.substr(start, end - start);
    out.append(mark).append(node).append(":");
    if (!line.empty()) out.append(" ").append(line);
    out += '\n';
    start = end + 1;
  }
  return out;
}

class exec final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul exec [options] command... | -

  Has agents run a command, all of them or those that the regular expressions
  of the flags choose, and shows what they write. With "-" standard input is
  the script to run. Agents take part only if their configuration has
  disable_remote_exec = false.

      $ consul exec -service=web -- uptime
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  void declare(flag_set& flags) override {
    flags.add_string("node", node_, "Regular expression for the names of nodes.");
    flags.add_string("prefix", prefix_, "Prefix of the keys through which agents are told and tell.");
    flags.add_string("service", service_, "Regular expression for the names of services.");
    flags.add_bool("shell", shell_, "Run the command by the shell.");
    flags.add_string("tag", tag_, "Regular expression for tags of services; needs -service.");
    flags.add_bool("verbose", verbose_, "Tell each step.");
    flags.add_duration("wait", wait_, "How long nothing may come from any node before the command ends.");
    flags.add_duration("wait-repl", wait_replication_,
                       "How long to wait before agents are told, so that any server knows the job by then.");
  }

  int run() override {
    auto& args = arguments();
    bool reads_input = args.size() == 1 && args[0] == "-";
    if (reads_input && !shell_) return failed("Cannot configure -shell=false when reading from stdin");
    if (reads_input)
      script_.assign(std::istreambuf_iterator<char>(in()), {});
    else if (shell_)
      for (auto& arg : args) line_ += (line_.empty() ? "" : " ") + arg;
    if (line_.empty() && script_.empty() && (shell_ || args.empty()))
      return misused("Must specify a command to execute");
    for (auto& [what, pattern] : {std::pair{"node", node_}, {"service", service_}, {"tag", tag_}})
      if (filter::regexp compiled(pattern); !compiled.error().empty())
        return failed(std::string("Failed to compile ") + what + " filter regexp: " + compiled.error());
    if (!tag_.empty() && service_.empty()) return failed("Cannot provide tag filter without service filter.");

    signal_watch signals({SIGINT, SIGTERM, SIGHUP}, [&](int) { stop(); });
    client_ = connect();
    if (!client_) return 1;
    if (auto self = client_->json(get("/v1/agent/self"), &stop_); !self)
      return failed("Error querying Consul agent: " + self.error().text);
    auto session = session_keeper::create(*client_, "Remote Exec", "delete", &stop_);
    if (!session) return failed("F" + session.error().text.substr(1)); // a sentence of its own here
    tell("Created remote execution session: " + (*session)->id());
    folder_ = join_path(prefix_, (*session)->id()) + "/";
    auto code = carry_out((*session)->id());
    auto removal = http_request{"DELETE", "/v1/kv/" + folder_, {{"recurse", ""}}, {}, {}, {}};
    if (auto removed = client_->ok(std::move(removal)); !removed)
      failed("Failed to destroy data: " + removed.error().text);
    return code;
  }

  int carry_out(const std::string& session) {
    auto request = put("/v1/kv/" + folder_ + "job", job());
    request.query["acquire"] = session;
    auto stored = client_->ok(std::move(request), &stop_);
    if (!stored) return failed("Failed to create job file: " + stored.error().text);
    if (stored->body.find("true") == std::string::npos)
      return failed("Failed to create job file: failed to acquire key " + folder_ + "job");
    tell("Uploaded remote execution spec");
    if (!wait_for_replication()) return 1;
    auto fired = fire(session);
    if (!fired) return failed("Failed to fire event: " + fired.error().text);
    tell("Fired remote execution event: " + *fired);
    return follow();
  }

  /// @returns false if the command must end
  bool wait_for_replication() {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, std::max(wait_replication_, nanoseconds{0}), [this] { return stop_.cancelled(); });
  }

  void stop() {
    stop_.cancel();
    std::lock_guard lock(mutex_); // a waiter is either before its check or asleep
    stopped_.notify_all();
  }

  std::string job() const {
    go_json list;
    if (!shell_) list = arguments();
    go_json script;
    if (!script_.empty()) script = base64_encode(script_);
    return dump_json({{"Command", line_}, {"Args", list}, {"Script", script}, {"Wait", wait_.count()}});
  }

  expected<std::string> fire(const std::string& session) {
    auto request =
        put("/v1/event/fire/" + std::string(event_name), dump_json({{"Prefix", prefix_}, {"Session", session}}));
    for (auto& [what, pattern] : {std::pair{"node", node_}, {"service", service_}, {"tag", tag_}})
      if (!pattern.empty()) request.query[what] = pattern;
    auto answer = client_->json(std::move(request), &stop_);
    if (!answer) return tl::make_unexpected(answer.error());
    return text_of(answer->body, "ID");
  }

  /// Prints the nodes' output until nothing has arrived for a while.
  int follow() {
    auto began = steady_clock::now();
    auto last = began;
    std::uint64_t index = 0;
    for (;;) {
      // Waits longer while a node is known to be running the command.
      auto patience = acknowledged_ > ended_ ? 2 * wait_ : wait_;
      auto left = std::chrono::ceil<milliseconds>(last + patience - steady_clock::now());
      if (left.count() <= 0) break;
      auto request = get("/v1/kv/" + folder_);
      request.query = {{"keys", ""}, {"wait", std::to_string(left.count()) + "ms"}};
      if (index > 0) request.query["index"] = std::to_string(index);
      auto keys = client_->read(std::move(request), &stop_);
      if (stop_.cancelled()) return 1;
      if (!keys) return failed("Failed to list keys in '" + folder_ + "': " + keys.error().text);
      index = keys->index;
      auto news = take_new(keys->body);
      if (!news) return failed(news.error().text);
      if (*news) last = steady_clock::now();
    }
    out() << ended_ << " / " << acknowledged_ << " node(s) completed / acknowledged\n";
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f", std::chrono::duration<double>(steady_clock::now() - began).count());
    tell(std::string("Completed in ") + seconds + " seconds");
    return failed_ > 0 || ended_ < acknowledged_ ? exit_node_failed : 0;
  }

  /// Prints new output. @returns whether there was any
  expected<bool> take_new(const go_json& keys) {
    std::vector<std::string> acks, outputs, exits;
    for (auto& one : keys) {
      auto key = one.get<std::string>();
      if (!key.starts_with(folder_) || key == folder_ + "job" || !seen_.insert(key).second) continue;
      if (key.ends_with("/ack"))
        acks.push_back(std::move(key));
      else if (key.ends_with("/exit"))
        exits.push_back(std::move(key));
      else if (key.find("/out/") != std::string::npos)
        outputs.push_back(std::move(key));
      else
        failed("Unknown key '" + key + "', ignoring.");
    }
    for (auto& key : acks) {
      ++acknowledged_;
      tell_of(key, "acknowledged");
    }
    for (auto& key : outputs) {
      auto text = value(key);
      if (!text) return tl::make_unexpected(text.error());
      if (text->empty())
        tell_of(key, "heartbeat received");
      else
        show(marked("    ", node_of(key), *text));
    }
    for (auto& key : exits) {
      auto text = value(key);
      if (!text) return tl::make_unexpected(text.error());
      ++ended_;
      if (*text != "0") ++failed_;
      show(marked("==> ", node_of(key), "finished with exit code " + *text));
    }
    return !acks.empty() || !outputs.empty() || !exits.empty();
  }

  std::string node_of(const std::string& key) const {
    return key.substr(folder_.size(), key.find('/', folder_.size()) - folder_.size());
  }

  expected<std::string> value(const std::string& key) {
    auto request = get("/v1/kv/" + key);
    request.query["raw"] = "";
    auto answer = client_->raw(std::move(request), &stop_);
    if (!answer) return fail("Failed to read '" + key + "': " + answer.error().text);
    if (answer->status != 200) return fail("Failed to read '" + key + "': " + unexpected_status(*answer).text);
    return answer->body;
  }

  void tell(const std::string& line) {
    if (verbose_) show(line + "\n");
  }
  void tell_of(const std::string& key, std::string_view what) {
    if (verbose_) show(marked("==> ", node_of(key), what));
  }
  void show(const std::string& text) {
    out() << text;
    out().flush();
  }

  std::string node_, service_, tag_;
  std::string prefix_ = "_rexec";
  bool shell_ = true, verbose_ = false;
  nanoseconds wait_ = std::chrono::seconds(2), wait_replication_ = milliseconds(200);
  std::string line_, script_;
  std::string folder_; ///< of the keys
  agent_client* client_ = nullptr;
  cancellation stop_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::set<std::string> seen_;
  int acknowledged_ = 0, ended_ = 0, failed_ = 0;
};

} // namespace

std::unique_ptr<command> make_exec() { return std::make_unique<exec>(); }

} // namespace praetor::cli
