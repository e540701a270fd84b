#include "protocol/types/joined_key.hpp"
#include "storage/state/tables.hpp"

#include "cluster.hpp"

#include <map>
#include <random>

using namespace praetor;
using namespace praetor::state;

namespace {

using parts = std::vector<std::string>;

/// Texts of the bytes that keys are built with, and of a letter.
std::string awkward(std::mt19937& random) {
  constexpr std::string_view bytes{"\0\x01\x02\x03"
                                   "a",
                                   5};
  std::string out;
  for (auto left = random() % 4; left > 0; --left) out += bytes[random() % bytes.size()];
  return out;
}

std::string key_of(const parts& p) {
  if (p.size() == 2) return tree_key({p[0], p[1]});
  if (p.size() == 3) return tree_key({p[0], p[1], p[2]});
  return tree_key({p[0], p[1], p[2], p[3]});
}

} // namespace

TEST_CASE("no two tuples of one tree have the same key, whatever bytes are in them") {
  std::mt19937 random(7);
  for (std::size_t arity = 2; arity <= 4; ++arity) {
    std::map<std::string, parts> seen;
    for (int i = 0; i < 20000; ++i) {
      parts p;
      for (std::size_t n = 0; n < arity; ++n) p.push_back(awkward(random));
      auto [it, fresh] = seen.emplace(key_of(p), p);
      REQUIRE((fresh || it->second == p));
    }
  }
}

TEST_CASE("a prefix finds the keys that begin with its parts, and no others") {
  std::mt19937 random(8);
  for (int i = 0; i < 20000; ++i) {
    auto a = awkward(random), b = awkward(random), c = awkward(random), d = awkward(random);
    REQUIRE(tree_key({c, d, "x"}).starts_with(tree_prefix({a, b})) == (a == c && b == d));
    REQUIRE(tree_key({c, d}).starts_with(tree_prefix({a})) == (a == c));
  }
}

TEST_CASE("keys stand in the order of their parts") {
  std::mt19937 random(9);
  for (int i = 0; i < 20000; ++i) {
    parts a{awkward(random), awkward(random)}, b{awkward(random), awkward(random)};
    auto unsigned_less = [](const std::string& x, const std::string& y) {
      return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(),
                                          [](unsigned char l, unsigned char r) { return l < r; });
    };
    bool less = a[0] != b[0] ? unsigned_less(a[0], b[0]) : unsigned_less(a[1], b[1]);
    REQUIRE(unsigned_less(key_of(a), key_of(b)) == less);
  }
}

TEST_CASE("keys of plain names are what they look like") {
  CHECK(tree_key({"", "node", "id"}) == std::string("\0node\0id", 8));
  CHECK(tree_prefix({"", "node"}) == std::string("\0node\0", 6));
}

TEST_CASE("joined keys differ whenever their parts do") {
  std::mt19937 random(10);
  std::map<std::string, parts> seen;
  for (int i = 0; i < 50000; ++i) {
    parts p;
    joined_key key;
    for (auto left = random() % 4; left > 0; --left) key.add(p.emplace_back(awkward(random)));
    auto [it, fresh] = seen.emplace(key.text(), p);
    REQUIRE((fresh || it->second == p));
  }
  CHECK(joined_key{"ab", "c"}.text() != joined_key{"a", "bc"}.text());
}

TEST_CASE(
    "an entry whose node name holds the separator of keys touches nothing of the node whose name it begins with") {
  cluster c;
  const std::string odd("a\0b", 3);
  CHECK(c.add(with_service(on_node("a"), "web")).ok());
  CHECK(!c.add(with_service(on_node(odd), "x")).ok());
  c.remove(odd);
  CHECK(node_services(*c.now_published(), "a", nullptr).value.services.size() == 1);
  CHECK(node_services(*c.now_published(), odd, nullptr).value.services.empty());
}
