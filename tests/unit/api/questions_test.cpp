#include "actors/queries/acl.hpp"
#include "actors/queries/catalog.hpp"
#include "actors/queries/cluster.hpp"
#include "actors/queries/health.hpp"
#include "actors/queries/kv.hpp"
#include "endpoint_stage.hpp"
#include "frontends/api/reads.hpp"
#include "protocol/codec/msgpack.hpp"

#include <map>
#include <random>

using namespace praetor;
using namespace praetor::api;

namespace {

class no_exchange final : public exchange {
public:
  explicit no_exchange(request r) : req_(std::move(r)) {}
  const request& get_request() const override { return req_; }
  void respond(answer) override {}
  std::shared_ptr<body_stream> respond_stream(answer) override { return nullptr; }
  void on_cancel(std::function<void()>) override {}

private:
  request req_;
};

class somebody final : public acl::authorizer {
public:
  explicit somebody(std::string id) : id_(std::move(id)) {}
  bool allowed(acl::resource, acl::access, std::string_view) const override { return true; }
  bool allowed_prefix(acl::resource, acl::access, std::string_view) const override { return true; }
  bool allowed_any(acl::resource, acl::access) const override { return true; }
  bool allowed_imported(acl::resource) const override { return true; }
  std::string_view id() const override { return id_; }
  std::string denial(const acl::permission&) const override { return {}; }

private:
  std::string id_;
};

using question = std::vector<std::string>; ///< path, token, then names and values

std::string key_of(endpoint_stage& s, const question& q) {
  request r;
  r.method = "GET";
  r.path = q[0];
  std::vector<std::pair<std::string, std::string>> items;
  for (std::size_t i = 2; i + 1 < q.size(); i += 2) items.emplace_back(q[i], q[i + 1]);
  r.query = query_parameters(std::move(items));
  auto ex = std::make_shared<no_exchange>(std::move(r));
  call c{s.environment(), ex, ex->get_request(), {}, std::make_shared<somebody>(q[1]), nullptr};
  return question_key(c);
}

std::string awkward(std::mt19937& random) {
  constexpr std::string_view bytes{"\0\x01\x02\x03"
                                   "a",
                                   5};
  std::string out;
  for (auto left = random() % 4; left > 0; --left) out += bytes[random() % bytes.size()];
  return out;
}

/// A selector that rows of a type have.
template <class Row>
constexpr std::string_view selector = "Node";
template <>
constexpr std::string_view selector<service_entry> = "Node.Node";
template <>
constexpr std::string_view selector<node_service> = "Service";

/// Gives the fields of a query random values.
struct random_fields {
  std::mt19937& random;

  void operator()(const field&, std::string& into) const { into = awkward(random); }
  void operator()(const field&, bool& into) const { into = random() % 2 == 0; }
  void operator()(const field& f, std::optional<std::string>& into) const {
    into.reset();
    if (random() % 2 == 0) (*this)(f, into.emplace());
  }
  void operator()(const field& f, string_list& into) const {
    into.resize(random() % 3);
    for (auto& one : into) (*this)(f, one);
  }
  void operator()(const field&, string_map& into) const {
    into.clear();
    for (auto left = random() % 3; left > 0; --left) into[awkward(random)] = awkward(random);
  }
  template <class Row>
  void operator()(const field&, filter::row_filter<Row>& into) const {
    std::string text;
    if (random() % 2 == 0) text = std::string(selector<Row>) + " == n" + std::to_string(random() % 3);
    into = *filter::row_filter<Row>::compile(text);
  }
};

template <class Query>
std::string own_key(const Query& q) {
  joined_key key;
  queries::add_key(key, q);
  return key.text();
}

/// Makes random queries of one kind, and compares their keys with the wire forms.
/// @param seen wire forms by key, of all kinds
template <class Query>
void check_queries(std::mt19937& random, std::map<std::string, std::string>& seen) {
  INFO(Query::name);
  for (int i = 0; i < 1000; ++i) {
    Query q;
    Query::fields(random_fields{random}, q);
    auto key = own_key(q), wire = msgpack::pack(q);
    auto [it, fresh] = seen.emplace(key, std::string(Query::name) + wire);
    REQUIRE((fresh || it->second == std::string(Query::name) + wire));
    auto read = msgpack::unpack<Query>(wire);
    REQUIRE(read);
    REQUIRE(own_key(*read) == key);
  }
}

} // namespace

