#include "frontends/cli/commands.hpp"
#include "frontends/cli/signal_watch.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace praetor::cli {

namespace {

using std::chrono::seconds;
using clock = std::chrono::system_clock;

constexpr seconds least_duration{10}, least_interval{5}, grace{2};
constexpr std::array<std::string_view, 6> all_targets{"metrics", "logs", "pprof", "host", "agent", "members"};

/// A time for file names: "2026-11-20T20-36-25Z".
std::string name_of(clock::time_point when) {
  auto whole = clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H-%M-%SZ", &parts);
  return text;
}

/// "2026-11-20 20:36:25.388456157 +0000 UTC"
std::string print_time(clock::time_point when) {
  auto whole = clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[32], fraction[16];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  auto nanos = std::chrono::duration_cast<nanoseconds>(when - clock::from_time_t(whole)).count();
  std::snprintf(fraction, sizeof fraction, ".%09lld", static_cast<long long>(nanos));
  return std::string(text) + fraction + " +0000 UTC";
}

/// The collected data reveals the agent's configuration and log: readable only for the invoking user.
constexpr mode_t file_mode = 0600, directory_mode = 0700;

/// An append-only file. Fails to open if it exists.
class private_file {
public:
  explicit private_file(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode)) {}
  ~private_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  private_file(const private_file&) = delete;
  private_file& operator=(const private_file&) = delete;

  int descriptor() const { return descriptor_; }
  bool write(std::string_view content) {
    while (descriptor_ >= 0 && !content.empty()) {
      auto count = ::write(descriptor_, content.data(), content.size());
      if (count < 0 && errno != EINTR) return false;
      if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
    }
    return descriptor_ >= 0;
  }

private:
  int descriptor_;
};

bool write_file(const std::filesystem::path& path, std::string_view content) {
  return private_file(path).write(content);
}

/// Packs a directory as a tar.gz beside it; @returns the error, if any.
std::optional<std::string> pack(const std::filesystem::path& directory, const std::string& target) {
  std::unique_ptr<archive, decltype(&archive_write_free)> out(archive_write_new(), archive_write_free);
  std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), archive_entry_free);
  std::error_code ignored;
  std::filesystem::remove(target, ignored); // an earlier one may be readable for others
  private_file file(target);
  if (file.descriptor() < 0) return "open " + target + ": " + errno_text(errno);
  auto wrong = [&]() -> std::string { return archive_error_string(out.get()) ? archive_error_string(out.get()) : ""; };
  if (archive_write_add_filter_gzip(out.get()) != ARCHIVE_OK ||
      archive_write_set_format_ustar(out.get()) != ARCHIVE_OK ||
      archive_write_open_fd(out.get(), file.descriptor()) != ARCHIVE_OK)
    return wrong();
  std::vector<std::filesystem::path> paths{directory};
  for (const auto& each : std::filesystem::recursive_directory_iterator(directory)) paths.push_back(each.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    bool folder = std::filesystem::is_directory(path);
    auto content = folder ? expected<std::string>(std::string{}) : read_file(path.string());
    if (!content) return content.error().text;
    archive_entry_clear(entry.get());
    archive_entry_set_pathname(entry.get(), path.lexically_relative(directory.parent_path()).c_str());
    archive_entry_set_filetype(entry.get(), folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry.get(), folder ? directory_mode : file_mode);
    archive_entry_set_mtime(entry.get(), std::time(nullptr), 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content->size()));
    if (archive_write_header(out.get(), entry.get()) != ARCHIVE_OK) return wrong();
    if (archive_write_data(out.get(), content->data(), content->size()) != static_cast<la_ssize_t>(content->size()))
      return wrong();
  }
  if (archive_write_close(out.get()) != ARCHIVE_OK) return wrong();
  return {};
}

/// Copies an unbounded answer into a file until it is cancelled.
class follower {
public:
  follower(std::unique_ptr<agent_client> client, http_request request, const std::filesystem::path& file)
      : client_(std::move(client)), file_(file), thread_([this, request = std::move(request)] {
          (void)client_->stream(
              request, [this](std::string_view piece) { return file_.write(piece); }, &ended_);
        }) {}
  ~follower() {
    ended_.cancel();
    thread_.join();
  }
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

private:
  std::unique_ptr<agent_client> client_;
  private_file file_;
  cancellation ended_;
  std::thread thread_;
};

