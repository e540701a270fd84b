#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include "protocol/codec/base64.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

class kv_client final : public paced_client {
public:
  kv_client(laboratory& lab, unsigned keys, duration pause) : paced_client(lab, "kv", pause), keys_(keys) {}

private:
  void act() override {
    auto name = "kv/" + std::to_string(lab.world.below(keys_));
    auto dice = lab.world.below(100);
    if (dice < 35) return read(name, lab.world.one_in(2));
    if (dice < 45) return read_stale(name);
    if (dice < 75) {
      auto value = lab.new_value();
      return change(make("write", name, value, {sets(name, value)}), "PUT", "/v1/kv/" + name, value);
    }
    if (dice < 90) return compare_and_set(name);
    change(make("delete", name, "", {sets(name, "")}), "DELETE", "/v1/kv/" + name, "");
  }

  /// The result of a read.
  struct sight {
    std::string value;
    std::uint64_t index = 0;
  };
  sight see(const std::string& name, const reply& r) {
    sight s;
    if (!r.ok()) return s;
    auto entry = nlohmann::json::parse(r.body)[0];
    s.value = base64_decode(entry["Value"].get<std::string>()).value_or("");
    s.index = entry["ModifyIndex"].get<std::uint64_t>();
    if (r.index != s.index) lab.find("one index a value", name + ": X-Consul-Index is not the entry's ModifyIndex");
    lab.find("one index a value", lab.values.saw(name, s.value, s.index, r.index));
    return s;
  }

  void read(const std::string& name, bool consistent) {
    auto number = lab.begin(make(consistent ? "consistent-read" : "read", name, "", {}));
    lab.ask("GET", "/v1/kv/" + name + (consistent ? "?consistent" : ""), "", [this, name, number](const reply& r) {
      if (r.ok() || r.status == 404) {
        auto s = see(name, r);
        auto& op = lab.history.at(number);
        op.value = s.value;
        op.steps = {holds(name, s.value)};
        lab.finish(number, outcome::ok);
        known_[name] = s;
      } else {
        lab.finish(number, outcome::fail);
      }
      next(!r.answered());
    });
  }

  void read_stale(const std::string& name) {
    auto& asked = lab.any_node();
    auto life = asked.life();
    // No steps: the value's position in the order is unknown.
    auto number = lab.begin(make("stale-read", name, "", {}));
    lab.ask_at(asked, "GET", "/v1/kv/" + name + "?stale", "", [this, name, number, life, &asked](const reply& r) {
      bool seen = r.ok() || r.status == 404;
      if (seen) {
        auto s = see(name, r);
        auto& op = lab.history.at(number);
        op.value = s.value;
        stale_reads::answer a{name, s.value, asked.options().name, life, s.index, {}, op.begin, lab.world.now(), 0};
        // A client agent, or a server without contact to its leader, forwards the query, so the answering server is
        // unknown. A server answers immediately from its own state.
        if (!asked.options().server || asked.life() != life || a.returned > a.called) a.node.clear();
        if (r.known_leader && !a.node.empty()) a.last_contact = r.last_contact;
        lab.saw_stale(std::move(a), asked);
      }
      lab.finish(number, seen ? outcome::ok : outcome::fail);
      next(!r.answered());
    });
  }

  void compare_and_set(const std::string& name) {
    auto expected = known_[name];
    auto value = lab.new_value();
    nlohmann::json told = {expected.value, value};
    change(make("cas", name, told.dump(), {holds(name, expected.value), sets(name, value)}), "PUT",
           "/v1/kv/" + name + "?cas=" + std::to_string(expected.index), value);
  }

  unsigned keys_;
  std::map<std::string, sight> known_; ///< last read
};

} // namespace

std::unique_ptr<client> make_kv_client(laboratory& lab, unsigned keys, duration pause) {
  return std::make_unique<kv_client>(lab, keys, pause);
}

} // namespace praetor::sim
