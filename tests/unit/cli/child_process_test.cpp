#include "frontends/cli/child_process.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <thread>
#include <unistd.h>

using namespace praetor;
using namespace praetor::cli;

namespace {

std::unique_ptr<child_process> start(string_list arguments, std::optional<std::string> input = {}) {
  child_request request;
  request.arguments = std::move(arguments);
  request.input = std::move(input);
  auto child = child_process::start(std::move(request));
  REQUIRE(child);
  return std::move(*child);
}

/// A pipe through which a script reports that it is ready, and whose end shows that none of its processes is left.
struct ready_pipe {
  std::array<int, 2> ends{};

  ready_pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~ready_pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ready_pipe(const ready_pipe&) = delete;
  ready_pipe& operator=(const ready_pipe&) = delete;

  /// The path with which a script can open it.
  std::string path() const { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(ends[1]); }
  bool wait_for_byte() const {
    pollfd waiting{ends[0], POLLIN, 0};
    char byte = 0;
    return ::poll(&waiting, 1, 20'000) == 1 && ::read(ends[0], &byte, 1) == 1;
  }
};

/// Whether a member of a process group is running; zombies are not.
bool runs(pid_t group) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != name.npos || ::getpgid(std::stoi(name)) != group) continue;
    std::ifstream file(entry.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    auto state = stat.rfind(") ");
    if (state != stat.npos && stat[state + 2] != 'Z') return true;
  }
  return false;
}

} // namespace

TEST_CASE("a child that doesn't read its input is no failure and no signal") {
  // More than a pipe's buffer.
  CHECK(start({"true"}, std::string(1 << 20, 'x'))->wait() == "");
}

TEST_CASE("a child reads the whole of its input") {
  CHECK(start({"sh", "-c", "exit $(($(wc -c) / 100000))"}, std::string(700000, 'x'))->wait() == "exit status 7");
}

TEST_CASE("a child's environment holds what was added, once") {
  ::setenv("PRAETOR_TEST_VARIABLE", "old", 1);
  child_request request;
  request.arguments = {"sh", "-c",
                       R"(test "$PRAETOR_TEST_VARIABLE" = new && env | grep -c ^PRAETOR_TEST_VARIABLE= )"
                       "| grep -qx 1"};
  request.environment = {"PRAETOR_TEST_VARIABLE=new"};
  auto child = child_process::start(std::move(request));
  REQUIRE(child);
  CHECK((*child)->wait() == "");
}

TEST_CASE("a child that cannot be started is refused in Go's words") {
  child_request request;
  request.arguments = {"no-such-program"};
  auto child = child_process::start(std::move(request));
  REQUIRE_FALSE(child);
  CHECK(child.error().text == "exec: \"no-such-program\": executable file not found in $PATH");
}

TEST_CASE("a child ends with the signal that it is handed, and with it what it has started") {
  for (auto [number, text] : {std::pair{SIGTERM, "signal: terminated"}, {SIGINT, "signal: interrupt"}}) {
    ready_pipe ready;
    auto child = start({"sh", "-c", "sleep 300 & printf . > " + ready.path() + "; wait"});
    auto group = child->id();
    REQUIRE(ready.wait_for_byte());
    std::thread other([&] { child->end(number); });
    bool told = false;
    CHECK(child->wait([&] { told = true; }) == text);
    other.join();
    CHECK(told);
    CHECK_FALSE(runs(group));
  }
}

TEST_CASE("what a child has started is waited for, also if it ends later than the child") {
  ready_pipe ready;
  auto child = start({"sh", "-c",
                      "trap 'exit 3' TERM; (trap 'sleep 1; printf e > " + ready.path() + "; exit 0' TERM; printf . > " +
                          ready.path() + "; while :; do sleep 300 & wait $!; done) & wait"});
  auto group = child->id();
  REQUIRE(ready.wait_for_byte());
  std::thread other([&] { child->end(SIGTERM); });
  CHECK(child->wait() == "exit status 3");
  other.join();
  CHECK(ready.wait_for_byte());
  CHECK_FALSE(runs(group));
}

TEST_CASE("what a child has started and ignores signals is gone when the child is") {
  ready_pipe ready;
  auto child = start({"sh", "-c", "(trap '' TERM INT; printf . > " + ready.path() + "; exec sleep 300) & wait"});
  auto group = child->id();
  REQUIRE(ready.wait_for_byte());
  std::thread other([&] { child->end(SIGTERM); });
  CHECK(child->wait() == "signal: terminated");
  other.join();
  CHECK_FALSE(runs(group));
}

TEST_CASE("a child that does not read its input can be ended") {
  auto child = start({"sleep", "300"}, std::string(1 << 20, 'x'));
  std::thread other([&] { child->end(SIGTERM); });
  CHECK(child->wait() == "signal: terminated");
  other.join();
}

TEST_CASE("a child that comes after the order to end is ended at once") {
  foreground_child children;
  children.end(SIGTERM);
  auto child = start({"sleep", "300"});
  CHECK(children.run(*child) == "signal: terminated");
}

TEST_CASE("a child that nobody waits for is killed") {
  pid_t id = 0;
  id = start({"sleep", "300"})->id();
  CHECK(::kill(id, 0) != 0);
}
