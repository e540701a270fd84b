#include "own_definitions.hpp"

using namespace praetor;

namespace {

service_registration over_the_api(const service_definition& d) {
  service_registration r;
  r.service = to_node_service(d);
  r.checks = service_checks(d, d.all_checks());
  return r;
}
check_registration over_the_api(check_definition d) {
  check_registration r;
  r.check = std::move(d);
  return r;
}

check_definition http(const std::string& id, const std::string& service_id) {
  check_definition d;
  d.id = d.name = id;
  d.service_id = service_id;
  d.http = "http://127.0.0.1/";
  d.interval = 10min;
  d.deregister_critical_service_after = 1min;
  return d;
}

check_definition os_service() {
  check_definition d;
  d.id = d.name = "sshd";
  d.os_service = "sshd";
  d.interval = 10s;
  return d;
}

check_definition script() {
  check_definition d;
  d.id = d.name = "script";
  d.script_args = {"/bin/true"};
  d.interval = 10s;
  return d;
}

/// A service from a file with one check inside and one outside it.
void define_web(own_definitions& own) {
  auto web = own_definitions::web();
  auto inner = own_definitions::ttl("inner");
  web.checks = {inner};
  own.config->services = {web};
  own.config->checks = {own_definitions::ttl("beside", "web")};
}

} // namespace

TEST_CASE("a reload without any change moves nothing") {
  own_definitions own;
  define_web(own);
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("added", "web"))) == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("of the node"))) == "");
  REQUIRE(own.maintain("web") == "");
  for (const auto* id : {"inner", "beside", "added", "of the node"})
    REQUIRE(own.report(id, health_passing, "fine") == "");
  own.compare();
  auto before = own.world.view->registry.get();
  auto starts = own.starts;
  auto proposed = own.world.proposed.size();
  REQUIRE(own.reload() == "");
  auto after = own.world.view->registry.get();
  CHECK(after->service("web") == before->service("web"));
  for (const auto* id : {"inner", "beside", "added", "of the node", "_service_maintenance:web"}) {
    INFO(id);
    CHECK(after->check(id) == before->check(id));
  }
  CHECK(own.starts == starts);
  CHECK(own.world.proposed.size() == proposed);
}

TEST_CASE("a reload moves what it changes and nothing else") {
  own_definitions own;
  define_web(own);
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("added", "web"))) == "");
  REQUIRE(own.report("beside", health_passing, "fine") == "");
  REQUIRE(own.report("inner", health_passing, "fine") == "");
  auto starts = own.starts;
  own.config->services[0].tags = {"v2"};
  own.config->checks[0].notes = "noted";
  own.config->checks.push_back(own_definitions::ttl("new", "web"));
  REQUIRE(own.reload() == "");
  CHECK(own.service("web")->service->tags == string_list{"v2"});
  CHECK(own.in_catalog("web")->tags == string_list{"v2"});
  CHECK(own.check("beside")->check->notes == "noted");
  CHECK(own.check("beside")->check->status == health_passing);
  CHECK(own.check("inner")->check->output == "fine");
  REQUIRE(own.check("added"));
  starts["new"] = 1;
  CHECK(own.starts == starts);

  own.config->services[0].checks.clear();
  own.config->checks.clear();
  REQUIRE(own.reload() == "");
  CHECK_FALSE(own.check("inner"));
  CHECK_FALSE(own.check_in_catalog("beside"));
  REQUIRE(own.check("added"));
  own.config->services.clear();
  REQUIRE(own.reload() == "");
  CHECK_FALSE(own.check("added"));
  CHECK_FALSE(own.in_catalog("web"));
}

TEST_CASE("checks that already run keep as much of their output as a reload says") {
  own_definitions own;
  auto web = http("web", "");
  web.interval = 10s;
  own.config->checks = {web, own_definitions::ttl("kept up")};
  REQUIRE(own.start() == "");
  own.world.advance(10s);
  CHECK(own.probes->limits["web"] == 4096);
  own.ends("web", "passing", "fine");
  auto starts = own.starts;
  own.config->check_output_max_size = 10;
  REQUIRE(own.reload() == "");
  own.world.advance(10s);
  CHECK(own.probes->limits["web"] == 10);
  REQUIRE(own.report("kept up", health_passing, "0123456789abc") == "");
  CHECK(own.check("kept up")->check->output == "0123456789 ... (captured 10 of 13 bytes)");
  CHECK(own.starts == starts);
}

