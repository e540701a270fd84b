#include "sim/checkers/stale_reads.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// Messages in transit when a server is cut off still arrive.
constexpr duration still_under_way = std::chrono::seconds(1);

std::string milliseconds(duration d) { return std::to_string(d.count() / 1000000) + " ms"; }

bool stores(const operation& op, const std::string& name, const std::string& value) {
  return std::any_of(op.steps.begin(), op.steps.end(), [&](const step& s) {
    return s.what == step::kind::set && s.name == name && s.values[0] == value;
  });
}

} // namespace

void stale_reads::saw(answer a, std::optional<duration> deaf_since) {
  if (a.last_contact && deaf_since && a.called > *deaf_since + still_under_way) {
    auto age = a.called - *deaf_since - still_under_way;
    if (*a.last_contact < age)
      dishonest_.push_back(a.node + " said that it heard of its leader " + milliseconds(*a.last_contact) +
                           " before, but nothing has reached it for " + milliseconds(a.called - *deaf_since));
  }
  all_.push_back(std::move(a));
}

std::vector<std::string> stale_reads::judge(const history& h) const {
  auto out = dishonest_;
  std::map<std::pair<std::string, std::string>, duration>
      first_stored; ///< the earliest time at which it may have been stored
  for (const auto& op : h.all()) {
    if (op.ended == outcome::fail || op.refused) continue;
    for (const auto& s : op.steps)
      if (s.what == step::kind::set) {
        auto [it, fresh] = first_stored.emplace(std::pair{s.name, s.values[0]}, op.begin);
        if (!fresh) it->second = std::min(it->second, op.begin);
      }
  }
  for (const auto& a : all_) {
    if (a.value.empty()) continue;
    auto it = first_stored.find({a.name, a.value});
    if (it == first_stored.end())
      out.push_back("a stale read of " + a.name + " showed \"" + a.value + "\", which was never stored");
    else if (it->second > a.returned)
      out.push_back("a stale read of " + a.name + " showed \"" + a.value + "\" before it was asked to be stored");
  }
  // A server's state never goes back during one life, except once per restore of an older state: a client sees
  // ModifyIndexes in ascending order. A follower may show the earlier state for a while.
  struct progress {
    const answer* newest = nullptr;
    std::size_t went_back = 0;
  };
  std::map<std::tuple<std::string, std::uint64_t, std::string>, progress> seen;
  for (const auto& a : all_) {
    if (a.node.empty() || a.index == 0) continue;
    auto& [before, went_back] = seen[{a.node, a.life, a.name}];
    bool back = before && a.called >= before->returned && a.index < before->index;
    if (back && ++went_back > a.restores)
      out.push_back("stale reads of " + a.name + " from " + a.node + " went back from index " +
                    std::to_string(before->index) + " at " + milliseconds(before->returned) + " to " +
                    std::to_string(a.index) + " at " + milliseconds(a.returned));
    if (!before || back || a.index > before->index) before = &a;
  }
  return out;
}

void stale_reads::settle(std::vector<operation>& operations) const {
  for (const auto& a : all_) {
    if (a.value.empty()) continue;
    for (auto& op : operations)
      if (op.begin <= a.returned && op.end > a.returned && op.ended == outcome::unknown &&
          stores(op, a.name, a.value)) {
        op.ended = outcome::ok;
        op.end = a.returned;
      }
  }
}

} // namespace praetor::sim
