#include "frontends/process/process_profiles.hpp"

#include "frontends/process/pprof_profile.hpp"
#include "protocol/actors.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>

// jemalloc's, if the program is linked to it.
extern "C" int mallctl(const char*, void*, std::size_t*, void*, std::size_t) __attribute__((weak));

namespace praetor {

namespace {

using units = std::vector<pprof_profile::unit_of>;

constexpr auto trace_step = std::chrono::milliseconds(2);

nanoseconds unix_now() { return std::chrono::system_clock::now().time_since_epoch(); }

/// The kernel's data about a thread.
struct thread_figures {
  std::string name;
  char state = '?';       ///< R running, S sleeping, D waiting for I/O
  std::int64_t ran = 0;   ///< nanoseconds of CPU time since its start
  std::string waits_in{}; ///< the kernel function in which it waits, if available
};

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// By thread id.
std::map<std::int64_t, thread_figures> threads_now() {
  std::map<std::int64_t, thread_figures> out;
  std::error_code problem;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", problem)) {
    thread_figures t;
    t.name = first_line(task.path() / "comm");
    auto stat = first_line(task.path() / "stat");
    auto end_of_name = stat.rfind(')');
    if (end_of_name == stat.npos || end_of_name + 2 >= stat.size()) continue; // it has just ended
    t.state = stat[end_of_name + 2];
    t.ran = std::strtoll(first_line(task.path() / "schedstat").c_str(), nullptr, 10);
    t.waits_in = first_line(task.path() / "wchan");
    out.emplace(std::strtoll(task.path().filename().c_str(), nullptr, 10), std::move(t));
  }
  return out;
}

std::string thread_profile(const char* what) {
  pprof_profile p(units{{what, "count"}});
  for (const auto& [id, t] : threads_now()) {
    std::string doing = t.state == 'R' ? "running" : "waiting";
    if (t.waits_in.size() > 1) doing += " in " + t.waits_in;
    p.add({doing, t.name}, {1});
  }
  return p.gzipped(unix_now(), {});
}

template <class T>
std::optional<T> allocator_figure(const std::string& name) {
  T value{};
  std::size_t size = sizeof value;
  if (!mallctl || mallctl(name.c_str(), &value, &size, nullptr, 0) != 0) return {};
  return value;
}

/// Live allocations by size class, small and large.
std::string heap_profile() {
  pprof_profile p(units{{"inuse_objects", "count"}, {"inuse_space", "bytes"}});
  if (mallctl) {
    std::uint64_t epoch = 1; // writing it refreshes the statistics
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
  }
  constexpr const char* all_arenas = "stats.arenas.4096.";
  auto classes = [&](const std::string& kind, const std::string& list, unsigned count, const std::string& live) {
    for (unsigned i = 0; i < count; ++i) {
      auto number = std::to_string(i);
      auto size = allocator_figure<std::size_t>("arenas." + kind + "." + number + ".size");
      auto objects = allocator_figure<std::size_t>(all_arenas + list + "." + number + "." + live);
      if (!size || !objects || *objects == 0) continue;
      p.add({"allocations of " + std::to_string(*size) + " bytes", list == "bins" ? "small" : "large"},
            {static_cast<std::int64_t>(*objects), static_cast<std::int64_t>(*objects * *size)});
    }
  };
  classes("bin", "bins", allocator_figure<unsigned>("arenas.nbins").value_or(0), "curregs");
  classes("lextent", "lextents", allocator_figure<unsigned>("arenas.nlextents").value_or(0), "curlextents");
  return p.gzipped(unix_now(), {});
}

/// Not measured in this process.
std::string empty_profile(const char* what) {
  return pprof_profile(units{{what, "count"}, {"delay", "nanoseconds"}}).gzipped(unix_now(), {});
}

/// A profile that is sampled over time.
class watched_profile {
public:
  virtual ~watched_profile() = default;
  virtual nanoseconds step() const = 0; ///< the sampling interval
  virtual void look() = 0;
  virtual std::string finish(nanoseconds took) = 0;
};

class cpu_profile final : public watched_profile {
public:
  explicit cpu_profile(nanoseconds duration) : duration_(duration) {}
  nanoseconds step() const override { return duration_; }
  void look() override { before_ = threads_now(); }
  std::string finish(nanoseconds took) override {
    pprof_profile p(units{{"samples", "count"}, {"cpu", "nanoseconds"}});
    for (const auto& [id, t] : threads_now()) {
      auto known = before_.find(id);
      auto ran = t.ran - (known == before_.end() ? 0 : known->second.ran);
      if (ran > 0) p.add({t.name}, {1, ran});
    }
    return p.gzipped(unix_now(), took);
  }

private:
  nanoseconds duration_;
  std::map<std::int64_t, thread_figures> before_;
};

/// Shows each thread as a processor that is started when the thread runs, in the format that Go wrote up to 1.18 and
/// its tools still read.
class thread_trace final : public watched_profile {
public:
  nanoseconds step() const override { return trace_step; }

