#include "sim/checkers/detection.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// The check's interval, a slow probe, and the way to the leader and to every server.
constexpr duration notices_a_check = std::chrono::seconds(15);
/// A gossip probe must fail, the suspicion must time out, and the leader must update the catalog.
constexpr duration notices_a_death = std::chrono::seconds(60);
/// An agent that could not update the catalog retries after a while.
constexpr duration finds_a_service = std::chrono::seconds(150);
constexpr duration between_looks = std::chrono::milliseconds(500);

using service = laboratory::owned_service;

/// Queries the DNS of every live node for a service.
class survey {
public:
  survey(laboratory& lab, const service& s, const sim::node* without) {
    for (auto* n : lab.nodes) {
      if (n == without || !n->up()) continue;
      ++state_->waiting;
      // Each instance has its id as a tag, so that truncated answers play no role.
      n->look_up(s.id + ".web.service.consul", [state = state_, name = n->options().name](auto found) {
        state->found[name] = std::move(found);
        --state->waiting;
      });
    }
    lab.world.run_for(std::chrono::seconds(10), [this] { return state_->waiting == 0; });
  }
  /// The first node whose answer contains the address, or lacks it (retries a node that failed to answer); "": none.
  std::string first(const std::string& address, bool names_it) const {
    for (const auto& [name, found] : state_->found) {
      if (!found) return name;
      bool named = std::find(found->begin(), found->end(), address) != found->end();
      if (named == names_it) return name;
    }
    return state_->waiting > 0 ? "one of the nodes" : "";
  }

private:
  struct answers {
    std::map<std::string, std::optional<std::vector<std::string>>> found;
    std::size_t waiting = 0;
  };
  std::shared_ptr<answers> state_ = std::make_shared<answers>();
};

/// Waits until no answer contains the service any more (or all do), up to a limit.
/// @returns the node whose answer is wrong at the end, or ""
std::string wait(laboratory& lab, const service& s, bool until_named, duration bound,
                 const sim::node* without = nullptr) {
  auto end = lab.world.now() + bound;
  for (;;) {
    auto wrong = survey(lab, s, without).first(s.address, !until_named);
    if (wrong.empty() || lab.world.now() >= end) return wrong;
    lab.world.run_for(between_looks);
  }
}

std::string in_seconds(duration d) { return std::to_string(d.count() / 1'000'000'000) + " s"; }

/// A service whose check the agent probes, as opposed to a TTL check.
const service* with_probed_check(const laboratory& lab, bool on_client_agent) {
  for (const auto& s : lab.services) {
    if (!s.home->up() || (on_client_agent && s.home->options().server)) continue;
    auto local = s.home->view().registry.get();
    auto check = local->check("service:" + s.id);
    if (local->service(s.id) && check && check->check->type == "http") return &s;
  }
  return nullptr;
}

void fail_a_check(laboratory& lab) {
  const auto* s = with_probed_check(lab, false);
  if (!s) return;
  auto& status = lab.check_status["service:" + s->id];
  status = "passing";
  if (auto node = wait(lab, *s, true, finds_a_service); !node.empty())
    return lab.find("detection", s->id + " of " + s->home->options().name + " passes, and " + node +
                                     " does not find it after " + in_seconds(finds_a_service));
  status = "critical";
  if (auto node = wait(lab, *s, false, notices_a_check); !node.empty())
    lab.find("detection", s->id + " of " + s->home->options().name + " fails, and " + node + " still finds it after " +
                              in_seconds(notices_a_check));
  status = "passing";
}

void kill_an_agent(laboratory& lab) {
  const auto* s = with_probed_check(lab, true);
  if (!s) return;
  lab.check_status["service:" + s->id] = "passing";
  if (!wait(lab, *s, true, finds_a_service).empty()) return;
  s->home->crash(true);
  if (auto node = wait(lab, *s, false, notices_a_death, s->home); !node.empty())
    lab.find("detection", s->home->options().name + " is dead, and " + node + " still finds its " + s->id + " after " +
                              in_seconds(notices_a_death));
  if (auto started = s->home->start(); !started)
    lab.find("agents run", s->home->options().name + " can't start: " + started.error().text);
}

} // namespace

void judge_detection(laboratory& lab) {
  if (lab.services.empty()) return;
  fail_a_check(lab);
  if (lab.findings.empty()) kill_an_agent(lab);
}

} // namespace praetor::sim
