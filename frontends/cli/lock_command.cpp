#include "actors/ports/spawn.hpp"
#include "frontends/cli/child_process.hpp"
#include "frontends/cli/commands.hpp"
#include "frontends/cli/held_lock.hpp"
#include "frontends/cli/path.hpp"
#include "frontends/cli/signal_watch.hpp"

#include <atomic>

namespace praetor::cli {

namespace {

constexpr int exit_child_failed = 2;

class lock final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul lock [options] prefix child...

  Takes a lock below the prefix, runs the child command while it holds it, and
  gives it back. If the lock is lost the child is ended. With -n above 1 that
  many holders are let in at the same time.

      $ consul lock web/migration ./migrate --all
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  void declare(flag_set& flags) override {
    flags.add_bool("child-exit-code", child_exit_code_, "Exit with 2 if the child failed.");
    flags.add_int("monitor-retry", monitor_retry_,
                  "How many failed reads in a row, one a second, are borne before the lock counts as lost.");
    flags.add_int("n", limit_, "How many may hold the lock at the same time; all contenders have to agree.");
    flags.add_string("name", name_, "Name of the session, for people.");
    flags.add_bool("pass-stdin", pass_stdin_, "Hand standard input on to the child.");
    flags.add_bool("shell", shell_, "Run the child by the shell.");
    flags.add_duration("timeout", timeout_, "Longest time to wait for the lock; 0 waits for ever.");
    flags.add_duration("try", try_, "Deprecated name of -timeout.");
    flags.add_bool("verbose", verbose_, "Tell each step.");
  }

  int run() override {
    auto& args = arguments();
    if (args.size() < 2) return failed("Key prefix and child command must be specified");
    if (limit_ <= 0) return failed("Lock holder limit must be positive");
    if (timeout_.count() == 0) timeout_ = try_;
    if (timeout_.count() < 0) return failed("Timeout must be positive");
    if (monitor_retry_ < 0) return failed("Number for 'monitor-retry' must be >= 0");
    signal_watch signals({SIGINT, SIGTERM, SIGHUP}, [&](int number) { shut_down(number); });
    auto client = connect();
    if (!client) return 1;
    if (auto self = client->json(get("/v1/agent/self"), &stop_); !self)
      return failed("Error querying Consul agent: " + self.error().text);

    auto prefix = args[0].substr(args[0].find_first_not_of('/') == std::string::npos ? args[0].size()
                                                                                     : args[0].find_first_not_of('/'));
    for (std::size_t i = 1; i < args.size(); ++i) script_ += (script_.empty() ? "" : " ") + args[i];
    auto name = name_.empty() ? "Consul lock for '" + script_ + "' at '" + prefix + "'" : name_;
    tell(limit_ == 1 ? "Setting up lock at path: " + join_path(prefix, ".lock")
                     : "Setting up semaphore (limit " + std::to_string(limit_) + ") at prefix: " + prefix);
    auto held = held_lock::make(*client, {prefix, limit_, name, timeout_, monitor_retry_});
    return with_lock(*held);
  }

  int with_lock(held_lock& held) {
    tell("Attempting lock acquisition");
    auto acquired = held.acquire(stop_, [&] { lose(); });
    if (!acquired) return failed("Lock acquisition failed: " + acquired.error().text);
    if (!*acquired) return failed("Shutdown triggered or timeout during lock acquisition");
    bool child_good = run_child();
    if (auto released = held.release(); !released) return failed("Lock release failed: " + released.error().text);
    auto cleaned = held.clean_up();
    if (!cleaned) return failed("Lock cleanup failed: " + cleaned.error().text);
    tell(*cleaned == cleanup_result::removed ? "Cleanup succeeded" : "Cleanup aborted, lock in use");
    return !child_good && child_exit_code_ ? exit_child_failed : 0;
  }

  /// Runs the child to its end; returns false if it failed.
  bool run_child() {
    if (stop_.cancelled() || lost_) return true;
    tell("Starting handler");
    child_request request;
    request.arguments = arguments();
    request.arguments.erase(request.arguments.begin());
    if (shell_) request.arguments = shell_command(script_);
    request.environment = {"CONSUL_LOCK_HELD=true"};
    request.inherit_input = pass_stdin_;
    out().flush();
    auto child = child_process::start(std::move(request));
    if (!child) {
      failed("Error starting handler: " + child.error().text);
      tell("Child terminated, releasing lock");
      return false;
    }
    bool ended_by_us = false;
    auto result = child_.run(**child, [&] {
      ended_by_us = true;
      tell(stop_.cancelled() ? "Shutdown triggered, killing child" : "Lock lost, killing child");
      tell("Terminating child pid " + std::to_string((*child)->id()));
    });
    tell(ended_by_us ? "Child terminated" : "Child terminated, releasing lock");
    if (result.empty()) return true;
    failed("Error running handler: " + result);
    return false;
  }

  void shut_down(int signal) {
    stop_.cancel();
    child_.end(signal);
  }

  void lose() {
    lost_ = true;
    child_.end(SIGTERM);
  }

  void tell(const std::string& line) {
    if (!verbose_) return;
    out() << line << '\n';
    out().flush();
  }

  bool child_exit_code_ = false, pass_stdin_ = false, shell_ = true, verbose_ = false;
  int limit_ = 1, monitor_retry_ = 3;
  std::chrono::nanoseconds timeout_{0}, try_{0};
  std::string name_, script_;
  cancellation stop_;
  foreground_child child_;
  std::atomic<bool> lost_{false};
};

} // namespace

std::unique_ptr<command> make_lock() { return std::make_unique<lock>(); }

} // namespace praetor::cli
