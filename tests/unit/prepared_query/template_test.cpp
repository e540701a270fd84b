#include "protocol/prepared_query/query_template.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

prepared_query make_template(std::string name, std::string service) {
  prepared_query q;
  q.id = "f";
  q.name = std::move(name);
  q.shape.type = "name_prefix_match";
  q.selection.service = std::move(service);
  return q;
}

std::string fault_of(const prepared_query& q) {
  auto made = query_template::compile(q);
  return made ? std::string() : made.error().text;
}

prepared_query rendered(const prepared_query& q, std::string_view name, std::string_view segment = {}) {
  auto made = query_template::compile(q);
  REQUIRE(made);
  auto out = (*made)->render(name, segment);
  REQUIRE(out);
  return *out;
}

} // namespace

TEST_CASE("a template fills in the parts of the name") {
  auto q = make_template("geo-", "${name.suffix}");
  q.selection.near = "${name.prefix}x";
  q.selection.tags = string_list{"${name.full}", "plain", "s${agent.segment}"};
  auto out = rendered(q, "geo-db", "alpha");
  CHECK(out.selection.service == "db");
  CHECK(out.selection.near == "geo-x");
  CHECK(out.selection.tags == string_list{"geo-db", "plain", "salpha"});
  CHECK(out.name == "geo-");
  CHECK(out.id == "f");
}

TEST_CASE("a template fills in all texts of the selection, and no others") {
  auto q = make_template("x", "${name.full}");
  q.token = q.session = q.dns.ttl = "${name.full}";
  q.selection.failover.datacenters = string_list{"${name.full}-dc"};
  q.selection.failover.targets = {{"${name.full}-peer", "${name.full}-dc"}};
  q.selection.ignored_checks = string_list{"${name.full}-check"};
  q.selection.node_meta = string_map{{"${name.full}", "${name.full}-value"}};
  q.selection.service_meta = string_map{{"k", "${name.full}-value"}};
  q.selection.sameness_group = "${name.full}-group";
  q.selection.peer = "${name.full}-peer";
  auto out = rendered(q, "xy");
  CHECK(out.token == "${name.full}");
  CHECK(out.session == "${name.full}");
  CHECK(out.dns.ttl == "${name.full}");
  CHECK(out.selection.failover.datacenters == string_list{"xy-dc"});
  CHECK(out.selection.failover.targets.front() == query_failover_target{"xy-peer", "xy-dc"});
  CHECK(out.selection.ignored_checks == string_list{"xy-check"});
  CHECK(out.selection.node_meta == string_map{{"${name.full}", "xy-value"}});
  CHECK(out.selection.service_meta == string_map{{"k", "xy-value"}});
  CHECK(out.selection.sameness_group == "xy-group");
  CHECK(out.selection.peer == "xy-peer");
}

TEST_CASE("the regular expression takes the name apart") {
  auto q = make_template("geo-", "${match(2)}");
  q.shape.regexp = "^geo-(.*?)-([^\\-]+?)(-x)?$";
  q.selection.tags = string_list{"${match(1)}", "${match(0)}", "${match(3)}", "${match(4)}"};
  auto out = rendered(q, "geo-master-redis");
  CHECK(out.selection.service == "redis");
  CHECK(out.selection.tags == string_list{"master", "geo-master-redis", "", ""});
  CHECK(rendered(q, "geo-none").selection.service.empty());
}

TEST_CASE("empty tags are removed on request") {
  auto q = make_template("", "s");
  q.selection.tags = string_list{"", "${match(1)}", "a"};
  CHECK(rendered(q, "n").selection.tags == string_list{"", "", "a"});
  q.shape.remove_empty_tags = true;
  CHECK(rendered(q, "n").selection.tags == string_list{"a"});
  q.selection.tags.clear();
  CHECK(rendered(q, "n").selection.tags == string_list{});
}

TEST_CASE("a suffix is what follows the prefix in its own letters") {
  CHECK(rendered(make_template("Geo-", "${name.suffix}"), "geo-db").selection.service == "geo-db");
  CHECK(rendered(make_template("geo-", "${name.suffix}"), "geo-").selection.service.empty());
  CHECK(rendered(make_template("", "${name.suffix}"), "db").selection.service == "db");
}

TEST_CASE("faults of templates are told when they are compiled") {
  auto q = make_template("a", "s");
  q.shape.type = "nope";
  CHECK(fault_of(q) == "Bad Template.Type 'nope'");
  q = make_template("a", "${");
  CHECK(fault_of(q) ==
        "Bad format '${' in Service.Service: parse error at 1:3: expected expression but found end of string");
  q = make_template("a", "s");
  q.selection.tags = string_list{"a", "${nope}"};
  CHECK(fault_of(q) == "Bad evaluation for '${nope}' in Service.Tags[1]: 1:3: unknown variable accessed: nope");
  q = make_template("a", "s");
  q.selection.failover.targets = {{"", "${1"}};
  CHECK(fault_of(q) == "Bad format '${1' in Service.Failover.Targets[0].Datacenter: parse error at 1:4: expected \"}\" "
                       "but found end of string");
  q = make_template("a", "s");
  q.selection.node_meta = string_map{{"k", "${"}};
  CHECK(fault_of(q).starts_with("Bad format '${' in Service.NodeMeta[k]: "));
  q = make_template("a", "${name.suffix + 1}");
  CHECK(fault_of(q).starts_with("Bad evaluation for '${name.suffix + 1}' in Service.Service: "));
  q = make_template("a", "s");
  q.shape.regexp = "(a";
  CHECK(fault_of(q) == "Bad Regexp: error parsing regexp: missing closing ): `(a`");
}

TEST_CASE("a value that only some names make is a fault of those names") {
  auto q = make_template("", "s${\"0${name.full}\" + 1}");
  auto made = query_template::compile(q);
  REQUIRE(made);
  CHECK((*made)->render("7", {})->selection.service == "s8");
  auto bad = (*made)->render("x", {});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().text.starts_with("Bad evaluation for 's${\"0${name.full}\" + 1}' in Service.Service: "));
}

TEST_CASE("a rendering has a bounded size") {
  auto q = make_template("", "s");
  for (int i = 0; i < 300; ++i) q.selection.tags.push_back("${name.full}");
  auto made = query_template::compile(q);
  REQUIRE(made);
  CHECK((*made)->render(std::string(100, 'x'), {}));
  CHECK_FALSE((*made)->render(std::string(10000, 'x'), {}));
}
