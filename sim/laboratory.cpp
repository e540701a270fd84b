#include "sim/clients.hpp"

namespace praetor::sim {

namespace {

constexpr std::size_t most_findings = 20;

} // namespace

void laboratory::find(std::string_view checker, std::string text) {
  if (text.empty() || findings.size() >= most_findings) return;
  findings.push_back({std::string(checker), world.now(), std::move(text)});
  if (watcher) watcher->found(findings.back());
}

std::vector<std::string> laboratory::told() const {
  std::vector<std::string> out;
  for (const auto& f : findings)
    out.push_back("at " + std::to_string(f.at.count() / 1000000) + " ms: " + f.checker + ": " + f.text);
  return out;
}

void laboratory::ask(std::string method, std::string path, std::string body, reply_callback done) {
  ++requests;
  auto& asked = *nodes[nodes.size() > 1 ? world.below(nodes.size()) : 0];
  asked.request(std::move(method), std::move(path), std::move(body), [this, done = std::move(done)](const reply& r) {
    if (r.answered()) ++answers;
    done(r);
  });
}

outcome laboratory::judge(const reply& r) {
  if (r.ok()) {
    if (nodes.size() == 1) acknowledged_index = std::max(acknowledged_index, target.state()->last_index());
    return outcome::ok;
  }
  // Held for want of a leader until it was given up: by the router's rule it was never appended.
  if (r.status == 500 && r.body == "No cluster leader") return outcome::fail;
  ++unknown;
  return outcome::unknown;
}

} // namespace praetor::sim