TEST_CASE("no query has the key of another, and each is read back from its wire form") {
  std::mt19937 random(12);
  std::map<std::string, std::string> seen;
  auto check = [&]<class... Query>(std::tuple<Query...>*) { (check_queries<Query>(random, seen), ...); };
  check(static_cast<
        std::tuple<queries::list_nodes, queries::list_services, queries::service_nodes, queries::node_services,
                   queries::find_node, queries::address_owners, queries::node_checks, queries::service_checks,
                   queries::checks_in_state, queries::service_health, queries::kv_get, queries::kv_list,
                   queries::kv_keys, queries::session_get, queries::session_list, queries::node_sessions,
                   queries::token_read, queries::token_self, queries::token_list, queries::policy_read,
                   queries::policy_list, queries::role_read, queries::role_list, queries::list_coordinates,
                   queries::node_coordinates, queries::connect_roots, queries::usage, queries::autopilot_settings>*>(
      nullptr));
}

TEST_CASE("a query with a filter that does not compile can't be read") {
  CHECK(msgpack::unpack<queries::list_nodes>(msgpack::pack(string_map{{"Filter", "Node == n"}})));
  auto read = msgpack::unpack<queries::list_nodes>(msgpack::pack(string_map{{"Filter", "="}}));
  REQUIRE_FALSE(read);
  CHECK(read.error().text.find("Failed to create boolean expression evaluator") != std::string::npos);
}

TEST_CASE("holders of tokens who wait for them are each told of their own") {
  endpoint_stage s;
  std::vector secrets{s.token(""), s.token("")};
  std::vector<std::pair<std::string, asked_ptr>> waiting;
  for (const auto& secret : secrets) {
    auto index = s.get("/v1/acl/token/self", secret).index();
    waiting.emplace_back(secret, s.send("GET", "/v1/acl/token/self?wait=10s&index=" + std::to_string(index), secret));
    CHECK_FALSE(waiting.back().second->answered());
  }
  s.advance(std::chrono::seconds(11));
  for (const auto& [secret, told] : waiting) {
    CHECK(told->answered());
    CHECK(told->has(secret));
  }
}

TEST_CASE("no parameter of a read poses as two, as the path, or as who asks") {
  endpoint_stage s(endpoint_stage::access::open);
  std::mt19937 random(11);
  std::map<std::string, question> seen;
  for (int i = 0; i < 20000; ++i) {
    question q{awkward(random), awkward(random)};
    for (auto left = random() % 3; left > 0; --left) {
      q.push_back(awkward(random));
      q.push_back(awkward(random));
    }
    auto [it, fresh] = seen.emplace(key_of(s, q), q);
    REQUIRE((fresh || it->second == q));
  }
}

TEST_CASE("a kept answer is not served to another question that looks like it") {
  endpoint_stage s;
  register_request r;
  r.datacenter = "dc1";
  r.node = "n";
  r.address = "1.1.1.1";
  r.node_meta = {{"a", "b"}};
  s.write(command_type::register_node, r);
  auto hidden = s.get("/v1/catalog/nodes?x=y&node-meta=a:c", s.root());
  CHECK(hidden.body == "[]");
  CHECK(s.get("/v1/catalog/nodes?node-meta=a:b", s.root()).has("\"n\""));
  CHECK(s.get(std::string("/v1/catalog/nodes?x=y\x01node-meta\x02"
                          "a:c"),
              s.root())
            .has("\"n\""));
}

TEST_CASE("answers in different layouts are kept apart") {
  endpoint_stage s(endpoint_stage::access::open);
  CHECK(s.get("/v1/catalog/services?pretty").body == "{}\n");
  CHECK(s.get("/v1/catalog/services").body == "{}");
}
