#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;

TEST_CASE("a free-form value is null until it is given one") {
  free_form x;
  CHECK(x.is_null());
  CHECK(x.empty());
  CHECK(x == free_form(nlohmann::json(nullptr)));
  CHECK(json::to_string(x) == "null");
  x.json()["a"] = 1;
  CHECK_FALSE(x.is_null());
  CHECK_FALSE(x.empty());
  x = {};
  CHECK(x.is_null());
}

TEST_CASE("copies of a free-form value are independent, and equal by content") {
  free_form x(nlohmann::json{{"a", {1, 2}}});
  auto y = x;
  CHECK(x == y);
  y.json()["a"][0] = 3;
  CHECK_FALSE(x == y);
  CHECK(json::to_string(x) == R"({"a":[1,2]})");
  x = y;
  CHECK(json::to_string(x) == R"({"a":[3,2]})");
  auto& same = x;
  x = same;
  CHECK(x == y);
  auto z = std::move(y);
  CHECK(z == x);
}

TEST_CASE("objects and lists without members are empty, other values are not") {
  CHECK(free_form(nlohmann::json::object()).empty());
  CHECK(free_form(nlohmann::json::array()).empty());
  for (const auto& value : {nlohmann::json(0), nlohmann::json(""), nlohmann::json(false)})
    CHECK_FALSE(free_form(value).empty());
  CHECK_FALSE(free_form(nlohmann::json::object()) == free_form());
}
