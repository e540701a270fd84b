#include "protocol/codec/json_read.hpp"

#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/codec/rfc3339.hpp"
#include "protocol/types/commands.hpp"
#include "shapes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

using namespace praetor;
using shapes::everything;

namespace {

template <class T>
std::string error_of(std::string_view text, json::read_options options = {}) {
  T value{};
  auto done = json::read(text, value, options);
  return done ? "" : done.error().text;
}

/// A struct that Go decodes through an embedded alias.
struct aliased {
  static constexpr std::string_view go_embedded = "Alias";
  std::string name;
  bool override_tags = false;
  std::vector<aliased> checks;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field::aliased("EnableTagOverride", "enable_tag_override"), x.override_tags);
    f(field{"Checks"}, x.checks);
  }
};

struct lenient_part {
  static constexpr bool json_lenient = true;
  bool native = false;
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Native"}, x.native);
  }
};
struct strict_whole {
  lenient_part connect;
  std::string hidden, shown;
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Connect"}, x.connect);
    f(field{"Hidden", no_json}, x.hidden);
    f(field{"Shown", read_only}, x.shown);
  }
};

} // namespace

TEST_CASE("what was written is read back") {
  everything x;
  x.text = "a\n\u2028\xf0\x9f\x98\x80";
  x.number = -5;
  x.tiny = 255;
  x.big = 18446744073709551615u;
  x.real = 1e-300;
  x.color = shapes::color::green;
  x.fruit = shapes::fruit::pear;
  x.inners = {{80, {"l"}, {{"b", 2}}}, {}};
  x.by_name = {{"k", {}}};
  x.shared = std::make_shared<shapes::inner>(shapes::inner{7, {}, {}});
  x.wait = std::chrono::minutes{1};
  x.delay = std::chrono::seconds{15};
  x.at = timestamp{1700000000, 5};
  x.bytes.bytes = std::string("\0\xff", 2);
  x.any.json() = {{"b", {1.0, 2.5, nullptr, true, nlohmann::json::object()}}};
  auto text = json::to_string(x);
  auto back = json::read<everything>(text);
  REQUIRE(back);
  CHECK(json::to_string(*back) == text);
  CHECK(back->shared->port == 7);
}

TEST_CASE("names match without regard to case, aliases too, null leaves unset") {
  auto x = json::read<everything>(R"( {"TEXT":"t","by_name":{"a":{"PORT":1}},"BY_NAME":{"b":{}},"number":null,
    "tags":null,"Maybe":null,"shared":null,"flag":null,"unknown":{"a":[1,"]"]}} trailing)");
  REQUIRE(x);
  CHECK(x->text == "t");
  CHECK(x->by_name.size() == 2);
  CHECK_FALSE(x->maybe);
}

TEST_CASE("durations come as numbers or as text, bytes as base64 or as numbers") {
  auto x = json::read<everything>(R"({"Wait":"1m","Delay":1500000000,"Bytes":[1,2,255]})");
  REQUIRE(x);
  CHECK(x->wait == std::chrono::minutes{1});
  CHECK(x->delay == std::chrono::milliseconds{1500});
  CHECK(x->bytes.bytes == "\1\2\xff");
  CHECK(json::read<everything>(R"({"Delay":1.5e3})")->delay.count() == 1500);
  CHECK(json::read<everything>(R"({"Delay":true})")->delay.count() == 0);
}

TEST_CASE("escapes and invalid UTF-8 become what Go makes of them") {
  auto text = [](std::string_view s) { return json::read<std::string>(s).value(); };
  CHECK(text(R"("\u00e9\ud83d\ude00\/\b\"")") == "é😀/\b\"");
  CHECK(text(R"("\ud800")") == "\ufffd");
  CHECK(text(R"("\ud800\u0041")") == "\ufffdA");
  CHECK(text("\"a\xff\"") == "a\ufffd");
}

