#include "actors/ports/subprocesses.hpp"

#include "actors/ports/child_group.hpp"
#include "actors/ports/spawn.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace praetor {

namespace {

namespace asio = boost::asio;

constexpr std::int32_t not_started = 255;

/// A temporary file with a script's text, readable by its owner only.
class script_file {
public:
  ~script_file() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  /// @returns whether the whole text was written
  bool write(const std::string& text) {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder && *folder ? folder : "/tmp") + "/rexecXXXXXX";
    int file = ::mkostemp(path_.data(), O_CLOEXEC);
    if (file < 0) {
      path_.clear();
      return false;
    }
    std::size_t done = 0;
    while (done < text.size()) {
      auto size = ::write(file, text.data() + done, text.size() - done);
      if (size <= 0) break;
      done += static_cast<std::size_t>(size);
    }
    bool good = done == text.size() && ::fchmod(file, 0750) == 0;
    ::close(file);
    return good;
  }
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

/// A running command on the I/O thread.
class command_run : public std::enable_shared_from_this<command_run> {
public:
  command_run(asio::io_context& context, std::function<void(std::string)> output,
              std::function<void(std::int32_t)> ended)
      : pipe_(context), exit_(context), output_(std::move(output)), ended_(std::move(ended)) {}

  void begin(subprocess_request request) {
    if (!request.script.empty()) {
      if (!script_.write(request.script)) return end(not_started);
      request.line = script_.path();
    }
    if (!request.line.empty()) request.arguments = shell_command(request.line);
    int ends[2];
    if (request.arguments.empty() || ::pipe2(ends, O_CLOEXEC) != 0) return end(not_started);
    auto started = child_group::start(request.arguments, ends[1]);
    ::close(ends[1]);
    pipe_.assign(ends[0]);
    if (!started) return end(not_started);
    process_ = std::move(*started);
    auto exit = process_.end_descriptor();
    if (!exit) return end(not_started);
    exit_.assign(*exit);
    exit_.async_wait(asio::posix::descriptor_base::wait_read,
                     [this, alive = shared_from_this()](const boost::system::error_code&) {
                       exited_ = true;
                       end_if_over();
                     });
    read();
  }

  void read_on() {
    ++wanted_;
    read();
  }

  /// Discards the command without reporting.
  void abandon() {
    output_ = nullptr;
    ended_ = nullptr;
    process_.kill();
    boost::system::error_code ignored;
    pipe_.close(ignored);
    end_if_over();
  }

private:
  void read() {
    if (reading_ || closed_ || wanted_ == 0 || !pipe_.is_open()) return;
    reading_ = true;
    pipe_.async_read_some(asio::buffer(chunk_), [this, alive = shared_from_this()](
                                                    const boost::system::error_code& failed, std::size_t size) {
      reading_ = false;
      closed_ = static_cast<bool>(failed);
      if (size > 0 && output_) {
        --wanted_;
        output_(std::string(chunk_.data(), size));
      }
      end_if_over();
      read();
    });
  }

  void end_if_over() {
    if (!exited_ || !(closed_ || !output_) || !process_.running()) return;
    int status = process_.reap();
    end(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }

  void end(std::int32_t code) {
    boost::system::error_code ignored;
    pipe_.close(ignored);
    exit_.close(ignored);
    if (auto tell = std::exchange(ended_, nullptr)) tell(code);
  }

  child_group process_;
  script_file script_;
  asio::posix::stream_descriptor pipe_, exit_;
  std::function<void(std::string)> output_;
  std::function<void(std::int32_t)> ended_;
  std::array<char, 4096> chunk_;
  unsigned wanted_ = 1; ///< requested pieces of output
  bool reading_ = false, exited_ = false, closed_ = false;
};

/// The I/O thread, shared by the port and by commands that may outlive it.
class command_world {
public:
  ~command_world() { stop(); }

  template <class Task>
  void post(Task task) {
    std::lock_guard lock(guard_);
    if (stopped_) return;
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    asio::post(context_, std::move(task));
  }
  void stop() {
    {
      std::lock_guard lock(guard_);
      stopped_ = true;
    }
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  asio::io_context& context() { return context_; }

private:
  void run() {
    // Block signals: the main thread handles them.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    context_.run();
  }

  std::mutex guard_;
  bool stopped_ = false;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

class command_under_way final : public running_subprocess {
public:
  command_under_way(std::shared_ptr<command_world> world, std::shared_ptr<command_run> run)
      : world_(std::move(world)), run_(std::move(run)) {}
  ~command_under_way() override {
    world_->post([run = std::move(run_)] { run->abandon(); });
  }
  void read_on() override {
    world_->post([run = run_] { run->read_on(); });
  }

private:
  std::shared_ptr<command_world> world_;
  std::shared_ptr<command_run> run_;
};

class production_commands final : public subprocess_port {
public:
  ~production_commands() override { world_->stop(); }

  std::shared_ptr<running_subprocess> start(subprocess_request request, std::function<void(std::string)> output,
                                            std::function<void(std::int32_t)> ended) override {
    auto run = std::make_shared<command_run>(world_->context(), std::move(output), std::move(ended));
    world_->post([run, request = std::move(request)]() mutable { run->begin(std::move(request)); });
    return std::make_shared<command_under_way>(world_, run);
  }

private:
  std::shared_ptr<command_world> world_ = std::make_shared<command_world>();
};

} // namespace

std::shared_ptr<subprocess_port> make_production_commands() { return std::make_shared<production_commands>(); }

} // namespace praetor
