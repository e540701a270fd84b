#include "protocol/config/schema.hpp"
#include "protocol/types/check_kinds.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

std::set<std::string> field_names() {
  std::set<std::string> names;
  check_definition d;
  check_definition::fields([&](const field& f, auto&) { names.emplace(f.name); }, d);
  return names;
}

} // namespace

TEST_CASE("the keys of a check in a configuration file are its fields") {
  std::set<std::string> keys, fields;
  for (const auto& key : config::check_schema()) keys.insert(key.name);
  check_definition d;
  check_definition::fields(
      [&](const field& f, auto&) { fields.insert(f.alias.empty() ? lower_case(f.name) : std::string(f.alias)); }, d);
  for (const auto* only_http : {"check_id", "script_args", "proxy_http", "proxy_grpc"}) CHECK(fields.erase(only_http));
  CHECK(keys == fields);
}

TEST_CASE("each kind of check is implied by fields of its own") {
  auto known = field_names();
  std::set<std::string_view> names, implying;
  std::set<int> ranks;
  for (const auto& kind : health_check_kinds()) {
    INFO(kind.name);
    CHECK(names.insert(kind.name).second);
    CHECK(ranks.insert(kind.shown_rank).second);
    CHECK_FALSE(kind.fields[0].empty());
    for (auto name : kind.fields) {
      if (name.empty()) continue;
      CHECK(known.contains(std::string(name)));
      CHECK(implying.insert(name).second);
    }
  }
}

TEST_CASE("a definition that asks for several kinds is run as one and may be shown as another") {
  check_definition d;
  CHECK(check_kind(d).empty());
  CHECK(shown_check_kind(d).empty());
  d.h2ping = "h:1";
  d.os_service = "s";
  CHECK(check_kind(d) == "os_service");
  CHECK(shown_check_kind(d) == "h2ping");
  d.grpc = "h:1";
  d.http = "http://h/";
  CHECK(check_kind(d) == "http");
  CHECK(shown_check_kind(d) == "grpc");
  CHECK(is_polled(d));
}

TEST_CASE("a container is shown once something is run in it, by catalogs always") {
  check_definition d;
  d.docker_container_id = "c";
  CHECK_FALSE(is_polled(d));
  CHECK(shown_check_kind(d).empty());
  d.script_args = {"true"};
  CHECK(is_polled(d));
  CHECK(check_kind(d) == "docker");
  CHECK(shown_check_kind(d) == "docker");
  health_check_definition in_catalog;
  in_catalog.docker_container_id = "c";
  CHECK(shown_check_kind(in_catalog) == "docker");
}

TEST_CASE("a TTL that is no time at all implies no kind") {
  check_definition d;
  d.ttl = -5s;
  CHECK(check_kind(d).empty());
  d.ttl = 5s;
  CHECK(check_kind(d) == "ttl");
  CHECK_FALSE(is_polled(d));
}
