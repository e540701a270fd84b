#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/mesh/discovery_chain.hpp"
#include "protocol/types/config_entries/kinds.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace praetor;

namespace {

using entry_map = std::map<std::pair<std::string, std::string>, config_entries::config_entry_ptr>;

std::string compiled(const entry_map& entries, const std::string& service, const std::string& changes) {
  auto given = json::read<mesh::chain_overrides>(changes);
  REQUIRE(given);
  auto chain =
      mesh::compile_chain({service, "dc1", "td.consul", *given},
                          [&](std::string_view kind, const std::string& name) -> config_entries::config_entry_ptr {
                            auto found = entries.find({std::string(kind), name});
                            return found == entries.end() ? nullptr : found->second;
                          });
  if (!chain) return "500 failed to compile discovery chain: " + chain.error().text;
  std::string out;
  json::write(out, *chain);
  return out;
}

config_entries::config_entry_ptr entry_from(const std::string& text) {
  auto made = config_entries::decode_entry_json(text);
  REQUIRE(made);
  REQUIRE(config_entries::normalize(**made));
  return *made;
}

} // namespace

// The file has entries, a question ("? SERVICE OVERRIDES") about them, and Consul's answer ("> CHAIN").
TEST_CASE("a chain is compiled as Consul compiles it") {
  std::ifstream in(PRAETOR_TEST_DATA "/chains.txt");
  entry_map entries;
  std::string question;
  int answers = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("? ")) {
      question = line.substr(2);
    } else if (line.starts_with("> ")) {
      auto blank = question.find(' ');
      INFO(question);
      for (const auto& [key, e] : entries) UNSCOPED_INFO(key.first << " " << key.second);
      CHECK(compiled(entries, question.substr(0, blank), question.substr(blank + 1)) == line.substr(2));
      entries.clear();
      ++answers;
    } else if (!line.empty()) {
      auto e = entry_from(line);
      entries[{e->kind, e->name}] = e;
    }
  }
  CHECK(answers > 20);
}

TEST_CASE("splitters below splitters are merged only up to a limit") {
  entry_map entries;
  auto put = [&](const std::string& text) {
    auto e = entry_from(text);
    entries[{e->kind, e->name}] = e;
  };
  put(R"({"Kind":"proxy-defaults","Config":{"protocol":"http"}})");
  for (int i = 0; i < 20; ++i) {
    auto next = std::to_string(i + 1);
    put(R"({"Kind":"service-splitter","Name":")" + std::to_string(i) + R"(","Splits":[{"Weight":50,"Service":")" +
        next + R"("},{"Weight":50,"Service":")" + next + R"(","RequestHeaders":{"Add":{"a":"b"}}}]})");
  }
  CHECK(compiled(entries, "0", "{}") ==
        R"(500 failed to compile discovery chain: discovery chain "0" has more than 10000 splits)");
  CHECK(compiled(entries, "15", "{}").starts_with("{"));
}
