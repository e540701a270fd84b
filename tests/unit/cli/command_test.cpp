#include "fake_agent.hpp"
#include "frontends/cli/agent_client.hpp"
#include "frontends/cli/cli.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

using namespace praetor;
using namespace praetor::cli;

namespace {

struct outcome {
  int code;
  std::string out, err;
};

outcome run_with(const std::vector<std::string>& args, const std::string& input = {}, const hooks& added = {}) {
  std::istringstream in(input);
  std::ostringstream out, err;
  int code = run(args, added, {in, out, err});
  return {code, out.str(), err.str()};
}

/// Runs a command against an agent; inserts the agent's address after the command's words.
outcome ask(fake_agent& agent, std::vector<std::string> words, const std::vector<std::string>& rest,
            const std::string& input = {}) {
  words.push_back("-http-addr=" + agent.address());
  words.insert(words.end(), rest.begin(), rest.end());
  return run_with(words, input);
}

client_settings settings_of(const client_options& flags, const std::map<std::string, std::string>& variables) {
  std::ostringstream err;
  auto settings = resolve_client_settings(
      flags,
      [&](const char* name) {
        auto found = variables.find(name);
        return found == variables.end() ? std::string{} : found->second;
      },
      err);
  REQUIRE(settings);
  return *settings;
}

} // namespace

