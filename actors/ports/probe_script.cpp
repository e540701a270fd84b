#include "actors/ports/child_group.hpp"
#include "actors/ports/probe_attempt.hpp"
#include "actors/ports/probe_output.hpp"
#include "protocol/types/catalog.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace praetor {

namespace {

namespace asio = boost::asio;

/// A script's run.
class script_attempt final : public probe_attempt {
public:
  script_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : probe_attempt(world, std::move(request), std::move(listener)), output_(request_.output_limit) {}

  void abandon() override { kill_group(); }

private:
  void begin() override {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_to_start("pipe: " + lower_case(std::strerror(errno)));
    auto started = child_group::start(request_.definition.script_args, ends[1]);
    ::close(ends[1]);
    if (!started) {
      ::close(ends[0]);
      return fail_to_start(started.error().text);
    }
    process_ = std::move(*started);
    pipe_.assign(ends[0]);
    auto exit = process_.end_descriptor();
    if (!exit) return fail_to_start(exit.error().text);
    exit_.assign(*exit);
    exit_.async_wait(asio::posix::descriptor_base::wait_read,
                     [this, alive = shared_from_this()](const boost::system::error_code&) {
                       exited_ = true;
                       end_if_over();
                     });
    read();
  }

  void time_is_up() override {
    timed_out_ = true;
    kill_group();
  }

  void kill_group() {
    killed_ = true;
    process_.kill();
    end_if_over();
  }

  void read() {
    pipe_.async_read_some(asio::buffer(chunk_),
                          [this, alive = shared_from_this()](const boost::system::error_code& ended, std::size_t size) {
                            output_.append({chunk_.data(), size});
                            if (!ended && process_.running()) return read();
                            closed_ = true;
                            end_if_over();
                          });
  }

  /// A run is over when the process has ended and nobody holds its output open, or when it was killed.
  void end_if_over() {
    if (!process_.running() || !exited_ || !(closed_ || killed_)) return;
    int status = process_.reap();
    boost::system::error_code ignored;
    pipe_.close(ignored);
    exit_.close(ignored);
    report(status);
  }

  std::string output_text() const {
    auto kept = std::string(output_.kept());
    if (!output_.cut()) return kept;
    return "Captured " + std::to_string(kept.size()) + " of " + std::to_string(output_.total()) + " bytes\n...\n" +
           kept;
  }

  void report(int status) {
    if (timed_out_) {
      auto output = "Timed out (" + duration_to_text(request_.timeout) + ") running check";
      if (auto text = output_text(); !text.empty()) output += "\n\n" + text;
      return finish({std::string(health_critical), std::move(output), true});
    }
    auto code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    auto verdict = code == 0 ? health_passing : code == 1 ? health_warning : health_critical;
    finish({std::string(verdict), output_text()});
  }

  void fail_to_start(std::string why) { finish({std::string(health_critical), std::move(why), true}); }

  child_group process_;
  bool exited_ = false, closed_ = false, killed_ = false, timed_out_ = false;
  asio::posix::stream_descriptor pipe_{world_.context};
  asio::posix::stream_descriptor exit_{world_.context};
  std::array<char, 4096> chunk_;
  last_bytes output_;
};

} // namespace

std::shared_ptr<probe_attempt> make_script_probe(probe_world& world, probe_request request,
                                                 std::shared_ptr<probe_listener> listener) {
  return std::make_shared<script_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
