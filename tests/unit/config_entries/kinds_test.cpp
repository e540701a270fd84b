#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/types/config_entries/kinds.hpp"
#include "protocol/types/config_entries/request.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace praetor;
using namespace praetor::config_entries;

namespace {

/// What a client gets for an entry: the stored JSON, or the error.
std::string outcome(const std::string& body) {
  auto made = decode_entry_json(body);
  if (!made) return std::to_string(made.error().status) + " " + made.error().text;
  if (auto good = normalize(**made); !good) return std::to_string(good.error().status) + " " + good.error().text;
  if (auto good = validate(**made); !good) return std::to_string(good.error().status) + " " + good.error().text;
  if (auto refused = refused_write(*acl::allow_all(), **made)) return "403 " + *refused;
  row_of(**made).take_status(**made, nullptr);
  std::string out;
  config_entries::json_write(out, config_entry_ptr(*made));
  return out;
}

std::string one_line(std::string text) {
  std::string out;
  for (char c : text) c == '\n' ? out += "\\n" : c == '\t' ? out += "\\t" : out += c;
  return out;
}

struct example {
  std::string body, result;
};

/// The file has pairs of lines: the body of a write, and "> " with what comes of it.
std::vector<example> examples(const std::string& file) {
  std::ifstream in(std::string(PRAETOR_TEST_DATA) + "/" + file);
  std::vector<example> out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("> "))
      out.back().result = line.substr(2);
    else
      out.push_back({line, {}});
  }
  return out;
}

} // namespace

TEST_CASE("an entry is stored, or refused with the words of Consul") {
  auto all = examples("entries.txt");
  REQUIRE(all.size() > 1);
  for (const auto& each : all) CHECK(one_line(outcome(each.body)) == each.result);
}

TEST_CASE("an entry of each kind survives MessagePack") {
  for (const auto& each : examples("entries.txt")) {
    auto made = decode_entry_json(each.body);
    if (!made || !normalize(**made)) continue;
    (*made)->create_index = 7;
    (*made)->modify_index = 9;
    config_entry_request r{"upsert", "dc1", *made, "secret"};
    auto bytes = msgpack::pack(r);
    auto again = msgpack::unpack<config_entry_request>(bytes);
    REQUIRE(again);
    CHECK(again->op == "upsert");
    CHECK(again->token == "secret");
    CHECK(msgpack::pack(*again) == bytes);
    std::string before, after;
    json_write(before, config_entry_ptr(*made));
    json_write(after, again->entry);
    CHECK(before == after);
    CHECK(row_of(*again->entry).hash(*again->entry) == (*made)->hash);
  }
}

TEST_CASE("damaged entries are refused") {
  for (std::string_view body : {"", "\xc0", "\xa0", "\xa1x",
                                "\xa4\xa3"
                                "foo",
                                "\x81\xa1"}) {
    auto read = msgpack::unpack<config_entry_request>(body);
    CHECK(!read);
  }
}
