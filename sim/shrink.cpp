#include "sim/shrink.hpp"

#include <algorithm>
#include <numeric>

namespace praetor::sim {

namespace {

constexpr duration shortest_length = std::chrono::milliseconds(500);
/// A shorter fault may be enough to fail.
constexpr duration shortest_fault = std::chrono::milliseconds(10);

class shrinker {
public:
  shrinker(const reproduction& failing, const scenario& what, const finding& found, const attempt& again,
           unsigned most_attempts, const shrink_progress& progress)
      : what_(what), again_(again), most_attempts_(most_attempts), progress_(progress) {
    out_.smallest = failing;
    out_.still = found;
  }

  shrunk run() {
    // Removing one thing may allow removing others.
    for (reproduction before; before != out_.smallest && !spent();) {
      before = out_.smallest;
      drop_faults();
      drop_clients();
      shorten_faults();
      shorten_run();
    }
    out_.exhausted = spent();
    return out_;
  }

private:
  bool spent() const { return out_.attempts >= most_attempts_; }
  duration length() const { return out_.smallest.length.value_or(what_.length); }

  /// Keeps the candidate if the same checker still fails.
  bool keep_if_it_fails(reproduction candidate) {
    if (spent()) return false;
    ++out_.attempts;
    auto findings = again_(candidate);
    auto same = std::find_if(findings.begin(), findings.end(),
                             [&](const finding& f) { return f.checker == out_.still.checker; });
    bool kept = same != findings.end();
    if (kept) {
      out_.smallest = std::move(candidate);
      out_.still = *same;
    }
    if (progress_) progress_(out_.attempts, out_.smallest, kept);
    return kept;
  }

  /// Zeller's delta debugging: tries to leave out ever smaller parts of the items.
  /// @param with makes the candidate that has only these items
  template <class Item>
  void minimise(std::vector<Item> items, const std::function<reproduction(const std::vector<Item>&)>& with) {
    if (!items.empty() && keep_if_it_fails(with({}))) return;
    for (std::size_t parts = 2; items.size() >= 2 && !spent();) {
      auto size = (items.size() + parts - 1) / parts;
      bool smaller = false;
      for (std::size_t from = 0; from < items.size() && !smaller; from += size) {
        auto rest = items;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(from),
                   rest.begin() + static_cast<std::ptrdiff_t>(std::min(from + size, items.size())));
        if (!keep_if_it_fails(with(rest))) continue;
        items = std::move(rest);
        smaller = true;
      }
      if (smaller) {
        parts = std::max<std::size_t>(parts - 1, 2);
      } else {
        if (size == 1) return;
        parts = std::min(parts * 2, items.size());
      }
    }
  }

  void drop_faults() {
    minimise<fault>(out_.smallest.faults.value_or(fault_schedule{}), [&](const fault_schedule& rest) {
      auto candidate = out_.smallest;
      candidate.faults = rest;
      return candidate;
    });
  }

  void drop_clients() {
    std::vector<unsigned> all(clients_of(what_)), there;
    std::iota(all.begin(), all.end(), 0U);
    const auto& gone = out_.smallest.without_clients;
    std::copy_if(all.begin(), all.end(), std::back_inserter(there),
                 [&](unsigned c) { return std::find(gone.begin(), gone.end(), c) == gone.end(); });
    minimise<unsigned>(there, [&](const std::vector<unsigned>& rest) {
      auto candidate = out_.smallest;
      candidate.without_clients.clear();
      std::copy_if(all.begin(), all.end(), std::back_inserter(candidate.without_clients),
                   [&](unsigned c) { return std::find(rest.begin(), rest.end(), c) == rest.end(); });
      return candidate;
    });
  }

  void shorten_faults() {
    auto count = out_.smallest.faults ? out_.smallest.faults->size() : 0;
    for (std::size_t i = 0; i < count; ++i) {
      for (bool again = true; again && (*out_.smallest.faults)[i].lasts > 2 * shortest_fault;) {
        auto candidate = out_.smallest;
        (*candidate.faults)[i].lasts /= 2;
        again = keep_if_it_fails(std::move(candidate));
      }
    }
  }

  /// Binary search between the shortest run that may fail and the one that does.
  void shorten_run() {
    auto least = shortest_length;
    if (const auto& faults = out_.smallest.faults)
      for (const auto& f : *faults) least = std::max(least, f.at);
    while (length() - least > std::chrono::milliseconds(100) && !spent()) {
      auto candidate = out_.smallest;
      candidate.length = least + (length() - least) / 2;
      auto tried = *candidate.length;
      if (!keep_if_it_fails(std::move(candidate))) least = tried;
    }
  }

  const scenario& what_;
  const attempt& again_;
  unsigned most_attempts_;
  const shrink_progress& progress_;
  shrunk out_;
};

} // namespace

shrunk shrink(const reproduction& failing, const scenario& what, const finding& found, const attempt& again,
              unsigned most_attempts, const shrink_progress& progress) {
  return shrinker(failing, what, found, again, most_attempts, progress).run();
}

} // namespace praetor::sim
