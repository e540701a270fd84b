#include "endpoint_stage.hpp"
#include "frontends/api/reads.hpp"

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

} // namespace

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
