#include "actors/ports/log_lines.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

std::string line(std::string_view message, std::initializer_list<log_field> fields, bool json = false) {
  return format_log_line(log_level::info, "agent", message, fields, json);
}

bool shows(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("a log line hides the values of fields that are named as secrets, as text and as JSON") {
  for (bool json : {false, true}) {
    auto text = line("m", {{"token", "s1"}, {"SecretID", "s2"}, {"encrypt_key", "s3"}, {"Authorization", "s4"}}, json);
    CAPTURE(text);
    for (auto secret : {"s1", "s2", "s3", "s4"}) CHECK_FALSE(shows(text, secret));
    CHECK(shows(text, "<hidden>"));
  }
}

TEST_CASE("a log line shows the key of a key and value pair, and numbers") {
  auto text = line("m", {{"key", "app/config"}, {"tokens", 5}});
  CHECK(shows(text, "key=app/config"));
  CHECK(shows(text, "tokens=5"));
}

TEST_CASE("a log line hides tokens and passwords in URLs, in its message and in every value") {
  for (bool json : {false, true}) {
    auto text = line("asked http://h/?token=s1",
                     {{"url", "/v1/kv/x?dc=a&token=s2"},
                      {"error", "Get \"http://u:s3@h/?api_key=s4\": EOF"},
                      {"lines", "one\nhttp://h/?token=s5\n"}},
                     json);
    CAPTURE(text);
    for (auto secret : {"s1", "s2", "s3", "s4", "s5"}) CHECK_FALSE(shows(text, secret));
    CHECK(shows(text, "dc=a"));
  }
}
