#include "sim/report/recording.hpp"

#include <algorithm>

namespace praetor::sim::report {

namespace {

bool open(const recording::span& s) { return s.to == duration::max(); }

} // namespace

void recording::fault_begins(duration at, const fault& f, const std::vector<std::string>& nodes) {
  happened_fault h;
  h.from = at;
  h.what = f;
  h.nodes = nodes;
  faults.push_back(std::move(h));
}

void recording::fault_ends(duration at, const fault& f) {
  for (auto& h : faults)
    if (open(h) && h.what == f) {
      h.to = at;
      return;
    }
}

void recording::node_starts(duration at, const std::string& node) { lives[node].push_back({at, duration::max()}); }

void recording::node_stops(duration at, const std::string& node) {
  auto& all = lives[node];
  if (!all.empty() && open(all.back())) all.back().to = at;
  end_reigns(at, node);
}

void recording::leads(duration at, const std::string& node, std::uint64_t term) {
  end_reigns(at, node);
  // A newer term ends older ones, even for nodes that have not noticed.
  for (auto& r : reigns)
    if (open(r) && r.term < term) r.to = at;
  reign r;
  r.from = at;
  r.node = node;
  r.term = term;
  reigns.push_back(std::move(r));
}

void recording::message(duration at, duration arrived, const std::string& from, const std::string& to,
                        std::string_view kind, std::size_t bytes) {
  messages.push_back({at, arrived, from, to, std::string(kind), bytes});
}

void recording::operation_ends(const std::string& process, std::string_view what, const std::string& key,
                               const std::string& value, duration called, duration returned, std::string_view outcome) {
  operations.push_back({process, std::string(what), key, value, std::string(outcome), called, returned});
}

void recording::end_reigns(duration at, const std::string& of) {
  for (auto& r : reigns)
    if (open(r) && r.node == of) r.to = at;
}

void recording::close(duration at) {
  auto end = [at](span& s) {
    if (open(s)) s.to = at;
  };
  for (auto& f : faults) end(f);
  for (auto& r : reigns) end(r);
  for (auto& [node, all] : lives)
    for (auto& s : all) end(s);
  for (auto& o : operations) o.returned = std::min(o.returned, at);
}

std::vector<const recording::sent*> telling_messages(const recording& all, recording::span in, std::size_t most) {
  std::map<std::string, std::vector<const recording::sent*>> kinds;
  for (const auto& m : all.messages)
    if (m.at >= in.from && m.at <= in.to) kinds[m.kind].push_back(&m);
  std::vector<std::vector<const recording::sent*>*> rare_first;
  for (auto& [kind, messages] : kinds) rare_first.push_back(&messages);
  std::stable_sort(rare_first.begin(), rare_first.end(), [](auto* a, auto* b) { return a->size() < b->size(); });
  std::vector<const recording::sent*> out;
  auto kinds_left = rare_first.size();
  for (auto* messages : rare_first) {
    auto share = (most - out.size()) / kinds_left--;
    auto step = std::max<std::size_t>(1, share == 0 ? messages->size() : (messages->size() + share - 1) / share);
    for (std::size_t i = 0; i < messages->size() && out.size() < most; i += step) out.push_back((*messages)[i]);
  }
  return out;
}

} // namespace praetor::sim::report