class debug final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul debug [options]

  Collects for a while what helps to find a fault, and packs it: figures, log,
  configuration, members and the machine, and profiles where the agent has them.

      $ consul debug -duration 1m -interval 10s
)";
  }
  void declare(flag_set& flags) override {
    flags.add_bool("archive", archive_, "Pack what was collected as a tar.gz file.");
    flags.add_list("capture", targets_,
                   "What to collect: metrics, logs, pprof, host, agent, members. May be repeated; all by default.");
    flags.add_duration("duration", duration_, "How long to collect.");
    flags.add_duration("interval", interval_, "How often to look.");
    flags.add_string("output", output_, "Name of what is written, without the ending.");
  }

  bool wants(std::string_view target) const {
    return std::find(targets_.begin(), targets_.end(), target) != targets_.end();
  }

  std::optional<std::string> objection() {
    if (duration_ < least_duration) return "duration must be longer than " + duration_to_text(least_duration);
    if (interval_ < least_interval) return "interval must be longer than " + duration_to_text(least_interval);
    if (targets_.empty()) targets_.assign(all_targets.begin(), all_targets.end());
    for (const auto& target : targets_)
      if (std::find(all_targets.begin(), all_targets.end(), target) == all_targets.end())
        return "target not found: " + target;
    if (output_.empty()) output_ = "consul-debug-" + name_of(clock::now());
    if (std::filesystem::exists(output_)) return "output directory already exists: " + output_;
    return {};
  }

  int run() override {
    if (!arguments().empty())
      return failed("Too many arguments: expected 0 but got " + std::to_string(arguments().size()));
    // Created before any other thread, so that all of them leave the signals to it.
    signal_watch signals({SIGINT, SIGTERM, SIGHUP}, [this](int) { interrupt(); });
    auto client = connect();
    if (!client) return 1;
    if (auto wrong = objection()) return failed("==> Capture validation failed: " + *wrong);
    auto self = client->json(get("/v1/agent/self"), &interrupted_);
    if (interrupted_.cancelled()) return 1;
    if (!self)
      return failed("==> Capture validation failed: error querying target agent: " + self.error().text +
                    ". verify connectivity and agent address");
    if (wants("pprof") && !flag_of(member_of(self->body, "DebugConfig"), "EnableDebug")) {
      std::erase(targets_, "pprof");
      err() << "[WARN] Unable to capture pprof. Set enable_debug to true on target agent to enable profiling.\n";
    }
    auto version = text_of(member_of(self->body, "Config"), "Version");
    introduce(version);
    std::error_code wrong;
    auto above = std::filesystem::absolute(output_).parent_path();
    std::filesystem::create_directories(above, wrong);
    if (::mkdir(output_.c_str(), directory_mode) != 0)
      return failed("Could not create the directory " + output_ + ": " + errno_text(errno));
    capture_once(*client, self->body);
    capture_for_a_while(*client);
    write_index(version);
    auto saved = output_;
    if (archive_) {
      saved = output_ + ".tar.gz";
      if (auto why = pack(std::filesystem::absolute(output_), saved)) return failed("Archive creation failed: " + *why);
      std::filesystem::remove_all(output_, wrong);
    }
    out() << "    Saved debug archive: " << saved << '\n';
    return 0;
  }

  void introduce(const std::string& version) {
    std::string listed;
    for (const auto& target : targets_) listed += (listed.empty() ? "" : ", ") + target;
    out() << "==> Starting debugger and capturing static information...\n"
          << "     Agent Version: '" << version << "'\n"
          << "          Interval: '" << duration_to_text(interval_) << "'\n"
          << "          Duration: '" << duration_to_text(duration_) << "'\n"
          << "            Output: '" << output_ << (archive_ ? ".tar.gz" : "") << "'\n"
          << "           Capture: '" << listed << "'\n";
  }

  /// Writes an answer's JSON; reports an error and continues.
  void keep_json(agent_client& client, http_request request, const std::string& name) {
    auto path = request.path;
    auto answer = client.json(std::move(request), &interrupted_);
    if (answer)
      write_file(file(name), dump_json(answer->body, "\t"));
    else if (!interrupted_.cancelled())
      err() << "Failed to capture " << path << ": " << answer.error().text << '\n';
  }
  std::filesystem::path file(const std::string& name) const { return std::filesystem::path(output_) / name; }

  void capture_once(agent_client& client, const go_json& self) {
    if (wants("host")) keep_json(client, get("/v1/agent/host"), "host.json");
    if (wants("agent")) write_file(file("agent.json"), dump_json(self, "\t"));
    if (wants("members")) {
      auto request = get("/v1/agent/members");
      request.query["wan"] = "1";
      keep_json(client, std::move(request), "members.json");
    }
  }

  std::unique_ptr<follower> follow(agent_client& client, http_request request, const std::string& name) {
    auto own = client.clone();
    if (own) return std::make_unique<follower>(std::move(*own), std::move(request), file(name));
    err() << "Failed to capture " << name << ": " << own.error().text << '\n';
    return nullptr;
  }

  /// Skips a profile that the agent does not have, with a note.
  void keep_profile(agent_client& client, const std::string& kind, const std::filesystem::path& to) {
    auto answer = client.ok(get("/debug/pprof/" + kind), &interrupted_);
    if (answer) {
      write_file(to, answer->body);
    } else if (!interrupted_.cancelled() && noted_.insert(kind).second) {
      err() << "[WARN] The agent has no profile of its " << kind << ": " << answer.error().text << '\n';
    }
  }

  void capture_for_a_while(agent_client& client) {
    std::unique_ptr<follower> metrics, logs;
    if (wants("metrics")) metrics = follow(client, get("/v1/agent/metrics/stream"), "metrics.json");
    if (wants("logs")) {
      auto request = get("/v1/agent/monitor");
      request.query["loglevel"] = "DEBUG";
      logs = follow(client, std::move(request), "consul.log");
    }
    auto start = clock::now();
    out() << "==> Beginning capture interval " << print_time(start) << " (0)\n";
    for (int number = 0;; ++number) {
      auto now = clock::now();
      if (wants("pprof")) {
        auto place = file(name_of(now));
        ::mkdir(place.c_str(), directory_mode);
        for (const std::string kind : {"heap", "goroutine"}) keep_profile(client, kind, place / (kind + ".prof"));
      }
      out() << "==> Capture successful " << print_time(clock::now()) << " (" << number << ")\n" << std::flush;
      auto next = start + std::chrono::duration_cast<clock::duration>(interval_ * (number + 1));
      auto end = start + std::chrono::duration_cast<clock::duration>(duration_);
      if (wait_until(std::min(next, end)) || next > end) return;
    }
  }

  /// @returns whether the user interrupted
  bool wait_until(clock::time_point when) {
    std::unique_lock lock(mutex_);
    return wake_.wait_until(lock, when, [this] { return interrupted_.cancelled(); });
  }
  void interrupt() {
    interrupted_.cancel();
    std::lock_guard lock(mutex_); // a waiter is either before its check or asleep
    wake_.notify_all();
  }

  void write_index(const std::string& version) {
    go_json index{{"Version", 1},
                  {"AgentVersion", version},
                  {"Interval", duration_to_text(interval_)},
                  {"Duration", duration_to_text(duration_ + grace)},
                  {"Targets", targets_}};
    write_file(file("index.json"), dump_json(index, "\t"));
  }

  bool archive_ = true;
  std::vector<std::string> targets_;
  nanoseconds duration_ = std::chrono::minutes(5), interval_ = seconds(30);
  std::string output_;
  std::set<std::string> noted_;
  std::mutex mutex_;
  std::condition_variable wake_;
  cancellation interrupted_;
};

} // namespace

std::unique_ptr<command> make_debug() { return std::make_unique<debug>(); }

} // namespace praetor::cli
