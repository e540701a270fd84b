#include "frontends/cli/child_process.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::cli;

TEST_CASE("a child that doesn't read its input is no failure and no signal") {
  child_request request;
  request.arguments = {"true"};
  request.input = std::string(1 << 20, 'x'); // more than a pipe holds
  auto child = child_process::start(request);
  REQUIRE(child);
  CHECK(child->wait() == "");
}

TEST_CASE("a child reads the whole of its input") {
  child_request request;
  request.arguments = {"sh", "-c", "exit $(($(wc -c) / 100000))"};
  request.input = std::string(700000, 'x');
  auto child = child_process::start(request);
  REQUIRE(child);
  CHECK(child->wait() == "exit status 7");
}