TEST_CASE("the top help lists the commands, sorted, and unknown commands get it with exit code 127") {
  auto help = run_with({"-h"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  CHECK(help.out.starts_with("Usage: consul [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n"
                             "    acl             Interact with Consul's ACLs\n"
                             "    agent           Runs a Consul agent\n"
                             "    catalog         "));
  for (auto args : {std::vector<std::string>{}, {"bogus"}, {"-token", "T", "kv"}, {"--", "kv"}}) {
    auto result = run_with(args);
    CHECK(result.code == 127);
    CHECK(result.err == help.out);
    CHECK(result.out.empty());
  }
}

TEST_CASE("a group shows its help and fails, -h anywhere shows a command's help and succeeds") {
  auto group = run_with({"kv", "bogus"});
  CHECK(group.code == 1);
  CHECK(group.err.starts_with("Usage: consul kv <subcommand> [options] [args]\n"));
  CHECK(group.err.find("Subcommands:\n    delete    ") != std::string::npos);
  auto help = run_with({"kv", "get", "a", "-h"});
  CHECK(help.code == 0);
  CHECK(help.out.starts_with("Usage: consul kv get [options] [KEY_OR_PREFIX]\n"));
  CHECK(help.out.find("\nHTTP API Options\n\n  -ca-file=<value>\n") != std::string::npos);
  CHECK(help.out.find("\nCommand Options\n\n  -base64\n") != std::string::npos);
  auto early = run_with({"-x=1", "kv", "get"});
  CHECK(early.code == 1);
  CHECK(early.err.starts_with("Invalid flags before the subcommand."));
}

TEST_CASE("a command that isn't built says so") {
  auto result = run_with({"peering", "list"});
  CHECK(result.code == 1);
  CHECK(result.err == "The command \"peering list\" is not available in this version of Praetor.\n");
}

TEST_CASE("a hooked command runs with the arguments behind its name") {
  std::vector<std::string> seen;
  hooks added{{"agent",
               {"Runs a Consul agent", [] { return std::string("Usage: consul agent [options]\n"); },
                [&](const std::vector<std::string>& args) {
                  seen = args;
                  return 7;
                }}}};
  CHECK(run_with({"agent", "-dev", "-node", "x"}, "", added).code == 7);
  CHECK(seen == std::vector<std::string>{"-dev", "-node", "x"});
  CHECK(run_with({"agent", "-h"}, "", added).out == "Usage: consul agent [options]\n");
}

TEST_CASE("the version is the release that is followed, with our own beside it") {
  CHECK(run_with({"version", "-format=json"}).out == R"({
   "Version": "1.19.2",
   "Revision": "",
   "Prerelease": "",
   "BuildDate": "1970-01-01T00:00:01Z",
   "RPC": {
      "Default": 2,
      "Min": 2,
      "Max": 3
   }
}
)");
  auto pretty = run_with({"--version"}).out;
  CHECK(pretty.starts_with("Consul v1.19.2\nBuild Date "));
  CHECK(pretty.ends_with("\nPraetor v0.1.0\n\n"));
}

TEST_CASE("an unreachable agent is told in the words of Go's client") {
  CHECK(run_with({"catalog", "nodes", "-http-addr=127.0.0.1:1"}).err ==
        "Error listing nodes: Get \"http://127.0.0.1:1/v1/catalog/nodes\": dial tcp 127.0.0.1:1: connect: connection "
        "refused\n");
  CHECK(run_with({"kv", "get", "-http-addr=unix:///nope", "-stale", "-datacenter=q", "a b?c"}).err ==
        "Error querying Consul agent: Get \"http://localhost/v1/kv/a%20b%3Fc?dc=q&stale=\": dial unix /nope: connect: "
        "no such file or directory\n");
  CHECK(run_with({"leave", "-http-addr=ftp://x"}).err ==
        "Error connecting to Consul agent: Unknown protocol scheme: ftp\n");
  CHECK(run_with({"reload", "-ca-file=/nope"}).err ==
        "Error connecting to Consul agent: Error loading CA File: open /nope: no such file or directory\n");
}

TEST_CASE("flags win over the environment") {
  auto settings = settings_of({}, {{"CONSUL_HTTP_ADDR", "https://h:1/pre/fix"},
                                   {"CONSUL_HTTP_TOKEN", "T"},
                                   {"CONSUL_HTTP_AUTH", "me:secret:x"},
                                   {"CONSUL_HTTP_SSL_VERIFY", "false"},
                                   {"CONSUL_NAMESPACE", "n"}});
  CHECK(settings.where.scheme == "https");
  CHECK(settings.where.host == "h:1");
  CHECK(settings.where.path_prefix == "/pre/fix");
  CHECK_FALSE(settings.where.tls.verify);
  CHECK(settings.token == "T");
  CHECK(settings.basic_user == "me");
  CHECK(settings.basic_password == "secret:x");
  CHECK(settings.ns == "n");
  client_options flags;
  flags.http_addr = "other:2";
  flags.token = "F";
  settings = settings_of(flags, {{"CONSUL_HTTP_ADDR", "https://h:1"}, {"CONSUL_HTTP_TOKEN_FILE", "/nope"}});
  CHECK(settings.where.host == "other:2");
  CHECK(settings.where.scheme == "http");
  CHECK(settings.token == "F");
}

TEST_CASE("a token file is trimmed, wins over the token, and counts as absent when empty") {
  char name[] = "/tmp/praetor-token-XXXXXX";
  int file = ::mkstemp(name);
  REQUIRE(file >= 0);
  client_options flags;
  flags.token = "F";
  flags.token_file = name;
  CHECK(settings_of(flags, {}).token == "F");
  std::ofstream(name) << "  from-file \n";
  CHECK(settings_of(flags, {}).token == "from-file");
  ::close(file);
  ::unlink(name);
}

TEST_CASE("requests carry token, datacenter and path") {
  fake_agent agent;
  agent.when("PUT /v1/kv/", {200, "true", ""});
  auto result = ask(agent, {"kv", "put"}, {"-token=T", "-datacenter=d1", "-flags=7", "a b/c?", "value"});
  CHECK(result.code == 0);
  CHECK(result.out == "Success! Data written to: a b/c?\n");
  CHECK(agent.requests() == std::vector<std::string>{"PUT /v1/kv/a%20b/c%3F?dc=d1&flags=7\nvalue"});
  CHECK(agent.last_headers()["x-consul-token"] == "T");
}

TEST_CASE("requests go through the proxy that the environment names") {
  fake_agent proxy;
  proxy.when("GET http://agent.invalid:8500/v1/status/leader", {200, "\"10.0.0.1:8300\"", ""});
  auto ask_for_leader = [](const client_settings& settings) {
    auto client = agent_client::open(settings);
    REQUIRE(client);
    http_request request;
    request.path = "/v1/status/leader";
    return (*client)->raw(std::move(request));
  };
  std::map<std::string, std::string> variables = {{"CONSUL_HTTP_ADDR", "agent.invalid:8500"},
                                                  {"HTTP_PROXY", "http://me:pass@" + proxy.address()}};
  auto answer = ask_for_leader(settings_of({}, variables));
  REQUIRE(answer);
  CHECK(answer->body == "\"10.0.0.1:8300\"");
  CHECK(proxy.requests() == std::vector<std::string>{"GET http://agent.invalid:8500/v1/status/leader"});
  CHECK(proxy.last_headers()["host"] == "agent.invalid:8500");
  CHECK(proxy.last_headers()["proxy-authorization"] == "Basic bWU6cGFzcw==");

  CHECK_FALSE(settings_of({}, {{"HTTP_PROXY", "p:1"}}).where.proxy);
  CHECK_FALSE(settings_of({}, {{"CONSUL_HTTP_ADDR", "unix:///p/s"}, {"HTTP_PROXY", "p:1"}}).where.proxy);
  CHECK_FALSE(
      settings_of({}, {{"CONSUL_HTTP_ADDR", "a.invalid"}, {"HTTP_PROXY", "p:1"}, {"NO_PROXY", "invalid"}}).where.proxy);
  variables["HTTP_PROXY"] = "127.0.0.1:1";
  CHECK(ask_for_leader(settings_of({}, variables)).error().text ==
        "Get \"http://agent.invalid:8500/v1/status/leader\": proxyconnect tcp: dial tcp 127.0.0.1:1: connect: "
        "connection refused");
}

TEST_CASE("a server behind TLS is reached through a tunnel") {
  fake_agent proxy;
  proxy.when("CONNECT agent.invalid:8501", {403, "", ""});
  auto settings = settings_of(
      {}, {{"CONSUL_HTTP_ADDR", "https://agent.invalid:8501"}, {"HTTPS_PROXY", "http://" + proxy.address()}});
  auto client = agent_client::open(settings);
  REQUIRE(client);
  http_request request;
  request.path = "/v1/status/leader";
  CHECK((*client)->raw(std::move(request)).error().text ==
        "Get \"https://agent.invalid:8501/v1/status/leader\": X"); // the fake agent's reason phrase
  CHECK(proxy.requests() == std::vector<std::string>{"CONNECT agent.invalid:8501"});
}

TEST_CASE("values are decoded, missing keys and failures are told") {
  fake_agent agent;
  agent.when("GET /v1/kv/there",
             {200, R"([{"Key":"there","Flags":3,"Value":"aGk=","CreateIndex":5,"ModifyIndex":6}])", ""});
  agent.when("GET /v1/kv/gone", {404, "", ""});
  agent.when("GET /v1/kv/broken", {500, "No cluster leader\n", ""});
  CHECK(ask(agent, {"kv", "get"}, {"there"}).out == "hi\n");
  CHECK(ask(agent, {"kv", "get"}, {"-detailed", "there"}).out == "CreateIndex      5\nFlags            3\n"
                                                                 "Key              there\nLockIndex        0\n"
                                                                 "ModifyIndex      6\nSession          -\n"
                                                                 "Value            hi\n");
  CHECK(ask(agent, {"kv", "get"}, {"gone"}).err == "Error! No key exists at: gone\n");
  CHECK(ask(agent, {"kv", "get"}, {"broken"}).err ==
        "Error querying Consul agent: Unexpected response code: 500 (No cluster leader)\n");
}

TEST_CASE("what export prints, import stores") {
  fake_agent agent;
  agent.when("GET /v1/kv/t/?recurse=",
             {200, R"([{"Key":"t/a","Flags":1,"Value":"MQ=="},{"Key":"t/b","Value":null}])", ""});
  agent.when("PUT /v1/kv/", {200, "true", ""});
  auto exported = ask(agent, {"kv", "export"}, {"t/"});
  CHECK(exported.out == "[\n\t{\n\t\t\"key\": \"t/a\",\n\t\t\"flags\": 1,\n\t\t\"value\": \"MQ==\"\n\t},\n\t{\n"
                        "\t\t\"key\": \"t/b\",\n\t\t\"flags\": 0,\n\t\t\"value\": \"\"\n\t}\n]\n");
  auto imported = ask(agent, {"kv", "import"}, {"-prefix=n", "-"}, exported.out);
  CHECK(imported.out == "Imported: n/t/a\nImported: n/t/b\n");
  CHECK(agent.requests().at(1) == "PUT /v1/kv/n/t/a?flags=1\n1");
  CHECK(agent.requests().at(2) == "PUT /v1/kv/n/t/b");
  CHECK(ask(agent, {"kv", "import"}, {"{}"}).err ==
        "Cannot unmarshal data: json: cannot unmarshal object into Go value of type []*impexp.Entry\n");
}

TEST_CASE("members are ordered servers first, and no match is exit code 2") {
  fake_agent agent;
  agent.when("GET /v1/agent/members", {200, R"([
    {"Name":"b","Addr":"10.0.0.2","Port":1,"Status":1,"Tags":{"role":"node","build":"1.19.2:x","vsn":"2","dc":"dc1"}},
    {"Name":"z","Addr":"::1","Port":2,"Status":4,"Tags":{"role":"consul","build":"1.19.2:","vsn":"2","dc":"dc1"}}])",
                                       ""});
  CHECK(ask(agent, {"members"}, {}).out ==
        "Node  Address     Status  Type    Build   Protocol  DC   Partition  Segment\n"
        "z     [::1]:2     failed  server  1.19.2  2         dc1  default    <all>\n"
        "b     10.0.0.2:1  alive   client  1.19.2  2         dc1  default    <default>\n");
  auto none = ask(agent, {"members"}, {"-status=left"});
  CHECK(none.code == 2);
  CHECK(none.out + none.err == "");
  CHECK(run_with({"members", "-status=("}).err ==
        "Failed to compile status regexp: error parsing regexp: missing closing ): `(`\n");
}

