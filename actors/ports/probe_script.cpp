#include "actors/ports/probe_attempt.hpp"
#include "actors/ports/probe_output.hpp"
#include "protocol/types/catalog.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace praetor {

namespace {

namespace asio = boost::asio;

/// @returns 0 or an errno. The child leads a process group of its own, reads nothing, writes into `output`, and
/// inherits no other descriptor.
int spawn(const string_list& args, int output, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  sigdelset(&signals, SIGKILL);
  sigdelset(&signals, SIGSTOP);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  std::vector<char*> argv;
  for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  int failed = posix_spawnp(&pid, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

std::string cannot_start(const std::string& program, int code) {
  if (program.find('/') == std::string::npos && code == ENOENT)
    return "exec: " + praetor::quoted(program) + ": executable file not found in $PATH";
  return "fork/exec " + program + ": " + lower_case(std::strerror(code));
}

/// A script's run. The process is waited for last, so that its id names our process group until then.
class script_attempt final : public probe_attempt {
public:
  script_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : probe_attempt(world, std::move(request), std::move(listener)), output_(request_.output_limit) {}

  ~script_attempt() override {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    reap();
  }

  void abandon() override { kill_group(); }

private:
  void begin() override {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_to_start("pipe: " + lower_case(std::strerror(errno)));
    int failed = spawn(request_.definition.script_args, ends[1], process_);
    ::close(ends[1]);
    if (failed) {
      ::close(ends[0]);
      process_ = 0;
      return fail_to_start(cannot_start(request_.definition.script_args.front(), failed));
    }
    pipe_.assign(ends[0]);
    auto exit = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (exit < 0) return fail_to_start("pidfd_open: " + lower_case(std::strerror(errno)));
    exit_.assign(exit);
    ::fcntl(exit, F_SETFD, FD_CLOEXEC);
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
    if (process_ > 0) ::kill(-process_, SIGKILL);
    end_if_over();
  }

  void read() {
    pipe_.async_read_some(asio::buffer(chunk_),
                          [this, alive = shared_from_this()](const boost::system::error_code& ended, std::size_t size) {
                            output_.append({chunk_.data(), size});
                            if (!ended && process_ > 0) return read();
                            closed_ = true;
                            end_if_over();
                          });
  }

  /// A run is over when the process has ended and nobody holds its output open, or when it was killed.
  void end_if_over() {
    if (process_ <= 0 || !exited_ || !(closed_ || killed_)) return;
    int status = reap();
    boost::system::error_code ignored;
    pipe_.close(ignored);
    exit_.close(ignored);
    report(status);
  }

  int reap() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return status;
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

  pid_t process_ = 0; ///< also of its group; 0 when there is none to wait for
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
