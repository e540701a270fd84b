#include "protocol/swim/key_queries.hpp"
#include "protocol/swim/sealing.hpp"
#include "protocol/swim/wire.hpp"

#include <catch2/catch.hpp>

#include "protocol/codec/base64.hpp"

using namespace praetor;
using namespace praetor::swim;
using Catch::Contains;

namespace {

std::string key(char fill, std::size_t size = 32) { return base64_encode(std::string(size, fill)); }

keyring ring(std::initializer_list<char> fills) {
  keyring result;
  for (char c : fills) REQUIRE(result.install(key(c)));
  return result;
}

constexpr nonce_bytes nonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

std::string unhex(std::string_view digits) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    result += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return result;
}

} // namespace

TEST_CASE("AES-GCM gives the published results") {
  // "The Galois/Counter Mode of Operation", test cases 4 (128 bits) and 16 (256 bits).
  auto raw = unhex("cafebabefacedbaddecaf888");
  nonce_bytes iv{};
  std::copy(raw.begin(), raw.end(), iv.begin());
  auto plain = unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                     "b16aedf5aa0de657ba637b39");
  auto header = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  auto key128 = unhex("feffe9928665731c6d6a8f9467308308");
  CHECK(seal(key128, iv, plain, header) ==
        unhex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b39"
              "6a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"));
  CHECK(seal(key128 + key128, iv, plain, header) ==
        unhex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e63"
              "93ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"));
}

TEST_CASE("what one key seals every ring that holds it opens") {
  for (auto size : {16, 24, 32}) {
    keyring one;
    REQUIRE(one.install(key('k', static_cast<std::size_t>(size))));
    auto both = ring({'a'});
    REQUIRE(both.install(one.encoded()[0]));
    auto packet = wrap_packet(one, {}, compose_packet({"\x03payload"}), nonce);
    CHECK(packet.size() == compose_packet({"\x03payload"}).size() + sealed_packet_overhead);
    CHECK(packet.find("payload") == std::string::npos);
    CHECK(unwrap_packet(both, {}, packet).value() == compose_packet({"\x03payload"}));
    CHECK_FALSE(unwrap_packet(ring({'a'}), {}, packet));

    auto frame = wrap_frame(one, {}, "body", nonce);
    CHECK(frame_size(frame.substr(0, frame_header_size)).value() == frame.size());
    CHECK(unwrap_frame(both, {}, frame).value() == "body");
    CHECK_THAT(unwrap_frame(ring({'a'}), {}, frame).error().text, Contains("no installed gossip key fits"));
  }
}

TEST_CASE("nothing altered is let in") {
  auto keys = ring({'a'});
  auto packet = wrap_packet(keys, {}, compose_packet({"\x03payload"}), nonce);
  auto frame = wrap_frame(keys, {}, "body", nonce);
  for (std::size_t i = 0; i < packet.size(); ++i) {
    auto altered = packet;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    CHECK_FALSE(unwrap_packet(keys, {}, altered));
    CHECK_FALSE(unwrap_packet(keys, {}, packet.substr(0, i)));
  }
  for (std::size_t i = 0; i < frame.size(); ++i) {
    auto altered = frame;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    CHECK_FALSE(unwrap_frame(keys, {}, altered));
    CHECK_FALSE(unwrap_frame(keys, {}, frame.substr(0, i)));
  }
}

TEST_CASE("encryption can be brought in step by step") {
  auto keys = ring({'a'});
  auto plain = compose_packet({"\x03payload"});
  sealing_policy neither{false, false}, sealing_only{false, true};
  CHECK(wrap_packet(keys, neither, plain, nonce) == plain);
  CHECK(unwrap_packet(keys, neither, plain).value() == plain);
  CHECK(unwrap_packet(keys, neither, wrap_packet(keys, sealing_only, plain, nonce)).value() == plain);
  CHECK_THAT(unwrap_packet(keys, {}, plain).error().text, Contains("not encrypted"));
  CHECK_THAT(unwrap_packet({}, {}, wrap_packet(keys, {}, plain, nonce)).error().text, Contains("no gossip key"));
  CHECK(wrap_packet({}, {}, plain, nonce) == plain);
  CHECK(unwrap_frame(keys, neither, wrap_frame({}, {}, "x", nonce)).value() == "x");
  CHECK_THAT(unwrap_frame(keys, {}, wrap_frame({}, {}, "x", nonce)).error().text, Contains("not encrypted"));
}