TEST_CASE("syntax errors have Go's texts") {
  struct {
    const char *text, *stream, *document;
  } cases[] = {
      {"", "EOF", "unexpected end of JSON input"},
      {" ", "EOF", "unexpected end of JSON input"},
      {"{", "unexpected EOF", "unexpected end of JSON input"},
      {"{\"a\"", "unexpected EOF", "unexpected end of JSON input"},
      {"{\"a\":\"x", "unexpected EOF", "unexpected end of JSON input"},
      {"[1", "unexpected EOF", "unexpected end of JSON input"},
      {"nul", "unexpected EOF", "invalid character ' ' in literal null (expecting 'l')"},
      {"-", "unexpected EOF", "invalid character ' ' in numeric literal"},
      {"1.", "unexpected EOF", "invalid character ' ' after decimal point in numeric literal"},
      {"1e+", "unexpected EOF", "invalid character ' ' in exponent of numeric literal"},
      {"x", "invalid character 'x' looking for beginning of value", nullptr},
      {"\xff", "invalid character 'ÿ' looking for beginning of value", nullptr},
      {"'", "invalid character '\\'' looking for beginning of value", nullptr},
      {"{\"a\":\x7f}", "invalid character '\\x7f' looking for beginning of value", nullptr},
      {"{\"a\":1,}", "invalid character '}' looking for beginning of object key string", nullptr},
      {"{a:1}", "invalid character 'a' looking for beginning of object key string", nullptr},
      {"{\"a\" \"x\"}", "invalid character '\"' after object key", nullptr},
      {"{\"a\":1 \"y\"}", "invalid character '\"' after object key:value pair", nullptr},
      {"{\"a\":nul}", "invalid character '}' in literal null (expecting 'l')", nullptr},
      {"{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')", nullptr},
      {"{\"a\":-}", "invalid character '}' in numeric literal", nullptr},
      {"{\"a\":01}", "invalid character '1' after object key:value pair", nullptr},
      {"{\"a\":1.}", "invalid character '}' after decimal point in numeric literal", nullptr},
      {"{\"a\":1e}", "invalid character '}' in exponent of numeric literal", nullptr},
      {"{\"a\":\"\\x\"}", "invalid character 'x' in string escape code", nullptr},
      {"{\"a\":\"\\u12x\"}", "invalid character 'x' in \\u hexadecimal character escape", nullptr},
      {"{\"a\":\"a\nb\"}", "invalid character '\\n' in string literal", nullptr},
      {"[1}", "invalid character '}' after array element", nullptr},
      {"[1,]", "invalid character ']' looking for beginning of value", nullptr},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(error_of<everything>(c.text) == c.stream);
    CHECK(error_of<everything>(c.text, {.whole_text = true}) == (c.document != nullptr ? c.document : c.stream));
  }
  CHECK(error_of<everything>("{} x") == "");
  CHECK(error_of<everything>("{} x", {.whole_text = true}) == "invalid character 'x' after top-level value");
}

