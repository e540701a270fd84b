#include "probing.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

check_definition sh(const std::string& text) {
  check_definition d;
  d.script_args = {"/bin/sh", "-c", text};
  return d;
}

bool wait_until(const std::function<bool()>& condition) {
  for (auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

/// Whether a process is gone or a zombie.
bool ended(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(status, text)) return true;
  return text.substr(text.rfind(')') + 2, 1) == "Z";
}

} // namespace

TEST_CASE("a script's exit code is its status") {
  probing p;
  expect(p.run(sh("echo hi; echo err >&2")), "passing", "hi\nerr\n");
  expect(p.run(sh("echo w; exit 1")), "warning", "w\n");
  expect(p.run(sh("echo c; exit 2")), "critical", "c\n");
  expect(p.run(sh("printf s; kill -9 $$")), "critical", "s");
  CHECK_FALSE(p.run(sh("exit 2")).at_once);
}

TEST_CASE("a script that cannot be started is critical at once") {
  probing p;
  check_definition d;
  d.script_args = {"no-such-program-anywhere"};
  expect(p.run(d), "critical", "exec: \"no-such-program-anywhere\": executable file not found in $PATH");
  CHECK(p.run(d).at_once);
  d.script_args = {"/no/such"};
  expect(p.run(d), "critical", "fork/exec /no/such: no such file or directory");
  d.script_args = {"/etc/passwd"};
  expect(p.run(d), "critical", "fork/exec /etc/passwd: permission denied");
}

TEST_CASE("of a script's long output the last bytes are kept") {
  probing p;
  auto loop = std::string("for i in 1 2 3 4 5 6 7 8 9; do echo line$i; done");
  expect(p.run(sh(loop), 10), "passing", "Captured 10 of 54 bytes\n...\nne8\nline9\n");
  expect(p.run(sh(loop), 54), "passing", "line1\nline2\nline3\nline4\nline5\nline6\nline7\nline8\nline9\n");
  auto d = sh("head -c 1000000 /dev/zero | tr '\\0' x; exit 1");
  auto result = p.run(d, 100);
  CHECK(result.status == "warning");
  CHECK(result.output == "Captured 100 of 1000000 bytes\n...\n" + std::string(100, 'x'));
}

TEST_CASE("a script that takes too long is killed with all it started") {
  probing p;
  auto d = sh("echo $$; sleep 1000 & echo $!; sleep 1000");
  d.timeout = 1500ms;
  auto result = p.run(d);
  CHECK(result.status == "critical");
  CHECK(result.at_once);
  auto head = std::string("Timed out (1.5s) running check\n\n");
  REQUIRE(result.output.starts_with(head));
  std::istringstream pids(result.output.substr(head.size()));
  pid_t shell = 0, child = 0;
  REQUIRE(pids >> shell >> child);
  CHECK(kill(shell, 0) != 0); // reaped before the result was reported
  CHECK(wait_until([&] { return ended(child); }));
  d = sh("sleep 1000");
  d.timeout = 200ms;
  expect(p.run(d), "critical", "Timed out (200ms) running check");
}

TEST_CASE("a script is not over while something that it left behind holds its output") {
  probing p;
  auto d = sh("echo b; sleep 1000 & exit 0");
  d.timeout = 1s;
  expect(p.run(d), "critical", "Timed out (1s) running check\n\nb\n");
}

TEST_CASE("a script finds nothing to read, no descriptor of the agent and no blocked signal") {
  probing p;
  int leaked = dup(1); // inheritable
  expect(p.run(sh("cat; ls /proc/self/fd | tr '\\n' ' '")), "passing", "0 1 2 3 ");
  close(leaked);
  auto before = std::signal(SIGPIPE, SIG_IGN);
  auto result = p.run(sh("grep -E 'Sig(Blk|Ign)' /proc/self/status"));
  std::signal(SIGPIPE, before);
  CHECK(result.output.starts_with("SigBlk:\t0000000000000000\nSigIgn:\t"));
  CHECK(result.output.ends_with("0000000\n")); // higher ones are signals of the C library
}

TEST_CASE("a cancelled script is killed") {
  probing p;
  auto file = std::filesystem::temp_directory_path() / ("probe_script_test." + std::to_string(getpid()));
  auto d = sh("echo $$ > " + file.string() + ".new; mv " + file.string() + ".new " + file.string() + "; sleep 1000");
  auto running = p.port->start({d, 60s, 4096}, [](probe_result) { FAIL("told after cancelling"); });
  REQUIRE(wait_until([&] { return std::filesystem::exists(file); }));
  pid_t pid = 0;
  std::ifstream(file) >> pid;
  std::filesystem::remove(file);
  REQUIRE(pid > 0);
  running->cancel();
  CHECK(wait_until([&] { return ended(pid); }));
}

TEST_CASE("many scripts at once do not get in each other's way") {
  probing p;
  std::vector<std::shared_ptr<std::promise<probe_result>>> answers;
  std::vector<std::shared_ptr<running_probe>> running;
  for (int i = 0; i < 40; ++i) {
    answers.push_back(std::make_shared<std::promise<probe_result>>());
    running.push_back(p.port->start({sh("echo " + std::to_string(i) + "; exit " + std::to_string(i % 3)), 60s, 4096},
                                    [a = answers.back()](probe_result r) { a->set_value(std::move(r)); }));
  }
  for (int i = 0; i < 40; ++i) {
    auto result = answers[static_cast<std::size_t>(i)]->get_future();
    REQUIRE(result.wait_for(60s) == std::future_status::ready);
    auto status = i % 3 == 0 ? "passing" : i % 3 == 1 ? "warning" : "critical";
    expect(result.get(), status, std::to_string(i) + "\n");
  }
}
