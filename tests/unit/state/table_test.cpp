#include "storage/state/table.hpp"

#include "storage/state/tables.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::state;

namespace {

struct pet {
  std::string id, name, owner;
  string_list toys;
};

struct pet_schema {
  using record = pet;
  static constexpr std::string_view name = "pets", index_row = "pets";
  static constexpr auto kind = command_type::kvs;
  static void raise_rows(const table_writer& w, const pet& p) { w.raise("owner." + p.owner); }

  static std::string_view key(const pet& p) { return p.id; }
  static std::string by_name(const pet& p) { return p.name; }
  static std::string by_owner(const pet& p) { return p.owner.empty() ? std::string{} : p.owner + "/" + p.id; }
  static std::string by_letter(const pet& p) { return p.name.substr(0, 1) + p.id; }
  static string_list by_toy(const pet& p) {
    auto out = p.toys;
    for (auto& toy : out) toy += "/" + p.id;
    return out;
  }
  using indexes = index_list<table_index<"name", by_name, index_flags::unique>, table_index<"owner", by_owner>,
                             table_index<"letter", by_letter, index_flags::every_record>,
                             table_index<"toy", by_toy, index_flags::keys_only>>;
};

/// A table with the context of its writes.
struct pet_shop {
  table<pet_schema> pets;
  radix_tree<std::uint64_t> indexes;
  retired_parts retired;
  change_list changes;
  std::uint64_t index = 1;

  table_writer writer() { return {indexes, retired, index, &changes}; }
  void put(pet p) { pets.put(writer(), std::make_shared<const pet>(std::move(p))); }
};

template <class Tree>
string_list keys_in(const Tree& tree) {
  string_list out;
  tree.for_each([&](std::string_view key, const auto&) { out.emplace_back(key); });
  return out;
}

} // namespace

TEST_CASE("the indexes of a table follow its records") {
  pet_shop shop;
  shop.put({"1", "rex", "ann", {"ball", "bone"}});
  shop.put({"2", "tom", "", {}});
  CHECK(keys_in(shop.pets.by<"name">()) == string_list{"rex", "tom"});
  CHECK(keys_in(shop.pets.by<"owner">()) == string_list{"ann/1"});
  CHECK(keys_in(shop.pets.by<"letter">()) == string_list{"r1", "t2"});
  CHECK(keys_in(shop.pets.by<"toy">()) == string_list{"ball/1", "bone/1"});

  shop.put({"1", "max", "bob", {"bone", "stick"}});
  CHECK(shop.pets.size() == 2);
  CHECK(keys_in(shop.pets.by<"name">()) == string_list{"max", "tom"});
  CHECK(keys_in(shop.pets.by<"owner">()) == string_list{"bob/1"});
  CHECK(keys_in(shop.pets.by<"letter">()) == string_list{"m1", "t2"});
  CHECK(keys_in(shop.pets.by<"toy">()) == string_list{"bone/1", "stick/1"});
  CHECK((*shop.pets.by<"owner">().find("bob/1"))->name == "max");

  CHECK(shop.pets.erase(shop.writer(), "1")->name == "max");
  CHECK_FALSE(shop.pets.erase(shop.writer(), "1"));
  CHECK(keys_in(shop.pets.by<"name">()) == string_list{"tom"});
  CHECK(shop.pets.by<"owner">().empty());
  CHECK(shop.pets.by<"toy">().empty());
}

TEST_CASE("a record that takes over a unique key replaces the other one") {
  pet_shop shop;
  shop.put({"1", "rex", "ann", {}});
  shop.put({"2", "rex", "bob", {}});
  CHECK(keys_in(shop.pets) == string_list{"2"});
  CHECK(keys_in(shop.pets.by<"name">()) == string_list{"rex"});
  CHECK(keys_in(shop.pets.by<"owner">()) == string_list{"bob/2"});
}

TEST_CASE("a prefix is erased with all entries of its records") {
  pet_shop shop;
  shop.put({"a1", "rex", "ann", {"ball"}});
  shop.put({"a2", "tom", "ann", {}});
  shop.put({"b1", "max", "bob", {"bone"}});
  shop.index = 9;
  CHECK(shop.pets.erase_prefix(shop.writer(), "c") == 0);
  CHECK(*shop.indexes.find("pets") == 1);
  CHECK(shop.pets.erase_prefix(shop.writer(), "a") == 2);
  CHECK(*shop.indexes.find("pets") == 9);
  CHECK(keys_in(shop.pets) == string_list{"b1"});
  CHECK(keys_in(shop.pets.by<"name">()) == string_list{"max"});
  CHECK(keys_in(shop.pets.by<"toy">()) == string_list{"bone/b1"});
}

