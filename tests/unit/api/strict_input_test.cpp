#include "frontends/api/strict_input.hpp"
#include "protocol/types/field.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

struct named {
  std::string name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
  }
};

error refusal_of(std::string_view body) {
  auto read = api::read_namespaced<named>(body, "Decoding failed: ");
  return read ? error{} : read.error();
}

} // namespace

TEST_CASE("only where there could be namespaces, naming one is refused with a word more") {
  auto plain = api::read_strictly<named>(R"({"Namespace":"a"})", "Decoding failed: ");
  CHECK(plain.error() == error{"Decoding failed: json: unknown field \"Namespace\"", 400});
}

TEST_CASE("an unknown field is refused, and a namespace with a word more") {
  CHECK(refusal_of(R"({"Name":"a"})").text == "");
  CHECK(refusal_of(R"({"Other":"a"})") == error{"Decoding failed: json: unknown field \"Other\"", 400});
  CHECK(refusal_of(R"({"Namespace":"a"})") ==
        error{"Decoding failed: json: unknown field \"Namespace\" - Namespaces are a Consul Enterprise feature", 400});
  CHECK(refusal_of(R"({"namespace":"a"})").text == "Decoding failed: json: unknown field \"namespace\"");
}
