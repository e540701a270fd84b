#include "storage/state/radix_tree.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using namespace praetor::state;

namespace {

using model = std::map<std::string, int>;
using tree = radix_tree<int>;

std::vector<std::pair<std::string, int>> listed(const tree& t, std::string_view prefix = {}) {
  std::vector<std::pair<std::string, int>> out;
  t.for_each(prefix, nullptr, [&](std::string_view k, int v) { out.emplace_back(k, v); });
  return out;
}

std::vector<std::pair<std::string, int>> listed(const model& m, const std::string& prefix = {}) {
  std::vector<std::pair<std::string, int>> out;
  for (auto& [k, v] : m)
    if (k.starts_with(prefix)) out.emplace_back(k, v);
  return out;
}

/// Keys with common prefixes, with zero and high bytes, and prefixes of one another.
std::string random_key(std::mt19937& random) {
  static const std::string letters("ab/\0\xff", 5);
  std::string key(random() % 7, 'a');
  for (auto& c : key) c = letters[random() % letters.size()];
  return key;
}

/// A query on a snapshot, its answer, and its watch cells.
struct question {
  bool prefix;
  std::string key;
  std::vector<std::pair<std::string, int>> answer;
  watch_set watch;
  std::shared_ptr<trigger> wake = std::make_shared<trigger>();
};

std::vector<std::pair<std::string, int>> ask(const tree& t, question& q, watch_set* watch) {
  std::vector<std::pair<std::string, int>> out;
  if (q.prefix) {
    t.for_each(q.key, watch, [&](std::string_view k, int v) { out.emplace_back(k, v); });
  } else if (auto v = t.find(q.key, watch)) {
    out.emplace_back(q.key, *v);
  }
  return out;
}

} // namespace

TEST_CASE("the tree agrees with a map, old copies stay as they were and no wake-up is lost") {
  auto seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u);
  std::mt19937 random(seed);
  tree published;
  model expected;
  std::vector<std::pair<tree, model>> old;
  std::vector<std::unique_ptr<question>> questions;
  for (int round = 0; round < 400; ++round) {
    for (int i = 0; i < 3; ++i) {
      auto q = std::make_unique<question>();
      q->prefix = random() % 2 == 0;
      q->key = random_key(random);
      // Sometimes queries an old copy, whose cells must then have fired if anything has changed since.
      bool stale = !old.empty() && random() % 4 == 0;
      const auto& asked = stale ? old[random() % old.size()].first : published;
      q->answer = ask(asked, *q, &q->watch);
      bool fired = q->watch.subscribe(q->wake);
      if (q->answer != ask(published, *q, nullptr)) {
        INFO("round " << round);
        CHECK(fired);
      }
      if (!stale) CHECK_FALSE(fired);
      if (!fired) questions.push_back(std::move(q));
    }
    // A transaction of several changes, some of them rolled back.
    auto next = published;
    auto next_model = expected;
    retired_parts retired;
    for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
      auto save = next;
      auto save_model = next_model;
      auto save_size = retired.size();
      bool roll_back = random() % 5 == 0;
      for (int steps = 1 + static_cast<int>(random() % 3); steps > 0; --steps) {
        auto key = random_key(random);
        switch (random() % 8) {
        case 0: {
          auto before = next_model.size();
          std::erase_if(next_model, [&](auto& e) { return e.first.starts_with(key); });
          CHECK(next.erase_prefix(key, retired) == before - next_model.size());
          break;
        }
        case 1:
        case 2:
        case 3: CHECK(next.erase(key, retired) == (next_model.erase(key) == 1)); break;
        default: {
          auto value = static_cast<int>(random());
          next.set(key, value, retired);
          next_model[key] = value;
        }
        }
      }
      if (roll_back) {
        next = save;
        next_model = save_model;
        retired.truncate(save_size);
      }
    }
    auto before = published;
    if (random() % 3 == 0) old.emplace_back(published, expected);
    published = next;
    expected = next_model;
    retired.wake();
    REQUIRE(listed(published) == listed(expected));
    REQUIRE(published.size() == expected.size());
    std::erase_if(questions, [&](auto& q) {
      bool changed = ask(published, *q, nullptr) != q->answer;
      if (changed) CHECK(q->wake->fired());
      CHECK(q->wake->fired() == q->watch.fired());
      return q->wake->fired();
    });
    if (old.size() > 12) old.erase(old.begin() + static_cast<long>(random() % old.size()));
    auto key = random_key(random);
    CHECK(listed(published, key) == listed(expected, key));
    const int* best = nullptr;
    for (auto& [k, v] : expected)
      if (key.starts_with(k)) best = &v;
    auto longest = published.longest_prefix(key);
    REQUIRE((longest == nullptr) == (best == nullptr));
    if (best) CHECK(*longest == *best);
    auto first = published.first(key);
    auto below = listed(expected, key);
    REQUIRE((first == nullptr) == below.empty());
    if (first) CHECK(*first == below.front().second);
    CHECK(published.has_prefix(key) == !below.empty());
  }
  for (auto& [t, m] : old) CHECK(listed(t) == listed(m));
}

