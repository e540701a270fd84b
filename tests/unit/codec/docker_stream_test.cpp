#include "protocol/codec/docker_stream.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::string_literals;

namespace {

std::string piece(char stream, const std::string& text) {
  return stream + "\0\0\0\0\0\0"s + static_cast<char>(text.size()) + text;
}

} // namespace

TEST_CASE("the output of a container is both of its streams, however the bytes arrive") {
  auto bytes = piece(1, "out") + piece(2, "err\n") + piece(1, "") + piece(1, "more");
  for (std::size_t size : {1u, 3u, 8u, 100u}) {
    docker_stream streams;
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += size) out += streams.take(bytes.substr(at, size));
    CHECK(out == "outerr\nmore");
  }
}

TEST_CASE("what is no stream of a container is said once, and gives no other output") {
  for (const auto& bytes : {"plain text of a terminal"s, "\x04\0\0\0\0\0\0\x01x"s, "\x01\x01\0\0\0\0\0\x01x"s}) {
    docker_stream streams;
    CHECK(streams.take(bytes) == "\n(the rest of the output is no multiplexed stream)");
    CHECK(streams.take(piece(1, "late")).empty());
  }
  docker_stream truncated;
  CHECK(truncated.take("\x01\0\0\0\xff\xff\xff\xff"
                       "abc"s) == "abc");
  docker_stream half;
  CHECK(half.take("\x01\0\0"s).empty());
}
