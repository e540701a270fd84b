#include "protocol/base/quoted.hpp"
#include "protocol/filter/go_text.hpp"
#include "protocol/hil/hil.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace praetor;

namespace {

hil::scope sample_scope() {
  hil::scope out;
  out.variables = {{"name", "web"}, {"value.team", "red"}, {"n", "7"}, {"flag", "true"}, {"a-b.c_d", "dashed"}};
  out.functions["match"] = {
      {hil::type::integer}, hil::type::text, [](std::span<const hil::value> arguments) -> expected<hil::value> {
        auto at = std::get<std::int64_t>(arguments[0]);
        if (at < 0) return fail("negative");
        return hil::value("group " + std::to_string(at));
      }};
  return out;
}

std::string interpolated(std::string_view source) {
  auto out = hil::interpolate(source, sample_scope());
  return out ? *out : "error: " + out.error().text;
}

/// Of a quoted text in the data file.
std::string unquoted(std::string_view text) {
  std::string out;
  REQUIRE(text.size() >= 2);
  REQUIRE(filter::unquote(text.substr(1, text.size() - 2), out));
  return out;
}

/// What the texts of the data file refer to.
hil::scope scope_of_data() {
  hil::scope out;
  out.variables = {
      {"name.full", "foo-bar-7"}, {"name.prefix", "foo-"}, {"name.suffix", "bar-7"}, {"agent.segment", ""}};
  out.functions["match"] = {
      {hil::type::integer}, hil::type::text, [](std::span<const hil::value> arguments) -> expected<hil::value> {
        static const std::vector<std::string> groups{"foo-bar-7", "bar", "7", ""};
        auto at = std::get<std::int64_t>(arguments[0]);
        bool there = at >= 0 && at < static_cast<std::int64_t>(groups.size());
        return hil::value(there ? groups[static_cast<std::size_t>(at)] : std::string());
      }};
  return out;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

} // namespace

TEST_CASE("texts have the values and errors that they have in HIL") {
  std::ifstream in(PRAETOR_TEST_DATA "/expressions.txt");
  auto scope = scope_of_data();
  std::size_t compared = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    auto tab = line.find('\t');
    REQUIRE(tab != line.npos);
    INFO(line);
    auto made = hil::interpolate(unquoted(std::string_view(line).substr(0, tab)), scope);
    CHECK((made ? "=" + praetor::quoted(*made) : praetor::quoted(made.error().text)) == line.substr(tab + 1));
    ++compared;
  }
  CHECK(compared > 150);
}

TEST_CASE("a text has a bounded number of parts, and a bounded result") {
  auto scope = scope_of_data();
  CHECK(hil::interpolate(repeated("${1}", hil::most_parts), scope));
  auto many = hil::interpolate(repeated("${1}", hil::most_parts + 1), scope);
  REQUIRE_FALSE(many);
  CHECK(many.error().text.find("too many expressions") != std::string::npos);
  scope.variables["name.full"] = std::string(1000, 'x');
  CHECK(hil::interpolate(repeated("${name.full}", 65), scope)->size() == 65000);
  auto longer = hil::interpolate(repeated("${name.full}", 66), scope);
  REQUIRE_FALSE(longer);
  CHECK(longer.error().text == "the text is longer than 65536 bytes");
}

