#include "frontends/http/compressor.hpp"
#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <zlib.h>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

/// Decompresses gzip; nothing if it is damaged. Truncated data gives its readable part.
std::optional<std::string> unpack(const std::string& packed, bool* whole = nullptr) {
  z_stream z{};
  REQUIRE(inflateInit2(&z, 15 + 16) == Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  char buffer[4096];
  int result = Z_OK;
  while (result == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(buffer);
    z.avail_out = sizeof buffer;
    result = inflate(&z, Z_SYNC_FLUSH);
    out.append(buffer, sizeof buffer - z.avail_out);
    if (z.avail_in == 0 && z.avail_out != 0) break;
  }
  inflateEnd(&z);
  if (whole) *whole = result == Z_STREAM_END;
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return std::nullopt;
  return out;
}

std::string request(const std::string& path, const std::string& headers = "", const std::string& version = "1.1") {
  return "GET " + path + " HTTP/" + version + "\r\nHost: a\r\n" + headers + "\r\n";
}

const std::string gzip = "Accept-Encoding: gzip\r\n";

} // namespace

TEST_CASE("bodies are compressed from 1400 bytes on, for those who ask") {
  test_server server;
  raw_client client(server.port());
  auto plain = parse_answer(client.send(request("/text/1400")).answer());
  CHECK_FALSE(plain.headers.contains("content-encoding"));
  auto small = parse_answer(client.send(request("/text/1399", gzip)).answer());
  CHECK_FALSE(small.headers.contains("content-encoding"));
  CHECK(small.body.size() == 1399);
  auto packed = parse_answer(client.send(request("/text/1400", gzip)).answer());
  CHECK(packed.headers["content-encoding"] == "gzip");
  CHECK(packed.body.size() < 500);
  CHECK(unpack(packed.body) == plain.body);
}

TEST_CASE("bytes that are sent again are not compressed again") {
  gzip_cache cache;
  auto body = bytes(std::string(5000, 'x'));
  auto other_holder = body;
  auto first = cache.compress(body);
  CHECK(cache.compress(body) == first);
  auto second = cache.compress(bytes(std::string(5000, 'y')));
  CHECK(second != first);
  CHECK(unpack(*second) == std::string(5000, 'y'));
}

TEST_CASE("a streamed answer arrives piece by piece and ends") {
  test_server server;
  raw_client client(server.port());
  client.send(request("/keep") + request("/echo"));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto stream = (*exchange)->respond_stream(text_answer("head "));
  stream->write(bytes("one "));
  std::string seen;
  while (seen.find("one ") == std::string::npos) seen += client.read_some();
  stream->write(bytes("two"));
  stream->write(bytes(""));
  while (seen.find("two") == std::string::npos) seen += client.read_some();
  stream->finish();
  while (seen.find("0\r\n\r\n") == std::string::npos) seen += client.read_some();
  auto end = seen.find("0\r\n\r\n") + 5;
  auto answer = parse_answer(seen.substr(0, end));
  CHECK(answer.whole);
  CHECK(answer.body == "head one two");
  // The next response may have arrived too, in part or whole.
  while (!seen.ends_with("GET /echo")) seen += client.read_some();
}

TEST_CASE("a compressed stream can be read as it comes") {
  test_server server;
  raw_client client(server.port());
  client.send(request("/keep", gzip));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto stream = (*exchange)->respond_stream(text_answer(""));
  stream->write(bytes("first line\n"));
  std::string seen;
  while (unpack(parse_answer(seen).body) != "first line\n") seen += client.read_some();
  CHECK(parse_answer(seen).headers["content-encoding"] == "gzip");
  stream->write(bytes("second line\n"));
  stream->finish();
  seen += client.answer(true);
  while (!parse_answer(seen).whole) seen += client.read_some();
  bool whole = false;
  CHECK(unpack(parse_answer(seen).body, &whole) == "first line\nsecond line\n");
  CHECK(whole);
}

TEST_CASE("to a client of HTTP/1.0 a stream ends with the connection") {
  test_server server;
  raw_client client(server.port());
  client.send(request("/keep", "Connection: keep-alive\r\n", "1.0"));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto stream = (*exchange)->respond_stream(text_answer("a"));
  stream->write(bytes("b"));
  stream->finish();
  CHECK(client.rest() == "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nab");
}

TEST_CASE("a stream that is let go in the middle can be told from a whole one") {
  test_server server;
  raw_client client(server.port());
  client.send(request("/keep"));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  (*exchange)->respond_stream(text_answer("part"))->write(bytes("ial"));
  auto answer = parse_answer(client.rest());
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.whole);
}

TEST_CASE("whoever writes faster than the client reads is told, and goes on when it has read") {
  test_server server;
  raw_client client(server.port());
  client.send(request("/keep"));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto stream = (*exchange)->respond_stream(text_answer(""));
  auto piece = bytes(std::string(100000, 'x'));
  std::size_t pieces = 0, waiting = 0;
  while (waiting < 3'000'000) {
    waiting = stream->write(piece);
    ++pieces;
  }
  stream->on_drained([&] { server.cancelled.put("drained"); });
  std::thread writer([&] {
    CHECK(server.cancelled.take() == "drained");
    stream->write(bytes("end"));
    stream->finish();
  });
  auto answer = parse_answer(client.answer());
  writer.join();
  CHECK(answer.whole);
  CHECK(answer.body.size() == pieces * 100000 + 3);
  CHECK(stream->closed());
}

TEST_CASE("a stream that nobody reads ends before it fills the memory") {
  server_options options;
  options.limits.max_stream_backlog = 1'000'000;
  test_server server(std::move(options));
  raw_client client(server.port());
  client.send(request("/keep"));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto stream = (*exchange)->respond_stream(text_answer(""));
  auto piece = bytes(std::string(1'000'000, 'x'));
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) most = std::max(most, stream->write(piece));
  CHECK(most <= 2'000'000);
  CHECK_FALSE(parse_answer(client.rest()).whole);
}

TEST_CASE("a client that leaves a stream cancels it") {
  test_server server;
  auto client = std::make_unique<raw_client>(server.port());
  client->send(request("/keep"));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  (*exchange)->on_cancel([&] { server.cancelled.put("gone"); });
  auto stream = (*exchange)->respond_stream(text_answer("x"));
  client->answer(true);
  client.reset();
  CHECK(server.cancelled.take() == "gone");
  CHECK(stream->closed());
  CHECK(stream->write(bytes("y")) == 0);
  bool at_once = false;
  stream->on_drained([&] { at_once = true; });
  CHECK(at_once);
}