TEST_CASE("a service of a file is registered in the shape of the HTTP API") {
  char name[] = "/tmp/praetor-service-XXXXXX.json";
  int file = ::mkstemps(name, 5);
  REQUIRE(file >= 0);
  ::close(file);
  std::ofstream(name) << R"({"service":{"name":"web","id":"w1","port":80,"check":{"id":"c","ttl":"30s"}}})";
  fake_agent agent;
  agent.when("PUT /v1/agent/service/", {200, "", ""});
  CHECK(ask(agent, {"services", "register"}, {name}).out == "Registered service: web\n");
  CHECK(ask(agent, {"services", "deregister"}, {name}).out == "Deregistered service: w1\n");
  auto requests = agent.requests();
  CHECK(requests.at(0).starts_with("PUT /v1/agent/service/register\n{\"ID\":\"w1\",\"Name\":\"web\""));
  CHECK(requests.at(0).find(R"("CheckID":"c")") != std::string::npos);
  CHECK(requests.at(1) == "PUT /v1/agent/service/deregister/w1");
  ::unlink(name);
}

TEST_CASE("a watch without a child prints the first result and ends") {
  fake_agent agent;
  agent.when("GET /v1/status/leader", {200, "\"127.0.0.1:8300\"", ""});
  agent.when("GET /v1/kv/a",
             {200, R"([{"LockIndex":0,"Key":"a","Flags":0,"Value":"Yg==","CreateIndex":3,"ModifyIndex":4}])",
              "X-Consul-Index: 4\r\n"});
  agent.when("GET /v1/kv/none", {404, "", "X-Consul-Index: 4\r\n"});
  CHECK(ask(agent, {"watch"}, {"-type=key", "-key=a"}).out ==
        "{\n    \"Key\": \"a\",\n    \"CreateIndex\": 3,\n    \"ModifyIndex\": 4,\n    \"LockIndex\": 0,\n"
        "    \"Flags\": 0,\n    \"Value\": \"Yg==\",\n    \"Session\": \"\"\n}\n");
  CHECK(ask(agent, {"watch"}, {"-type=key", "-key=none"}).out == "null\n");
  auto failing = ask(agent, {"watch"}, {"-type=key", "-key=a", "exit 4"});
  CHECK(failing.code == 1);
  CHECK(failing.err == "Error executing handler: exit status 4\n");
}

