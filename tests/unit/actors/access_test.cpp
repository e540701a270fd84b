#include "actors/access/proposal_permissions.hpp"
#include "actors/agent_view.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/codec/command.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/acl.hpp"
#include "storage/state/record_kinds.hpp"
#include "storage/state/transaction.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace praetor;

namespace {

class memory_files final : public gossip_files {
public:
  expected<std::optional<std::string>> read(const std::string& name) override {
    auto it = content.find(name);
    return it == content.end() ? std::optional<std::string>{} : std::optional(it->second);
  }
  void replace(const std::string& name, std::string bytes, unsigned mode,
               std::function<void(const error*)> done) override {
    CHECK(mode == 0600);
    content[name] = std::move(bytes);
    if (done) done(nullptr);
  }
  expected<void> remove(const std::string& name) override {
    content.erase(name);
    return {};
  }
  std::map<std::string, std::string> content;
};

/// A server's view with a state to which commands are applied.
struct server {
  agent_view_ptr view = std::make_shared<agent_view>();
  std::uint64_t index = 10;
  instant now{std::chrono::hours(100), {}};

  explicit server(bool enabled = true, const std::string& default_policy = "deny") {
    auto c = std::make_shared<config::runtime_config>();
    c->server = true;
    c->datacenter = "dc1";
    c->node_name = "here";
    c->acl.enabled = enabled;
    c->acl.default_policy = default_policy;
    view->settings.store(c);
  }

  template <class Request>
  void run(command_type type, const Request& request) {
    state::transaction t(view->state.load());
    auto bytes = pack_command(type, request);
    auto done = state::apply(t, ++index, {}, type, std::string_view(bytes).substr(1));
    INFO(done.error);
    CHECK(done.ok());
    view->state.publish(std::move(t));
  }
  void policy(const std::string& id, const std::string& rules) {
    auto p = std::make_shared<acl_policy>();
    p->id = p->name = id;
    p->rules = rules;
    run(command_type::acl_policy_set, acl_policy_set_request{{p}});
  }
  void token(const std::string& secret, const std::string& policy, std::optional<nanoseconds> expires = {}) {
    auto t = std::make_shared<acl_token>();
    t->accessor_id = "accessor of " + secret;
    t->secret_id = secret;
    t->policies = {{policy, ""}};
    if (expires) t->expiration_time = timestamp::from_unix(*expires);
    acl_token_set_request r;
    r.tokens = {t};
    run(command_type::acl_token_set, r);
  }
  resolution resolve(const std::string& secret) { return *view->resolver.cached(view, secret, now); }
  bool may(const std::string& secret, acl::resource what, acl::access how, const std::string& name) {
    auto who = resolve(secret);
    REQUIRE(who);
    return (*who)->allowed(what, how, name);
  }
};

using acl::access;
using acl::resource;

std::optional<error> refused(server& s, const register_request& r) {
  return refused_command(s.view, pack_command(command_type::register_node, r), s.now);
}

} // namespace

TEST_CASE("while access control is off everybody may do everything, whatever the token") {
  server s(false);
  for (const auto* secret : {"", "unknown", "manage"}) CHECK(s.may(secret, resource::acl, access::write, ""));
  CHECK_FALSE(refused(s, {}));
}

TEST_CASE("a server knows who holds a token until a part of it changes") {
  server s;
  s.policy("p", "key \"a\" { policy = \"read\" }");
  s.token("secret", "p");
  CHECK(s.may("secret", resource::key, access::read, "a"));
  auto first = *s.resolve("secret");
  CHECK(*s.resolve("secret") == first); // cached
  s.policy("other", "");
  CHECK(*s.resolve("secret") == first);
  s.policy("p", "key \"a\" { policy = \"write\" }");
  CHECK(s.may("secret", resource::key, access::write, "a"));
  CHECK((*s.resolve("secret"))->id() != first->id());
  s.run(command_type::acl_token_delete, acl_token_delete_request{{"accessor of secret"}});
  CHECK(s.resolve("secret").error().status == 403);
  CHECK(s.resolve("secret").error().code == error_code::unauthenticated);
}

