#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// Whether an address is that of a simulated service.
bool is_known(const std::string& address) { return address.starts_with("10."); }

/// Queries an agent for the addresses of a service.
class dns_client final : public paced_client {
public:
  dns_client(laboratory& lab, duration pause) : paced_client(lab, "dns", pause) {}

private:
  void act() override {
    const char* name = lab.world.one_in(4) ? "consul.service.consul" : "web.service.consul";
    auto number = lab.begin(make("look-up", name, "", {}));
    ++lab.requests;
    auto waiting = std::make_shared<bool>(true);
    auto end = [this, number, waiting](std::optional<std::vector<std::string>> found) {
      if (!std::exchange(*waiting, false)) return;
      if (found) {
        ++lab.answers;
        std::sort(found->begin(), found->end());
        std::string all;
        for (const auto& a : *found) {
          all.append(all.empty() ? "" : " ").append(a);
          if (!is_known(a)) lab.find("look-ups", "a look-up found the address " + a + ", which nobody has");
        }
        if (std::adjacent_find(found->begin(), found->end()) != found->end())
          lab.find("look-ups", "a look-up found an address twice: " + all);
        lab.history.at(number).value = all;
      }
      lab.finish(number, found ? outcome::ok : outcome::fail);
      next(!found);
    };
    lab.any_node().look_up(name, end);
    if (*waiting) lab.world.after(std::chrono::seconds(5), [end] { end(std::nullopt); });
  }
};

} // namespace

std::unique_ptr<client> make_dns_client(laboratory& lab, duration pause) {
  return std::make_unique<dns_client>(lab, pause);
}

} // namespace praetor::sim
