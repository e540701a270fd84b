#include "protocol/codec/grpc_health.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace praetor;
using namespace std::string_literals;

namespace {

std::string framed_message(const std::string& message) {
  return "\0\0\0\0"s + static_cast<char>(message.size()) + message;
}

} // namespace

TEST_CASE("a health request names its service, or none for the server as a whole") {
  CHECK(encode_health_request("") == "\0\0\0\0\0"s);
  CHECK(encode_health_request("web") == "\0\0\0\0\x05\x0a\x03web"s);
  std::string name(300, 'n');
  CHECK(encode_health_request(name) == "\0\0\0\x01\x2f\x0a\xac\x02"s + name);
}

TEST_CASE("the status of a health response is its field 1, whatever else it has") {
  struct row {
    std::string message;
    std::uint64_t status;
  };
  for (const auto& r : std::vector<row>{
           {"", 0},
           {"\x08\x01", 1},
           {"\x08\x02", 2},
           {"\x08\x01\x08\x02", 2},                         // the last one wins
           {"\x12\x03"s + "abc" + "\x08\x01", 1},           // a text
           {"\x10\x96\x01\x08\x01", 1},                     // a number
           {"\x19"s + std::string(8, 'x') + "\x08\x01", 1}, // fixed 64
           {"\x1d"s + std::string(4, 'x') + "\x08\x01", 1}, // fixed 32
       }) {
    auto read = decode_health_response(framed_message(r.message));
    REQUIRE(read);
    CHECK(*read == r.status);
  }
  CHECK(decode_health_response("").value() == 0);
  CHECK(serving_status_name(0) == "UNKNOWN");
  CHECK(serving_status_name(1) == "SERVING");
  CHECK(serving_status_name(2) == "NOT_SERVING");
  CHECK(serving_status_name(3) == "SERVICE_UNKNOWN");
  CHECK(serving_status_name(77) == "77");
  CHECK(serving_status_name(~0ull) == "-1");
}

TEST_CASE("a malformed health response is refused with gRPC's words") {
  const std::string internal = "rpc error: code = Internal desc = ";
  const auto undecodable =
      internal + "grpc: failed to unmarshal the received message: proto: cannot parse invalid wire-format data";
  struct row {
    std::string body, text;
  };
  for (const auto& r : std::vector<row>{
           {"\0\0"s, internal + "unexpected EOF"},
           {"\0\0\0\0\x05\x08\x01"s, internal + "unexpected EOF"},
           {"\0\xff\xff\xff\xff\x08\x01"s, internal + "unexpected EOF"},
           {"\x01\0\0\0\x02\x08\x01"s, internal + "grpc: compressed flag set with identity or empty encoding"},
           {framed_message("\x08\x01") + framed_message("\x08\x01"),
            "rpc error: code = Unknown desc = grpc: client streaming protocol violation: get <nil>, want <EOF>"},
           {framed_message("\x08"), undecodable},
           {framed_message("\x08" + std::string(11, '\xff')), undecodable},
           {framed_message("\x12\x09" + "ab"s), undecodable},
           {framed_message("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), undecodable},
           {framed_message("\x0b"), undecodable},      // a group
           {framed_message("\x01\x01"s), undecodable}, // field 0
           {framed_message("\x1d" + "ab"s), undecodable},
       }) {
    auto read = decode_health_response(r.body);
    REQUIRE_FALSE(read);
    CHECK(read.error().text == r.text);
  }
}

TEST_CASE("codes and messages of gRPC are shown as its Go client shows them") {
  CHECK(grpc_code_name(0) == "OK");
  CHECK(grpc_code_name(5) == "NotFound");
  CHECK(grpc_code_name(16) == "Unauthenticated");
  CHECK(grpc_code_name(17) == "Code(17)");
  CHECK(grpc_code_name(-1) == "Code(-1)");
  CHECK(decode_grpc_message("no%20such%C3%A4") == "no such\xc3\xa4");
  CHECK(decode_grpc_message("100%") == "100%");
  CHECK(decode_grpc_message("%zz%2") == "%zz%2");
  CHECK(grpc_error_text("NotFound", "gone") == "rpc error: code = NotFound desc = gone");
}
