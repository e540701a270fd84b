#include "sim/clients.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

constexpr std::size_t most_findings = 20;

} // namespace

void laboratory::find(std::string_view checker, std::string text) {
  auto known = [&](const finding& f) { return f.checker == checker && f.text == text; };
  if (text.empty() || findings.size() >= most_findings || std::any_of(findings.begin(), findings.end(), known)) return;
  findings.push_back({std::string(checker), world.now(), std::move(text)});
  if (watcher) watcher->found(findings.back());
}

std::vector<std::string> laboratory::told() const {
  std::vector<std::string> out;
  for (const auto& f : findings)
    out.push_back("at " + std::to_string(f.at.count() / 1000000) + " ms: " + f.checker + ": " + f.text);
  return out;
}

std::string laboratory::new_process(std::string_view kind) {
  auto it = processes_.try_emplace(std::string(kind), 0).first;
  return std::string(kind) + std::to_string(++it->second);
}

void laboratory::ask(std::string method, std::string path, std::string body, reply_callback done, duration patience) {
  ask_at(any_node(), std::move(method), std::move(path), std::move(body), std::move(done), patience);
}

void laboratory::ask_at(sim::node& asked, std::string method, std::string path, std::string body, reply_callback done,
                        duration patience) {
  ++requests;
  auto waiting = std::make_shared<reply_callback>(std::move(done));
  auto end = [this, waiting, target = answered ? path : std::string(), asked_at = world.now()](const reply& r) {
    auto tell = std::exchange(*waiting, nullptr);
    if (!tell) return;
    if (r.answered()) ++answers;
    if (answered) answered(target, asked_at, r);
    tell(r);
  };
  asked.request(std::move(method), std::move(path), std::move(body), end);
  if (*waiting) world.after(patience, [end] { end({}); });
}

sim::node* laboratory::leader() const {
  auto it = std::find_if(nodes.begin(), nodes.end(),
                         [](sim::node* n) { return n->options().server && !n->paused() && n->ready(); });
  return it == nodes.end() ? nullptr : *it;
}

outcome laboratory::judge(const reply& r) {
  if (r.ok()) {
    if (nodes.size() == 1) acknowledged_index = std::max(acknowledged_index, target.state()->last_index());
    return outcome::ok;
  }
  // Held until the timeout for lack of a leader: by the router's rule it was never appended.
  if (r.status == 500 && (r.body == "No cluster leader" || r.body == "No known Consul servers")) return outcome::fail;
  // Rejected by the state itself.
  if (r.status == 500 && r.body.find("invalid session") != r.body.npos) return outcome::fail;
  ++unknown;
  return outcome::unknown;
}

std::size_t laboratory::begin(operation op) {
  op.begin = world.now();
  return history.begin(std::move(op));
}

void laboratory::finish(std::size_t number, outcome ended) {
  auto& op = history.at(number);
  op.ended = ended;
  auto now = world.now();
  if (ended == outcome::ok) op.end = now;
  if (!watcher) return;
  // For reports, a failed condition is the same as a failed request: nothing has happened.
  auto how = op.refused && ended == outcome::ok ? outcome::fail : ended;
  watcher->operation_ends(op.process, op.what, op.key, op.value, op.begin, now, name_of(how));
}

void laboratory::acquired(std::string_view checker, const hold_book::taking& t) {
  // A restored older state brings back older holders.
  if (!restored_between(t.asked, world.now())) find(checker, holds.acquired(t, {clock_error, clock_drift}));
}

void laboratory::saw_stale(stale_reads::answer a, const sim::node& from) {
  // A server's state goes back when an older one is restored.
  if (restored_between(a.called, world.now())) a.node.clear();
  a.restores = restores.size();
  auto it = deaf_since_.find(&from);
  // A partitioned leader may believe for a while that it still leads.
  bool leads = from.up() && from.view().leader.get()->is_leader;
  stale.saw(std::move(a), it == deaf_since_.end() || leads ? std::nullopt : std::optional(it->second));
}

void laboratory::look() {
  auto* now_leads = leader();
  if (now_leads != leads_) {
    leads_ = now_leads;
    leader_since = leads_ ? world.now() : duration::max();
  }
  if (!reaches || calm_since != duration::max()) return deaf_since_.clear();
  for (auto* to : nodes) {
    if (!to->options().server) continue;
    bool hears = std::any_of(nodes.begin(), nodes.end(), [&](sim::node* from) {
      return from != to && from->options().server && from->up() && reaches(*from, *to);
    });
    if (hears)
      deaf_since_.erase(to);
    else
      deaf_since_.emplace(to, world.now());
  }
}

bool laboratory::restored_between(duration from, duration to) const {
  return std::any_of(restores.begin(), restores.end(), [&](auto& r) { return r.first <= to && r.second >= from; });
}

} // namespace praetor::sim
