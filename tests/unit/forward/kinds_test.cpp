#include "actors/rpc/rpc_kinds.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

using namespace praetor;

namespace {

std::string security_page() {
  std::ifstream in(PRAETOR_SOURCE_DIR "/docs/security.md");
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string_view words_for(requester who) {
  switch (who) {
  case requester::nobody: return "nobody";
  case requester::any_agent: return "any agent";
  case requester::server: return "a server";
  case requester::configured_server: return "a configured server";
  }
  return "";
}

} // namespace

TEST_CASE("each kind of envelope has one row, with a number and a name of its own") {
  std::set<std::uint16_t> numbers;
  std::set<std::string_view> names;
  for (const auto& row : rpc_kinds) {
    CHECK(numbers.insert(static_cast<std::uint16_t>(row.kind)).second);
    CHECK(names.insert(row.name).second);
    CHECK(find_rpc_kind(static_cast<std::uint16_t>(row.kind)) == &row);
  }
  for (std::uint16_t number : {0, 8, 999}) CHECK(find_rpc_kind(number) == nullptr);
}

TEST_CASE("of requests that may have been carried out only those that change nothing are sent again") {
  CHECK_FALSE(declared<rpc_kind::propose>.repeatable(""));
  remote_request r;
  for (std::string method : {"GET", "HEAD"}) {
    r.method = method;
    CHECK(declared<rpc_kind::request>.repeatable(r));
  }
  for (std::string method : {"PUT", "POST", "DELETE", ""}) {
    r.method = method;
    CHECK_FALSE(declared<rpc_kind::request>.repeatable(r));
  }
  CHECK(declared<rpc_kind::node_records>.repeatable({}));
  CHECK(declared<rpc_kind::dns>.repeatable(""));
  CHECK(declared<rpc_kind::token>.repeatable(""));
}

TEST_CASE("a kind whose row says nothing of it is nobody's, and never sent again") {
  rpc_declaration<std::string> row{"new"};
  CHECK(row.who == requester::nobody);
  CHECK_FALSE(row.streams);
  CHECK_FALSE(row.repeatable(""));
}

TEST_CASE("the security page says of each kind who may send it, and of no other") {
  auto page = security_page();
  auto begin = page.find("| kind | who may send it |");
  REQUIRE(begin != page.npos);
  std::istringstream table(page.substr(begin, page.find("\n\n", begin) - begin));
  std::string line;
  std::getline(table, line);
  std::getline(table, line);
  std::size_t rows = 0;
  while (std::getline(table, line)) ++rows;
  CHECK(rows == rpc_kinds.size());
  for (const auto& row : rpc_kinds) {
    auto wanted = "| `" + std::string(row.name) + "` | " + std::string(words_for(row.who)) + " |";
    INFO(wanted);
    CHECK(page.find(wanted) != page.npos);
  }
}
