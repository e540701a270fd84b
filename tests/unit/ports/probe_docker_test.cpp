#include "actors/ports/docker_host.hpp"
#include "local_server.hpp"
#include "probing.hpp"

#include <cstdlib>
#include <filesystem>
#include <sys/socket.h>
#include <unistd.h>

using namespace praetor;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// Sets a variable of the environment for the time of a test.
class variable {
public:
  variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~variable() { ::unsetenv(name_); }

private:
  const char* name_;
};

std::string response(const std::string& status, const std::string& body, const std::string& type = "application/json") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// A daemon whose three answers are fixed, on a unix socket.
struct docker_daemon {
  std::string create = response("201 Created", R"({"Id":"abc"})");
  std::string start = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nhello\n";
  std::string inspect = response("200 OK", R"({"ID":"abc","Running":false,"ExitCode":0})");

  std::string socket = (std::filesystem::temp_directory_path() / ("docker." + std::to_string(getpid()))).string();
  std::mutex mutex;
  std::string requests; // the first lines and bodies
  local_server server{[this](int s) {
                        auto request = read_request(s);
                        {
                          std::lock_guard lock(mutex);
                          requests += request.substr(0, request.find(" HTTP")) + " " +
                                      request.substr(request.find("\r\n\r\n") + 4) + "\n";
                        }
                        auto path = request.substr(0, request.find(" HTTP"));
                        send_all(s, path.ends_with("/exec") ? create : path.ends_with("/start") ? start : inspect);
                      },
                      socket};
  variable host{"DOCKER_HOST", "unix://" + socket};
};

check_definition docker_check(const std::string& container = "web") {
  check_definition d;
  d.docker_container_id = container;
  d.script_args = {"/bin/check", "-v"};
  return d;
}

} // namespace

TEST_CASE("a Docker check runs its command in the container, and its exit code decides") {
  probing p;
  docker_daemon daemon;
  expect(p.run(docker_check("we/b")), "passing", "hello\n");
  {
    std::lock_guard lock(daemon.mutex);
    CHECK(
        daemon.requests ==
        "POST /containers/we%2Fb/exec {\"AttachStdin\":false,\"AttachStdout\":true,\"AttachStderr\":true,\"Tty\":false,"
        "\"Cmd\":[\"/bin/check\",\"-v\"]}\n"
        "POST /exec/abc/start {\"Detach\":false,\"Tty\":true}\n"
        "GET /exec/abc/json \n");
  }
  daemon.inspect = response("200 OK", R"({"ExitCode":1})");
  expect(p.run(docker_check()), "warning", "hello\n");
  daemon.inspect = response("200 OK", R"({"ExitCode":137})");
  expect(p.run(docker_check()), "critical", "hello\n");
}

TEST_CASE("the output of a Docker check is that of both streams, and its end is kept") {
  probing p;
  docker_daemon daemon;
  daemon.start = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n"
                 "\x01\0\0\0\0\0\0\x03out\x02\0\0\0\0\0\0\x03"
                 "err"s;
  expect(p.run(docker_check()), "passing", "outerr");
  daemon.start = response("200 OK", std::string(5000, 'a') + "end", "application/vnd.docker.raw-stream");
  auto result = p.run(docker_check(), 10);
  expect(result, "passing", "Captured 10 of 5003 bytes\n...\naaaaaaaend");
}

TEST_CASE("a Docker check says what the daemon refused") {
  probing p;
  docker_daemon daemon;
  SECTION("an unknown container") {
    daemon.create = response("404 Not Found", R"({"message":"No such container: web"})");
    expect(p.run(docker_check()), "critical", "create exec failed for unknown container web");
  }
  SECTION("a paused container") {
    daemon.create = response("409 Conflict", R"({"message":"paused"})");
    expect(p.run(docker_check()), "critical", "create exec failed since container web is paused or stopped");
  }
  SECTION("a failure of the daemon") {
    daemon.create = response("500 Internal Server Error", "{\"message\":\"oops\"}\n");
    expect(p.run(docker_check()), "critical",
           "create exec failed for container web with status 500: {\"message\":\"oops\"}\n");
  }
  SECTION("an answer that is no JSON") {
    daemon.create = response("201 Created", "abc");
    auto result = p.run(docker_check());
    CHECK(result.status == "critical");
    CHECK(result.output.starts_with("create exec response for container web cannot be parsed: "));
  }
  SECTION("an exec that is gone") {
    daemon.start = response("404 Not Found", "{}");
    expect(p.run(docker_check()), "critical", "start exec failed for container web: invalid exec id abc");
  }
  SECTION("an exec whose state is unknown") {
    daemon.inspect = response("404 Not Found", "{}");
    expect(p.run(docker_check()), "critical", "inspect exec failed for container web: invalid exec id abc");
  }
  SECTION("an exec that has not ended") {
    daemon.inspect = response("200 OK", R"({"Running":true,"ExitCode":null})");
    CHECK(p.run(docker_check()).status == "passing");
  }
  SECTION("no answer") {
    daemon.start = "";
    CHECK(p.run(docker_check()).output.ends_with("/exec/abc/start\": EOF"));
  }
}

TEST_CASE("a Docker check ends in time and takes little memory, whatever the daemon sends") {
  probing p;
  auto socket = (std::filesystem::temp_directory_path() / ("docker-hostile." + std::to_string(getpid()))).string();
  variable host("DOCKER_HOST", "unix://" + socket);
  auto d = docker_check();
  d.timeout = 300ms;
  for (std::string first : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 201 Created\r\n\r\n"}) {
    local_server server(
        [&first](int s) {
          if (first.empty()) return void(wait_for_end(s));
          send_all(s, first);
          std::string again = "x: " + std::string(4000, 'y') + "\r\n";
          while (::send(s, again.data(), again.size(), MSG_NOSIGNAL) > 0) {
          }
        },
        socket);
    CHECK(p.run(d).status == "critical");
  }
  auto result = p.run(d);
  CHECK(result.output.starts_with("create exec failed for container web: Post \"http://%2F"));
  CHECK(
      result.output.ends_with("/containers/web/exec\": dial unix " + socket + ": connect: no such file or directory"));
}

TEST_CASE("the daemon's address is that of the environment") {
  CHECK(parse_docker_host("")->socket == "/var/run/docker.sock");
  CHECK(parse_docker_host("unix:///run/d.sock")->socket == "/run/d.sock");
  auto remote = parse_docker_host("tcp://10.0.0.1:2375/base");
  REQUIRE(remote);
  CHECK(remote->socket.empty());
  CHECK(remote->address.host == "10.0.0.1");
  CHECK(remote->address.port == "2375");
  CHECK(remote->base_path == "/base");
  CHECK(parse_docker_host("nowhere").error().text == "unable to parse docker host `nowhere`");
  CHECK_FALSE(parse_docker_host("tcp://nowhere"));
  CHECK_FALSE(parse_docker_host("npipe:////./pipe/docker"));
  probing p;
  check_definition http;
  http.http = "http://h/";
  variable bad("DOCKER_HOST", "nowhere");
  CHECK(p.port->possible(docker_check()).error().text == "unable to parse docker host `nowhere`");
  CHECK(p.port->possible(http));
  local_server server([](int s) {
    read_request(s);
    send_all(s, response("404 Not Found", "{}"));
  });
  variable tcp("DOCKER_HOST", "tcp://" + server.address());
  CHECK(p.port->possible(docker_check()));
  expect(p.run(docker_check()), "critical", "create exec failed for unknown container web");
}
