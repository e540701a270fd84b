#include "actors/ports/gossip_files.hpp"

#include "storage/files/files.hpp"

#include <csignal>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace praetor {

namespace {

namespace fs = std::filesystem;

class files_on_disk final : public gossip_files {
public:
  explicit files_on_disk(fs::path directory) : directory_(std::move(directory)) {}
  ~files_on_disk() override {
    if (writer_.joinable()) writer_.join();
  }

  expected<std::optional<std::string>> read(const std::string& name) override {
    std::error_code unknown;
    if (!fs::exists(directory_ / name, unknown)) return std::optional<std::string>{};
    auto content = storage::read_file(directory_ / name);
    if (!content) return tl::unexpected(content.error());
    return std::optional(std::move(*content));
  }

  expected<void> remove(const std::string& name) override {
    std::error_code failed;
    fs::remove(directory_ / name, failed);
    if (failed) return fail("could not remove " + (directory_ / name).string() + ": " + failed.message());
    return {};
  }

  void replace(const std::string& name, std::string content, unsigned mode,
               std::function<void(const error*)> done) override {
    std::lock_guard lock(guard_);
    auto& next = waiting_[name];
    next.content = std::move(content);
    next.mode = mode;
    if (done) next.done.push_back(std::move(done));
    if (writing_) return;
    if (writer_.joinable()) writer_.join(); // it has ended, or is about to without taking the lock
    writing_ = true;
    writer_ = std::thread([this] { write_all(); });
  }

private:
  struct job {
    std::string content;
    unsigned mode = 0600;
    std::vector<std::function<void(const error*)>> done;
  };

  void write_all() {
    // Block signals: the main thread handles them.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    for (;;) {
      std::unique_lock lock(guard_);
      if (waiting_.empty()) {
        writing_ = false;
        return;
      }
      auto taken = waiting_.extract(waiting_.begin());
      lock.unlock();
      auto& next = taken.mapped();
      auto path = directory_ / taken.key();
      auto written = storage::make_directories(path.parent_path());
      if (written) written = storage::replace_file(path, next.content, next.mode);
      for (auto& done : next.done) done(written ? nullptr : &written.error());
    }
  }

  fs::path directory_;
  std::mutex guard_;
  std::map<std::string, job> waiting_; // guarded by guard_
  bool writing_ = false;               // guarded by guard_: a thread will check `waiting_` again
  std::thread writer_;                 // guarded by guard_
};

} // namespace

std::shared_ptr<gossip_files> open_gossip_files(fs::path directory) {
  return std::make_shared<files_on_disk>(std::move(directory));
}

} // namespace praetor