TEST_CASE("news of an output waits no longer than a reload says") {
  own_definitions own;
  own.config->check_update_interval = 24h;
  own.config->checks = {own_definitions::ttl("kept up")};
  REQUIRE(own.start() == "");
  REQUIRE(own.report("kept up", health_passing, "first") == "");
  REQUIRE(own.report("kept up", health_passing, "second") == "");
  REQUIRE(own.reload() == "");
  CHECK(own.check_in_catalog("kept up")->output == "first");
  own.config->check_update_interval = 0s;
  REQUIRE(own.reload() == "");
  CHECK(own.check_in_catalog("kept up")->output == "second");
}

TEST_CASE("a reload that forbids scripts ends those that were registered over the API") {
  own_definitions own;
  own.config->enable_script_checks = true;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(script())) == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("added"))) == "");
  REQUIRE(own.reload() == "");
  CHECK(own.check("script"));
  own.config->enable_script_checks = false;
  REQUIRE(own.reload() == "");
  CHECK_FALSE(own.check("script"));
  CHECK(own.check("added"));
  CHECK(own.world.log->count("Check is not allowed any more and was deregistered") == 1);
}

TEST_CASE("of two definitions with one id the last counts, and a reload does not go back and forth between them") {
  own_definitions own;
  auto first = own_definitions::web(), second = own_definitions::web();
  second.port = 81;
  own.config->services = {first, second};
  REQUIRE(own.start() == "");
  auto before = own.service("web");
  CHECK(before->service->port == 81);
  auto proposed = own.world.proposed.size();
  REQUIRE(own.reload() == "");
  CHECK(own.service("web") == before);
  CHECK(own.world.proposed.size() == proposed);
}

TEST_CASE("what was registered beside a service of a file survives a restart") {
  own_definitions own;
  define_web(own);
  REQUIRE(own.start() == "");
  auto added = over_the_api(own_definitions::ttl("added", "web"));
  added.token = "secret";
  REQUIRE(own.add(added) == "");
  REQUIRE(own.maintain("web") == "");
  REQUIRE(own.maintain("") == "");
  REQUIRE(own.restart() == "");
  CHECK(own.check("_service_maintenance:web")->check->notes == "repair");
  CHECK(own.check("_node_maintenance"));
  REQUIRE(own.check("added"));
  CHECK(own.check("added")->token == "secret");
  CHECK(own.check_in_catalog("_service_maintenance:web"));
}

TEST_CASE("maintenance is registered with the token of who asked for it, also after a restart") {
  own_definitions own;
  auto web = over_the_api(own_definitions::web());
  web.token = "of the service";
  REQUIRE(own.start() == "");
  REQUIRE(own.add(web) == "");
  REQUIRE(own.maintain("web", "of the operator") == "");
  REQUIRE(own.maintain("", "of the operator") == "");
  for (bool again : {false, true}) {
    if (again) REQUIRE(own.restart() == "");
    CHECK(own.check("_service_maintenance:web")->token == "of the operator");
    CHECK(own.check("_node_maintenance")->token == "of the operator");
    CHECK(own.service("web")->token == "of the service");
  }
}

TEST_CASE("a check of a service keeps its proxy's addresses over a restart") {
  own_definitions own;
  auto d = own_definitions::web();
  auto check = http("web", "");
  check.proxy_http = "http://127.0.0.1:21500/";
  check.proxy_grpc = "127.0.0.1:21501";
  d.checks = {check};
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(d)) == "");
  REQUIRE(own.restart() == "");
  CHECK(own.check("web")->definition.proxy_http == "http://127.0.0.1:21500/");
  CHECK(own.check("web")->definition.proxy_grpc == "127.0.0.1:21501");
}

TEST_CASE("a check of a file may belong to a service that was registered over the API, also after a restart") {
  own_definitions own;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(own_definitions::web())) == "");
  own.config->checks = {own_definitions::ttl("beside", "web")};
  REQUIRE(own.reload() == "");
  CHECK(own.check("beside")->check->service_id == "web");
  REQUIRE(own.restart() == "");
  CHECK(own.check("beside")->check->service_id == "web");
}

