#include "sim/clients.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;
using kind = operation::kind;

namespace {

duration at(int ms) { return std::chrono::milliseconds(ms); }

operation wrote(const char* value, int from, int to) {
  return {kind::write, value, {}, true, outcome::ok, at(from), at(to)};
}
operation read(const char* value, int from, int to) {
  return {kind::read, value, {}, true, outcome::ok, at(from), at(to)};
}
operation lost(const char* value, int from) {
  return {kind::write, value, {}, true, outcome::unknown, at(from), duration::max()};
}
operation compared(const char* expected, const char* value, bool applied, int from, int to) {
  return {kind::compare, value, expected, applied, outcome::ok, at(from), at(to)};
}

} // namespace

TEST_CASE("the search for an order accepts what can be explained and nothing else") {
  CHECK(linearizable({}));
  CHECK(linearizable({wrote("a", 0, 1), read("a", 2, 3)}));
  CHECK_FALSE(linearizable({wrote("a", 0, 1), read("", 2, 3)}));
  // Reads that overlap a write may see either value, but not the new one and then the old one.
  CHECK(linearizable({wrote("a", 0, 9), read("", 1, 2), read("a", 3, 4)}));
  CHECK_FALSE(linearizable({wrote("a", 0, 9), read("a", 1, 2), read("", 3, 4)}));
  // What was not acknowledged may take effect, late or never.
  CHECK(linearizable({wrote("a", 0, 1), lost("b", 2), read("a", 3, 4), read("b", 5, 6)}));
  CHECK(linearizable({wrote("a", 0, 1), lost("b", 2), read("a", 3, 4)}));
  CHECK_FALSE(linearizable({wrote("a", 0, 1), lost("b", 2), read("b", 3, 4), read("a", 5, 6)}));
  // Of two that compare with the same value one wins.
  CHECK(linearizable({wrote("a", 0, 1), compared("a", "b", true, 2, 5), compared("a", "c", false, 2, 5)}));
  CHECK_FALSE(linearizable({wrote("a", 0, 1), compared("a", "b", true, 2, 5), compared("a", "c", true, 2, 5)}));
  CHECK_FALSE(linearizable({wrote("a", 0, 1), compared("a", "b", false, 2, 5)}));
}

TEST_CASE("a value keeps its ModifyIndex") {
  history h;
  CHECK(h.saw_index("kv/0", "a", 7).empty());
  CHECK(h.saw_index("kv/0", "a", 7).empty());
  CHECK_FALSE(h.saw_index("kv/0", "a", 8).empty());
}

TEST_CASE("the lock book objects to two holders and to a lock within its delay") {
  lock_book book;
  CHECK(book.acquired("lock", "one", at(0), at(1), at(1000)).empty());
  CHECK_FALSE(book.acquired("lock", "two", at(500), at(501), at(1500)).empty());

  lock_book released;
  CHECK(released.acquired("lock", "one", at(0), at(1), at(1000)).empty());
  released.may_end("one", at(400));
  CHECK(released.acquired("lock", "two", at(500), at(501), at(1500)).empty());

  lock_book destroyed;
  CHECK(destroyed.acquired("lock", "one", at(0), at(1), at(1000)).empty());
  destroyed.may_end("one", at(400));
  destroyed.destroyed("one", at(400), at(410), at(200));
  CHECK_FALSE(destroyed.acquired("lock", "two", at(500), at(501), at(1500)).empty());
  CHECK(destroyed.acquired("lock", "two", at(700), at(701), at(1700)).empty());
}
