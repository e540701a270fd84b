#include "protocol/base/big_endian.hpp"
#include "protocol/base/fnv.hpp"
#include "protocol/base/hex.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace praetor;

namespace {

template <class T>
void check_both_ways(T value, const std::string& digits) {
  std::string bytes;
  append_big_endian(bytes, value);
  CHECK(hex(bytes) == digits);
  CHECK(read_big_endian(bytes) == value);
  bytes += "rest";
  std::string_view in = bytes;
  CHECK(take_big_endian<T>(in) == value);
  CHECK(in == "rest");
}

} // namespace

TEST_CASE("numbers are written with the most significant byte first, and read back") {
  check_both_ways<std::uint8_t>(0xa5, "a5");
  check_both_ways<std::uint16_t>(0x0102, "0102");
  check_both_ways<std::uint32_t>(0xfffefdfc, "fffefdfc");
  check_both_ways<std::uint64_t>(0x0102030405060708, "0102030405060708");
  check_both_ways<std::uint64_t>(std::numeric_limits<std::uint64_t>::max(), "ffffffffffffffff");
}

TEST_CASE("nothing is taken off bytes that are too few") {
  std::string_view in = "abc";
  CHECK_FALSE(take_big_endian<std::uint32_t>(in));
  CHECK(in == "abc");
  CHECK(read_big_endian("") == 0);
}

// The authors' test vectors (draft-eastlake-fnv, appendix C).
TEST_CASE("the FNV hashes have the published values") {
  CHECK(fnv::of_1<std::uint32_t>("") == 0x811c9dc5u);
  CHECK(fnv::of_1<std::uint32_t>("a") == 0x050c5d7eu);
  CHECK(fnv::of_1<std::uint32_t>("foobar") == 0x31f0b262u);
  CHECK(fnv::of_1a<std::uint32_t>("a") == 0xe40c292cu);
  CHECK(fnv::of_1a<std::uint32_t>("foobar") == 0xbf9cf968u);
  CHECK(fnv::of_1<std::uint64_t>("") == 0xcbf29ce484222325u);
  CHECK(fnv::of_1<std::uint64_t>("a") == 0xaf63bd4c8601b7beu);
  CHECK(fnv::of_1<std::uint64_t>("foobar") == 0x340d8765a4dda9c2u);
  CHECK(fnv::of_1a<std::uint64_t>("a") == 0xaf63dc4c8601ec8cu);
  CHECK(fnv::of_1a<std::uint64_t>("foobar") == 0x85944171f73967e8u);
}