TEST_CASE("the result of a TTL check outlives a restart for as long as it holds, wherever the check was defined") {
  own_definitions own;
  define_web(own);
  REQUIRE(own.start() == "");
  REQUIRE(own.report("inner", health_passing, "fine") == "");
  REQUIRE(own.report("beside", health_warning, "so so") == "");
  own.world.advance(40min);
  REQUIRE(own.restart() == "");
  CHECK(own.check("inner")->check->status == health_passing);
  CHECK(own.check("inner")->check->output == "fine");
  CHECK(own.check("beside")->check->status == health_warning);
  own.world.advance(19min);
  CHECK(own.check("inner")->check->status == health_passing);
  own.world.advance(2min);
  CHECK(own.check("inner")->check->status == health_critical);
  REQUIRE(own.restart() == "");
  CHECK(own.check("inner")->check->status == health_critical);
  CHECK(own.check("inner")->check->output == "");
}

TEST_CASE("a check that has not run yet does not deregister its service") {
  own_definitions own;
  auto web = own_definitions::web();
  web.check = http("h", "");
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(web)) == "");
  own.world.advance(8s); // the runner starts within its interval
  bool began = false;
  for (int i = 0; i < 20 && !began; ++i) {
    own.world.advance(30s);
    REQUIRE(own.service("web"));
    began = !own.probes->attempts["h"].empty();
  }
  REQUIRE(began);
  own.world.advance(5min);
  REQUIRE(own.service("web"));
  // A result counts even if nothing visible changes: the check was critical without a result.
  own.ends("h", "critical");
  own.world.advance(59s);
  CHECK(own.service("web"));
  own.world.advance(91s);
  CHECK_FALSE(own.service("web"));
}

TEST_CASE("a missed TTL counts for the deregistration of a service, a status that was registered does not") {
  own_definitions own;
  auto web = own_definitions::web();
  auto t = own_definitions::ttl("t");
  t.ttl = 10min;
  t.status = "critical";
  t.deregister_critical_service_after = 1min;
  web.check = t;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(web)) == "");
  own.world.advance(10min + 59s);
  CHECK(own.service("web"));
  own.world.advance(91s);
  CHECK_FALSE(own.service("web"));
}

TEST_CASE("a check for which the machine lacks something is refused, unless it was accepted before") {
  own_definitions own;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(os_service())) == "");
  own.probes->missing = "no system bus";
  auto other = os_service();
  other.id = "other";
  CHECK(own.add(over_the_api(other)) == "no system bus");
  auto web = over_the_api(own_definitions::web());
  web.checks = {other};
  CHECK(own.add(web) == "no system bus");
  CHECK_FALSE(own.service("web"));
  REQUIRE(own.restart() == "");
  CHECK(own.check("sshd"));
  own.config->checks = {other};
  CHECK(own.reload().find("no system bus") != std::string::npos);
}

TEST_CASE("an agent does not start with a definition that it refuses, and says which and why") {
  own_definitions own;
  SECTION("a script") {
    own.config->checks = {script()};
    CHECK(own.start() == "Failed to register check \"script\": Scripts are disabled on this agent; to enable, "
                         "configure 'enable_script_checks' or 'enable_local_script_checks' to true");
  }
  SECTION("a script in a service") {
    auto web = own_definitions::web();
    web.check = script();
    own.config->services = {web};
    CHECK(own.start().find("Scripts are disabled") != std::string::npos);
  }
  SECTION("a service that does not exist") {
    own.config->checks = {own_definitions::ttl("t", "nowhere")};
    CHECK(own.start() == "Failed to register check \"t\": ServiceID \"nowhere\" does not exist");
  }
  SECTION("a name with a control character") {
    auto web = own_definitions::web();
    web.tags = {};
    web.id = "a\nb";
    own.config->services = {web};
    CHECK(own.start().find("Failed to register service \"web\": Invalid ") == 0);
  }
  SECTION("a service without a name") {
    auto web = own_definitions::web();
    web.name = "";
    own.config->services = {web};
    CHECK(own.start() == "Failed to register service \"web\": Missing service name");
  }
  SECTION("a check for which the machine lacks something") {
    own.probes->missing = "no system bus";
    own.config->checks = {os_service()};
    CHECK(own.start() == "Failed to register check \"sshd\": no system bus");
  }
  SECTION("a sidecar service") {
    auto web = own_definitions::web();
    web.connect.emplace().sidecar_service = service_definition{};
    own.config->services = {web};
    CHECK(own.start().find("sidecar services are not available") != std::string::npos);
  }
}