TEST_CASE("holders of equal policies have equal ids and names of their own") {
  server s;
  s.policy("p", "key \"a\" { policy = \"read\" }");
  s.token("one", "p");
  s.token("two", "p");
  auto one = *s.resolve("one"), two = *s.resolve("two");
  CHECK(one->id() == two->id());
  CHECK(one->denial({resource::key, access::write, "a"}) != two->denial({resource::key, access::write, "a"}));
}

TEST_CASE("a token that has expired is as good as none, though it is still there") {
  server s;
  s.policy("p", "");
  s.token("secret", "p", s.now.calendar + std::chrono::minutes(1));
  CHECK(s.resolve("secret"));
  s.now.calendar += std::chrono::minutes(2);
  CHECK_FALSE(s.resolve("secret"));
}

TEST_CASE("a client agent goes by what it was told while no server can be asked, but not beyond a token's expiry") {
  server s;
  auto client = std::make_shared<config::runtime_config>(*s.view->settings.load());
  client->server = false;
  client->acl.token_ttl = client->acl.policy_ttl = std::chrono::seconds(30);
  client->acl.down_policy = "extend-cache";
  s.view->settings.store(client);
  auto policy = std::make_shared<acl_policy>();
  policy->id = "p";
  policy->rules = "key \"a\" { policy = \"read\" }";
  token_holder holder;
  holder.accessor = "accessor";
  holder.expires = timestamp::from_unix(s.now.calendar + std::chrono::minutes(5));
  holder.policies = {policy};
  s.view->resolver.told(s.view, "secret", holder, s.now);
  CHECK(s.may("secret", resource::key, access::read, "a"));

  auto asked_again_after = [&](nanoseconds wait) {
    instant later{s.now.calendar + wait, s.now.steady + wait};
    CHECK_FALSE(s.view->resolver.cached(s.view, "secret", later)); // has to be fetched
    std::optional<resolution> out;
    s.view->resolver.resolve(s.view, "secret", later, [&](const resolution& r) { out = r; });
    REQUIRE(out); // no server is reachable
    return *out;
  };
  auto extended = asked_again_after(std::chrono::minutes(4));
  REQUIRE(extended);
  CHECK((*extended)->allowed(resource::key, access::read, "a"));
  auto expired = asked_again_after(std::chrono::minutes(6));
  REQUIRE_FALSE(expired);
  CHECK(expired.error() == error{error_code::unauthenticated, "ACL not found", 403});
}

TEST_CASE("unknown tokens are told so, with a hint before the first token is made") {
  server s;
  CHECK(s.resolve("x").error() == error{error_code::unauthenticated,
                                        "ACL system must be bootstrapped before making any requests that require "
                                        "authorization: ACL not found",
                                        403});
  acl_bootstrap_request r;
  r.token.accessor_id = "a";
  r.token.secret_id = "s";
  s.run(command_type::acl_bootstrap, r);
  CHECK(s.resolve("x").error() == error{error_code::unauthenticated, "ACL not found", 403});
  CHECK(s.resolve("allow").error() == error{"Cannot resolve root ACL", 500});
  CHECK(s.resolve("")); // anonymous, although it has not been written
  CHECK_FALSE(s.may("", resource::key, access::read, "a"));
}

TEST_CASE("the recovery token works without any record, for this agent only") {
  server s;
  config::acl_settings a;
  a.agent_recovery_token = "help";
  null_logger log;
  s.view->tokens.configure(a, nullptr, log);
  CHECK(s.may("help", resource::agent, access::write, "here"));
  CHECK_FALSE(s.may("help", resource::agent, access::write, "there"));
  CHECK(s.may("help", resource::node, access::read, "there"));
  CHECK_FALSE(s.may("help", resource::key, access::read, "a"));
}