TEST_CASE("a value of the wrong type is reported with its path, the first one counts") {
  struct {
    const char *text, *error;
  } cases[] = {
      {"[]", "json: cannot unmarshal array into Go value of type main.Everything"},
      {"5", "json: cannot unmarshal number into Go value of type main.Everything"},
      {R"({"Text":5})", "json: cannot unmarshal number into Go struct field Everything.Text of type string"},
      {R"({"Text":{}})", "json: cannot unmarshal object into Go struct field Everything.Text of type string"},
      {R"({"Number":"5"})", "json: cannot unmarshal string into Go struct field Everything.Number of type int"},
      {R"({"Number":5.5})", "json: cannot unmarshal number 5.5 into Go struct field Everything.Number of type int"},
      {R"({"Number":5e1})", "json: cannot unmarshal number 5e1 into Go struct field Everything.Number of type int"},
      {R"({"Tiny":300})", "json: cannot unmarshal number 300 into Go struct field Everything.Tiny of type uint8"},
      {R"({"Big":-1})", "json: cannot unmarshal number -1 into Go struct field Everything.Big of type uint64"},
      {R"({"Real":1e999})", "json: cannot unmarshal number 1e999 into Go struct field Everything.Real of type float64"},
      {R"({"Flag":"x"})", "json: cannot unmarshal string into Go struct field Everything.Flag of type bool"},
      {R"({"Tags":"a"})", "json: cannot unmarshal string into Go struct field Everything.Tags of type []string"},
      {R"({"tags":[1]})", "json: cannot unmarshal number into Go struct field Everything.Tags of type string"},
      {R"({"Nested":{"Port":"x"}})",
       "json: cannot unmarshal string into Go struct field Inner.Nested.Port of type int"},
      {R"({"Nested":{"Map":[]}})",
       "json: cannot unmarshal array into Go struct field Inner.Nested.Map of type map[string]int"},
      {R"({"Inners":[{"Port":"x"}]})",
       "json: cannot unmarshal string into Go struct field Inner.Inners.Port of type int"},
      {R"({"Inners":[5]})",
       "json: cannot unmarshal number into Go struct field Everything.Inners of type structs.Inner"},
      {R"({"by_name":{"k":{"Port":"x"}}})",
       "json: cannot unmarshal string into Go struct field Inner.by_name.Port of type int"},
      {R"({"Shared":5})", "json: cannot unmarshal number into Go struct field Everything.Shared of type structs.Inner"},
      {R"({"Any":{"a":1e999}})",
       "json: cannot unmarshal number 1e999 into Go struct field Everything.Any of type float64"},
      {R"({"Bytes":5})", "json: cannot unmarshal number into Go struct field Everything.Bytes of type []uint8"},
      {R"({"Bytes":[1,300]})", "json: cannot unmarshal number 300 into Go struct field Everything.Bytes of type uint8"},
      {R"({"Bytes":"!!!"})", "illegal base64 data at input byte 0"},
      {R"({"Wait":"abc"})", "time: invalid duration \"abc\""},
      {R"({"Wait":"10"})", "time: missing unit in duration \"10\""},
      {R"({"Wait":"5x"})", "time: unknown unit \"x\" in duration \"5x\""},
      {R"({"At":5})", "Time.UnmarshalJSON: input is not a JSON string"},
      {R"({"At":"x"})", "parsing time \"x\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as \"2006\""},
      {R"({"Text":5,"Number":"x"})",
       "json: cannot unmarshal number into Go struct field Everything.Text of type string"},
      {R"({"Text":5,"Number":})", "invalid character '}' looking for beginning of value"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(error_of<everything>(c.text) == c.error);
  }
}

TEST_CASE("type_naming makes the texts of structs that Go reads through an alias") {
  CHECK(error_of<aliased>(R"({"Name":5})") ==
        "json: cannot unmarshal number into Go struct field .Alias.Name of type string");
  CHECK(error_of<aliased>(R"({"Checks":[{"Name":5}]})") ==
        "json: cannot unmarshal number into Go struct field .Alias.Checks.Alias.Name of type string");
  CHECK(error_of<aliased>(R"({"enable_tag_override":"x"})") ==
        "json: cannot unmarshal string into Go struct field .enable_tag_override of type bool");
  CHECK(error_of<std::vector<aliased>>("{}", {.root_type = "api.TxnOps"}) ==
        "json: cannot unmarshal object into Go value of type api.TxnOps");
}

TEST_CASE("a catalog registration has the error texts that clients know") {
  json::read_options strict{.reject_unknown_fields = true};
  auto in_service = [&](std::string_view body) {
    return error_of<register_request>("{\"Node\":\"n\",\"Service\":{" + std::string(body) + "}}", strict);
  };
  auto wrong = [](std::string_view text) { return "json: cannot unmarshal " + std::string(text); };
  CHECK(error_of<register_request>("[]") == wrong("array into Go value of type structs.RegisterRequest"));
  CHECK(error_of<register_request>(R"({"Node":5})") ==
        wrong("number into Go struct field RegisterRequest.Node of type string"));
  CHECK(error_of<register_request>(R"({"Service":5})") ==
        wrong("number into Go struct field RegisterRequest.Service of type structs.NodeService"));
  CHECK(error_of<register_request>(R"({"Locality":{"Region":5}})") ==
        wrong("number into Go struct field Locality.Locality.Region of type string"));
  CHECK(error_of<register_request>(R"({"Checks":[{"Name":5}]})") ==
        wrong("number into Go struct field HealthCheck.Checks.Name of type string"));
  CHECK(error_of<register_request>(R"({"Check":{"Definition":{"HTTP":true}}})") ==
        wrong("bool into Go struct field HealthCheck.Check.Definition.Alias.HTTP of type string"));
  CHECK(in_service(R"("Port":"x")") == wrong("string into Go struct field NodeService.Service.Port of type int"));
  CHECK(in_service(R"("Meta":{"a":1})") ==
        wrong("number into Go struct field NodeService.Service.Meta of type string"));
  CHECK(in_service(R"("TaggedAddresses":{"a":{"Port":"x"}})") ==
        wrong("string into Go struct field ServiceAddress.Service.TaggedAddresses.Port of type int"));
  CHECK(in_service(R"("Proxy":{"TransparentProxy":{"OutboundListenerPort":"x"}})") ==
        wrong("string into Go struct field NodeService.Service.Proxy.Alias.TransparentProxy.OutboundListenerPort of "
              "type int"));
  CHECK(in_service(R"("Proxy":{"Expose":{"Paths":[{"Path":1}]}})") ==
        wrong("number into Go struct field NodeService.Service.Proxy.Alias.Expose.Paths.Alias.Path of type string"));
  CHECK(in_service(R"("Proxy":{"Upstreams":[{"DestinationName":5}]})") ==
        wrong("number into Go struct field NodeService.Service.Proxy.Alias.Upstreams.Alias.DestinationName of type "
              "string"));
  CHECK(in_service(R"("Connect":{"PeerMeta":{"Bogus":1}})") == "");
  CHECK(in_service(R"("Proxy":{"Bogus":1})") == "json: unknown field \"Bogus\"");
}

TEST_CASE("unknown names are rejected where the caller or the field list says so") {
  json::read_options strict{.reject_unknown_fields = true};
  CHECK(error_of<everything>(R"({"Bogus":1})") == "");
  CHECK(error_of<everything>(R"({"Bogus":1})", strict) == "json: unknown field \"Bogus\"");
  CHECK(error_of<everything>(R"({"Nested":{"bo\"gus":1}})", strict) == "json: unknown field \"bo\\\"gus\"");
  CHECK(error_of<everything>(R"({"":1})", strict) == "json: unknown field \"\"");
  CHECK(error_of<strict_whole>(R"({"Connect":{"Bogus":1}})", strict) == "");
  CHECK(error_of<strict_whole>(R"({"Connect":{"Bogus":1},"Bogus":2})", strict) == "json: unknown field \"Bogus\"");
  CHECK(error_of<strict_whole>(R"({"Hidden":"x"})", strict) == "json: unknown field \"Hidden\"");
  CHECK(error_of<strict_whole>(R"({"Shown":"x"})", strict) == "json: unknown field \"Shown\"");
}

