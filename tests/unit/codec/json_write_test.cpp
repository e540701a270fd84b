#include "protocol/codec/json_write.hpp"

#include "shapes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;

namespace {

shapes::everything filled() {
  shapes::everything x;
  x.text = "a<b>&\"\\";
  x.flag = true;
  x.number = -5;
  x.tiny = 255;
  x.big = 18446744073709551615u;
  x.real = 1.5;
  x.color = shapes::color::green;
  x.fruit = shapes::fruit::pear;
  x.tags = {"x", "y"};
  x.inners = {{80, {"l"}, {{"b", 2}, {"a", 1}}}};
  x.by_name = {{"k", {}}};
  x.maybe = shapes::inner{};
  x.shared = std::make_shared<shapes::inner>();
  x.wait = std::chrono::minutes{1};
  x.delay = std::chrono::seconds{15};
  x.at = timestamp{5, 120'000'000};
  x.bytes.bytes = "hello";
  x.any.json() = {{"b", {1, 2.5, nullptr, true}}, {"a", "<"}};
  return x;
}

} // namespace

TEST_CASE("a struct is written in the order of its field list, maps by key") {
  CHECK(
      json::to_string(filled()) ==
      R"({"Text":"a\u003cb\u003e\u0026\"\\","Flag":true,"Number":-5,"Tiny":255,"Big":18446744073709551615,)"
      R"("Real":1.5,"Color":1,"Fruit":"pear","Tags":["x","y"],"Inners":[{"Port":80,"List":["l"],"Map":{"a":1,"b":2}}],)"
      R"("ByName":{"k":{"Port":0,"List":[],"Map":{}}},"Maybe":{"Port":0,"List":[],"Map":{}},)"
      R"("Shared":{"Port":0,"List":[],"Map":{}},"Wait":"1m0s","Delay":15000000000,"At":"1970-01-01T00:00:05.12Z",)"
      R"("Bytes":"aGVsbG8=","Any":{"a":"\u003c","b":[1,2.5,null,true]},"Nested":{"Port":0,"List":[],"Map":{}}})");
}

TEST_CASE("what is empty is left out, null or written, as its flags say") {
  CHECK(json::to_string(shapes::everything{}) ==
        R"({"Text":"","Flag":false,"Tiny":0,"Big":0,"Real":0,"Color":0,"Fruit":"apple","Tags":null,"Maybe":null,)"
        R"("Wait":"0s","Delay":0,"At":"0001-01-01T00:00:00Z","Bytes":null,"Any":null,)"
        R"("Nested":{"Port":0,"List":[],"Map":{}}})");
}

TEST_CASE("text is escaped as Go escapes it") {
  auto text = [](std::string_view s) { return json::to_string(s); };
  CHECK(text({"\0\1\b\f\n\r\t\x1f\x7f", 9}) == "\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\x7f\"");
  CHECK(text("\u2028\u2029\u2030é😀") == "\"\\u2028\\u2029\u2030é😀\"");
  CHECK(text("a\xff"
             "b\xe2\x82"
             "c\xed\xa0\x80") == "\"a\\ufffdb\\ufffd\\ufffdc\\ufffd\\ufffd\\ufffd\"");
}

TEST_CASE("numbers are written as Go writes float64") {
  struct {
    double value;
    const char* text;
  } cases[] = {{0, "0"},
               {-0.0, "-0"},
               {1, "1"},
               {-1.5, "-1.5"},
               {0.1, "0.1"},
               {1e20, "100000000000000000000"},
               {1e21, "1e+21"},
               {1.5e21, "1.5e+21"},
               {1e-6, "0.000001"},
               {1e-7, "1e-7"},
               {1.25e-9, "1.25e-9"},
               {1e100, "1e+100"},
               {5e-324, "5e-324"},
               {123456789012345680000.0, "123456789012345680000"},
               {1234.5678, "1234.5678"}};
  for (const auto& c : cases) CHECK(json::to_string(c.value) == c.text);
}

TEST_CASE("indent lays out as Go's json.Indent does") {
  CHECK(json::indent(R"({"a":[1,{"b":[]}],"c":{},"d":"x,{\"}"})", "    ") ==
        "{\n    \"a\": [\n        1,\n        {\n            \"b\": []\n        }\n    ],\n    \"c\": {},\n"
        "    \"d\": \"x,{\\\"}\"\n}");
  CHECK(json::indent("[]", "  ") == "[]");
  // Anyone may send deeply nested values, whose indented form must not grow by a factor of hundreds.
  auto deep = std::string(1000, '[') + "1" + std::string(1000, ']');
  CHECK(json::indent(deep, "  ").size() < deep.size() * 132);
  CHECK(json::indent("\"x\"", "  ") == "\"x\"");
}
