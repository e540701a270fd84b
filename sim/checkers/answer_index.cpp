#include "sim/checkers/answer_index.hpp"

#include <array>

namespace praetor::sim {

namespace {

constexpr duration pause = std::chrono::milliseconds(200);
/// Covers every kind of index: tables, services, nodes, key prefixes, and missing objects.
constexpr std::array questions{
    "/v1/catalog/nodes",
    "/v1/catalog/services",
    "/v1/catalog/service/db",
    "/v1/catalog/service/never",
    "/v1/catalog/connect/db",
    "/v1/catalog/node/outside0",
    "/v1/catalog/node/never",
    "/v1/catalog/node-services/outside1",
    "/v1/health/node/outside0",
    "/v1/health/checks/web",
    "/v1/health/state/any",
    "/v1/health/state/critical",
    "/v1/health/service/db",
    "/v1/health/service/web",
    "/v1/health/service/never",
    "/v1/kv/?recurse",
    "/v1/kv/never?recurse",
    "/v1/kv/never?keys",
    "/v1/kv/kv/0",
    "/v1/kv/never",
    "/v1/session/list",
    "/v1/session/node/never",
    "/v1/coordinate/nodes",
    "/v1/connect/ca/roots",
    "/v1/operator/usage",
};

} // namespace

bool answer_index_checker::still_at(const node& leader, std::uint64_t life, const state::store& then) const {
  if (lab_.leader() != &leader || leader.life() != life) return false;
  auto now = leader.state();
  return now->history() == then.history() && now->last_index() == then.last_index();
}

void answer_index_checker::look() {
  if (!lab_.open || lab_.world.now() < next_) return;
  next_ = lab_.world.now() + pause;
  if (auto* leader = lab_.leader()) ask(*leader, asked_++ % questions.size());
}

void answer_index_checker::ask(node& leader, std::size_t question) {
  auto moment = leader.state();
  auto life = leader.life();
  std::string path = questions[question];
  leader.request("GET", path, "", [=, this, &leader](const reply& plain) {
    // Not readable, or held until a leader is elected.
    if (plain.index == 0 || !still_at(leader, life, *moment)) return;
    auto again = path + (path.find('?') == path.npos ? '?' : '&') + "wait=500ms&index=" + std::to_string(plain.index);
    leader.request("GET", again, "",
                   [=, this, &leader](const reply& waited) { compare(leader, life, question, plain, waited, moment); });
  });
}

void answer_index_checker::compare(const node& leader, std::uint64_t life, std::size_t question, const reply& plain,
                                   const reply& waited, const state::store_ptr& then) {
  if (waited.index == 0 || !still_at(leader, life, *then)) return;
  if (waited.index == plain.index && waited.status == plain.status && waited.body == plain.body) return;
  lab_.find("one index a moment", std::string(questions[question]) + " was at index " + std::to_string(plain.index) +
                                      " when asked plainly and at " + std::to_string(waited.index) +
                                      " when waited for, though nothing had changed");
}

} // namespace praetor::sim
