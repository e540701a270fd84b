#include "frontends/cli/path.hpp"
#include "frontends/cli/table.hpp"
#include "protocol/codec/go_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;
using namespace praetor::cli;

TEST_CASE("columns are as wide as their widest cell, the last one is left alone") {
  CHECK(columnize({{"Node", "ID"}, {"longer", ""}, {"ä", "1"}}) == "Node    ID\nlonger  \nä       1");
}

TEST_CASE("a tabwriter column is a run of lines that have a cell there") {
  CHECK(tabwriter({{"a", "1"}, {"long", "2"}, {"alone"}, {"b", "3"}}, 2) == "a     1\nlong  2\nalone\nb  3\n");
  CHECK(tabwriter({{"Datacenter", "Count", "", ""}, {"dc1", "1"}}, 6) ==
        "Datacenter      Count            \ndc1             1\n");
}

TEST_CASE("paths are joined and cleaned") {
  CHECK(join_path("a/", "b//c") == "a/b/c");
  CHECK(join_path("", "x/") == "x");
  CHECK(join_path("a", "../b") == "b");
  CHECK(join_path("/a", "b") == "/a/b");
}

TEST_CASE("a struct is written with its own members, in its own order") {
  static constexpr json_member inner[] = {{"B", json_member::kind::number}};
  static constexpr json_shape inner_shape{inner, 1};
  constexpr json_member members[] = {{"Name", json_member::kind::text},
                                     {"Left", json_member::kind::any, true},
                                     {"Inner", json_member::kind::object, false, &inner_shape},
                                     {"Maybe", json_member::kind::pointer, false, &inner_shape},
                                     {"Wait", json_member::kind::duration}};
  auto shaped = reshape(*parse_json(R"({"Wait":"5s","Unknown":1,"Name":"<x>"})"), {members, 5});
  CHECK(dump_json(shaped) == R"({"Name":"\u003cx\u003e","Inner":{"B":0},"Maybe":null,"Wait":"5s"})");
}
