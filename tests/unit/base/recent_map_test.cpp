#include "protocol/base/recent_map.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

TEST_CASE("a map of what was used recently forgets the rest") {
  recent_map<int> m(2);
  m.insert("a", 1);
  m.insert("b", 2);
  CHECK(*m.find("a") == 1);
  m.insert("c", 3);
  CHECK(m.find("b") == nullptr);
  CHECK(*m.find("a") == 1);
  m.insert("a", 4);
  CHECK(*m.find("a") == 4);
  CHECK(m.size() == 2);
  m.erase("a");
  CHECK(m.find("a") == nullptr);
}

TEST_CASE("a map of a bounded cost forgets as many as the new value needs") {
  recent_map<int> m(10);
  m.insert("a", 1, 4);
  m.insert("b", 2, 4);
  m.insert("c", 3, 2);
  CHECK(m.size() == 3);
  m.find("a");
  m.insert("d", 4, 5);
  CHECK(m.find("b") == nullptr);
  CHECK(m.find("c") == nullptr);
  CHECK(*m.find("a") == 1);
  CHECK(*m.find("d") == 4);
  m.insert("d", 5, 1); // the replaced value's cost is released
  m.insert("e", 6, 5);
  CHECK(m.size() == 3);
}

TEST_CASE("the value just inserted stays, however large it is") {
  recent_map<int> m(10);
  m.insert("a", 1);
  m.insert("large", 2, 11);
  CHECK(m.size() == 1);
  CHECK(*m.find("large") == 2);
  m.insert("b", 3);
  CHECK(m.find("large") == nullptr);
  CHECK(*m.find("b") == 3);
  m.clear();
  CHECK(m.size() == 0);
  m.insert("c", 4, 10);
  CHECK(m.size() == 1);
}
