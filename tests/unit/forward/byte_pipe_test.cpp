#include "actors/rpc/byte_pipe.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

TEST_CASE("a pipe gives back the bytes in order, in pieces as large as the reader likes") {
  byte_pipe pipe(100);
  CHECK(pipe.write("abc"));
  CHECK(pipe.write("defgh"));
  CHECK(pipe.take(2).bytes == "ab");
  CHECK(pipe.take(3).bytes == "cde");
  CHECK(pipe.waiting() == 3);
  pipe.finish();
  auto last = pipe.take(100);
  CHECK(last.bytes == "fgh");
  CHECK(last.end);
  CHECK_FALSE(last.failed);
}

TEST_CASE("a pipe takes no more than its window") {
  byte_pipe pipe(10);
  CHECK(pipe.write("0123456789"));
  CHECK_FALSE(pipe.write("x"));
  pipe.take(1);
  CHECK(pipe.write("x"));
  CHECK(pipe.waiting() == 10);
}

TEST_CASE("the writer hears once when half of the window is free") {
  byte_pipe pipe(10);
  int heard = 0;
  pipe.on_room([&] { ++heard; });
  CHECK(heard == 1);
  pipe.write("01234567");
  pipe.on_room([&] { ++heard; });
  pipe.take(2);
  CHECK(heard == 1);
  pipe.take(1);
  CHECK(heard == 2);
  pipe.take(5);
  CHECK(heard == 2);
}

TEST_CASE("the reader hears of bytes and of the end") {
  byte_pipe pipe(10);
  int heard = 0;
  pipe.on_readable([&] { ++heard; });
  CHECK(heard == 0);
  pipe.write("a");
  CHECK(heard == 1);
  pipe.take(10);
  pipe.on_readable([&] { ++heard; });
  pipe.finish();
  CHECK(heard == 2);
  CHECK(pipe.take(10).end);
}

TEST_CASE("what was written before a failure still reaches the reader, and the failure after it") {
  byte_pipe pipe(10);
  pipe.write("ab");
  pipe.fail({"the disk is gone", 507});
  CHECK_FALSE(pipe.write("c"));
  auto first = pipe.take(1);
  CHECK(first.bytes == "a");
  CHECK_FALSE(first.failed);
  auto last = pipe.take(10);
  CHECK(last.bytes == "b");
  REQUIRE(last.failed);
  CHECK(last.failed->status == 507);
  CHECK_FALSE(last.end);
}

TEST_CASE("a reader that leaves frees the writer") {
  byte_pipe pipe(10);
  int room = 0, closed = 0;
  pipe.write("0123456789");
  pipe.on_room([&] { ++room; });
  pipe.on_closed([&] { ++closed; });
  pipe.close();
  CHECK(room == 1);
  CHECK(closed == 1);
  CHECK(pipe.closed());
  CHECK(pipe.waiting() == 0);
  CHECK_FALSE(pipe.write("x"));
  pipe.on_room([&] { ++room; });
  pipe.on_closed([&] { ++closed; });
  CHECK(room == 2);
  CHECK(closed == 2);
}
