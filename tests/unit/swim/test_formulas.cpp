#include "protocol/base/randomness.hpp"
#include "protocol/swim/broadcast_queue.hpp"
#include "protocol/swim/formulas.hpp"
#include "protocol/swim/suspicion.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace praetor;
using namespace praetor::swim;
using namespace std::chrono_literals;

TEST_CASE("a broadcast is sent multiplier x ceil(log10(n + 1)) times") {
  struct row {
    std::size_t n, times;
  };
  for (auto [n, times] : {row{0, 0}, row{1, 4}, row{8, 4}, row{9, 4}, row{10, 8}, row{99, 8}, row{100, 12},
                          row{999, 12}, row{1000, 16}, row{99'999, 20}})
    CHECK(retransmit_limit(4, n) == times);
}

TEST_CASE("a suspicion lasts at least multiplier x max(1, log10 n) probe intervals") {
  CHECK(suspicion_minimum(4, 0, 1s) == 4s);
  CHECK(suspicion_minimum(4, 5, 1s) == 4s);
  CHECK(suspicion_minimum(4, 10, 1s) == 4s);
  CHECK(suspicion_minimum(4, 50, 1s) == 6792ms);
  CHECK(suspicion_minimum(4, 100, 1s) == 8s);
  CHECK(suspicion_minimum(4, 1000, 1s) == 12s);
  CHECK(suspicion_minimum(6, 1000, 5s) == 90s);
  CHECK(suspicion_minimum(3, 10, 100ms) == 300ms);
}

TEST_CASE("confirmations are wanted only where there are members to give them") {
  CHECK(confirmations_wanted(4, 3) == 0);
  CHECK(confirmations_wanted(4, 4) == 2);
  CHECK(confirmations_wanted(6, 5) == 0);
  CHECK(confirmations_wanted(6, 100) == 4);
  CHECK(confirmations_wanted(3, 3) == 1);
  CHECK(confirmations_wanted(2, 100) == 0);
}

TEST_CASE("each confirmation shortens a suspicion, down to the minimum") {
  CHECK(suspicion_timeout(0, 0, 2s, 30s) == 2s);
  CHECK(suspicion_timeout(0, 3, 2s, 30s) == 30s);
  CHECK(suspicion_timeout(1, 3, 2s, 30s) == 16s);
  CHECK(suspicion_timeout(2, 3, 2s, 30s) == 7810ms);
  CHECK(suspicion_timeout(3, 3, 2s, 30s) == 2s);
  CHECK(suspicion_timeout(4, 3, 2s, 30s) == 2s);
}

TEST_CASE("a suspicion counts each member that confirms it once, and its first one not at all") {
  const time_point start(1h);
  suspicion s("a", 2, 4s, 24s, start);
  CHECK(s.deadline() == start + 24s);
  CHECK_FALSE(s.confirm("a"));
  CHECK(s.confirm("b"));
  CHECK_FALSE(s.confirm("b"));
  CHECK(s.confirmed() == 1);
  CHECK(s.deadline() < start + 24s);
  CHECK(s.confirm("c"));
  CHECK(s.deadline() == start + 4s);
  CHECK_FALSE(s.confirm("d"));
}

TEST_CASE("states are exchanged less often in larger pools") {
  struct row {
    std::size_t n;
    int factor;
  };
  for (auto [n, factor] : {row{1, 1}, row{32, 1}, row{33, 2}, row{64, 2}, row{65, 3}, row{128, 3}, row{1000, 6}})
    CHECK(push_pull_period(30s, n) == 30s * factor);
}

TEST_CASE("a query waits gossip interval x 16 x ceil(log10(n + 1))") {
  CHECK(query_timeout(200ms, 16, 1) == 3200ms);
  CHECK(query_timeout(200ms, 16, 9) == 3200ms);
  CHECK(query_timeout(200ms, 16, 10) == 6400ms);
  CHECK(query_timeout(500ms, 16, 100) == 24s);
}

TEST_CASE("draws take each element once and depend on the seed alone") {
  std::mt19937_64 random(5), same(5);
  std::vector<int> numbers{1, 2, 3, 4, 5, 6, 7, 8};
  auto some = draw_some(numbers, 3, random);
  CHECK(some == draw_some(numbers, 3, same));
  std::sort(some.begin(), some.end());
  CHECK(std::unique(some.begin(), some.end()) == some.end());
  CHECK(draw_some(numbers, 20, random).size() == 8);
  auto mixed = numbers;
  shuffle(mixed, random);
  CHECK(mixed != numbers);
  CHECK(std::is_permutation(mixed.begin(), mixed.end(), numbers.begin()));
}

namespace {

std::vector<std::string> take(broadcast_queue& q, std::size_t budget, std::size_t limit,
                              std::vector<std::uint64_t>* finished = nullptr) {
  std::vector<std::string> result;
  std::vector<std::uint64_t> ignored;
  q.take(result, budget, 2, limit, finished ? *finished : ignored);
  return result;
}

} // namespace

TEST_CASE("the queue hands out what was sent least often, then the longest, then the newest") {
  broadcast_queue q;
  q.add("aa", "");
  q.add("bbbb", "");
  q.add("cc", "");
  CHECK(take(q, 100, 3) == std::vector<std::string>{"bbbb", "cc", "aa"});
  q.add("d", "");
  CHECK(take(q, 100, 3) == std::vector<std::string>{"d", "bbbb", "cc", "aa"});
  CHECK(take(q, 100, 3) == std::vector<std::string>{"d", "bbbb", "cc", "aa"});
  CHECK(take(q, 100, 3) == std::vector<std::string>{"d"});
  CHECK(q.empty());
}

TEST_CASE("the queue fills the room that there is with what fits") {
  broadcast_queue q;
  q.add(std::string(50, 'x'), "");
  q.add("small", "");
  q.add("tiny", "");
  CHECK(take(q, 13, 9).size() == 2);
  CHECK(take(q, 6, 9) == std::vector<std::string>{"tiny"});
  CHECK(take(q, 1, 9).empty());
  CHECK(q.size() == 3);
}

TEST_CASE("a message replaces the one about the same subject, sent ones too") {
  broadcast_queue q;
  CHECK(q.add("old", "n1", 7) == 0);
  take(q, 100, 5);
  CHECK(q.add("new", "n1", 8) == 7);
  CHECK(q.add("other", "n2") == 0);
  CHECK(take(q, 100, 5) == std::vector<std::string>{"other", "new"});
  CHECK(q.size() == 2);
}

TEST_CASE("who waits for a message learns when it was sent often enough or dropped") {
  broadcast_queue q;
  std::vector<std::uint64_t> finished;
  q.add("a", "", 1);
  take(q, 100, 2, &finished);
  CHECK(finished.empty());
  take(q, 100, 2, &finished);
  CHECK(finished == std::vector<std::uint64_t>{1});
  q.add("b", "", 2), q.add("c", "", 3), q.add("ddd", "", 4);
  finished.clear();
  CHECK(q.trim(1, finished) == 2);
  CHECK(finished == std::vector<std::uint64_t>{2, 3});
  CHECK(take(q, 100, 9) == std::vector<std::string>{"ddd"});
}