TEST_CASE("a reload with a definition that the agent refuses leaves everything as it was") {
  own_definitions own;
  define_web(own);
  REQUIRE(own.start() == "");
  REQUIRE(own.report("beside", health_passing, "fine") == "");
  auto before = own.world.view->registry.get();
  auto proposed = own.world.proposed.size();
  own.config->services[0].tags = {"v2"};
  own.config->services.push_back(own_definitions::web());
  own.config->services.back().id = "other";
  own.config->checks.push_back(script());
  CHECK(own.reload().find("Scripts are disabled") != std::string::npos);
  CHECK(own.world.view->registry.get() == before);
  CHECK(own.world.proposed.size() == proposed);
  own.config->enable_local_script_checks = true;
  CHECK(own.reload() == "");
  CHECK(own.check("script"));
}

TEST_CASE("a start that is refused leaves what is stored as it was") {
  own_definitions own;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(own_definitions::web())) == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("added", "web"))) == "");
  REQUIRE(own.report("added", health_passing, "fine") == "");
  own.config->services = {own_definitions::web()};
  own.config->checks = {script()};
  CHECK(own.start() != "");
  own.config->services.clear();
  own.config->checks.clear();
  CHECK(own.start() == "");
  REQUIRE(own.check("added"));
  CHECK(own.check("added")->check->status == health_passing);
}

TEST_CASE("tags that others set win until the agent's own definition changes") {
  own_definitions own;
  auto web = own_definitions::web();
  web.enable_tag_override = true;
  bool in_file = GENERATE(true, false);
  CAPTURE(in_file);
  auto define = [&] {
    if (!in_file) return own.add(over_the_api(web));
    own.config->services = {web};
    return own.reload();
  };
  REQUIRE(own.start() == "");
  REQUIRE(define() == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("t", "web"))) == "");
  own.set_tags("web", {"outside"});
  own.compare();
  CHECK(own.in_catalog("web")->tags == string_list{"outside"});
  CHECK(own.service("web")->service->tags == string_list{"outside"});
  CHECK(own.check("t")->check->service_tags == string_list{"outside"});

  // Neither another change, nor an identical definition, nor a restart affects them.
  web.port = 81;
  REQUIRE(define() == "");
  REQUIRE(define() == "");
  REQUIRE(own.restart() == "");
  CHECK(own.service("web")->service->tags == string_list{"outside"});
  own.compare();
  CHECK(own.in_catalog("web")->tags == string_list{"outside"});
  CHECK(own.in_catalog("web")->port == 81);

  web.tags = {"v2"};
  REQUIRE(define() == "");
  CHECK(own.in_catalog("web")->tags == string_list{"v2"});
  CHECK(own.service("web")->service->tags == string_list{"v2"});
  own.compare();
  CHECK(own.in_catalog("web")->tags == string_list{"v2"});
  own.set_tags("web", {"outside again"});
  own.compare();
  CHECK(own.in_catalog("web")->tags == string_list{"outside again"});
}

TEST_CASE("tags of a definition that changed while the agent was down are brought to the catalog") {
  own_definitions own;
  auto web = own_definitions::web();
  web.enable_tag_override = true;
  own.config->services = {web};
  REQUIRE(own.start() == "");
  own.set_tags("web", {"outside"});
  own.compare();
  web.tags = {"v2"};
  own.config->services = {web};
  REQUIRE(own.restart() == "");
  own.compare();
  CHECK(own.in_catalog("web")->tags == string_list{"v2"});
}

TEST_CASE("news of a check does not undo tags that others have set") {
  own_definitions own;
  auto web = own_definitions::web();
  web.enable_tag_override = true;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(web)) == "");
  REQUIRE(own.add(over_the_api(own_definitions::ttl("t", "web"))) == "");
  own.compare();
  own.set_tags("web", {"outside"});
  REQUIRE(own.report("t", health_passing, "fine") == "");
  CHECK(own.check_in_catalog("t")->status == health_passing);
  CHECK(own.in_catalog("web")->tags == string_list{"outside"});
}

TEST_CASE("a registration without a change moves nothing, also after others have set tags") {
  own_definitions own;
  auto web = own_definitions::web();
  web.enable_tag_override = GENERATE(true, false);
  web.check = own_definitions::ttl("t");
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(web)) == "");
  if (web.enable_tag_override) own.set_tags("web", {"outside"});
  auto service = own.in_catalog("web");
  auto check = own.check_in_catalog("t");
  auto starts = own.starts;
  auto proposed = own.world.proposed.size();
  REQUIRE(own.add(over_the_api(web)) == "");
  CHECK(own.world.proposed.size() == proposed);
  own.compare();
  own.compare();
  CHECK(own.in_catalog("web") == service);
  CHECK(own.check_in_catalog("t") == check);
  CHECK(own.starts == starts);
}

