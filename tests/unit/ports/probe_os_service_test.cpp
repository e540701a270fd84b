#include "actors/ports/system_bus.hpp"
#include "probing.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <thread>
#include <unistd.h>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

/// A message bus of the test's own, which is the system bus of this process while it runs.
class private_bus {
public:
  private_bus() {
    folder_ = std::filesystem::temp_directory_path() / ("bus." + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    auto listens = "--address=" + address(), reports = "--print-address=" + std::to_string(ready[1]);
    std::string words[] = {"dbus-daemon", "--session", "--nofork", "--nopidfile", listens, reports};
    char* command[std::size(words) + 1] = {};
    for (std::size_t i = 0; i < std::size(words); ++i) command[i] = words[i].data();
    REQUIRE(::posix_spawnp(&process_, command[0], nullptr, nullptr, command, environ) == 0);
    ::close(ready[1]);
    // The daemon writes its address once it listens; if it ends before, the pipe does too.
    char first = 0;
    REQUIRE(::read(ready[0], &first, 1) == 1);
    ::close(ready[0]);
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address().c_str(), 1);
  }
  ~private_bus() {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }
  std::string address() const { return "unix:path=" + (folder_ / "bus").string(); }

private:
  std::filesystem::path folder_;
  pid_t process_ = -1;
};

/// Answers on a bus like systemd; unknown units are "not-found".
class fake_systemd {
public:
  explicit fake_systemd(const private_bus& bus) {
    REQUIRE(sd_bus_new(&bus_) >= 0);
    sd_bus_set_address(bus_, bus.address().c_str());
    sd_bus_set_bus_client(bus_, 1);
    REQUIRE(sd_bus_start(bus_) >= 0);
    sd_bus_add_fallback(bus_, nullptr, "/org/freedesktop/systemd1", answer, this);
    REQUIRE(sd_bus_request_name(bus_, "org.freedesktop.systemd1", 0) >= 0);
    thread_ = std::thread([this] {
      while (!ended_) {
        int did = sd_bus_process(bus_, nullptr);
        if (did < 0) return;
        if (did == 0) sd_bus_wait(bus_, 20000);
      }
    });
  }
  ~fake_systemd() {
    ended_ = true;
    thread_.join();
    sd_bus_flush_close_unref(bus_);
  }
  void set(const std::string& unit, const std::string& state) {
    std::lock_guard lock(mutex_);
    states_[unit] = state;
  }
  std::atomic<bool> silent{false};

private:
  static int answer(sd_bus_message* call, void* user, sd_bus_error*) {
    auto& self = *static_cast<fake_systemd*>(user);
    if (self.silent) return 1;
    std::lock_guard lock(self.mutex_);
    const char* first = nullptr;
    const char* name = nullptr;
    if (sd_bus_message_is_method_call(call, "org.freedesktop.systemd1.Manager", "LoadUnit")) {
      sd_bus_message_read(call, "s", &first);
      auto path = "/org/freedesktop/systemd1/unit/u" + std::to_string(self.units_.size());
      self.units_[path] = first;
      return sd_bus_reply_method_return(call, "o", path.c_str());
    }
    if (!sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get")) return 0;
    sd_bus_message_read(call, "ss", &first, &name);
    auto unit = self.units_[sd_bus_message_get_path(call)];
    auto found = self.states_.find(unit);
    bool known = found != self.states_.end();
    if (std::string(name) == "LoadState")
      return sd_bus_reply_method_return(call, "v", "s", known ? "loaded" : "not-found");
    if (known && found->second == "?") return sd_bus_reply_method_return(call, "v", "u", 7u);
    return sd_bus_reply_method_return(call, "v", "s", known ? found->second.c_str() : "inactive");
  }

  sd_bus* bus_ = nullptr;
  std::mutex mutex_;
  std::map<std::string, std::string> states_, units_; // by unit; unit by path
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

check_definition service_check(const std::string& name) {
  check_definition d;
  d.os_service = name;
  return d;
}

} // namespace

TEST_CASE("a check of a service reports what systemd says of its unit") {
  private_bus bus;
  probing p;
  CHECK(p.port->possible(service_check("web")));
  {
    fake_systemd systemd(bus);
    struct row {
      std::string state, status, output;
    };
    for (const auto& r :
         std::vector<row>{{"active", "passing", "is healthy"},
                          {"activating", "warning", "is activating"},
                          {"reloading", "warning", "is reloading"},
                          {"deactivating", "critical", "is deactivating"},
                          {"inactive", "critical", "is inactive"},
                          {"failed", "critical", "is failed"},
                          {"?", "critical", "cannot be checked: systemd's answer for ActiveState is no text"}}) {
      systemd.set("web.service", r.state);
      expect(p.run(service_check("web")), r.status, "Service \"web\" " + r.output);
    }
    expect(p.run(service_check("absent")), "critical", "Service \"absent\" was not found");
    systemd.set("cups.socket", "active");
    expect(p.run(service_check("cups.socket")), "passing", "Service \"cups.socket\" is healthy");
    auto d = service_check("web");
    d.timeout = 200ms;
    systemd.silent = true;
    expect(p.run(d), "critical", "Timed out (200ms) running check");
  }
  auto result = p.run(service_check("web"));
  CHECK(result.status == "critical");
  CHECK(result.output.find("org.freedesktop.systemd1") != std::string::npos);
}

TEST_CASE("a check of a service is not possible without a system bus") {
  probing p;
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", 1);
  auto missing = "OSService checks ask systemd over D-Bus, and there is no system bus at /nowhere/bus";
  CHECK(p.port->possible(service_check("web")).error().text == missing);
  expect(p.run(service_check("web")), "critical", missing);
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
  CHECK(system_bus_address() == "unix:path=/run/dbus/system_bus_socket");
}
