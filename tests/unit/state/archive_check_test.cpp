#include "cluster.hpp"
#include "protocol/codec/msgpack.hpp"
#include "storage/state/archive_check.hpp"
#include "storage/state/records.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

constexpr std::uint64_t largest = std::uint64_t{1} << 62;

std::string header_of(std::uint64_t last_index) {
  return msgpack::pack(std::map<std::string, std::uint64_t>{{"LastIndex", last_index}});
}

std::string record(command_type type, const std::string& bytes) {
  return std::string(1, static_cast<char>(type)) + bytes;
}

std::string key_record(std::uint64_t created, std::uint64_t modified) {
  kv_entry e;
  e.key = "k";
  e.create_index = created;
  e.modify_index = modified;
  return record(command_type::kvs, msgpack::pack(e));
}

std::string index_record(std::uint64_t value) {
  std::string bytes = "\x82\xa3Key\xa3kvs\xa5Value\xcf";
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return record(command_type::index, bytes);
}

std::string problem(const std::string& archive) {
  auto checked = check_archive(archive);
  return checked ? "" : checked.error().text;
}

} // namespace

TEST_CASE("what this server saves passes the check of archives, also after a restore from one that was ahead") {
  cluster source;
  source.index = 5000;
  auto r = on_node("n1", "11111111-1111-1111-1111-111111111111");
  auto s = std::make_shared<node_service>();
  s->id = s->name = "web";
  r.service = s;
  auto c = std::make_shared<health_check>();
  c->node = "n1";
  c->check_id = "c";
  r.check = c;
  REQUIRE(source.add(r).ok());
  source.kv("set", "a", "1");
  source.kv("delete", "a");
  source.kv("set", "b", "2");
  CHECK(problem(archive_of(*source.now_published())) == "");
  cluster target;
  restore_request piece;
  piece.id = "r";
  piece.data.bytes = archive_of(*source.now_published());
  piece.done = true;
  REQUIRE(target.run(command_type::restore, piece).ok());
  target.kv("set", "c", "3");
  CHECK(problem(archive_of(*target.now_published())) == "");
}

TEST_CASE("null records are refused") {
  for (auto type :
       {command_type::register_node, command_type::kvs, command_type::session, command_type::coordinate_batch,
        command_type::acl_token_set, command_type::index, command_type::config_entry})
    CHECK(problem(header_of(9) + record(type, "\xc0")) ==
          "record of type " + std::to_string(static_cast<int>(type)) + ": it is null");
  CHECK(problem(header_of(9) + record(command_type::coordinate_batch, "\x91\xc0")) ==
        "record of type 6: it holds a null");
  std::string checks = "\x82\xa4Node\xa1n\xa6"
                       "Checks\x91\xc0";
  CHECK(problem(header_of(9) + record(command_type::register_node, checks)) == "record of type 0: it holds a null");
}

TEST_CASE("a null among a node's checks does not end who reads it") {
  std::string checks = "\x82\xa4Node\xa1n\xa6"
                       "Checks\x91\xc0";
  (void)read_state(header_of(9) + record(command_type::register_node, checks));
}

TEST_CASE("last indexes that no history yields are refused") {
  CHECK(problem(header_of(1)) == "");
  CHECK(problem(header_of(largest)) == "");
  for (std::uint64_t absurd : {std::uint64_t{0}, largest + 1, ~std::uint64_t{0}})
    CHECK(problem(header_of(absurd)) ==
          "header of the snapshot: LastIndex is " + std::to_string(absurd) + "; it has to be from 1 to 2^62");
  CHECK(problem("\x80") == "header of the snapshot: LastIndex is 0; it has to be from 1 to 2^62");
  CHECK_FALSE(problem("").empty());
  CHECK_FALSE(problem("\xc0").empty());
}

TEST_CASE("indexes of records that no history yields are refused") {
  CHECK(problem(header_of(9) + key_record(3, 9)) == "");
  CHECK(problem(header_of(9) + key_record(0, 0)) == "");
  CHECK(problem(header_of(9) + key_record(3, 10)) ==
        "record of type 2: ModifyIndex 10 is above the snapshot's last index 9");
  CHECK(problem(header_of(9) + key_record(4, 3)) == "record of type 2: ModifyIndex 3 is below CreateIndex 4");
  CHECK(problem(header_of(9) + key_record(largest + 1, 1)).find("CreateIndex 4611686018427387905 is above 2^62") !=
        std::string::npos);
  CHECK(problem(header_of(9) + index_record(9)) == "");
  CHECK(problem(header_of(9) + index_record(~std::uint64_t{0})).find("is above 2^62") != std::string::npos);
  auto r = on_node("n");
  auto s = std::make_shared<node_service>();
  s->id = s->name = "web";
  s->modify_index = 10;
  r.service = s;
  CHECK(problem(header_of(9) + record(command_type::register_node, msgpack::pack(r))).find("ModifyIndex 10") !=
        std::string::npos);
}

TEST_CASE("a user's own members of the same names are none of the check's concern") {
  std::string entry = "\x81\xa5"
                      "Entry\x81\xa6"
                      "Config\x81\xab"
                      "ModifyIndex\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
  CHECK(problem(header_of(9) + record(command_type::config_entry, entry)) == "");
}

TEST_CASE("a cut archive is refused wherever it is cut inside a record, and never read past its end") {
  cluster source;
  source.kv("set", "a", "1");
  auto whole = archive_of(*source.now_published());
  for (std::size_t end = 0; end < whole.size(); ++end) (void)check_archive(whole.substr(0, end));
  CHECK_FALSE(problem(whole + "\x02").empty());
  CHECK_FALSE(problem(whole + "\x02\x85").empty());
}