TEST_CASE("what an agent writes by itself is checked by the token that it carries") {
  server s;
  s.policy("web", "service \"web\" { policy = \"write\" }");
  s.policy("node", "node \"n\" { policy = \"write\" }");
  s.token("web", "web");
  s.token("node", "node");
  register_request r;
  r.node = "n";
  r.address = "1.1.1.1";
  CHECK(refused(s, r)->status == 403); // anonymous
  r.token = "web";
  CHECK(refused(s, r)->code == error_code::permission_denied);
  r.token = "new"; // another server may know it already
  CHECK(refused(s, r)->code == error_code::unauthenticated);
  CHECK(refused(s, r)->status == 498); // the status for servers of releases without codes
  r.token = "node";
  CHECK_FALSE(refused(s, r));
  s.run(command_type::register_node, r);
  auto service = std::make_shared<node_service>();
  service->id = service->name = "web";
  r.service = service;
  CHECK(refused(s, r)->status == 403);
  r.token = "web";
  CHECK_FALSE(refused(s, r)); // the node does not change
  r.address = "2.2.2.2";
  CHECK(refused(s, r)->status == 403); // it changes now
  r.skip_node_update = true;
  CHECK_FALSE(refused(s, r));
  deregister_request gone;
  gone.node = "n";
  gone.service_id = "absent";
  gone.token = "web";
  CHECK(refused_command(s.view, pack_command(command_type::deregister, gone), s.now)->code == error_code::not_found);
  gone.token = "new";
  CHECK(refused_command(s.view, pack_command(command_type::deregister, gone), s.now)->code ==
        error_code::unauthenticated);
  kv_request kv;
  kv.op = "set";
  kv.entry.key = "a";
  kv.token = "node";
  CHECK(refused_command(s.view, pack_command(command_type::kvs, kv), s.now)->status == 403);
  CHECK(refused_command(s.view, "", s.now)->status == 403);
  CHECK(refused_command(s.view, std::string(1, '\0') + "\xff", s.now)->status == 400);
}

TEST_CASE("each kind that agents may propose has its permission, and no other has one") {
  server s;
  for (const auto& kind : state::record_kinds()) {
    INFO(kind.name);
    bool open = kind.command.apply && kind.command.least == proposer::agent;
    auto no = refused_command(s.view, std::string{static_cast<char>(kind.type), '\xff'}, s.now);
    REQUIRE(no);
    CHECK(no->status == (open ? 400 : 403)); // a permission reads the command first
  }
}

TEST_CASE("nobody takes the place of a service that they may not write") {
  server s;
  s.policy("web", "service \"web\" { policy = \"write\" } node_prefix \"\" { policy = \"write\" }");
  s.token("web", "web");
  register_request r;
  r.node = "n";
  r.address = "1.1.1.1";
  auto db = std::make_shared<node_service>();
  db->id = "1";
  db->name = "db";
  r.service = db;
  s.run(command_type::register_node, r);
  auto web = std::make_shared<node_service>(*db);
  web->name = "web";
  r.service = web;
  r.token = "web";
  CHECK(refused(s, r)->status == 403);
}

TEST_CASE("an agent's tokens are those of its configuration until others are set, which are written down if wanted") {
  null_logger log;
  auto files = std::make_shared<memory_files>();
  config::acl_settings a;
  a.default_token = "configured";
  a.enable_token_persistence = true;
  agent_tokens tokens;
  tokens.configure(a, files, log);
  CHECK(tokens.get()->for_agent() == "configured");
  CHECK(tokens.get()->for_dns() == "configured");
  CHECK(tokens.set(token_use::agent, "set", nullptr));
  CHECK_FALSE(tokens.set(token_use::agent, "set", nullptr));
  CHECK(tokens.get()->for_agent() == "set");
  CHECK(files->content["acl-tokens.json"] == R"({"agent":"set"})");
  tokens.configure(a, files, log); // a reload
  CHECK(tokens.get()->for_agent() == "set");
  agent_tokens after_restart;
  after_restart.configure(a, files, log);
  CHECK(after_restart.get()->for_agent() == "set");
  files->content["acl-tokens.json"] = R"({"agent_master":"old name","dns":"d"})";
  agent_tokens older;
  older.configure(a, files, log);
  CHECK(older.get()->of(token_use::agent_recovery) == "old name");
  CHECK(older.get()->for_dns() == "d");
  a.enable_token_persistence = false;
  agent_tokens forgetful;
  forgetful.configure(a, files, log);
  forgetful.set(token_use::dns, "new", nullptr);
  forgetful.configure(a, files, log);
  CHECK(forgetful.get()->for_dns() == "configured");
}
