#include "sim/checkers/hold_book.hpp"
#include "tests/unit/sim/operations.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

namespace {

hold_book::taking take(const char* session, int asked, int answered, int until, int delay = 200, unsigned holders = 1) {
  return {"lock", session, at(asked), at(answered), at(until), at(delay), holders};
}

} // namespace

TEST_CASE("a lock has one holder") {
  hold_book book;
  CHECK(book.acquired(take("one", 0, 1, 1000), {}).empty());
  CHECK(book.acquired(take("one", 10, 11, 1000), {}).empty());
  CHECK_FALSE(book.acquired(take("two", 500, 501, 1500), {}).empty());

  hold_book released;
  CHECK(released.acquired(take("one", 0, 1, 1000), {}).empty());
  released.may_end("one", at(400));
  CHECK(released.acquired(take("two", 500, 501, 1500), {}).empty());

  hold_book renewed;
  CHECK(renewed.acquired(take("one", 0, 1, 1000), {}).empty());
  renewed.renewed("one", at(3000));
  CHECK_FALSE(renewed.acquired(take("two", 2000, 2001, 3500), {}).empty());
}

TEST_CASE("a lock is not given within the delay of a session that was destroyed") {
  hold_book book;
  CHECK(book.acquired(take("one", 0, 1, 1000), {}).empty());
  book.may_end("one", at(400));
  book.destroyed("one", at(400), at(410));
  CHECK_FALSE(book.acquired(take("two", 500, 501, 1500), {}).empty());

  hold_book later = {};
  CHECK(later.acquired(take("one", 0, 1, 1000), {}).empty());
  later.may_end("one", at(400));
  later.destroyed("one", at(400), at(410));
  CHECK(later.acquired(take("two", 600, 700, 1700), {}).empty());

  // A holder that released it before its session was destroyed leaves no lock delay.
  hold_book given_back;
  CHECK(given_back.acquired(take("one", 0, 1, 1000), {}).empty());
  given_back.may_end("one", at(300));
  given_back.destroyed("one", at(400), at(410));
  CHECK(given_back.acquired(take("two", 500, 501, 1500), {}).empty());
}

TEST_CASE("a lock is not given within the delay of a session whose time ran out") {
  hold_book book;
  CHECK(book.acquired(take("one", 0, 1, 1000), {}).empty());
  CHECK_FALSE(book.acquired(take("two", 1100, 1101, 2000), {}).empty());

  hold_book later;
  CHECK(later.acquired(take("one", 0, 1, 1000), {}).empty());
  CHECK(later.acquired(take("two", 1100, 1201, 2000), {}).empty());
}

TEST_CASE("clocks that differ shorten what can be promised") {
  auto destroyed = [](hold_book::clocks c) {
    hold_book book;
    CHECK(book.acquired(take("one", 0, 1, 1000), c).empty());
    book.may_end("one", at(400));
    book.destroyed("one", at(400), at(410));
    return book.acquired(take("two", 500, 510, 1500), c);
  };
  CHECK_FALSE(destroyed({}).empty());
  CHECK_FALSE(destroyed({at(50), 0}).empty());
  CHECK(destroyed({at(100), 0}).empty());
  CHECK(destroyed({at(0), 1.0}).empty());
}

TEST_CASE("a semaphore has as many holders as places") {
  hold_book book;
  CHECK(book.acquired(take("one", 0, 1, 1000, 0, 2), {}).empty());
  CHECK(book.acquired(take("two", 10, 11, 1000, 0, 2), {}).empty());
  CHECK_FALSE(book.acquired(take("three", 500, 501, 1500, 0, 2), {}).empty());

  hold_book left;
  CHECK(left.acquired(take("one", 0, 1, 1000, 0, 2), {}).empty());
  CHECK(left.acquired(take("two", 10, 11, 1000, 0, 2), {}).empty());
  left.may_end("one", at(400));
  CHECK(left.acquired(take("three", 500, 501, 1500, 0, 2), {}).empty());
}

TEST_CASE("an older state that is put back brings back what nobody knows") {
  hold_book book;
  CHECK(book.acquired(take("one", 0, 1, 1000), {}).empty());
  book.forget();
  CHECK(book.acquired(take("two", 500, 501, 1500), {}).empty());
}
