#include "frontends/simulation/processes.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <map>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace praetor::simulation {

namespace {

using steady = std::chrono::steady_clock;
constexpr int poll_milliseconds = 250;

struct worker {
  std::uint64_t piece = 0;
  pid_t process = -1;
  int output = -1;
  int complaints = -1; ///< the pipe of its error stream
  std::string read;
  steady::time_point began;
  bool too_slow = false;
};

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    auto wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

/// A fork of this process that executes one piece and exits.
worker begin(const work_list& list, std::uint64_t piece) {
  int ends[2];
  worker w;
  w.piece = piece;
  w.began = steady::now();
  if (::pipe(ends) != 0) return w;
  std::cout.flush();
  std::cerr.flush();
  w.complaints = ::memfd_create("complaints", MFD_CLOEXEC);
  w.process = ::fork();
  if (w.process == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no one would read its output
    // The parent reports how it died.
    for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT}) std::signal(signal, SIG_DFL);
    ::close(ends[0]);
    if (w.complaints >= 0) ::dup2(w.complaints, STDERR_FILENO);
    write_all(ends[1], list.work(piece) + "\n");
    ::_exit(0);
  }
  ::close(ends[1]);
  w.output = ends[0];
  return w;
}

/// The last line on its error stream.
std::string last_words(const worker& w) {
  std::string text(4096, '\0');
  auto size = ::lseek(w.complaints, 0, SEEK_END);
  auto got = ::pread(w.complaints, text.data(), text.size(), std::max<off_t>(0, size - 4096));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string why_it_died(const worker& w, int status) {
  if (w.too_slow) return "it did not end within its time";
  auto words = last_words(w);
  if (WIFSIGNALED(status))
    return "it was ended by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")" +
           (words.empty() ? "" : ": " + words);
  return "it ended with exit status " + std::to_string(WEXITSTATUS(status)) + " and no result";
}

/// Reads available output. @returns true at the end of the output
bool read_some(worker& w) {
  char block[65536];
  auto got = ::read(w.output, block, sizeof block);
  if (got < 0 && errno == EINTR) return false;
  if (got <= 0) return true;
  w.read.append(block, static_cast<std::size_t>(got));
  return false;
}

work_done end(worker& w) {
  work_done out;
  if (w.output < 0) return {"", std::string("no process can be made: ") + std::strerror(errno)};
  ::close(w.output);
  if (w.process < 0) return {"", "no process can be made"};
  int status = 0;
  while (::waitpid(w.process, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && w.read.ends_with('\n')) {
    w.read.pop_back();
    out.output = std::move(w.read);
  } else {
    out.died = why_it_died(w, status);
  }
  if (w.complaints >= 0) ::close(w.complaints);
  return out;
}

class workshop {
public:
  explicit workshop(const work_list& list) : list_(list) {}

  void run() {
    while ((open_ && begun_ < list_.pieces) || !workers_.empty()) {
      while (open_ && begun_ < list_.pieces && workers_.size() < std::max(1U, list_.jobs))
        workers_.push_back(begin(list_, begun_++));
      wait();
      deliver();
      if (list_.meanwhile && !list_.meanwhile(finished_)) open_ = false;
    }
  }

private:
  void wait() {
    std::vector<pollfd> files;
    for (const auto& w : workers_) files.push_back({w.output, POLLIN, 0});
    ::poll(files.data(), files.size(), poll_milliseconds);
    for (std::size_t i = workers_.size(); i-- > 0;) {
      auto& w = workers_[i];
      if (!w.too_slow && steady::now() - w.began > list_.limit) {
        w.too_slow = true;
        if (w.process > 0) ::kill(w.process, SIGKILL);
      }
      bool readable = w.output < 0 || (files[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
      if (!readable || (w.output >= 0 && !read_some(w))) continue;
      results_.emplace(w.piece, end(w));
      ++finished_;
      workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void deliver() {
    for (auto it = results_.find(delivered_); it != results_.end(); it = results_.find(delivered_)) {
      auto result = std::move(it->second);
      results_.erase(it);
      if (!list_.done(delivered_++, result)) open_ = false;
    }
  }

  const work_list& list_;
  std::vector<worker> workers_;
  std::map<std::uint64_t, work_done> results_;
  std::uint64_t begun_ = 0, delivered_ = 0, finished_ = 0;
  bool open_ = true;
};

} // namespace

void run_in_processes(const work_list& list) { workshop(list).run(); }

work_done run_in_process(const std::function<std::string()>& work, std::chrono::seconds limit) {
  work_done out;
  work_list list;
  list.pieces = 1;
  list.limit = limit;
  list.work = [&](std::uint64_t) { return work(); };
  list.done = [&](std::uint64_t, const work_done& d) {
    out = d;
    return true;
  };
  run_in_processes(list);
  return out;
}

} // namespace praetor::simulation