  void look() override {
    auto now = ticks();
    for (const auto& [id, t] : threads_now()) {
      auto& seen = threads_[id];
      if (seen.events.empty()) {
        put(seen.events, batch, {threads_.size() - 1, now});
        seen.last = now;
      }
      // A thread that ran between two samples counts as running since the earlier one.
      bool runs = t.state == 'R' || t.ran != seen.ran;
      if (seen.ran >= 0 && runs != seen.running) {
        auto since = std::exchange(seen.last, now);
        if (runs)
          put(seen.events, start, {now - since, static_cast<std::uint64_t>(id)});
        else
          put(seen.events, stop, {now - since});
        seen.running = runs;
      }
      seen.ran = t.ran;
    }
  }

  std::string finish(nanoseconds) override {
    look();
    std::string out = "go 1.11 trace";
    out.append(3, '\0');
    for (const auto& [id, seen] : threads_) out += seen.events;
    put(out, batch, {threads_.size(), ticks()});
    put(out, frequency, {1'000'000'000});
    return out;
  }

private:
  static constexpr unsigned batch = 1, frequency = 2, start = 5, stop = 6;

  struct seen_thread {
    std::string events;
    std::uint64_t last = 0;
    std::int64_t ran = -1;
    bool running = false;
  };

  static std::uint64_t ticks() {
    return static_cast<std::uint64_t>(nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
  }
  static void put(std::string& out, unsigned type, std::initializer_list<std::uint64_t> values) {
    out += static_cast<char>(type | ((values.size() - 1) << 6));
    for (auto value : values) {
      for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
      out += static_cast<char>(value);
    }
  }

  std::map<std::int64_t, seen_thread> threads_;
};

/// Samples until the time is over.
using profiler_actor = caf::typed_actor<
    // Take a sample, or finish.
    caf::reacts_to<wake_atom>>;

struct profiler_state {
  static constexpr const char* name = "profiler";
  profiler_state() = default;
  std::unique_ptr<watched_profile> watched;
  std::function<void(expected<std::string>)> done;
  caf::actor_clock::time_point began, ends;
};

profiler_actor::behavior_type profiler(profiler_actor::stateful_pointer<profiler_state> self,
                                       std::shared_ptr<std::unique_ptr<watched_profile>> watched, nanoseconds duration,
                                       std::function<void(expected<std::string>)> done) {
  auto& s = self->state;
  s.watched = std::move(*watched);
  s.done = std::move(done);
  s.began = self->clock().now();
  s.ends = s.began + duration;
  self->send(self, wake_atom_v);
  return {[self](wake_atom) {
    auto& s = self->state;
    auto now = self->clock().now();
    if (now >= s.ends) {
      s.done(s.watched->finish(now - s.began));
      return self->quit();
    }
    s.watched->look();
    self->delayed_send(self, std::min<nanoseconds>(s.watched->step(), s.ends - now), wake_atom_v);
  }};
}

} // namespace

void take_profile(caf::actor_system& system, const std::string& kind, nanoseconds duration,
                  std::function<void(expected<std::string>)> done) {
  if (kind == "heap" || kind == "allocs") return done(heap_profile());
  if (kind == "goroutine" || kind == "threadcreate") return done(thread_profile(kind.c_str()));
  if (kind == "block" || kind == "mutex") return done(empty_profile("contentions"));
  auto watched = std::make_shared<std::unique_ptr<watched_profile>>();
  if (kind == "profile")
    *watched = std::make_unique<cpu_profile>(duration);
  else if (kind == "trace")
    *watched = std::make_unique<thread_trace>();
  else
    return done(fail("Unknown profile", 404));
  system.spawn<caf::hidden>(profiler, std::move(watched), duration, std::move(done));
}

} // namespace praetor
