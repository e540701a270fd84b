#include <catch2/catch.hpp>

#include "actors/registry/registration.hpp"
#include "frontends/api/agent/agent_shapes.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/codec/structural_hash.hpp"

#include <nlohmann/json.hpp>

using namespace praetor;
using namespace praetor::api;

namespace {

/// Sets the member and all members inside it. The text is no address, so that no address is tagged.
template <class T>
void fill(T& member) {
  if constexpr (shape::record<T>)
    T::fields([](const field&, auto& inside) { fill(inside); }, member);
  else if constexpr (std::same_as<T, boxed<service_definition>>)
    member.reset(); // a service without end
  else if constexpr (shape::maybe<T>)
    fill(member.emplace());
  else if constexpr (shape::list<T>)
    fill(member.emplace_back());
  else if constexpr (shape::map<T>)
    fill(member["name"]);
  else if constexpr (shape::text<T>)
    member = "text";
  else if constexpr (std::same_as<T, free_form>)
    member = free_form(nlohmann::json{{"a", 1}});
  else
    member = T(2);
}

template <class T>
nlohmann::json json_of(const T& value) {
  return nlohmann::json::parse(json::to_string(value));
}

service_definition filled_definition() {
  service_definition d;
  fill(d);
  d.kind = "connect-proxy"; // other kinds are shown without the proxy
  return d;
}

struct four_fields {
  std::string first = "1", second = "2", third = "3", fourth = "4";
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"First"}, x.first);
    f(field{"Second"}, x.second);
    f(field{"Third"}, x.third);
    f(field{"Fourth", omit_empty}, x.fourth);
  }
};

} // namespace

TEST_CASE("each field of a service definition is in the catalog's record and in what the agent shows") {
  auto defined = filled_definition();
  auto record = to_node_service(defined);
  auto definition = json_of(defined), stored = json_of(record), shown = json_of(to_agent_service(record, "dc1"));
  service_definition::fields(
      [&](const field& f, const auto&) {
        auto name = std::string(f.name);
        CAPTURE(name);
        REQUIRE(definition.contains(name));
        if (name == "Check" || name == "Checks" || name == "Token") return; // stand beside the record
        auto there = name == "Name" ? std::string("Service") : name;
        CHECK(stored[there] == definition[name]);
        CHECK(shown[there] == definition[name]);
      },
      defined);
}

TEST_CASE("the agent shows fields of the catalog that its order does not name, and counts them in the hash") {
  four_fields r;
  std::string seen;
  static constexpr field order[] = {{"Third", no_json}, {"First"}};
  auto note = [&](const field& f, const std::string& member) {
    seen += std::string(f.name) + "=" + member + (has(f.flags, no_json) ? " hidden" : "") +
            (has(f.flags, omit_empty) ? " omitted" : "") + ";";
  };
  visit_in_order(order, note, [&](const auto& visit) { four_fields::fields(visit, r); });
  CHECK(seen == "Third=3 hidden;First=1;Second=2;Fourth=4 omitted;");
}

TEST_CASE("a service's content hash is Consul's, whatever it is in the catalog") {
  service_definition d;
  d.id = d.name = "foo";
  d.tags = {"bar", "baz"};
  d.port = 8000;
  auto record = to_node_service(d);
  CHECK(content_hash(to_agent_service(record, "dc1")) == "3e352f348d44f7eb");
  record.create_index = record.modify_index = 7;
  record.locally_registered_as_sidecar = true;
  CHECK(content_hash(to_agent_service(record, "dc2")) == "3e352f348d44f7eb");
}

TEST_CASE("a proxy without configuration has Consul's content hash") {
  service_definition d;
  d.kind = "connect-proxy";
  d.name = "q";
  d.port = 21000;
  d.proxy.emplace().destination_service_name = "a";
  CHECK(content_hash(to_agent_service(to_node_service(d), "dc1")) == "fb6692b2ebc41d7");
}