TEST_CASE("the name of an unknown field that was rejected is told apart from its text") {
  std::string name;
  json::read_options strict{.reject_unknown_fields = true, .rejected_field = &name};
  CHECK(error_of<everything>(R"({"Nested":{"bo\"gus":1}})", strict) == "json: unknown field \"bo\\\"gus\"");
  CHECK(name == "bo\"gus");
  CHECK(error_of<everything>("{}", strict) == "");
  CHECK(name == "");
}

TEST_CASE("depth is limited, however deep the text is") {
  std::string deep(200'000, '[');
  CHECK(error_of<free_form>(deep) == "invalid character '[' exceeded max depth");
  std::string nested = std::string(1000, '[') + std::string(1000, ']');
  CHECK(error_of<free_form>(nested) == "");
  CHECK(error_of<everything>("{\"Any\":" + nested + "}") == "invalid character '[' exceeded max depth");
  CHECK(error_of<everything>("{\"Skipped\":" + nested + "}", {.max_depth = 2000}) == "");
}

TEST_CASE("base64 errors name the byte that Go names") {
  struct {
    const char* text;
    int at;
  } bad[] = {{"!!!", 0},  {"YWI", 0},   {"YWJjYWI", 4}, {"YWJj!", 4}, {"YW=", 3},
             {"YW=x", 2}, {"YQ==x", 4}, {"=", 0},       {"Y===", 1},  {"YWI=YWI=", 4}};
  for (const auto& c : bad) {
    INFO(c.text);
    auto decoded = base64_decode(c.text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().text == "illegal base64 data at input byte " + std::to_string(c.at));
  }
  for (std::size_t n = 0; n < 50; ++n) {
    std::string bytes;
    for (std::size_t i = 0; i < n; ++i) bytes += static_cast<char>(i * 37 + n);
    CHECK(base64_decode(base64_encode(bytes)).value() == bytes);
  }
  CHECK(base64_decode("YW\nJj\r\nZGVm").value() == "abcdef");
}

TEST_CASE("times are read with fractions and zones and are kept in UTC") {
  CHECK(timestamp_from_text("1970-01-01T00:00:05.12Z").value() == timestamp{5, 120'000'000});
  CHECK(timestamp_from_text("1970-01-01T01:00:00+01:00").value() == timestamp{0, 0});
  CHECK(timestamp_from_text("0001-01-01T00:00:00Z").value().is_zero());
  CHECK(timestamp_from_text("2023-02-29T00:00:00Z").error().text ==
        "parsing time \"2023-02-29T00:00:00Z\": day out of range");
  CHECK(timestamp_from_text("2023-02-28T00:00:00").error().text ==
        "parsing time \"2023-02-28T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"Z07:00\"");
  std::string text;
  json::append_rfc3339(text, {-62135596800 + 86400, 1});
  CHECK(text == "0001-01-02T00:00:00.000000001Z");
}

TEST_CASE("mutated documents never crash the reader") {
  everything x;
  x.inners = {{80, {"l"}, {{"b", 2}}}, {}};
  x.any.json() = {{"b", {1.0, 2.5, nullptr, true, "\u2028"}}};
  x.bytes.bytes = "hello";
  auto good = json::to_string(x);
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    auto text = good;
    for (unsigned n = random() % 4 + 1; n > 0; --n) {
      auto at = random() % text.size();
      switch (random() % 3) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, random() % 8); break;
      default: text.insert(at, 1, "{}[]\",:\\u0e-"[random() % 12]);
      }
      if (text.empty()) text = "x";
    }
    if (auto read = json::read<everything>(text)) {
      auto again = json::to_string(*read);
      CHECK(json::read<everything>(again, {.whole_text = true}));
    }
  }
}

