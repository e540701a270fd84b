#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

/// A service's port encodes the value.
class catalog_client final : public paced_client {
public:
  catalog_client(laboratory& lab, unsigned nodes, duration pause)
      : paced_client(lab, "catalog", pause), nodes_(nodes) {}

private:
  void act() override {
    auto node = "outside" + std::to_string(lab.world.below(nodes_));
    auto name = "catalog/" + node;
    auto dice = lab.world.below(100);
    if (dice < 40) return read(name, node);
    nlohmann::json body = {{"Node", node}, {"Address", "10.2.0.1"}};
    if (dice < 85) {
      auto value = lab.new_value();
      body["Service"] = {{"ID", "db"}, {"Service", "db"}, {"Port", std::stoi(value.substr(1))}};
      return change(make("write", name, value, {sets(name, value)}), "PUT", "/v1/catalog/register", body.dump());
    }
    body["ServiceID"] = "db";
    change(make("delete", name, "", {sets(name, "")}), "PUT", "/v1/catalog/deregister", body.dump());
  }

  void read(const std::string& name, const std::string& node) {
    auto number = lab.begin(make("read", name, "", {}));
    lab.ask("GET", "/v1/catalog/node/" + node, "", [this, name, number](const reply& r) {
      if (r.ok()) {
        auto found = nlohmann::json::parse(r.body);
        auto& op = lab.history.at(number);
        if (found.is_object() && found["Services"].contains("db"))
          op.value = "v" + std::to_string(found["Services"]["db"]["Port"].get<int>());
        op.steps = {holds(name, op.value)};
      }
      lab.finish(number, r.ok() ? outcome::ok : outcome::fail);
      next(!r.answered());
    });
  }

  unsigned nodes_;
};

} // namespace

std::unique_ptr<client> make_catalog_client(laboratory& lab, unsigned nodes, duration pause) {
  return std::make_unique<catalog_client>(lab, nodes, pause);
}

} // namespace praetor::sim
