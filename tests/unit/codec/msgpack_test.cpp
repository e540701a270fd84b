#include "protocol/codec/msgpack.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/types/catalog.hpp"
#include "protocol/types/commands.hpp"
#include "protocol/types/kv.hpp"
#include "shapes.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

using namespace praetor;
using shapes::everything;

namespace {

everything filled() {
  everything x;
  x.text = std::string(40, 'a');
  x.flag = true;
  x.number = -5;
  x.tiny = 255;
  x.big = 18446744073709551615u;
  x.real = 1.5;
  x.color = shapes::color::green;
  x.fruit = shapes::fruit::pear;
  x.tags = {"x", "y"};
  x.inners = {{80, {"l"}, {{"b", 2}, {"a", 1}}}, {}};
  x.by_name = {{"k", {}}};
  x.maybe = shapes::inner{1, {}, {}};
  x.shared = std::make_shared<shapes::inner>(shapes::inner{7, {}, {}});
  x.wait = std::chrono::minutes{1};
  x.delay = std::chrono::seconds{-15};
  x.at = timestamp{1700000000, 5};
  x.bytes.bytes = std::string(70'000, '\xff');
  x.any.json() = {{"b", {1, -2, 2.5, nullptr, true, nlohmann::json::object()}}, {"a", "<"}};
  return x;
}

/// The member names of an encoded struct.
std::vector<std::string> keys_of(std::string_view bytes) {
  msgpack::reader in(bytes);
  std::size_t size = 0;
  std::vector<std::string> keys;
  for (in.begin_map(size); size > 0 && !in.failed(); --size) {
    std::string_view key;
    in.text(key);
    in.skip();
    keys.emplace_back(key);
  }
  return keys;
}

/// Consul's encoding of a struct has all members of ours, and survives a round trip through it.
template <class T>
std::size_t check_record(std::string_view bytes) {
  T value{};
  std::size_t consumed = 0;
  auto done = msgpack::unpack(bytes, value, &consumed);
  REQUIRE(done);
  auto theirs = keys_of(bytes), ours = keys_of(msgpack::pack(value));
  for (const auto& key : ours) {
    INFO(key);
    CHECK(std::find(theirs.begin(), theirs.end(), key) != theirs.end());
  }
  auto again = msgpack::unpack<T>(msgpack::pack(value));
  REQUIRE(again);
  CHECK(msgpack::pack(*again) == msgpack::pack(value));
  CHECK(json::to_string(*again) == json::to_string(value));
  return consumed;
}

} // namespace

TEST_CASE("integers take the shortest form") {
  struct {
    std::int64_t value;
    const char* bytes;
  } cases[] = {{0, "00"},
               {127, "7f"},
               {128, "cc80"},
               {255, "ccff"},
               {256, "cd0100"},
               {65536, "ce00010000"},
               {4294967296, "cf0000000100000000"},
               {-1, "ff"},
               {-32, "e0"},
               {-33, "d0df"},
               {-128, "d080"},
               {-129, "d1ff7f"},
               {-32769, "d2ffff7fff"},
               {-2147483649, "d3ffffffff7fffffff"}};
  for (const auto& c : cases) {
    CHECK(hex(msgpack::pack(c.value)) == c.bytes);
    CHECK(msgpack::unpack<std::int64_t>(msgpack::pack(c.value)).value() == c.value);
  }
  CHECK(hex(msgpack::pack(std::uint64_t{18446744073709551615u})) == "cfffffffffffffffff");
}

TEST_CASE("texts are raw of the old specification in all lengths") {
  CHECK(hex(msgpack::pack(std::string("ab"))) == "a26162");
  CHECK(hex(msgpack::pack(std::string(32, 'a'))).substr(0, 8) == "da002061");
  CHECK(hex(msgpack::pack(std::string(65536, 'a'))).substr(0, 12) == "db0001000061");
  // The newer forms are accepted.
  CHECK(msgpack::unpack<std::string>("\xd9\x02"
                                     "ab")
            .value() == "ab");
  CHECK(msgpack::unpack<blob>("\xc4\x02"
                              "ab")
            .value()
            .bytes == "ab");
}

TEST_CASE("a struct is a map in the order of packed names") {
  auto keys = keys_of(msgpack::pack(everything{}));
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  CHECK(std::find(keys.begin(), keys.end(), "Embedded") != keys.end());
  CHECK(std::find(keys.begin(), keys.end(), "Nested") == keys.end());
  CHECK(hex(msgpack::pack(shapes::inner{80, {}, {}})) == "83a44c697374c0a34d6170c0a4506f727450");
}

TEST_CASE("times are Go's binary form") {
  CHECK(hex(msgpack::pack(timestamp{})) == "af010000000000000000"
                                           "00000000"
                                           "ffff");
  timestamp t{1700000000, 5};
  CHECK(msgpack::unpack<timestamp>(msgpack::pack(t)).value() == t);
  CHECK(msgpack::unpack<timestamp>(std::string("\xd6\xff\x00\x00\x00\x07", 6)).value() == timestamp{7, 0});
}

TEST_CASE("what was packed is unpacked") {
  auto x = filled();
  auto bytes = msgpack::pack(x);
  everything back;
  std::size_t consumed = 0;
  REQUIRE(msgpack::unpack(bytes + "more", back, &consumed));
  CHECK(consumed == bytes.size());
  CHECK(json::to_string(back) == json::to_string(x));
  CHECK(msgpack::pack(back) == bytes);
}

TEST_CASE("unknown members are skipped and missing ones left alone") {
  std::string bytes;
  msgpack::write_map_header(bytes, 3);
  msgpack::write_text(bytes, "Zzz");
  msgpack::write_free_form(bytes, free_form(nlohmann::json{{"deep", {1, {2, {3}}}}}));
  msgpack::write_text(bytes, "Port");
  msgpack::write_unsigned(bytes, 5);
  msgpack::write_text(bytes, "Aaa");
  msgpack::write_nil(bytes);
  shapes::inner value{1, {"kept"}, {}};
  REQUIRE(msgpack::unpack(bytes, value));
  CHECK(value.port == 5);
  CHECK(value.list == string_list{"kept"});
}

TEST_CASE("bytes that promise too much or have the wrong shape are refused") {
  auto error = [](std::string_view bytes, auto into) {
    auto done = msgpack::unpack(bytes, into);
    return done ? std::string() : done.error().text;
  };
  CHECK(error("", std::string{}) == "MessagePack: the data ends too early at byte 0");
  CHECK(error("\xdb\xff\xff\xff\xff", std::string{}) == "MessagePack: the data ends too early at byte 0");
  CHECK(error("\xdd\xff\xff\xff\xff", string_list{}) == "MessagePack: the data ends too early at byte 0");
  CHECK(error("\xdf\xff\xff\xff\xff", string_map{}) == "MessagePack: the data ends too early at byte 0");
  CHECK(error("\xc1", std::string{}) == "MessagePack: invalid type byte at byte 0");
  CHECK(error("\x05", std::string{}) == "MessagePack: found an integer instead of text at byte 0");
  CHECK(error("\xcd\x01\x01", std::uint8_t{}).starts_with("MessagePack: integer out of range"));
  CHECK(error("\xff", std::uint64_t{}).starts_with("MessagePack: integer out of range"));
  CHECK(error(std::string(100'000, '\x91'), free_form{}).starts_with("MessagePack: nested too deep"));
  // Skipping has no depth limit.
  std::string bytes = "\x81\xa3Zzz" + std::string(100'000, '\x91') + "\x01";
  CHECK(error(bytes, shapes::inner{}) == "");
}

TEST_CASE("records of a Consul snapshot are understood and kept whole") {
  std::ifstream file(PRAETOR_TEST_DATA "/consul_records.bin", std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  auto all = content.str();
  REQUIRE_FALSE(all.empty());
  std::string_view rest = all;
  std::size_t records = 0;
  while (!rest.empty()) {
    auto type = static_cast<int>(rest.front());
    rest.remove_prefix(1);
    INFO("record type " << type);
    std::size_t consumed = 0;
    if (type == 0)
      consumed = check_record<register_request>(rest);
    else if (type == 2)
      consumed = check_record<kv_entry>(rest);
    else if (type == 3)
      consumed = check_record<session>(rest);
    else if (type == 9)
      consumed = check_record<autopilot_config>(rest);
    REQUIRE(consumed > 0);
    rest.remove_prefix(consumed);
    ++records;
  }
  CHECK(records > 8);
}

TEST_CASE("the memory that objects take is in proportion to the bytes that they are made of") {
  auto list_of = [](std::size_t size, char element) {
    std::string bytes;
    msgpack::write_list_header(bytes, size);
    return bytes + std::string(size, element);
  };
  constexpr std::size_t many = 500'000;
  std::vector<txn_op> ops;
  CHECK(msgpack::unpack(list_of(many, '\xc0'), ops)
            .error()
            .text.starts_with("MessagePack: more objects than its size allows"));
  CHECK(ops.size() * sizeof(txn_op) < 64 * many + (128 << 10));
  std::vector<health_check_ptr> checks;
  CHECK_FALSE(msgpack::unpack(list_of(many, '\x80'), checks));
  // Many small elements are legitimate.
  string_list texts;
  CHECK(msgpack::unpack(list_of(many, '\xa0'), texts));
  free_form any;
  CHECK(msgpack::unpack(list_of(many, '\xc0'), any));
  txn_request smallest;
  smallest.ops.resize(128);
  for (auto& op : smallest.ops) op.kv = txn_kv_op{"get", {}};
  CHECK(msgpack::unpack<txn_request>(msgpack::pack(smallest)));
}

TEST_CASE("mutated bytes never crash the reader") {
  auto x = filled();
  x.bytes.bytes = "short";
  auto good = msgpack::pack(x);
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = good;
    for (unsigned n = random() % 4 + 1; n > 0 && !bytes.empty(); --n) {
      auto at = random() % bytes.size();
      if (random() % 2 == 0)
        bytes[at] = static_cast<char>(random());
      else
        bytes.erase(at, random() % 8);
    }
    if (auto read = msgpack::unpack<everything>(bytes)) CHECK(msgpack::unpack<everything>(msgpack::pack(*read)));
    free_form any;
    (void)msgpack::unpack(bytes, any);
  }
}
