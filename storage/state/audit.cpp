#include "storage/state/audit.hpp"

#include "storage/state/lookups.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

/// The part of a record that contains its indexes.
template <class Record>
const auto& with_indexes(const Record& r) {
  if constexpr (requires { r.service.modify_index; })
    return r.service;
  else
    return r;
}

class auditor {
public:
  explicit auditor(const tables& t) : t_(t) {}

  string_list run() {
    for_each_table(t_, [this](const auto& table) { indexes_follow(table); });
    for_each_table(t_, [this](const auto& table) { records_are_of_the_past(table); });
    rows_are_of_the_past("index table", t_.indexes);
    rows_are_of_the_past("tombstones", t_.tombstones);
    owners_exist();
    return std::move(findings_);
  }

private:
  void find(std::string_view table, const std::string& what) { findings_.push_back(std::string(table) + ": " + what); }

  template <class Table>
  void indexes_follow(const Table& table) {
    auto wrong = table.wrong_index();
    if (!wrong.empty())
      find(Table::schema::name, "the index " + std::string(wrong) + " does not follow from the records");
  }

  template <class Table>
  void records_are_of_the_past(const Table& table) {
    table.for_each([&](std::string_view, const auto& stored) {
      const auto& r = with_indexes(*stored);
      if constexpr (requires { r.create_index <= r.modify_index; })
        if (r.create_index > r.modify_index || r.modify_index > t_.last_index)
          find(Table::schema::name, "a record was created at " + std::to_string(r.create_index) + ", changed at " +
                                        std::to_string(r.modify_index) + ", in a state of index " +
                                        std::to_string(t_.last_index));
    });
  }

  void rows_are_of_the_past(std::string_view name, const radix_tree<std::uint64_t>& rows) {
    rows.for_each([&](std::string_view key, std::uint64_t index) {
      if (index > t_.last_index)
        find(name, std::string(key) + " is at " + std::to_string(index) + ", in a state of index " +
                       std::to_string(t_.last_index));
    });
  }

  void owners_exist() {
    t_.services.for_each([&](std::string_view, const service_record_ptr& r) {
      if (!node_named(t_, r->service.peer_name, r->node)) find("services", r->service.id + " has no node " + r->node);
    });
    t_.checks.for_each([&](std::string_view, const health_check_ptr& c) {
      if (!node_named(t_, c->peer_name, c->node)) find("checks", c->check_id + " has no node " + c->node);
      if (!c->service_id.empty() && !service_on(t_, c->peer_name, c->node, c->service_id))
        find("checks", c->check_id + " has no instance " + c->service_id);
    });
    t_.sessions.for_each([&](std::string_view, const session_ptr& s) { checks_exist(*s); });
    t_.kvs.for_each([&](std::string_view key, const kv_entry_ptr& e) {
      if (!e->session.empty() && !session_with_id(t_, e->session))
        find("kvs", std::string(key) + " is held by no session: " + e->session);
    });
  }

  void checks_exist(const session& s) {
    if (!node_named(t_, {}, s.node)) find("sessions", s.id + " has no node " + s.node);
    for (const auto& id : check_ids(s))
      if (!check_on(t_, {}, s.node, id)) find("sessions", s.id + " has no check " + id);
  }

  const tables& t_;
  string_list findings_;
};

} // namespace

string_list audit(const tables& t) { return auditor(t).run(); }

} // namespace praetor::state
