#include <catch2/catch.hpp>

#include "protocol/hcl/parse.hpp"
#include "protocol/hcl/value.hpp"

using namespace praetor::hcl;
using namespace std::string_literals;

namespace {

struct bad_case {
  std::string text;
  std::string message;
};

std::string shown(const praetor::expected<value>& v) { return v ? print(*v) : "error: " + v.error().text; }

} // namespace

TEST_CASE("HCL syntax errors name the place and what was found") {
  const std::vector<bad_case> cases = {
      {"data_dir=\"/tmp\" a", "At 1:19: key 'a' expected start of object ('{') or assignment ('=')"},
      {"data_dir=\"/tmp\"\nports { http = 1", "At 2:20: object expected closing RBRACE got: EOF"},
      {"}", "At 1:1: expected: IDENT | STRING | ASSIGN | LBRACE got: RBRACE"},
      {"data_dir = \"/tmp\n\"", "At 2:2: literal not terminated"},
      {"x = 08", "strconv.ParseInt: parsing \"08\": invalid syntax"},
      {"x = 0x", "At 1:7: illegal hexadecimal number"},
      {"x = -", "At 1:5: Unknown token: 1:5 SUB -"},
      {"x = @", "At 1:5: illegal char"},
      {"x = [1 2]", "At 1:8: error parsing list, expected comma or list end, got: NUMBER"},
      {"x = [", "At 1:6: unexpected token while parsing list: EOF"},
      {"x = [a]", "At 1:6: unexpected token while parsing list: IDENT"},
      {"x = [{a=}]",
       "At 1:6: error while trying to parse object within list: At 1:10: object expected closing RBRACE got: RBRACK"},
      {"x = [[1,@]]", "At 1:9: illegal char"},
      {"/* abc", "At 1:7: comment not terminated"},
      {"/ abc", "At 1:1: expected '/' for comment"},
      {"a = <<", "At 1:7: heredoc not terminated"},
      {"a = <<EOF\nabc", "At 2:4: heredoc not terminated"},
      {"a = <<E F\nabc\n", "At 1:8: invalid characters in heredoc anchor"},
      {"a = <<\nabc\n", "At 1:7: zero-length heredoc anchor"},
      {"a = \"\\q\"", "At 1:7: illegal char escape"},
      {"a = 99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range"},
      {"a b = 1", "At 1:5: nested object expected: LBRACE got: ASSIGN"},
      {"a b c = {}", "At 1:7: nested object expected: LBRACE got: ASSIGN"},
      {"= 1", "At 1:1: no object keys found!"},
      {"a \"b\" 1", "At 1:7: expected: IDENT | STRING | ASSIGN | LBRACE got: NUMBER"},
      {"a = 1 = 2", "At 1:7: no object keys found!"},
      {"a = {", "At 1:7: object expected closing RBRACE got: EOF"},
      {"a = {,}", "At 1:6: expected: IDENT | STRING | ASSIGN | LBRACE got: COMMA"},
      {"a {\n b = \"c\"\n]", "At 3:1: expected: IDENT | STRING | ASSIGN | LBRACE got: RBRACK"},
      {"a = 1e400", "strconv.ParseFloat: parsing \"1e400\": value out of range"},
      {"a = 1e", "strconv.ParseFloat: parsing \"1e\": invalid syntax"},
      {"data_dir = <<-EOF\n  abc\nEOF\n", "At 4:1: heredoc not terminated"},
      {"a = <<-EOF\n  abc\n  EOF", "At 3:6: heredoc not terminated"},
      {"a = \"\\u12\"", "At 1:10: illegal char escape"},
      {"a\xff = 1", "At 1:2: illegal char"},
      {"a = 1\n\0"s, "At 2:1: unexpected null character (0x00)"},
      {"a: 1", "At 1:2: illegal char"},
      {"a = TRUE", "At 1:5: Unknown token: 1:5 IDENT TRUE"},
      {"a = null", "At 1:5: Unknown token: 1:5 IDENT null"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(shown(parse_hcl(c.text)) == "error: " + c.message);
  }
}

TEST_CASE("HCL values read as they are meant") {
  const std::vector<bad_case> cases = {
      {"", "map[]"},
      {"a =", "map[]"},
      {"a = 1 b = 2", "map[a:1 b:2]"},
      {"a = 1\na = 2", "map[a:2]"},
      {"a = 0x1f b = 017 c = -3 d = 1.5e3 e = .5", "map[a:31 b:15 c:-3 d:1500 e:0.5]"},
      {"a = true, b = false", "map[a:true b:false]"},
      {"a = \"x\\ty\\\"\\u00e9\"", "map[a:x\ty\"\u00e9]"},
      {"a = \"x${ foo(\"b\") }y\"", "map[a:x${ foo(\"b\") }y]"},
      {"a { b = 1 }", "map[a:[map[b:1]]]"},
      {"a = { b = 1, c = 2, }", "map[a:[map[b:1 c:2]]]"},
      {"a {} a { b = 1 }", "map[a:[map[] map[b:1]]]"},
      {"a \"x\" \"y\" { b = 1 }", "map[a:[map[x:[map[y:[map[b:1]]]]]]]"},
      {"a = [1, \"b\", [true], { c = 1 },]", "map[a:[1 b [true] map[c:1]]]"},
      {"a = [\"x\"] a = [\"y\"]", "map[a:[x y]]"},
      {"# c\n// d\n/* e */ a = 1 # f", "map[a:1]"},
      {"\"a.b\" = 1 c.d = 2", "map[a.b:1 c.d:2]"},
      {"a = <<E\nx\n y\nE\nb = 1", "map[a:x\n y\n b:1]"},
      {"a = <<-E\n   x\n    y\n   E\n", "map[a:x\n y\n]"},
      {"a = <<-E\n  x\n    y\n   E\n", "map[a:  x\n    y\n]"},
      {"a = 1\r\nb = 2\r\n", "map[a:1 b:2]"},
      {" {\"a\": {\"b\": [{\"c\": 1}]}}", "map[a:[map[b:[map[c:1]]]]]"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(shown(parse_hcl(c.text)) == c.message);
  }
}

TEST_CASE("JSON errors are worded as clients know them") {
  const std::vector<bad_case> cases = {
      {" ", "unexpected end of JSON input"},
      {"[]", "json: cannot unmarshal array into Go value of type map[string]interface {}"},
      {"\"a\"", "json: cannot unmarshal string into Go value of type map[string]interface {}"},
      {"3", "json: cannot unmarshal number into Go value of type map[string]interface {}"},
      {"true", "json: cannot unmarshal bool into Go value of type map[string]interface {}"},
      {"{\"a\":1", "unexpected end of JSON input"},
      {"{\"a\":1 \"b\"", "invalid character '\"' after object key:value pair"},
      {"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"},
      {"{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')"},
      {"{\"a\":-}", "invalid character '}' in numeric literal"},
      {"{\"a\":1.}", "invalid character '}' after decimal point in numeric literal"},
      {"{\"a\":1e+}", "invalid character '}' in exponent of numeric literal"},
      {"{\"a\":\"\\x\"}", "invalid character 'x' in string escape code"},
      {"{\"a\":\"\\u12g\"}", "invalid character 'g' in \\u hexadecimal character escape"},
      {"{\"a\":\"x\ny\"}", "invalid character '\\n' in string literal"},
      {"{} {}", "invalid character '{' after top-level value"},
      {"{\"a\":1e999}", "json: cannot unmarshal number 1e999 into Go value of type float64"},
      {"{'a':1}", "invalid character '\\'' looking for beginning of object key string"},
      {"{\"a\":01}", "invalid character '1' after object key:value pair"},
      {"// c\n{}", "invalid character '/' looking for beginning of value"},
      {"{\"a\":[1 2]}", "invalid character '2' after array element"},
      {"{\"a\":[1,]}", "invalid character ']' looking for beginning of value"},
      {"{\"a\":tru", "invalid character ' ' in literal true (expecting 'e')"},
      {"{\"a\":-", "invalid character ' ' in numeric literal"},
      {"{\"a\":\"", "unexpected end of JSON input"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(shown(parse_json(c.text)) == "error: " + c.message);
  }
}

TEST_CASE("JSON values: the last of two members counts, numbers are reals, null is no data") {
  CHECK(shown(parse_json("null")) == "map[]");
  CHECK(shown(parse_json("{\"a\":1,\"a\":[2,null,\"\\ud83d\\ude00\"]}")) == "map[a:[2 <nil> \U0001F600]]");
  CHECK(type_name(*parse_json("{\"a\":1}")->find("a")) == "float64");
  CHECK(shown(parse_json("{\"a\":1e21,\"b\":0.00001,\"c\":1000000}")) == "map[a:1e+21 b:1e-05 c:1000000]");
}

TEST_CASE("nesting is limited, so that no input exhausts the stack") {
  for (const char* opening : {"a={", "a=[{", "a{", "a=[["}) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += opening;
    CHECK_FALSE(parse_hcl(text).has_value());
  }
  CHECK(shown(parse_json("{\"a\":" + std::string(5000, '['))) == "error: exceeded max depth");
  std::string labels;
  for (int i = 0; i < 5000; ++i) labels += "a ";
  CHECK_FALSE(parse_hcl(labels + "{}").has_value());
}

TEST_CASE("values remember where they stand") {
  auto v = parse_hcl("a = 1\nports {\n  http = 2\n}\n");
  REQUIRE(v);
  CHECK(v->find("ports")->items[0].find("http")->at == position{3, 10});
  v = parse_json("{\n  \"a\": [1,\n\t2], \"b\":null}");
  REQUIRE(v);
  CHECK(v->at == position{1, 1});
  CHECK(v->find("a")->at == position{2, 8});
  CHECK(v->find("a")->items[1].at == position{3, 2});
  CHECK(v->find("b")->at == position{3, 10});
}