namespace {

/// A key that a single session may lock.
struct lock_key {
  std::atomic<bool> held{false};
  std::atomic<bool> stolen{false};

  fake_agent::answer read() {
    if (!held) return {404, "", "X-Consul-Index: 4\r\n"};
    std::this_thread::sleep_for(std::chrono::milliseconds(5)); // instead of a blocking query
    std::string holder = stolen ? "other" : "s1";
    return {200, R"([{"Key":"l/.lock","Flags":3304740253564472344,"ModifyIndex":5,"Session":")" + holder + R"("}])",
            "X-Consul-Index: 5\r\n"};
  }
};

void serve_lock(fake_agent& agent, lock_key& key) {
  agent.when("GET /v1/agent/self", {200, "{}", ""});
  agent.when("PUT /v1/session/create", {200, R"({"ID":"s1"})", ""});
  agent.when("PUT /v1/session/destroy/s1", {200, "true", ""});
  agent.when("GET /v1/kv/l/.lock", [&] { return key.read(); });
  agent.when("PUT /v1/kv/l/.lock?acquire=s1", [&] {
    key.held = true;
    return fake_agent::answer{200, "true", ""};
  });
  agent.when("PUT /v1/kv/l/.lock?flags=3304740253564472344&release=s1", [&] {
    key.held = false;
    return fake_agent::answer{200, "true", ""};
  });
}

} // namespace