TEST_CASE("keys are installed, used and removed") {
  auto keys = ring({'a'});
  REQUIRE(keys.install(key('b')));
  REQUIRE(keys.install(key('b'))); // already installed
  CHECK(keys.encoded() == std::vector<std::string>{key('a'), key('b')});
  CHECK(keys.use(key('c')).error().text == "Requested key is not in the keyring");
  CHECK(keys.remove(key('a')).error().text == "Removing the primary key is not allowed");
  REQUIRE(keys.use(key('b')));
  CHECK(keys.encoded() == std::vector<std::string>{key('b'), key('a')});
  REQUIRE(keys.remove(key('a')));
  REQUIRE(keys.remove(key('x')));
  CHECK(keys.encoded() == std::vector<std::string>{key('b')});
  CHECK(keys.install(key('s', 20)).error().text == "key size must be 16, 24 or 32 bytes");
  CHECK(keys.install("!").error().text == "illegal base64 data at input byte 0");
}

TEST_CASE("a key ring file is a JSON list, the primary key first") {
  auto keys = ring({'a', 'b'});
  CHECK(keys.to_json() == "[\n  \"" + key('a') + "\",\n  \"" + key('b') + "\"\n]");
  CHECK(keyring::parse(keys.to_json()).value() == keys);
  CHECK_THAT(keyring::parse("[]").error().text, Contains("at least one"));
  CHECK_THAT(keyring::parse("{").error().text, Contains("JSON list"));
  CHECK_THAT(keyring::parse("[\"abc\"]").error().text, Contains("base64"));
  CHECK(keyring::of_key(key('a', 16)).value().keys().size() == 1);
}

TEST_CASE("key queries change the ring and say how it went") {
  auto keys = ring({'a'});
  bool changed = false;
  key_tally tally(4);
  auto ask = [&](key_operation op, const std::string& payload) { return answer_key_query(keys, op, payload, changed); };
  tally.add("n1", ask(key_operation::install, key_query_payload(key('b'))));
  CHECK(changed);
  tally.add("n2", ask(key_operation::install, key_query_payload(key('b'))));
  CHECK_FALSE(changed);
  CHECK(tally.error() == "2/4 nodes reported success");
  tally.add("n3", ask(key_operation::remove, key_query_payload(key('a'))));
  tally.add("n4", "\xc1");
  CHECK(tally.complete());
  CHECK(tally.error() == "2/4 nodes reported failure");
  CHECK(tally.messages.at("n3") == "Removing the primary key is not allowed");

  key_tally listed(2);
  listed.add("n1", ask(key_operation::list, ""));
  REQUIRE(keys.use(key('b')));
  listed.add("n2", ask(key_operation::list, ""));
  CHECK(listed.error().empty());
  CHECK(listed.keys == std::map<std::string, std::size_t>{{key('a'), 2}, {key('b'), 2}});
  CHECK(listed.primary_keys == std::map<std::string, std::size_t>{{key('a'), 1}, {key('b'), 1}});

  for (char c = 'c'; c < 'z'; ++c) REQUIRE(keys.install(key(c)));
  auto cut = ask(key_operation::list, "");
  CHECK(cut.size() <= 960);
  key_tally cut_tally(1);
  cut_tally.add("n1", cut);
  CHECK(cut_tally.error().empty());
  CHECK_THAT(cut_tally.messages.at("n1"), Contains("truncated key list response, showing first"));

  keyring none;
  key_tally refused(1);
  refused.add("n1", answer_key_query(none, key_operation::use, key_query_payload(key('a')), changed));
  CHECK(refused.messages.at("n1") == "No keyring to modify (encryption not enabled)");
  CHECK(key_operation_of("_serf_use-key") == key_operation::use);
  CHECK_FALSE(key_operation_of("_serf_ping"));
}