TEST_CASE("a change wakes those who watch it, and nobody beside it") {
  tree t;
  retired_parts setup;
  for (auto key : {"web/1", "web/2", "web/10", "db/1", "db/2", "x", "xy"}) t.set(key, 1, setup);
  setup.wake();
  auto watch_prefix = [&](std::string_view prefix) {
    auto q = std::make_unique<question>();
    q->prefix = true;
    q->key = prefix;
    ask(t, *q, &q->watch);
    return q;
  };
  auto watch_key = [&](std::string_view key) {
    auto q = std::make_unique<question>();
    q->prefix = false;
    q->key = key;
    ask(t, *q, &q->watch);
    return q;
  };
  auto web = watch_prefix("web/"), db = watch_prefix("db/"), all = watch_prefix("");
  auto web1 = watch_key("web/1"), web2 = watch_key("web/2"), x = watch_key("x"), xy = watch_key("xy");
  auto missing = watch_key("db/7");
  retired_parts retired;
  auto base = t;
  SECTION("a value replaced") {
    t.set("web/2", 5, retired);
    retired.wake();
    CHECK(web->watch.fired());
    CHECK(all->watch.fired());
    CHECK(web2->watch.fired());
    CHECK_FALSE(web1->watch.fired());
    CHECK_FALSE(db->watch.fired());
    CHECK_FALSE(missing->watch.fired());
  }
  SECTION("a key added below another key") {
    t.set("xz", 5, retired);
    retired.wake();
    CHECK_FALSE(x->watch.fired());
    CHECK_FALSE(xy->watch.fired());
    CHECK_FALSE(web->watch.fired());
  }
  SECTION("the missing key appears") {
    t.set("db/7", 5, retired);
    retired.wake();
    CHECK(missing->watch.fired());
    CHECK(db->watch.fired());
    CHECK_FALSE(web->watch.fired());
  }
  SECTION("a subtree goes") {
    t.erase_prefix("web", retired);
    retired.wake();
    CHECK(web->watch.fired());
    CHECK(web1->watch.fired());
    CHECK(web2->watch.fired());
    CHECK_FALSE(db->watch.fired());
  }
  SECTION("nothing is woken before the new tree is out") {
    t.set("web/2", 5, retired);
    CHECK_FALSE(web->watch.fired());
    CHECK_FALSE(watch_prefix("web/")->watch.fired());
  }
}

TEST_CASE("one transaction edits its own nodes in place") {
  tree t;
  retired_parts setup;
  for (int i = 0; i < 1000; ++i) t.set("key/" + std::to_string(i), i, setup);
  CHECK(setup.size() == 0);
  auto base = t;
  retired_parts retired;
  t.set("key/500", 1, retired);
  auto once = retired.size();
  CHECK(once > 0);
  for (int i = 0; i < 100; ++i) t.set("key/500", i, retired);
  CHECK(retired.size() == once);
  CHECK(*base.find("key/500") == 500);
}

TEST_CASE("sixty thousand keys need less than seven megabytes of tree") {
  tree t;
  retired_parts retired;
  for (int i = 0; i < 60000; ++i) t.set("bench/keys/" + std::to_string(i * 7919 % 60000), i, retired);
  CHECK(t.memory() < 7'000'000);
}

TEST_CASE("a trigger fires once and a dead one leaves no trace") {
  auto cell = watch_cell_ptr::make();
  int calls = 0;
  auto kept = std::make_shared<trigger>([&] { ++calls; });
  CHECK_FALSE(cell->subscribe(kept));
  for (int i = 0; i < 10000; ++i) CHECK_FALSE(cell->subscribe(std::make_shared<trigger>()));
  CHECK(cell->subscriber_count() <= 16);
  cell->fire();
  cell->fire();
  kept->fire();
  CHECK(calls == 1);
  CHECK(cell->subscribe(kept));
}

TEST_CASE("a watch set that is full takes the coarser part") {
  watch_set set;
  std::vector<watch_cell_ptr> cells;
  for (std::size_t i = 0; i < watch_set::limit; ++i) {
    cells.push_back(watch_cell_ptr::make());
    set.add(cells.back());
    set.add(cells.back());
  }
  CHECK(set.size() == watch_set::limit);
  watch_slot fine, coarse;
  set.add(fine, coarse);
  fine.close();
  CHECK_FALSE(set.fired());
  coarse.close();
  CHECK(set.fired());
}

TEST_CASE("a moved tree keeps its keys, and the other one can be assigned to") {
  static_assert(std::is_nothrow_move_constructible_v<tree> && std::is_nothrow_move_assignable_v<tree>);
  retired_parts retired;
  tree from;
  from.set("a", 1, retired);
  tree to(std::move(from));
  CHECK(*to.find("a") == 1);
  CHECK(to.size() == 1);
  from = tree();
  CHECK(from.empty());
  from.set("b", 2, retired);
  to = std::move(from);
  CHECK(to.find("a") == nullptr);
  CHECK(*to.find("b") == 2);
}
