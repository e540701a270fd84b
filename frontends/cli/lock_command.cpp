#include "frontends/cli/child_process.hpp"
#include "frontends/cli/commands.hpp"
#include "frontends/cli/held_lock.hpp"
#include "frontends/cli/path.hpp"
#include "frontends/cli/signal_watch.hpp"

#include <condition_variable>
#include <optional>
#include <type_traits>

namespace praetor::cli {

namespace {

constexpr std::chrono::seconds kill_grace{5};
constexpr int exit_child_failed = 2;

/// What happens while the child runs, told by several threads.
class happenings {
public:
  void set_shutdown() {
    set([&] { shutdown_ = true; });
  }
  void set_lost() {
    set([&] { lost_ = true; });
  }
  void set_child_end(std::string result) {
    set([&] { child_end_ = std::move(result); });
  }

  bool shutdown() {
    return get([&] { return shutdown_; });
  }
  bool lost() {
    return get([&] { return lost_; });
  }
  std::optional<std::string> child_end() {
    return get([&] { return child_end_; });
  }

  void wait_for_any() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return shutdown_ || lost_ || child_end_; });
  }
  bool wait_for_child(std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return child_end_.has_value(); });
  }

private:
  template <class F>
  void set(F change) {
    std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <class F>
  std::invoke_result_t<F> get(F read) {
    std::lock_guard lock(mutex_);
    return read();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool shutdown_ = false, lost_ = false;
  std::optional<std::string> child_end_;
};

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
    signal_watch signals({SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}, [&](int number) { on_signal(number); });
    auto client = connect();
    if (!client) return 1;
    if (auto self = client->json(get("/v1/agent/self")); !self)
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
    auto acquired = held.acquire(stop_, [&] { events_.set_lost(); });
    if (!acquired) return failed("Lock acquisition failed: " + acquired.error().text);
    if (!*acquired) return failed("Shutdown triggered or timeout during lock acquisition");
    bool child_good = run_child();
    if (auto released = held.release(); !released) return failed("Lock release failed: " + released.error().text);
    auto cleaned = held.clean_up();
    if (!cleaned) return failed("Lock cleanup failed: " + cleaned.error().text);
    tell(*cleaned == cleanup_result::removed ? "Cleanup succeeded" : "Cleanup aborted, lock in use");
    return !child_good && child_exit_code_ ? exit_child_failed : 0;
  }

  /// Runs the child to its end; false if it failed.
  bool run_child() {
    if (events_.shutdown() || events_.lost()) return true;
    tell("Starting handler");
    child_request request;
    request.arguments = arguments();
    request.arguments.erase(request.arguments.begin());
    if (shell_) request.arguments = shell_command(script_);
    request.environment = {"CONSUL_LOCK_HELD=true"};
    request.inherit_input = pass_stdin_;
    out().flush();
    auto child = child_process::start(request);
    if (!child) {
      failed("Error starting handler: " + child.error().text);
      tell("Child terminated, releasing lock");
      return false;
    }
    set_child(*child);
    std::thread waiter([&] { events_.set_child_end(child->wait()); });
    events_.wait_for_any();
    if (events_.child_end()) {
      tell("Child terminated, releasing lock");
    } else {
      tell(events_.shutdown() ? "Shutdown triggered, killing child" : "Lock lost, killing child");
      end_child(*child);
    }
    waiter.join();
    set_child(std::nullopt);
    auto result = *events_.child_end();
    if (result.empty()) return true;
    failed("Error running handler: " + result);
    return false;
  }

  void end_child(child_process& child) {
    tell("Terminating child pid " + std::to_string(child.id()));
    child.signal(SIGTERM);
    if (events_.wait_for_child(kill_grace)) {
      tell("Child terminated");
      return;
    }
    child.signal(SIGKILL);
  }

  void on_signal(int number) {
    if (number == SIGINT || number == SIGTERM) {
      stop_.cancel();
      events_.set_shutdown();
      return;
    }
    std::lock_guard lock(child_mutex_);
    if (child_) child_->signal(number);
  }

  void set_child(std::optional<child_process> child) {
    std::lock_guard lock(child_mutex_);
    child_ = child;
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
  happenings events_;
  std::mutex child_mutex_;
  std::optional<child_process> child_;
};

} // namespace

std::unique_ptr<command> make_lock() { return std::make_unique<lock>(); }

} // namespace praetor::cli
