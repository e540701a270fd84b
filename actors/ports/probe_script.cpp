#include "actors/ports/probe_attempt.hpp"
#include "actors/ports/script_run.hpp"
#include "protocol/types/catalog.hpp"

#include <sys/wait.h>

namespace praetor {

namespace {

/// Runs a check's script.
class script_attempt final : public probe_attempt {
public:
  using probe_attempt::probe_attempt;

  void abandon() override { kill(); }

private:
  void begin() override {
    auto run = std::make_shared<script_run>(
        world_.context, script_settings{request_.definition.script_args, {}, {}, request_.output_limit});
    run_ = run;
    auto started = run->start(
        [this, alive = shared_from_this(), output = &run->output()](int status) { report(status, output->text()); });
    if (!started) finish({std::string(health_critical), started.error().text, true});
  }

  void time_is_up() override {
    timed_out_ = true;
    kill();
  }

  void kill() {
    if (auto run = run_.lock()) run->kill();
  }

  void report(int status, std::string written) {
    if (timed_out_) {
      auto output = "Timed out (" + duration_to_text(request_.timeout) + ") running check";
      if (!written.empty()) output += "\n\n" + written;
      return finish({std::string(health_critical), std::move(output), true});
    }
    auto code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    auto verdict = code == 0 ? health_passing : code == 1 ? health_warning : health_critical;
    finish({std::string(verdict), std::move(written)});
  }

  bool timed_out_ = false;
  std::weak_ptr<script_run> run_; ///< lives while the script runs, and keeps this alive
};

} // namespace

std::shared_ptr<probe_attempt> make_script_probe(probe_world& world, probe_request request,
                                                 std::shared_ptr<probe_listener> listener) {
  return std::make_shared<script_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