TEST_CASE("expressions are replaced by their values") {
  struct {
    const char *source, *result;
  } table[] = {
      {"", ""},
      {"plain", "plain"},
      {"$ and $x", "$ and $x"},
      {"$${name}", "${name}"},
      {"${name}", "web"},
      {"svc-${value.team}-${ name }!", "svc-red-web!"},
      {"${a-b.c_d}", "dashed"},
      {"${\"x${name}y\"}", "xweby"},
      {"${\"a\\\"b\\\\c\\n\"}", "a\"b\\c\n"},
      {"${1 + 2 * 3}", "7"},
      {"${(1 + 2) * 3}", "9"},
      {"${10 - 3 - 2}", "5"},
      {"${-46+5}", "-41"},
      {"${7 / 2} ${7 % 4} ${7.0 / 2}", "3 3 3.5"},
      {"${1000000.0} ${123456.5} ${0.00001}", "1e+06 123456.5 1e-05"},
      {"${n + 1}", "8"},
      {"${true} ${!true} ${!flag}", "true false false"},
      {"${name == \"web\" ? \"yes\" : \"no\"}", "yes"},
      {"${n > 5 && n <= 7 || false ? 1 : 2}", "1"},
      {"${match(2)} ${match(n)}", "group 2 group 7"},
      {"${9223372036854775807 + 1}", "-9223372036854775808"},
  };
  for (const auto& row : table) {
    INFO(row.source);
    CHECK(interpolated(row.source) == row.result);
  }
}

TEST_CASE("errors have the words of HIL") {
  struct {
    const char *source, *result;
  } table[] = {
      {"${", "parse error at 1:3: expected expression but found end of string"},
      {"a${}", "parse error at 1:4: expected expression but found \"}\""},
      {"${name", "parse error at 1:7: expected \"}\" but found end of string"},
      {"${name name}", "parse error at 1:8: expected \"}\" but found \"name\""},
      {"${^}", "parse error at 1:3: expected expression but found invalid sequence \"^\""},
      {"${a = 1}", "parse error at 1:5: expected \"}\" but found invalid sequence \"=\""},
      {"${\"open}", "parse error at 1:4: expected \"${\" but found invalid sequence \"open}\""},
      {"${match(1}", "parse error at 1:10: expected \")\" but found \"}\""},
      {"${true ? 1}", "parse error at 1:11: expected : but found \"}\""},
      {"${99999999999999999999}",
       "parse error at 1:3: invalid integer: strconv.Atoi: parsing \"99999999999999999999\": value out of range"},
      {"${other}", "1:3: unknown variable accessed: other"},
      {"x\n ${other}", "2:4: unknown variable accessed: other"},
      {"${lower(name)}", "1:3: unknown function called: lower"},
      {"${match(1, 2)}", "1:3: match: expected 1 arguments, got 2"},
      {"${match(true)}", "At column 3, line 1: match: argument 1 should be type int, got type bool"},
      {"${true + 1}", "At column 3, line 1: operand 1 should be TypeInt, got TypeBool"},
      {"${1 && true}", "At column 3, line 1: logical operators require boolean operands, not TypeInt"},
      {"${1 ? 2 : 3}", "At column 3, line 1: condition must be type bool, not type int"},
      {"${5.5 % 2}", "At column 3, line 1: modulo cannot be used with floats"},
      {"${name[0]}", "At column 7, line 1: invalid index operation into non-indexable type: TypeString"},
      {"${1 / 0}", "__builtin_IntMath: divide by zero"},
      {"${name + 1}", "__builtin_StringToInt: strconv.ParseInt: parsing \"web\": invalid syntax"},
      {"${match(-1)}", "match: negative"},
  };
  for (const auto& row : table) {
    INFO(row.source);
    CHECK(interpolated(row.source) == std::string("error: ") + row.result);
  }
}

TEST_CASE("deep nesting and long chains are rejected, not followed") {
  auto repeated = [](const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  constexpr std::size_t many = 100'000;
  for (const char* open : {"(", "-", "!", "\"${", "true ? ", "match(", "name["}) {
    INFO(open);
    CHECK(interpolated("${" + repeated(open, many)).find("nested too deeply") != std::string::npos);
  }
  CHECK(interpolated("${1" + repeated(" + 1", many) + "}").find("too many operators") != std::string::npos);
  CHECK(interpolated("${" + repeated("(", 50) + "1" + repeated(" + 1", 900) + repeated(")", 50) + "}") == "901");
}