TEST_CASE("a view of the catalog that is older than what the agent wrote last brings no old tags back") {
  own_definitions own;
  auto web = own_definitions::web();
  web.enable_tag_override = true;
  REQUIRE(own.start() == "");
  REQUIRE(own.add(over_the_api(web)) == "");
  own.compare();
  auto old = own.world.view->state.load();
  web.tags = {"v2"};
  web.port = 81;
  REQUIRE(own.add(over_the_api(web)) == "");
  REQUIRE(own.in_catalog("web")->tags == string_list{"v2"});
  own.world.view->state.replace(old->tables()); // like a follower that has not applied it yet
  own.compare();
  CHECK(own.in_catalog("web")->tags == string_list{"v2"});
  CHECK(own.in_catalog("web")->port == 81);
}

TEST_CASE("what the catalog takes for the same is not written to it again") {
  own_definitions own;
  REQUIRE(own.start() == "");
  auto t = own_definitions::ttl("t", "web");
  REQUIRE(own.add(over_the_api(own_definitions::web())) == "");
  REQUIRE(own.add(over_the_api(t)) == "");
  SECTION("another interval of a check") {
    t.ttl = nanoseconds{0};
    t.http = "http://127.0.0.1/";
    t.interval = 1h;
    REQUIRE(own.add(over_the_api(t)) == "");
    t.interval = 2h;
    REQUIRE(own.add(over_the_api(t)) == "");
  }
  SECTION("a service with other tags and another name than when its check was registered") {
    auto web = own_definitions::web();
    web.name = "shop";
    web.tags = {"v2"};
    REQUIRE(own.add(over_the_api(web)) == "");
    CHECK(own.check("t")->check->service_name == "shop");
  }
  own.compare();
  auto proposed = own.world.proposed.size();
  own.compare();
  CHECK(own.world.proposed.size() == proposed);
}

TEST_CASE("what becomes of a registration that the servers refuse goes by the code, whatever the text") {
  struct row {
    error_code code;
    std::string line;
  };
  const row rows[] = {
      {error_code::permission_denied, "Service registration blocked by ACLs service=web"},
      {error_code::unauthenticated, "Service registration blocked by ACLs service=web"},
      {error_code::not_found, "Syncing failed, will try again"},
      {error_code::no_leader, "Syncing failed, will try again"},
      {error_code::unspecified, "Syncing failed, will try again"},
  };
  for (const auto& each : rows) {
    for (const char* text : {"ACL not found", "Permission denied", "Unknown service ID"}) {
      own_definitions own;
      REQUIRE(own.start() == "");
      own.world.refused = {each.code, text};
      REQUIRE(own.add(over_the_api(own_definitions::web())) == "");
      CAPTURE(each.line, text);
      CHECK(own.world.log->count(each.line) == 1);
      CHECK_FALSE(own.in_catalog("web"));
    }
  }
}

TEST_CASE(
    "a registration with a token that is not known yet is tried again soon, a denied one with the next comparison") {
  auto tries = [](error_code code) {
    own_definitions own;
    REQUIRE(own.start() == "");
    own.world.refused = {code, "refused"};
    REQUIRE(own.add(over_the_api(own_definitions::web())) == "");
    auto before = own.world.proposed.size();
    own.world.advance(5s);
    return own.world.proposed.size() - before;
  };
  CHECK(tries(error_code::unauthenticated) > 0);
  CHECK(tries(error_code::permission_denied) == 0);
}

TEST_CASE("what is not in the catalog any more needs no removal") {
  for (auto code : {error_code::not_found, error_code::unspecified}) {
    own_definitions own;
    own.config->services = {own_definitions::web()};
    REQUIRE(own.start() == "");
    own.compare();
    REQUIRE(own.in_catalog("web"));
    own.world.refused = {code, "refused"};
    own.config->services.clear();
    REQUIRE(own.reload() == "");
    own.world.run();
    bool open = own.world.log->count("Syncing failed, will try again") > 0;
    CHECK(open == (code != error_code::not_found));
  }
}
