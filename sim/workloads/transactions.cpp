#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include "protocol/codec/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace praetor::sim {

namespace {

/// Atomic operations on several keys, and reads of several keys.
class transaction_client final : public paced_client {
public:
  transaction_client(laboratory& lab, unsigned keys, duration pause)
      : paced_client(lab, "txn", pause), keys_(std::max(keys, 2u)) {}

private:
  void act() override {
    requests_ = nlohmann::json::array();
    told_ = nlohmann::json::array();
    steps_.clear();
    auto first = lab.world.below(keys_), count = 2 + lab.world.below(std::min<std::uint64_t>(keys_, 3) - 1);
    bool reads = lab.world.one_in(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto name = "txn/" + std::to_string((first + i) % keys_);
      if (reads)
        add("get-or-empty", name, "");
      else
        choose(name);
    }
    bool consistent = reads && lab.world.one_in(2);
    submit(reads ? (consistent ? "txn-consistent-read" : "txn-read") : "txn",
           consistent ? "/v1/txn?consistent" : "/v1/txn");
  }

  void choose(const std::string& name) {
    auto [value, index] = known_[name];
    switch (lab.world.below(6)) {
    case 0: return add("get", name, "");
    case 1:
      if (index == 0) {
        steps_.push_back(holds(name, ""));
        return add("check-not-exists", name, "");
      }
      steps_.push_back(holds(name, value));
      return add("check-index", name, "", index);
    case 2:
      if (index != 0) {
        auto fresh = lab.new_value();
        steps_.push_back(holds(name, value));
        steps_.push_back(sets(name, fresh));
        return add("cas", name, fresh, index);
      }
      [[fallthrough]];
    case 3:
      if (lab.world.one_in(3)) {
        steps_.push_back(sets(name, ""));
        return add("delete", name, "");
      }
      [[fallthrough]];
    default:
      auto fresh = lab.new_value();
      steps_.push_back(sets(name, fresh));
      add("set", name, fresh);
    }
  }

  void add(const char* verb, const std::string& name, const std::string& value, std::uint64_t index = 0) {
    nlohmann::json kv = {{"Verb", verb}, {"Key", name}};
    if (!value.empty()) kv["Value"] = base64_encode(value);
    if (index != 0) kv["Index"] = index;
    requests_.push_back({{"KV", kv}});
    told_.push_back({verb, name, value});
    if (std::string_view(verb) == "get") steps_.push_back({step::kind::none_of, name, {""}});
  }

  void submit(std::string_view what, std::string path) {
    std::string names;
    for (const auto& t : told_) names.append(names.empty() ? "" : ",").append(t[1].get<std::string>());
    auto number = lab.begin(make(what, names, told_.dump(), steps_));
    lab.ask("PUT", std::move(path), requests_.dump(), [this, number](const reply& r) {
      if (r.ok()) {
        take(number, r);
        lab.finish(number, lab.judge(r));
      } else if (r.status == 409) {
        lab.history.at(number).refused = true;
        // Some condition failed: read all keys again.
        known_.clear();
        lab.finish(number, outcome::ok);
      } else {
        bool reads = !lab.history.at(number).changes();
        lab.finish(number, reads ? outcome::fail : lab.judge(r));
      }
      next(!r.answered());
    });
  }

  /// The results of the transaction's reads.
  void take(std::size_t number, const reply& r) {
    auto& op = lab.history.at(number);
    auto answer = nlohmann::json::parse(r.body);
    for (const auto& one : answer["Results"]) {
      const auto& kv = one["KV"];
      auto name = kv["Key"].get<std::string>();
      auto asked = std::find_if(told_.begin(), told_.end(), [&](auto& t) { return t[1] == name; });
      auto index = kv["ModifyIndex"].get<std::uint64_t>();
      std::string value;
      if ((*asked)[0].get<std::string>().starts_with("get")) {
        if (kv["Value"].is_string()) value = base64_decode(kv["Value"].get<std::string>()).value_or("");
        (*asked)[2] = value;
        op.steps.push_back(holds(name, value));
      } else {
        value = (*asked)[2].get<std::string>();
        if (value.empty()) continue; // a condition
      }
      if (!value.empty()) lab.find("one index a value", lab.values.saw(name, value, index, index));
      known_[name] = {value, value.empty() ? 0 : index};
    }
    op.value = told_.dump();
  }

  unsigned keys_;
  // Of the pending transaction:
  nlohmann::json requests_, told_;
  std::vector<step> steps_;
  std::map<std::string, std::pair<std::string, std::uint64_t>> known_; ///< value and ModifyIndex, last seen
};

} // namespace

std::unique_ptr<client> make_transaction_client(laboratory& lab, unsigned keys, duration pause) {
  return std::make_unique<transaction_client>(lab, keys, pause);
}

} // namespace praetor::sim
