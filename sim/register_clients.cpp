#include "sim/clients.hpp"

#include "protocol/codec/base64.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

constexpr duration after_a_fall = std::chrono::milliseconds(200);

/// Values are kept in ports where there is nothing else to keep them in.
std::string port_of(const std::string& value) { return value.substr(1); }

/// One request at a time, with pauses between them.
class pacing_client : public client {
public:
  pacing_client(laboratory& lab, duration pause) : lab(lab), pause_(pause) {}
  void start() override { next(false); }

protected:
  virtual void act() = 0;
  /// @param down the node did not answer
  void next(bool down) {
    auto wait = lab.world.between(duration{0}, 2 * pause_);
    if (down) wait += after_a_fall;
    lab.world.after(wait, [this] {
      if (lab.open) act();
    });
  }
  /// Carries out a change of a register.
  void change(const std::string& name, operation op, std::string method, std::string path, std::string body) {
    op.begin = lab.world.now();
    bool compares = op.what == operation::kind::compare;
    auto number = lab.history.begin(name, std::move(op));
    lab.ask(std::move(method), std::move(path), std::move(body), [this, name, number, compares](const reply& r) {
      // Whether one without an answer was applied is open.
      bool applied = !compares || !r.ok() || r.body.starts_with("true");
      lab.history.finish(name, number, lab.judge(r), lab.world.now(), {}, applied);
      next(!r.answered());
    });
  }

  laboratory& lab;

private:
  duration pause_;
};

operation writes(std::string value) {
  operation op;
  op.what = operation::kind::write;
  op.value = std::move(value);
  return op;
}

class kv_client final : public pacing_client {
public:
  kv_client(laboratory& lab, unsigned keys, duration pause) : pacing_client(lab, pause), keys_(keys) {}

private:
  void act() override {
    auto name = "kv/" + std::to_string(lab.world.below(keys_));
    auto dice = lab.world.below(100);
    if (dice < 45) return read(name);
    if (dice < 75) {
      auto value = lab.new_value();
      return change(name, writes(value), "PUT", "/v1/" + name, value);
    }
    if (dice < 90) return compare_and_set(name);
    change(name, writes(""), "DELETE", "/v1/" + name, "");
  }

  void read(const std::string& name) {
    auto number = lab.history.begin(name, {operation::kind::read, {}, {}, true, outcome::unknown, lab.world.now()});
    lab.ask("GET", "/v1/" + name + (lab.world.one_in(2) ? "?consistent" : ""), "",
            [this, name, number](const reply& r) {
              if (r.ok() || r.status == 404) take(name, number, r);
              next(!r.answered());
            });
  }

  void take(const std::string& name, std::size_t number, const reply& r) {
    std::string value;
    std::uint64_t index = 0;
    if (r.ok()) {
      auto entry = nlohmann::json::parse(r.body)[0];
      value = base64_decode(entry["Value"].get<std::string>()).value_or("");
      index = entry["ModifyIndex"].get<std::uint64_t>();
      if (r.index != index) lab.find("one index a value", name + ": X-Consul-Index is not the entry's ModifyIndex");
      lab.find("one index a value", lab.history.saw_index(name, value, index));
    }
    lab.history.finish(name, number, outcome::ok, lab.world.now(), value);
    known_[name] = {value, index};
  }

  void compare_and_set(const std::string& name) {
    auto [expected, index] = known_[name];
    operation op;
    op.what = operation::kind::compare;
    op.expected = expected;
    op.value = lab.new_value();
    auto value = op.value;
    change(name, std::move(op), "PUT", "/v1/" + name + "?cas=" + std::to_string(index), value);
  }

  unsigned keys_;
  std::map<std::string, std::pair<std::string, std::uint64_t>> known_; ///< value and ModifyIndex as last read
};

class catalog_client final : public pacing_client {
public:
  catalog_client(laboratory& lab, unsigned nodes, duration pause) : pacing_client(lab, pause), nodes_(nodes) {}

private:
  void act() override {
    auto node = "outside" + std::to_string(lab.world.below(nodes_));
    auto name = "catalog/" + node;
    auto dice = lab.world.below(100);
    if (dice < 40) return read(name, node);
    nlohmann::json body = {{"Node", node}, {"Address", "10.2.0.1"}};
    if (dice < 85) {
      auto value = lab.new_value();
      body["Service"] = {{"ID", "db"}, {"Service", "db"}, {"Port", std::stoi(port_of(value))}};
      return change(name, writes(value), "PUT", "/v1/catalog/register", body.dump());
    }
    body["ServiceID"] = "db";
    change(name, writes(""), "PUT", "/v1/catalog/deregister", body.dump());
  }

  void read(const std::string& name, const std::string& node) {
    auto number = lab.history.begin(name, {operation::kind::read, {}, {}, true, outcome::unknown, lab.world.now()});
    lab.ask("GET", "/v1/catalog/node/" + node, "", [this, name, number](const reply& r) {
      if (r.ok()) {
        std::string value;
        auto found = nlohmann::json::parse(r.body);
        if (found.is_object() && found["Services"].contains("db"))
          value = "v" + std::to_string(found["Services"]["db"]["Port"].get<int>());
        lab.history.finish(name, number, outcome::ok, lab.world.now(), value);
      }
      next(!r.answered());
    });
  }

  unsigned nodes_;
};

/// The agent's registry promises less than the catalog: what it acknowledged is kept, what it shows may still be lost.
class service_client final : public pacing_client {
public:
  service_client(laboratory& lab, unsigned number, duration pause)
      : pacing_client(lab, pause), id_("svc" + std::to_string(number)) {}

private:
  void act() override {
    auto dice = lab.world.below(100);
    if (dice < 40) return read();
    auto value = dice < 85 ? lab.new_value() : std::string();
    possible_.insert(value);
    auto done = [this, value](const reply& r) {
      if (lab.judge(r) == outcome::ok) possible_ = {value};
      // To remove what is not there is refused, and changes nothing.
      else if (r.status == 404)
        possible_ = {""};
      next(!r.answered());
    };
    if (value.empty()) return lab.ask("PUT", "/v1/agent/service/deregister/" + id_, "", done);
    nlohmann::json body = {{"ID", id_}, {"Name", "web"}, {"Port", std::stoi(port_of(value))}};
    if (lab.world.one_in(2))
      body["Check"] = {{"HTTP", "http://10.0.0.1/"}, {"Interval", "5s"}};
    else
      body["Check"] = {{"TTL", "15s"}};
    lab.ask("PUT", "/v1/agent/service/register", body.dump(), done);
  }

  void read() {
    lab.ask("GET", "/v1/agent/service/" + id_, "", [this](const reply& r) {
      if (r.ok() || r.status == 404) {
        std::string value;
        if (r.ok()) value = "v" + std::to_string(nlohmann::json::parse(r.body)["Port"].get<int>());
        if (!possible_.contains(value))
          lab.find("own services", "service " + id_ + " of the agent is \"" + value + "\", which was overwritten");
      }
      next(!r.answered());
    });
  }

  std::string id_;
  std::set<std::string> possible_{""};
};

} // namespace

std::unique_ptr<client> make_kv_client(laboratory& lab, unsigned keys, duration pause) {
  return std::make_unique<kv_client>(lab, keys, pause);
}
std::unique_ptr<client> make_catalog_client(laboratory& lab, unsigned nodes, duration pause) {
  return std::make_unique<catalog_client>(lab, nodes, pause);
}
std::unique_ptr<client> make_service_client(laboratory& lab, unsigned number, duration pause) {
  return std::make_unique<service_client>(lab, number, pause);
}

} // namespace praetor::sim
