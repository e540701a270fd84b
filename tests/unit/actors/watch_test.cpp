#include "actors/rpc/forwarded_request.hpp"
#include "actors/watches/watch_supervisor.hpp"
#include "protocol/config/runtime_config.hpp"
#include "stage.hpp"

#include <nlohmann/json.hpp>

using namespace praetor;

namespace {

/// The agent's own endpoints, played by the test.
class played_requests final : public request_server {
public:
  struct one {
    remote_request request;
    std::function<void(remote_answer)> done;
  };
  std::vector<one> asked;
  int cancelled = 0;

  std::function<void()> serve(remote_request, std::uint32_t, nanoseconds, std::function<void(remote_answer)>) override {
    return [] {};
  }
  std::function<void()> serve_own(remote_request request, nanoseconds,
                                  std::function<void(remote_answer)> done) override {
    asked.push_back({std::move(request), std::move(done)});
    return [this] { ++cancelled; };
  }
  void look_up(std::string, std::uint32_t, nanoseconds, std::string,
               std::function<void(expected<std::string>)>) override {}
};

/// Handlers that the test ends.
class played_handlers final : public handler_port {
public:
  struct one final : running_handler {
    explicit one(int& let_go) : let_go(let_go) {}
    ~one() override { ++let_go; }
    int& let_go;
  };
  struct run_begun {
    handler_run what;
    std::function<void(handler_result)> done;
  };
  std::vector<run_begun> runs;
  int let_go = 0;

  std::shared_ptr<running_handler> run(handler_run what, std::function<void(handler_result)> done) override {
    runs.push_back({std::move(what), std::move(done)});
    return std::make_shared<one>(let_go);
  }
};

struct watch_world : stage {
  std::shared_ptr<played_requests> requests = std::make_shared<played_requests>();
  std::shared_ptr<played_handlers> handlers = std::make_shared<played_handlers>();
  watch_supervisor_actor supervisor;

  watch_world() {
    view->settings.store(std::make_shared<config::runtime_config>());
    view->requests.store(requests);
    supervisor = keep(system.spawn(watch_supervisor, watch_supervisor_options{view, handlers, log}));
  }
  ~watch_world() { end(); }

  void end() {
    if (supervisor) caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    supervisor = nullptr;
    run();
  }
  void take(const std::vector<free_form>& definitions) {
    config::runtime_config c;
    c.http_addrs.emplace_back();
    c.watches = definitions;
    caf::anon_send(supervisor, reload_atom_v, local<std::vector<configured_watch>>{configured_watches(c).value()});
    run();
  }
  void answer(std::size_t which, std::string body, std::uint64_t index, std::int64_t status = 200) {
    remote_answer a;
    a.status = status;
    a.body = std::move(body);
    a.meta.index = index;
    auto done = requests->asked.at(which).done;
    done(std::move(a));
    run();
  }
  void handled(std::size_t which, handler_result result = {}) {
    auto done = handlers->runs.at(which).done;
    done(std::move(result));
    run();
  }
  std::string parameter(std::size_t which, const std::string& name) const {
    for (const auto& one : requests->asked.at(which).request.query)
      if (one.name == name) return one.value;
    return "none";
  }
};

free_form key_watch(const std::string& key) {
  return free_form(nlohmann::json{{"type", "key"}, {"key", key}, {"args", {"/bin/handle", key}}});
}

} // namespace

TEST_CASE("a watch runs its handler at the first answer and at each change, one run at a time") {
  watch_world w;
  w.take({free_form(nlohmann::json{
      {"type", "services"}, {"token", "t"}, {"datacenter", "dc2"}, {"stale", true}, {"args", {"/bin/handle"}}})});
  REQUIRE(w.requests->asked.size() == 1);
  const auto& first = w.requests->asked[0].request;
  CHECK(first.path == "/v1/catalog/services");
  CHECK(first.headers.at(0).name == "x-consul-token");
  CHECK(first.headers.at(0).value == "t");
  CHECK(w.parameter(0, "dc") == "dc2");
  CHECK(w.parameter(0, "stale") == "");
  CHECK(w.parameter(0, "index") == "none");

  w.answer(0, R"({"a": []})", 7);
  REQUIRE(w.handlers->runs.size() == 1);
  CHECK(w.handlers->runs[0].what.index == 7);
  CHECK(w.handlers->runs[0].what.news == "{\"a\":[]}\n");
  CHECK(w.requests->asked.size() == 1); // no query while the handler runs
  w.handled(0);
  REQUIRE(w.requests->asked.size() == 2);
  CHECK(w.parameter(1, "index") == "7");

  w.answer(1, R"({"a": []})", 8);
  CHECK(w.handlers->runs.size() == 1);
  w.answer(2, R"({"b": []})", 9);
  CHECK(w.handlers->runs.size() == 2);
}

TEST_CASE("a watch without a token of its own sends none") {
  watch_world w;
  w.take({key_watch("a")});
  CHECK(w.requests->asked.at(0).request.headers.empty());
}

TEST_CASE("a failed question is told and asked again after a pause") {
  watch_world w;
  w.take({key_watch("a")});
  w.answer(0, "No cluster leader", 0, 500);
  CHECK(w.log->count("Watch errored type=key error=Unexpected response code: 500 (No cluster leader) retry=5s") == 1);
  w.advance(4s);
  CHECK(w.requests->asked.size() == 1);
  w.advance(1s);
  CHECK(w.requests->asked.size() == 2);
}

TEST_CASE("what comes of a handler is logged, and the watch goes on") {
  watch_world w;
  w.take({key_watch("a")});
  w.answer(0, "[]", 3, 404);
  w.handled(0, {"exit status 3", 0, {}, "said"});
  CHECK(w.log->count("Failed to run watch handler watch_handler=[\"/bin/handle\", \"a\"] error=exit status 3") == 1);
  CHECK(w.log->count("watch handler output watch_handler=[\"/bin/handle\", \"a\"] output=said") == 1);
  CHECK(w.requests->asked.size() == 2);
}

TEST_CASE("a reload ends the watches that are gone, starts those that are new, and leaves the others alone") {
  watch_world w;
  w.take({key_watch("stays"), key_watch("goes")});
  REQUIRE(w.requests->asked.size() == 2);
  w.take({key_watch("new"), key_watch("stays")});
  REQUIRE(w.requests->asked.size() == 3);
  CHECK(w.requests->asked[2].request.path == "/v1/kv/new");
  CHECK(w.requests->cancelled == 1);
  w.answer(0, "", 3, 404);
  CHECK(w.handlers->runs.size() == 1);
  w.answer(1, "", 3, 404); // too late
  CHECK(w.handlers->runs.size() == 1);
}

TEST_CASE("a watch that ends lets its handler's run go") {
  watch_world w;
  w.take({key_watch("a"), key_watch("b")});
  w.answer(0, "", 3, 404);
  w.answer(1, "", 3, 404);
  REQUIRE(w.handlers->runs.size() == 2);
  CHECK(w.handlers->let_go == 0);
  w.take({key_watch("a")});
  CHECK(w.handlers->let_go == 1);
  w.end();
  CHECK(w.handlers->let_go == 2);
}
