#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

/// The agent's registry guarantees less than the catalog: acknowledged changes persist, but visible ones may still be
/// lost. A service's port encodes the value; its address is unique.
class service_client final : public paced_client {
public:
  service_client(laboratory& lab, unsigned number, duration pause)
      : paced_client(lab, "service", pause), home_(choose(lab, number)), id_("svc" + std::to_string(number)),
        address_("10.3." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1)) {
    lab.services.push_back({&home_, id_, address_});
    home_.script = [&lab](const check_definition& asked, std::uint64_t) {
      auto it = lab.check_status.find(asked.id);
      auto status = it == lab.check_status.end() ? std::string("passing") : it->second;
      return probe_result{status, status == "passing" ? "HTTP 200" : "refused", false};
    };
  }

private:
  enum class check_kind { none, probed, ttl };

  /// Services run on client agents, if there are any.
  static node& choose(laboratory& lab, unsigned number) {
    std::vector<node*> agents;
    for (auto* n : lab.nodes)
      if (!n->options().server) agents.push_back(n);
    const auto& from = agents.empty() ? lab.nodes : agents;
    return *from[number % from.size()];
  }

  void act() override {
    auto dice = lab.world.below(100);
    if (dice < 30) return read();
    if (dice < 55 && check_ != check_kind::none) return flap();
    register_or_remove(dice < 90);
  }

  /// The agent restarted with an empty store.
  bool forgot() {
    auto lost = lab.lost_disks.find(home_.options().name);
    auto now = lost == lab.lost_disks.end() ? 0 : lost->second;
    return std::exchange(losses_, now) != now;
  }

  void register_or_remove(bool registers) {
    auto value = registers ? lab.new_value() : std::string();
    (void)forgot();
    possible_.insert(value);
    auto number = lab.begin(make(registers ? "service-register" : "service-deregister", id_, value, {}));
    auto done = [this, value, number](const reply& r) {
      auto how = lab.judge(r);
      bool lost = forgot();
      // Removing a missing service fails, and changes nothing.
      if (r.status == 404) how = outcome::ok;
      lab.finish(number, how);
      if (lost)
        anything_ = true;
      else if (how == outcome::ok)
        possible_ = {value}, anything_ = false;
      next(!r.answered());
    };
    if (!registers) return lab.ask_at(home_, "PUT", "/v1/agent/service/deregister/" + id_, "", done);
    nlohmann::json body = {
        {"ID", id_}, {"Name", "web"}, {"Tags", {id_}}, {"Address", address_}, {"Port", std::stoi(value.substr(1))}};
    check_ = lab.world.one_in(3) ? check_kind::ttl : check_kind::probed;
    lab.check_status["service:" + id_] = "passing";
    if (check_ == check_kind::probed)
      body["Check"] = {{"HTTP", "http://10.0.0.1/"}, {"Interval", "5s"}, {"Status", "passing"}};
    else
      body["Check"] = {{"TTL", "30s"}, {"Status", "passing"}};
    lab.ask_at(home_, "PUT", "/v1/agent/service/register", body.dump(), done);
  }

  void flap() {
    bool passes = lab.world.one_in(2);
    if (check_ == check_kind::probed) {
      lab.check_status["service:" + id_] = passes ? "passing" : "critical";
      return next(false);
    }
    lab.ask_at(home_, "PUT", "/v1/agent/check/" + std::string(passes ? "pass" : "fail") + "/service:" + id_, "",
               [this](const reply& r) { next(!r.answered()); });
  }

  void read() {
    lab.ask_at(home_, "GET", "/v1/agent/service/" + id_, "", [this](const reply& r) {
      if (forgot()) anything_ = true;
      if ((r.ok() || r.status == 404) && !anything_) {
        std::string value;
        if (r.ok()) value = "v" + std::to_string(nlohmann::json::parse(r.body)["Port"].get<int>());
        if (!possible_.contains(value))
          lab.find("own services", "service " + id_ + " of the agent is \"" + value + "\", which was overwritten");
      }
      next(!r.answered());
    });
  }

  node& home_;
  std::string id_, address_;
  check_kind check_ = check_kind::none;
  std::set<std::string> possible_{""};
  bool anything_ = false; ///< until the next change is acknowledged
  unsigned losses_ = 0;
};

} // namespace

std::unique_ptr<client> make_service_client(laboratory& lab, unsigned number, duration pause) {
  return std::make_unique<service_client>(lab, number, pause);
}

} // namespace praetor::sim