TEST_CASE("a lock is taken, the child runs, and everything is given back") {
  lock_key key;
  fake_agent agent;
  serve_lock(agent, key);
  auto result = ask(agent, {"lock"}, {"-verbose", "-child-exit-code", "l", "exit", "3"});
  CHECK(result.code == 2);
  CHECK(result.err == "Error running handler: exit status 3\n");
  CHECK(result.out == "Setting up lock at path: l/.lock\nAttempting lock acquisition\nStarting handler\n"
                      "Child terminated, releasing lock\nCleanup succeeded\n");
  CHECK_FALSE(key.held);
  auto requests = agent.requests();
  CHECK(requests.at(1) == "PUT /v1/session/create\n{\"Name\":\"Consul lock for 'exit 3' at 'l'\",\"TTL\":\"15s\","
                          "\"Behavior\":\"release\"}");
  CHECK(std::count(requests.begin(), requests.end(), "PUT /v1/session/destroy/s1") == 1);
}

TEST_CASE("a child whose lock is lost is ended") {
  lock_key key;
  fake_agent agent;
  serve_lock(agent, key);
  key.stolen = true; // as soon as it is held
  auto result = ask(agent, {"lock"}, {"-verbose", "l", "exec sleep 60"});
  CHECK(result.code == 0);
  CHECK(result.out.find("Lock lost, killing child\nTerminating child pid ") != std::string::npos);
  CHECK(result.out.find("\nChild terminated\n") != std::string::npos);
  CHECK(result.err == "Error running handler: signal: terminated\n");
}

TEST_CASE("an agent that is gone before it answers has left, and one that refuses has not") {
  fake_agent agent;
  agent.when("PUT /v1/agent/leave", {0, "", ""});
  auto gone = ask(agent, {"leave"}, {});
  CHECK(gone.code == 0);
  CHECK(gone.out == "Graceful leave complete\n");
  agent.when("PUT /v1/agent/leave", {403, "said before EOF", ""});
  auto refused = ask(agent, {"leave"}, {});
  CHECK(refused.code == 1);
  CHECK(refused.err == "Error leaving: Unexpected response code: 403 (said before EOF)\n");
}

TEST_CASE("an answer of a server in trouble is told from others and from no answer") {
  fake_agent agent;
  client_settings settings;
  settings.where.host = agent.address();
  auto client = agent_client::open(settings);
  REQUIRE(client);
  auto failure = [&](int status) {
    agent.when("GET /v1/kv/a", {status, "Unexpected response code: 500", ""});
    auto response = (*client)->ok(get("/v1/kv/a"));
    REQUIRE_FALSE(response);
    return response.error();
  };
  for (int status : {500, 503}) {
    CHECK(is_server_error(failure(status)));
    CHECK(is_server_error(with_context("failed to read prefix", failure(status))));
  }
  for (int status : {403, 404, 429}) CHECK_FALSE(is_server_error(failure(status)));
  auto none = failure(0);
  CHECK_FALSE(is_server_error(none));
  CHECK(none.code == error_code::disconnected);
}
