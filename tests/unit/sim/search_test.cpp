#include "sim/checkers/search.hpp"
#include "tests/unit/sim/operations.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

namespace {

constexpr std::uint64_t plenty = 100'000;

bool explained(const std::vector<operation>& operations) {
  auto found = find_order(operations, plenty);
  CHECK(found != verdict::undecided);
  return found == verdict::explained;
}

} // namespace

TEST_CASE("the search for an order accepts what can be explained and nothing else") {
  CHECK(explained({}));
  CHECK(explained({wrote("a", 0, 1), read("a", 2, 3)}));
  CHECK_FALSE(explained({wrote("a", 0, 1), read("", 2, 3)}));
  CHECK_FALSE(explained({read("a", 2, 3)}));
  // Reads that overlap a write may see either value, but not the new one and then the old one.
  CHECK(explained({wrote("a", 0, 9), read("", 1, 2), read("a", 3, 4)}));
  CHECK_FALSE(explained({wrote("a", 0, 9), read("a", 1, 2), read("", 3, 4)}));
  // A deletion is a write of nothing.
  CHECK(explained({wrote("a", 0, 1), wrote("", 2, 3), read("", 4, 5)}));
  CHECK_FALSE(explained({wrote("a", 0, 1), wrote("", 2, 3), read("a", 4, 5)}));
}

TEST_CASE("what is unknown may take effect late or never, but only once") {
  CHECK(explained({wrote("a", 0, 1), lost(wrote("b", 2, 3)), read("a", 3, 4), read("b", 5, 6)}));
  CHECK(explained({wrote("a", 0, 1), lost(wrote("b", 2, 3)), read("a", 3, 4)}));
  CHECK_FALSE(explained({wrote("a", 0, 1), lost(wrote("b", 2, 3)), read("b", 3, 4), read("a", 5, 6)}));
  CHECK_FALSE(
      explained({wrote("a", 0, 1), lost(wrote("b", 2, 3)), read("b", 3, 4), wrote("c", 5, 6), read("b", 7, 8)}));
  // Not before it was invoked.
  CHECK_FALSE(explained({read("b", 0, 1), lost(wrote("b", 2, 3))}));
  // A read without an answer means nothing; a failed operation has not happened.
  CHECK(explained({lost(read("never", 0, 1))}));
  auto failed = wrote("a", 0, 1);
  failed.ended = outcome::fail;
  CHECK_FALSE(explained({failed, read("a", 2, 3)}));
  // One unknown change may depend on another.
  CHECK(explained({lost(wrote("a", 0, 1)), lost(compared("a", "b", true, 2, 3)), read("b", 4, 5)}));
  CHECK_FALSE(explained({lost(compared("a", "b", true, 2, 3)), read("b", 4, 5)}));
}

TEST_CASE("of two that compare with the same value one wins") {
  CHECK(explained({wrote("a", 0, 1), compared("a", "b", true, 2, 5), compared("a", "c", false, 2, 5)}));
  CHECK_FALSE(explained({wrote("a", 0, 1), compared("a", "b", true, 2, 5), compared("a", "c", true, 2, 5)}));
  CHECK_FALSE(explained({wrote("a", 0, 1), compared("a", "b", false, 2, 5)}));
  // An unknown change may be the reason for a failed condition.
  CHECK(explained({wrote("a", 0, 1), lost(wrote("z", 0, 1)), compared("a", "b", false, 2, 5)}));
}

TEST_CASE("several registers change at one moment") {
  auto both = with({put("x", "1"), put("y", "1")}, 0, 9);
  auto see = [](const char* x, const char* y, int from, int to) { return with({is("x", x), is("y", y)}, from, to); };
  CHECK(explained({both, see("", "", 1, 2), see("1", "1", 3, 4)}));
  CHECK_FALSE(explained({both, see("1", "", 1, 2)}));
  CHECK_FALSE(explained({both, see("1", "1", 1, 2), see("", "", 3, 4)}));
  // The transaction was rejected: one failed condition is reason enough, none is no reason.
  auto refused = with({is("x", "1"), is("y", "2"), put("x", "3")}, 10, 11);
  refused.refused = true;
  CHECK(explained({both, refused, see("1", "1", 12, 13)}));
  auto without_reason = with({is("x", "1"), is("y", "1"), put("x", "3")}, 10, 11);
  without_reason.refused = true;
  CHECK_FALSE(explained({both, without_reason}));
}

TEST_CASE("an unknown change of several registers may have been seen in one after it was replaced in another") {
  auto unknown = lost(with({put("x", "1"), put("y", "1")}, 0, 1));
  CHECK(explained({unknown, with({put("y", "2")}, 2, 3), with({is("x", "1"), is("y", "2")}, 4, 5)}));
  CHECK_FALSE(explained({unknown, with({put("y", "2")}, 2, 3), with({is("x", ""), is("y", "1")}, 4, 5)}));
  // It can only have happened while its condition held.
  auto comparing = lost(with({is("y", "0"), put("x", "1"), put("y", "1")}, 2, 3));
  CHECK(explained({with({put("y", "0")}, 0, 1), comparing, with({put("y", "2")}, 4, 5), with({is("x", "1")}, 6, 7)}));
}

TEST_CASE("a lock may pass on by the end of a session, and not otherwise") {
  auto take = [](const char* session, int from, int to) {
    return with({{step::kind::one_of, "x", {"", session}}, put("x", session)}, from, to);
  };
  auto ends = lost(with({{step::kind::replace, "x", {"one", ""}}}, 5, 6));
  CHECK(explained({take("one", 0, 1), ends, take("two", 7, 8)}));
  CHECK_FALSE(explained({take("one", 0, 1), take("two", 7, 8)}));
  CHECK_FALSE(explained({take("one", 0, 1), ends, take("two", 3, 4)}));
}

TEST_CASE("what can't be decided within the bound is said to be undecided, never to be fine") {
  std::vector<operation> hard;
  // Many concurrent writes that reads do not order, and a read that none of them explains.
  static const char* values[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"};
  for (auto* v : values) hard.push_back(wrote(v, 0, 100));
  hard.push_back(read("never written", 0, 100));
  CHECK(find_order(hard, 1000) == verdict::undecided);
  CHECK(find_order({wrote("a", 0, 1), read("a", 2, 3)}, 1000) == verdict::explained);
  CHECK(find_order({wrote("a", 0, 1), read("a", 2, 3)}, 0) == verdict::undecided);
}
