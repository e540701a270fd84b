#include "sim/checkers/acknowledged.hpp"
#include "sim/checkers/stale_reads.hpp"
#include "sim/checkers/value_book.hpp"
#include "tests/unit/sim/operations.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

namespace {

stale_reads::answer answer(const char* value, std::uint64_t index, int called, int returned,
                           std::optional<duration> contact = {}) {
  return {"x", value, "server1", 1, index, contact, at(called), at(returned), 0};
}

history of(std::vector<operation> operations) {
  history h;
  for (auto& op : operations) h.begin(std::move(op));
  return h;
}

} // namespace

TEST_CASE("a stale read shows only what was there") {
  auto h = of({wrote("a", 0, 1), lost(wrote("b", 10, 11)), wrote("c", 100, 101)});
  stale_reads good;
  good.saw(answer("", 0, 5, 6), {});
  good.saw(answer("a", 7, 12, 13), {});
  good.saw(answer("b", 8, 14, 15), {});
  CHECK(good.judge(h).empty());

  stale_reads invented;
  invented.saw(answer("z", 7, 12, 13), {});
  CHECK(invented.judge(h).size() == 1);

  stale_reads early;
  early.saw(answer("c", 9, 12, 13), {});
  CHECK(early.judge(h).size() == 1);
}

TEST_CASE("what one life of a server shows never goes back") {
  auto h = of({wrote("a", 0, 1), wrote("b", 2, 3)});
  stale_reads back;
  back.saw(answer("b", 8, 10, 11), {});
  back.saw(answer("a", 7, 12, 13), {});
  CHECK(back.judge(h).size() == 1);

  stale_reads at_once;
  at_once.saw(answer("b", 8, 10, 13), {});
  at_once.saw(answer("a", 7, 12, 14), {});
  CHECK(at_once.judge(h).empty());

  auto restored = answer("a", 7, 12, 13);
  restored.restores = 1;
  stale_reads put_back;
  put_back.saw(answer("b", 8, 10, 11), {});
  put_back.saw(restored, {});
  CHECK(put_back.judge(h).empty());

  // A follower applies the restored state later than the leader, but only once.
  auto still_there = answer("b", 8, 10, 11);
  still_there.restores = 1;
  stale_reads follower;
  follower.saw(still_there, {});
  follower.saw(restored, {});
  CHECK(follower.judge(h).empty());
  auto again = answer("b", 8, 14, 15), back_again = answer("a", 7, 16, 17);
  again.restores = back_again.restores = 1;
  follower.saw(again, {});
  follower.saw(back_again, {});
  CHECK(follower.judge(h).size() == 1);
}

TEST_CASE("a server that is cut off says how old its news is") {
  history h = of({wrote("a", 0, 1)});
  stale_reads honest;
  honest.saw(answer("a", 7, 9000, 9001, at(7500)), at(1000));
  CHECK(honest.judge(h).empty());
  stale_reads liar;
  liar.saw(answer("a", 7, 9000, 9001, at(100)), at(1000));
  CHECK(liar.judge(h).size() == 1);
  stale_reads in_touch;
  in_touch.saw(answer("a", 7, 9000, 9001, at(100)), {});
  CHECK(in_touch.judge(h).empty());
}

TEST_CASE("an unknown write that a stale read shows has happened before that") {
  std::vector<operation> operations{lost(wrote("b", 10, 11)), lost(wrote("c", 10, 11))};
  stale_reads seen;
  seen.saw(answer("b", 8, 14, 15), {});
  seen.settle(operations);
  CHECK(operations[0].ended == outcome::ok);
  CHECK(operations[0].end == at(15));
  CHECK(operations[1].ended == outcome::unknown);
}

TEST_CASE("a value keeps its ModifyIndex, and an answer shows every change up to its index") {
  value_book book;
  CHECK(book.saw("x", "a", 7, 7).empty());
  CHECK(book.saw("x", "a", 7, 9).empty());
  CHECK_FALSE(book.saw("x", "a", 8, 8).empty());

  value_book complete;
  CHECK(complete.saw("x", "a", 7, 9).empty());
  CHECK(complete.saw("x", "b", 10, 10).empty());
  CHECK(complete.judge().empty());
  CHECK(complete.saw("x", "a", 7, 12).empty());
  CHECK(complete.judge().size() == 1);
}

TEST_CASE("an acknowledged write that is gone at the end is lost") {
  auto h = of({wrote("a", 0, 1), wrote("b", 2, 3), lost(wrote("c", 0, 1))});
  CHECK(lost_writes(h, {{"x", "b"}}, "server1").empty());
  CHECK(lost_writes(h, {{"x", "c"}}, "server1").empty());
  CHECK(lost_writes(h, {{"x", "a"}}, "server1").size() == 1);
  CHECK(lost_writes(h, {{"x", ""}}, "server1").size() == 1);
  // Of two overlapping writes either may be the last one.
  auto both = of({wrote("a", 0, 5), wrote("b", 2, 3)});
  CHECK(lost_writes(both, {{"x", "a"}}, "server1").empty());
  CHECK(lost_writes(both, {{"x", "b"}}, "server1").empty());
}
