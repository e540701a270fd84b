#include "protocol/types/same_record.hpp"

#include "protocol/types/catalog.hpp"
#include "protocol/types/kv.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

health_check some_check() {
  health_check c;
  c.node = "n1";
  c.check_id = c.name = "tcp";
  c.status = "passing";
  c.interval = "10s";
  return c;
}

template <class Record, class Edit>
bool same_after(const Record& record, Edit edit) {
  auto other = record;
  edit(other);
  return same_record(record, other) && same_record(other, record);
}

} // namespace

TEST_CASE("indexes are no difference between records") {
  auto move_on = [](auto& r) { r.create_index = 5, r.modify_index = 7; };
  CHECK(same_after(node{}, move_on));
  CHECK(same_after(node_service{}, move_on));
  CHECK(same_after(some_check(), move_on));
  CHECK(same_after(kv_entry{}, move_on));
}

TEST_CASE("how often a check runs is no difference of its record, and its result is one") {
  auto check = some_check();
  CHECK(same_after(check, [](auto& c) { c.type = "tcp"; }));
  CHECK(same_after(check, [](auto& c) { c.interval = "30s"; }));
  CHECK(same_after(check, [](auto& c) { c.timeout = "1s"; }));
  CHECK(same_after(check, [](auto& c) { c.exposed_port = 21500; }));
  CHECK(same_after(check, [](auto& c) { c.node = "N1"; }));
  CHECK_FALSE(same_after(check, [](auto& c) { c.check_id = "TCP"; }));
  CHECK_FALSE(same_after(check, [](auto& c) { c.output = "refused"; }));
  CHECK_FALSE(same_after(check, [](auto& c) { c.service_tags = {"v2"}; }));
  CHECK_FALSE(same_after(check, [](auto& c) { c.definition.tcp = "localhost:80"; }));
}

TEST_CASE("what a service or node shows is a difference of its record") {
  CHECK(same_after(node_service{}, [](auto& s) { s.locally_registered_as_sidecar = true; }));
  CHECK_FALSE(same_after(node_service{}, [](auto& s) { s.weights = service_weights{}; }));
  CHECK_FALSE(same_after(node_service{}, [](auto& s) { s.proxy.mode = "direct"; }));
  CHECK_FALSE(same_after(node_service{}, [](auto& s) { s.enable_tag_override = true; }));
  CHECK_FALSE(same_after(node{}, [](auto& n) { n.meta = {{"a", "b"}}; }));
  CHECK_FALSE(same_after(node{}, [](auto& n) { n.name = "other"; }));
  CHECK_FALSE(same_after(kv_entry{}, [](auto& e) { e.flags = 1; }));
}