TEST_CASE("every write of a table raises its index rows") {
  pet_shop shop;
  shop.put({"1", "rex", "ann", {}});
  shop.index = 5;
  shop.put({"2", "tom", "bob", {}});
  CHECK(*shop.indexes.find("pets") == 5);
  CHECK(*shop.indexes.find("owner.ann") == 1);
  CHECK(*shop.indexes.find("owner.bob") == 5);
  shop.index = 7;
  shop.pets.erase(shop.writer(), "1");
  CHECK(*shop.indexes.find("pets") == 7);
  CHECK(*shop.indexes.find("owner.ann") == 7);
}

TEST_CASE("a write of a table wakes those who watch the record by any of its keys") {
  pet_shop shop;
  shop.put({"1", "rex", "ann", {}});
  shop.put({"2", "tom", "bob", {}});
  auto published = shop.pets;
  watch_set by_id, by_name, by_owner, of_another;
  published.find("1", &by_id);
  published.by<"name">().find("rex", &by_name);
  published.by<"owner">().has_prefix("ann/", &by_owner);
  published.by<"name">().find("tom", &of_another);
  shop.put({"1", "rex", "ann", {"ball"}});
  shop.retired.wake();
  CHECK(by_id.fired());
  CHECK(by_name.fired());
  CHECK(by_owner.fired());
  CHECK_FALSE(of_another.fired());
}

TEST_CASE("each write of a table is a change with the record before and after") {
  pet_shop shop;
  shop.put({"1", "rex", "ann", {}});
  shop.index = 2;
  shop.put({"1", "max", "ann", {}});
  shop.index = 3;
  shop.pets.erase_prefix(shop.writer(), "");
  REQUIRE(shop.changes.size() == 3);
  CHECK(is_of<pet_schema>(shop.changes[0]));
  CHECK_FALSE(is_of<kv_schema>(shop.changes[0]));
  CHECK_FALSE(before_in<pet_schema>(shop.changes[0]));
  CHECK(after_in<pet_schema>(shop.changes[0])->name == "rex");
  CHECK(before_in<pet_schema>(shop.changes[1])->name == "rex");
  CHECK(after_in<pet_schema>(shop.changes[1])->name == "max");
  CHECK(before_in<pet_schema>(shop.changes[2])->name == "max");
  CHECK_FALSE(after_in<pet_schema>(shop.changes[2]));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(shop.changes[i].key == "1");
    CHECK(shop.changes[i].index == i + 1);
  }
}

namespace {

/// A table whose key functions may change after a record was written.
struct moody_schema {
  using record = pet;
  static constexpr std::string_view name = "moody";
  static constexpr auto kind = command_type::kvs;
  static inline std::string_view changed; ///< the index whose keys change

  static std::string_view key(const pet& p) { return p.id; }
  static std::string by_name(const pet& p) { return changed == "name" ? p.name + "!" : p.name; }
  static string_list by_toy(const pet& p) { return changed == "toy" ? string_list{} : p.toys; }
  using indexes = index_list<table_index<"name", by_name>, table_index<"toy", by_toy, index_flags::keys_only>>;
};

} // namespace

TEST_CASE("an index that lacks an entry, or has one too many, is found") {
  pet_shop shop;
  table<moody_schema> pets;
  pets.put(shop.writer(), std::make_shared<const pet>(pet{"1", "rex", "", {"ball", "ball"}}));
  CHECK(pets.wrong_index() == "");
  for (std::string_view index : {"name", "toy"}) {
    moody_schema::changed = index;
    CHECK(pets.wrong_index() == index);
  }
  moody_schema::changed = {};
}

TEST_CASE("each table of a struct is visited once, in order") {
  using pets = table<pet_schema>;
  auto visited = [](const auto& tables) {
    std::vector<const void*> out;
    for_each_member(tables, [&](const auto& table) { out.push_back(&table); });
    return out;
  };
  struct single {
    pets a;
  } one;
  CHECK(visited(one) == std::vector<const void*>{&one.a});
  struct triple {
    pets a;
    table<kv_schema> b;
    pets c;
  } three;
  CHECK(visited(three) == std::vector<const void*>{&three.a, &three.b, &three.c});
  struct most {
    pets a, b, c, d, e, f, g, h;
  } eight;
  CHECK(visited(eight) ==
        std::vector<const void*>{&eight.a, &eight.b, &eight.c, &eight.d, &eight.e, &eight.f, &eight.g, &eight.h});
}
