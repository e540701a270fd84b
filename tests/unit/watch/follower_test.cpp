#include "protocol/watch/watch_follower.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

watch_follower following(nlohmann::json definition) {
  free_form parameters(std::move(definition));
  return watch_follower(take_watch_plan(parameters).value());
}

/// The result as a handler receives it; "-" for none, and errors as their text.
std::string told(watch_follower& follower, std::string_view body, std::uint64_t index, std::int64_t status = 200,
                 std::string hash = {}) {
  auto news = follower.answered({status, index, std::move(hash), body});
  if (!news) return news.error().text;
  return *news ? std::to_string((*news)->index) + " " + (*news)->result : "-";
}

std::string parameter(const watch_follower& follower, const std::string& name) {
  for (const auto& [each, value] : follower.next_query())
    if (each == name) return value;
  return "none";
}

const std::string services = R"({"b": [], "a": ["x"]})", other_services = R"({"a": ["x"]})";

} // namespace

TEST_CASE("the first answer is news, and then each that shows something else") {
  auto follower = following({{"type", "services"}});
  CHECK(parameter(follower, "index") == "none");
  CHECK(told(follower, services, 7) == R"(7 {"a":["x"],"b":[]})");
  CHECK(parameter(follower, "index") == "7");
  CHECK(told(follower, services, 7) == "-");
  CHECK(told(follower, services, 8) == "-"); // the index changed, the result did not
  CHECK(parameter(follower, "index") == "8");
  CHECK(told(follower, other_services, 9) == R"(9 {"a":["x"]})");
}

TEST_CASE("after an index of another history the next question waits for nothing") {
  auto follower = following({{"type", "services"}});
  told(follower, services, 20);
  CHECK(told(follower, other_services, 5) == R"(5 {"a":["x"]})");
  CHECK(parameter(follower, "index") == "none");
  CHECK(told(follower, other_services, 5) == "-");
  CHECK(parameter(follower, "index") == "5");
}

TEST_CASE("a key that is not there is shown as null") {
  auto follower = following({{"type", "key"}, {"key", "a"}});
  CHECK(told(follower, "", 3, 404) == "3 null");
  CHECK(told(follower, R"([{"Key": "a", "Value": "eA==", "ModifyIndex": 4}])", 4) ==
        R"(4 {"Key":"a","CreateIndex":0,"ModifyIndex":4,"LockIndex":0,"Flags":0,"Value":"eA==","Session":""})");
}

TEST_CASE("failures are told, and the pause grows with each in a row up to three minutes") {
  auto follower = following({{"type", "nodes"}});
  told(follower, "[]", 7);
  CHECK(told(follower, "Permission denied\n", 0, 403) == "Unexpected response code: 403 (Permission denied)");
  CHECK(follower.failed() == 5s);
  CHECK(parameter(follower, "index") == "none");
  CHECK(follower.failed() == 20s);
  CHECK(follower.failed() == 45s);
  for (int i = 0; i < 100; ++i) CHECK(follower.failed() <= 180s);
  CHECK(follower.failed() == 180s);
  CHECK(told(follower, "[]", 7) == "7 []"); // reported after an interruption
  CHECK(follower.failed() == 5s);
}

TEST_CASE("of the events only those are shown that came after the last answer") {
  const std::string first = R"({"ID": "00000000-0000-0001-0000-000000000000", "Name": "d"})",
                    second = R"({"ID": "00000000-0000-0009-0000-000000000002", "Name": "d"})",
                    third = R"({"ID": "00000000-0000-0000-0000-000000000003", "Name": "d"})";
  auto follower = following({{"type", "event"}});
  auto ids = [](const std::string& news) {
    std::string found;
    for (std::size_t at = 0; (at = news.find("\"ID\":\"", at)) != news.npos; ++at) found += news.substr(at + 41, 1);
    return found;
  };
  CHECK(ids(told(follower, "[" + first + "," + second + "]", 11)) == "02");
  CHECK(ids(told(follower, "[" + first + "," + second + "," + third + "]", 3)) == "3");
  CHECK(parameter(follower, "index") == "3"); // the indexes of events are unordered
}

TEST_CASE("a service of the agent is followed by the hash of its answer") {
  auto follower = following({{"type", "agent_service"}, {"service_id", "w"}});
  auto news = told(follower, R"({"ID": "w", "Service": "web"})", 0, 200, "h1");
  CHECK(news.starts_with(R"(0 {"ID":"w","Service":"web",)"));
  CHECK(parameter(follower, "hash") == "h1");
  CHECK(told(follower, R"({"ID": "w", "Service": "web"})", 0, 200, "h1") == "-");
  CHECK(told(follower, R"({"ID": "w", "Service": "web", "Port": 1})", 0, 200, "h2") != "-");
}