TEST_CASE("the memory that JSON objects take is in proportion to the text that they are made of") {
  auto list_of = [](std::size_t size, const std::string& element) {
    std::string text = "[";
    for (std::size_t i = 0; i < size; ++i) text += (i == 0 ? "" : ",") + element;
    return text + "]";
  };
  constexpr std::size_t many = 100'000;
  auto refused = [](const auto& done) {
    REQUIRE_FALSE(done);
    CHECK(done.error().text == "json: more objects than the size of the text allows");
    CHECK(done.error().status == 400);
  };
  std::vector<txn_op> ops;
  refused(json::read(list_of(many, "{}"), ops));
  CHECK(ops.size() * sizeof(txn_op) < 300 * 3 * many);
  std::vector<std::shared_ptr<txn_op>> shared;
  refused(json::read(list_of(many, "{}"), shared));
  std::map<std::string, txn_op> named;
  std::string text = "{";
  for (std::size_t i = 0; i < 20'000; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":{}";
  refused(json::read(text + "}", named));

  // Real requests are far below the limit.
  CHECK(json::read(list_of(many, R"({"KV":{"Verb":"delete","Key":"a"}})"), ops));
  CHECK(ops.size() == many);
  std::vector<int> numbers;
  CHECK(json::read(list_of(many, "1"), numbers));
}
