#include "frontends/http/target.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::http;

namespace {

target_result resolve(const std::string& raw, api::request& out, const std::string& method = "GET") {
  out = {};
  out.method = method;
  return resolve_target(raw, false, out);
}

} // namespace

TEST_CASE("a path is decoded once and its query is taken apart") {
  api::request r;
  REQUIRE(resolve("/v1/kv/a%20b+c%2f%2Fd?dc=x%20y+z&recurse&=v&a=1=2&&k%3d=1", r).kind == target_kind::path);
  CHECK(r.path == "/v1/kv/a b+c//d");
  CHECK(r.query_ok);
  CHECK(r.query.items() == std::vector<std::pair<std::string, std::string>>{
                               {"dc", "x y z"}, {"recurse", ""}, {"", "v"}, {"a", "1=2"}, {"k=", "1"}});
  REQUIRE(resolve("/a#b?c#d", r).kind == target_kind::path);
  CHECK(r.path == "/a#b");
  CHECK(r.raw_query == "c#d");
}

TEST_CASE("bad escapes spoil the path, but only the query parameter that has them") {
  api::request r;
  for (auto path : {"/%", "/%4", "/a%zz", "/%-1", "/%4g?x"}) CHECK(resolve(path, r).kind == target_kind::malformed);
  for (auto query : {"/a?x=%zz&y=1", "/a?%4=1&y=1", "/a?x;z&y=1"}) {
    CHECK(resolve(query, r).kind == target_kind::path);
    CHECK_FALSE(r.query_ok);
    CHECK(r.query.get("y") == "1");
  }
}

TEST_CASE("paths that are not clean are sent to where they mean") {
  struct row {
    std::string raw, location;
  };
  for (auto& [raw, location] : std::vector<row>{
           {"/v1//kv/a?x=1&y=%20", "/v1/kv/a?x=1&y=%20"},
           {"//v1/kv", "/v1/kv"},
           {"//evil.com/../x", "/x"},
           {"/v1/kv/../status/leader", "/v1/status/leader"},
           {"/v1/kv/./a/", "/v1/kv/a/"},
           {"/v1/kv/a//", "/v1/kv/a/"},
           {"/v1/kv/a/.", "/v1/kv/a"},
           {"/..", "/"},
           {"/../../x/", "/x/"},
           {"/v1//kv/a%20b%2f", "/v1/kv/a%20b%2f"},
           {"http://host", "/"},
           {"http://host?x", "/?x"},
       }) {
    api::request r;
    auto result = resolve(raw, r);
    INFO(raw);
    CHECK(result.kind == target_kind::redirect);
    CHECK(result.location == location);
  }
  for (auto clean : {"/", "/v1/kv/a%2f%2fb", "/v1/kv/%2e%2e/b", "/a.b/.c/..d/e..", "/...", "/a/"}) {
    api::request r;
    INFO(clean);
    CHECK(resolve(clean, r).kind == target_kind::path);
  }
}

TEST_CASE("the other forms of a target are told apart") {
  api::request r;
  CHECK(resolve("*", r).kind == target_kind::asterisk);
  CHECK(resolve("host:80", r, "CONNECT").kind == target_kind::authority);
  CHECK(resolve("/a//b", r, "CONNECT").kind == target_kind::path);
  CHECK(resolve("v1/status/leader", r).kind == target_kind::malformed);
  CHECK(resolve("1http://x/", r).kind == target_kind::malformed);
  CHECK(resolve("://x/", r).kind == target_kind::malformed);
  REQUIRE(resolve("http://foo:80/v1/x?y", r).kind == target_kind::path);
  CHECK(r.path == "/v1/x");
}

TEST_CASE("text is printable, controls and invisible characters are not") {
  for (auto good : {"/a b~", "/\xc3\xa9", "/\xe2\x82\xac", "/\xff\xfe", "/\xc2", "/\xf0\x9f\x98\x80", "/\xed\xa0\x80"})
    CHECK(is_printable(good));
  CHECK_FALSE(is_printable(std::string_view("/\0", 2)));
  for (auto bad : {"/\n", "/\x7f", "/\xc2\x80", "/\xc2\xa0", "/\xe2\x80\x8b", "/\xe2\x80\xa8", "/\xef\xbb\xbf",
                   "/\xe3\x80\x80", "/\xf3\xa0\x80\x81"})
    CHECK_FALSE(is_printable(bad));
  api::request r;
  CHECK(resolve("/v1/kv/a%00", r).kind == target_kind::unprintable);
  CHECK(resolve("/v1//kv/a%00", r).kind == target_kind::unprintable);
  CHECK(resolve_target("/v1/kv/a%00", true, r).kind == target_kind::path);
  CHECK(r.path == std::string("/v1/kv/a\0", 9));
}
